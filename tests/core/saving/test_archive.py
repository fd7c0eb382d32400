"""Archives: what is written is read, and damage is named."""

import io
import json
import zipfile

import numpy as np
import pytest

from penstock.core.errors import DataLossError, InvalidArgumentError, NotFoundError, UnimplementedError
from penstock.core.layer import Layer
from penstock.core.saving import load, read_archive, register_serializable, save, write_archive

pytestmark = pytest.mark.unit

ARRAYS = {
    "a": np.arange(6, dtype=np.float32).reshape(2, 3),
    "b/c": np.array(3, np.int64),
    "empty": np.empty((0, 2), np.uint8),
    "fortran": np.asfortranarray(np.arange(6).reshape(2, 3)),
}


@register_serializable("archive_tests")
class Scales(Layer):
    def build(self, input_shape):
        self.factor = self.add_weight(input_shape[1:], "ones", name="factor")

    def call(self, inputs):
        return inputs * self.factor


def test_arrays_and_config_come_back(tmp_path):
    path = tmp_path / "x.penstock"
    write_archive(path, {"k": [1, None, "é"]}, ARRAYS)
    archive = read_archive(path)
    assert archive.config == {"k": [1, None, "é"]}
    assert archive.metadata["format_version"] == 1
    assert archive.arrays.keys() == ARRAYS.keys()
    for name, array in ARRAYS.items():
        np.testing.assert_array_equal(archive.arrays[name], array)
        assert archive.arrays[name].dtype == array.dtype
    assert [p.name for p in tmp_path.iterdir()] == ["x.penstock"]


def test_a_layer_comes_back(tmp_path):
    layer = Scales(name="s")
    layer(np.ones((2, 3)))
    layer.set_weights([[1, 2, 3]])
    save(layer, tmp_path / "s")
    again = load(tmp_path / "s")
    assert again.name == "s"
    np.testing.assert_array_equal(again(np.ones((1, 3))).numpy(), [[1, 2, 3]])


def test_a_failed_save_leaves_the_old_file(tmp_path):
    path = tmp_path / "x"
    write_archive(path, 1, {})
    with pytest.raises(InvalidArgumentError, match=r"arrays must hold numbers. Received: bad=object\[1\]"):
        write_archive(path, 2, {"bad": np.array([b"x"], dtype=object)})
    with pytest.raises(InvalidArgumentError, match="config must be plain JSON"):
        write_archive(path, {"f": object()}, {})
    assert read_archive(path).config == 1
    assert [p.name for p in tmp_path.iterdir()] == ["x"]


def test_missing_files_are_named(tmp_path):
    with pytest.raises(NotFoundError, match="no such file. Received: path=.*nope"):
        load(tmp_path / "nope")


@pytest.mark.fault
def test_every_cut_and_flip_is_noticed(tmp_path):
    path = tmp_path / "x.penstock"
    write_archive(path, {"k": "v"}, {"a": np.arange(100)})
    raw = path.read_bytes()
    for cut in range(0, len(raw), 37):
        path.write_bytes(raw[:cut])
        with pytest.raises(DataLossError, match=r"x\.penstock: the saved object cannot be read") as caught:
            read_archive(path)
        assert caught.value.path == str(path)
    start = raw.index(np.arange(100).tobytes())
    for place in range(start, start + 800, 101):
        path.write_bytes(raw[:place] + bytes([raw[place] ^ 1]) + raw[place + 1 :])
        with pytest.raises(DataLossError):
            read_archive(path)


def _rewrite(path, name, data):
    with zipfile.ZipFile(path) as old:
        members = {m.filename: old.read(m) for m in old.infolist()}
    members[name] = data
    with zipfile.ZipFile(path, "w") as new:
        for member, content in members.items():
            if content is not None:
                new.writestr(member, content)


def _npy(header):
    out = io.BytesIO()
    np.lib.format.write_array_header_1_0(out, header)
    return out.getvalue()


@pytest.mark.fault
@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("metadata.json", b"{}"),
        ("metadata.json", b'{"format": "penstock", "format_version": "x"}'),
        ("metadata.json", None),
        ("config.json", b"{"),
        ("config.json", None),
        ("arrays/a.npy", b"junk"),
        ("arrays/a.npy", _npy({"descr": "<f8", "fortran_order": False, "shape": (2**60,)})),
        ("arrays/a.npy", _npy({"descr": "|O", "fortran_order": False, "shape": ()}) + b"cos\nsystem\n"),
    ],
)
def test_hostile_members_are_refused(tmp_path, name, data):
    path = tmp_path / "x"
    write_archive(path, 1, {"a": np.arange(3)})
    _rewrite(path, name, data)
    with pytest.raises(DataLossError, match="cannot be read"):
        read_archive(path)


def test_newer_formats_say_what_to_do(tmp_path):
    path = tmp_path / "x"
    write_archive(path, 1, {})
    _rewrite(path, "metadata.json", json.dumps({"format": "penstock", "format_version": 99, "penstock_version": "9.9"}))
    with pytest.raises(UnimplementedError, match=r"format version 99.*penstock 9\.9"):
        read_archive(path)


def test_arrays_of_another_layer_are_damage(tmp_path):
    layer = Scales()
    layer(np.ones((2, 3)))
    save(layer, tmp_path / "s")
    archive = read_archive(tmp_path / "s")
    write_archive(tmp_path / "s", archive.config, {"0": np.ones(9)})
    with pytest.raises(DataLossError, match="the arrays do not fit the config"):
        load(tmp_path / "s")
    write_archive(tmp_path / "s", {}, {})
    with pytest.raises(DataLossError, match="names no object"):
        load(tmp_path / "s")
