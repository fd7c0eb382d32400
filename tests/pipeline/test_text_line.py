"""TextLineDataset: TensorFlow's lines, with where they came from."""

from __future__ import annotations

import base64
import gc
import gzip
import zlib

import pytest

import penstock as ps
from penstock import Dataset, TextLineDataset
from penstock.core.errors import DataLossError, InvalidArgumentError, NotFoundError
from penstock.testing.executor import reference_iterator

COMPRESS = {"": lambda data: data, "GZIP": gzip.compress, "ZLIB": zlib.compress}


@pytest.mark.golden
def test_lines_are_tensorflows(golden, tmp_path) -> None:
    for number, case in enumerate(golden("text_lines")["cases"]):
        paths = []
        for i, content in enumerate(case["files"]):
            path = tmp_path / f"{number}-{i}.txt"
            path.write_bytes(COMPRESS[case["compression"]](base64.b64decode(content)))
            paths.append(str(path))
        if not paths:
            continue
        dataset = TextLineDataset(paths, case["compression"], **case["arguments"])
        lines = [base64.b64decode(line) for line in case["lines"]]
        assert list(dataset) == lines, case
        assert list(reference_iterator(TextLineDataset(paths, case["compression"], **case["arguments"]))) == lines


@pytest.mark.unit
def test_files_given_as_path_list_or_dataset(tmp_path) -> None:
    paths = [tmp_path / "a.txt", tmp_path / "b.txt"]
    paths[0].write_text("1\n2\n")
    paths[1].write_text("3")
    assert list(TextLineDataset(paths[0])) == [b"1", b"2"]
    assert list(TextLineDataset(str(paths[0]).encode())) == [b"1", b"2"]
    assert list(TextLineDataset(paths)) == [b"1", b"2", b"3"]
    names = Dataset.from_tensor_slices([str(p) for p in paths])
    assert list(TextLineDataset(names)) == [b"1", b"2", b"3"]
    assert list(TextLineDataset(names, num_parallel_reads=2)) == [b"1", b"3", b"2"]


@pytest.mark.unit
def test_lines_longer_than_the_buffer_and_blocks_larger_than_a_file(tmp_path) -> None:
    path = tmp_path / "a.txt"
    lines = [bytes([97 + i % 26]) * (i % 40) for i in range(500)]
    path.write_bytes(b"\n".join(lines) + b"\n")
    assert list(TextLineDataset(path, buffer_size=7)) == lines
    assert [x for block in TextLineDataset(path, buffer_size=64).iter_blocks() for x in block.to_list()] == lines


@pytest.mark.unit
def test_rows_know_their_file_and_line(tmp_path) -> None:
    paths = [tmp_path / f"{i}.txt" for i in range(2)]
    for path in paths:
        path.write_text("a\nb\nc\n")
    origins = []
    for block in TextLineDataset(paths).shuffle(10, seed=1).iter_blocks():
        origins += [str(block.provenance.where(i)) for i in range(block.n)]
    assert sorted(origins) == [f"{path}, line {n}" for path in paths for n in (1, 2, 3)]


@pytest.mark.fault
def test_a_missing_file_is_named_when_its_turn_comes(tmp_path) -> None:
    path = tmp_path / "a.txt"
    path.write_text("1\n")
    dataset = TextLineDataset([str(path), str(tmp_path / "missing.txt")])
    iterator = iter(dataset)
    assert next(iterator) == b"1"
    with pytest.raises(NotFoundError, match=r"missing\.txt") as caught:
        next(iterator)
    assert isinstance(caught.value, FileNotFoundError)


@pytest.mark.fault
def test_a_truncated_gzip_gives_its_lines_first(tmp_path) -> None:
    path = tmp_path / "a.gz"
    path.write_bytes(gzip.compress(b"".join(b"line %d\n" % i for i in range(2000)))[:-20])
    lines = []
    with pytest.raises(DataLossError, match=r"a\.gz"):
        for line in TextLineDataset(path, "GZIP"):
            lines.append(line)
    assert lines == [b"line %d" % i for i in range(len(lines))]


@pytest.mark.unit
@pytest.mark.parametrize("files", [[], 3, [1, 2], None])
def test_filenames_must_be_paths(files) -> None:
    with pytest.raises(
        InvalidArgumentError, match=r"TextLineDataset: filenames must be a path or a list of paths\. Rec"
    ):
        TextLineDataset(files)


@pytest.mark.unit
def test_compression_type_is_checked_at_once() -> None:
    with pytest.raises(InvalidArgumentError, match=r"TextLineDataset: .*compression_type.*GZIP"):
        TextLineDataset("a.txt", "BZ2")


READERS = [
    ("TextLineDataset", lambda files, **options: TextLineDataset(files, **options)),
    ("TFRecordDataset", lambda files, **options: ps.TFRecordDataset(files, **options)),
    ("FixedLengthRecordDataset", lambda files, **options: ps.FixedLengthRecordDataset(files, 3, **options)),
]


@pytest.mark.unit
@pytest.mark.parametrize(("where", "make"), READERS)
@pytest.mark.parametrize("files", ["a.txt", ["a", "b"], Dataset.from_tensor_slices(["a"])])
def test_numbers_are_checked_at_once(where, make, files) -> None:
    text = r"num_parallel_reads must be None, AUTOTUNE or an int >= 1\. Received: num_parallel_reads=0 \(int\)\."
    with pytest.raises(InvalidArgumentError, match=rf"^{where}: {text}"):
        make(files, num_parallel_reads=0)
    with pytest.raises(InvalidArgumentError, match=rf"^{where}: buffer_size must be an int >= 1 .* buffer_size='8'"):
        make(files, buffer_size="8")


@pytest.mark.unit
@pytest.mark.parametrize("how", ["close", "del", "end"])
def test_files_are_closed(tmp_path, recwarn, how) -> None:
    path = tmp_path / "a.txt"
    path.write_text("1\n2\n3\n")
    iterator = iter(TextLineDataset([path, path]))
    next(iterator)
    match how:
        case "close":
            iterator.close()
        case "del":
            del iterator
        case "end":
            list(iterator)
    gc.collect()
    # An open file that is collected would warn, and warnings are errors here.
    assert not recwarn.list
