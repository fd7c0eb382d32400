"""save(checkpoint_args=…): an interrupted save goes on, and writes what one that was not interrupted would."""

from __future__ import annotations

import dataclasses
import json
import signal
import subprocess
import sys

import numpy as np
import pytest

from penstock import Dataset, TensorSpec
from penstock.core.errors import DataLossError, InvalidArgumentError, NotFoundError, StageError
from penstock.core.random import set_seed
from penstock.pipeline.storage import folder
from penstock.testing import assert_elements_equal


@dataclasses.dataclass
class Point:
    x: object


def third(x):
    return int(np.asarray(x)) % 3


def elements(path, spec=None):
    return list(Dataset.load(path, spec))


def names(path):
    return sorted(entry.name for entry in path.iterdir())


def saver(tmp_path, make, **options):
    """Return a function that saves up to the element where it is told to fail, and the elements that were asked for."""
    calls = []

    def save(fail_at=None, step=7):
        def note(x):
            if int(x) == fail_at:
                raise KeyError(fail_at)
            calls.append(int(x))
            return x

        set_seed(4)
        arguments = {"directory": tmp_path / "progress", "step_interval": step}
        make(Dataset.range(100).map(note, vectorize=False)).save(tmp_path / "d", checkpoint_args=arguments, **options)

    return save, calls


@pytest.mark.fault
@pytest.mark.parametrize("compression", [None, "GZIP"])
@pytest.mark.parametrize("shard_func", [None, third])
@pytest.mark.parametrize("stops", [[0], [3], [7], [50, 50, 99], [30, 31, 64, 70]])
def test_goes_on_after_errors(tmp_path, stops, shard_func, compression) -> None:
    save, calls = saver(tmp_path, lambda dataset: dataset, shard_func=shard_func, compression=compression)
    for stop in stops:
        with pytest.raises(StageError, match="KeyError"):
            save(stop)
        assert not folder.is_complete(str(tmp_path / "d"))
        assert max(calls, default=-1) == stop - 1
    save()
    # No more than one interval is done again after each stop.
    assert len(calls) <= 100 + 6 * len(stops)
    Dataset.range(100).save(tmp_path / "whole", compression, shard_func)
    assert elements(tmp_path / "d") == elements(tmp_path / "whole")
    mine, whole = folder.read(str(tmp_path / "d")), folder.read(str(tmp_path / "whole"))
    assert [rows for _, rows in mine.files] == [rows for _, rows in whole.files]
    assert (mine.spec, mine.codec, mine.rows) == (whole.spec, whole.codec, whole.rows)
    assert names(tmp_path / "d") == sorted(["dataset.json", *(name for name, _ in mine.files)])
    assert names(tmp_path / "progress") == []


@pytest.mark.fault
def test_an_order_without_a_seed_and_a_class_go_on(tmp_path) -> None:
    def make(dataset):
        return dataset.shuffle(20).map(lambda x: Point(np.arange(int(x) % 4) + int(x)), vectorize=False)

    for stops, name in (((40, 80), "a"), ((), "b")):
        (tmp_path / name).mkdir()
        save, _ = saver(tmp_path / name, make)
        for stop in stops:
            with pytest.raises(StageError):
                save(stop)
        save()
    spec = make(Dataset.range(9)).element_spec
    first, second = (elements(tmp_path / name / "d", spec) for name in "ab")
    assert len(first) == len(second) == 100
    for one, other in zip(first, second, strict=True):
        assert_elements_equal(one, other)


SCRIPT = """
import os, signal, sys
from penstock import Dataset

def stop(x):
    if x == int(sys.argv[3]):
        os.kill(os.getpid(), signal.SIGKILL)
    return x

arguments = {"directory": sys.argv[2], "step_interval": 30}
Dataset.range(300).shuffle(40, seed=2).map(stop, vectorize=False).save(
    sys.argv[1], shard_func=lambda x: x % 2, checkpoint_args=arguments
)
"""


@pytest.mark.fault
@pytest.mark.skipif(sys.platform == "win32", reason="there is no SIGKILL")
def test_goes_on_after_the_process_was_killed(tmp_path) -> None:
    for stop, code in ((150, -signal.SIGKILL), (290, -signal.SIGKILL), (-1, 0)):
        arguments = [str(tmp_path / "d"), str(tmp_path / "progress"), str(stop)]
        assert subprocess.run([sys.executable, "-c", SCRIPT, *arguments]).returncode == code
    Dataset.range(300).shuffle(40, seed=2).save(tmp_path / "whole", shard_func=lambda x: x % 2)
    assert elements(tmp_path / "d") == elements(tmp_path / "whole")
    assert names(tmp_path / "progress") == []
    assert len(names(tmp_path / "d")) == 3


@pytest.mark.fault
def test_killed_between_the_manifest_and_the_end(tmp_path, monkeypatch) -> None:
    from penstock.pipeline import checkpointed_save

    save, calls = saver(tmp_path, lambda dataset: dataset)
    with monkeypatch.context() as patch:
        patch.setattr(checkpointed_save, "_remove", lambda progress: None)
        save()
    assert names(tmp_path / "progress") == ["progress.json"]
    save()
    assert len(calls) == 100
    assert elements(tmp_path / "d") == list(range(100))
    save()
    assert len(calls) == 200


@pytest.mark.fault
def test_interrupted_when_all_rows_are_written(tmp_path, monkeypatch) -> None:
    def fail(self, spec, meta=None):
        raise OSError("disk full")

    save, calls = saver(tmp_path, lambda dataset: dataset.map(lambda x: Point(x), vectorize=False))
    with monkeypatch.context() as patch:
        patch.setattr(folder.FolderWriter, "finish", fail)
        with pytest.raises(OSError, match="disk full"):
            save(step=50)
    save(step=50)
    assert len(calls) == 100
    spec = Point(TensorSpec((), "int64"))
    assert elements(tmp_path / "d", spec) == [Point(x) for x in range(100)]
    assert names(tmp_path / "progress") == []


@pytest.mark.fault
def test_the_progress_of_another_save_is_refused(tmp_path) -> None:
    save, _ = saver(tmp_path, lambda dataset: dataset.skip(1))
    with pytest.raises(StageError):
        save(50)
    arguments = {"directory": tmp_path / "progress"}
    refused = r"Dataset.save: .*progress.json must be the progress of this save, and is that of another one: "
    with pytest.raises(
        InvalidArgumentError, match=refused + r".*is for skip\(1\) at node 2; .*nothing there.*another directory"
    ):
        other, _ = saver(tmp_path, lambda dataset: dataset)
        other()
    with pytest.raises(InvalidArgumentError, match=refused + "it has codec=''. Received: codec='GZIP'"):
        Dataset.range(100).save(tmp_path / "d", "GZIP", checkpoint_args=arguments)
    with pytest.raises(InvalidArgumentError, match=refused + "it has path="):
        Dataset.range(100).save(tmp_path / "e", checkpoint_args=arguments)
    with pytest.raises(InvalidArgumentError, match=refused + "it has shard_func=None. Received: shard_func='third'"):
        Dataset.range(100).save(tmp_path / "d", shard_func=third, checkpoint_args=arguments)
    save()
    assert elements(tmp_path / "d") == list(range(1, 100))


@pytest.mark.fault
def test_damage_is_found(tmp_path) -> None:
    save, _ = saver(tmp_path, lambda dataset: dataset)
    with pytest.raises(StageError):
        save(50)
    progress, (blocks,) = tmp_path / "progress" / "progress.json", list((tmp_path / "d").iterdir())
    good, data = progress.read_bytes(), blocks.read_bytes()
    progress.write_bytes(good.replace(b'"rows":49', b'"rows":42'))
    with pytest.raises(DataLossError, match="is damaged, or no progress of a save. Remove it to start the save anew"):
        save()
    progress.write_bytes(good)
    blocks.write_bytes(data[:200])
    with pytest.raises(DataLossError, match="blocks"):
        save()
    blocks.unlink()
    with pytest.raises(NotFoundError, match="is gone, and a save was to go on with it"):
        save()
    assert json.loads(good)["content"]["rows"] == 49


@pytest.mark.unit
def test_arguments_are_checked(tmp_path) -> None:
    def save(arguments):
        Dataset.range(3).save(tmp_path / "d", checkpoint_args=arguments)

    for wrong, message in (
        (3, "checkpoint_args must be a dict with 'directory'. Received: checkpoint_args=3"),
        ({"directory": 3}, r"checkpoint_args\['directory'\] must be a path. Received: directory=3"),
        ({"directory": "p", "step_interval": 0}, "step_interval must be an int >= 1"),
        ({"directory": "p", "max_to_keep": 0}, "max_to_keep must be an int >= 1"),
        ({"directory": "p", "step_intervall": 5}, "Received: 'step_intervall' .*Did you mean 'step_interval'"),
    ):
        with pytest.raises(InvalidArgumentError, match=f"Dataset.save: .*{message}"):
            save(wrong)
    assert names(tmp_path) == []
    save({"directory": str(tmp_path / "p"), "max_to_keep": 2})
    assert elements(tmp_path / "d") == [0, 1, 2]
