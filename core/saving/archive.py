"""Saved objects: a zip archive of JSON and arrays.

Layout of the archive::

    metadata.json       {"format": "penstock", "format_version": 1, "penstock_version": "…"}
    config.json         {"object": …, "build": …}: what `serialize` and `get_build_config` return
    arrays/<name>.npy   one file per array (NumPy's .npy format, never pickled), stored without compression

Nothing in it is code. An archive is written to a temporary name beside its target, flushed, and renamed, so that a
reader sees the old file or the new one.
"""

from __future__ import annotations

import errno
import io
import json
import math
import os
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Protocol, cast

import numpy as np
import numpy.typing as npt

from ..errors import DataLossError, InvalidArgumentError, NotFoundError, UnimplementedError, describe
from ..replacing import replacing
from ..version import __version__
from .apart import state_apart
from .registry import deserialize, serialize

Array = npt.NDArray[Any]

FORMAT_VERSION: Final = 1
_ARRAYS: Final = "arrays/"


class Saveable(Protocol):
    """What `save` and `load` need of an object; every `Layer` has it."""

    def get_config(self) -> dict[str, Any]:
        """Return the constructor's arguments as plain JSON values."""
        ...

    def get_build_config(self) -> dict[str, Any]:
        """Return what `build_from_config` needs, as plain JSON values."""
        ...

    def build_from_config(self, config: Mapping[str, Any]) -> None:
        """Make the weights."""
        ...

    def save_arrays(self) -> dict[str, Array]:
        """Return everything learned as named arrays."""
        ...

    def load_arrays(self, arrays: Mapping[str, Array]) -> None:
        """Take back what `save_arrays` returned."""
        ...


@dataclass(frozen=True)
class Archive:
    """The contents of an archive.

    Attributes:
        config: What `config.json` holds.
        arrays: Arrays by name.
        metadata: What `metadata.json` holds.
    """

    config: Any
    arrays: dict[str, Array]
    metadata: dict[str, Any]


def save(target: Saveable, path: str | os.PathLike[str]) -> None:
    """Write a layer or a model, with its weights and adapted state, to one file.

    Args:
        target: A `Layer`, or anything `Saveable` whose class is registered.
        path: File to write; an existing one is replaced at the end.

    Raises:
        InvalidArgumentError: A class in it is not registered.
    """
    with state_apart():
        config = {"object": serialize(target), "build": target.get_build_config()}
    write_archive(path, config, target.save_arrays())


def load(path: str | os.PathLike[str], *, custom_objects: Mapping[str, Any] | None = None) -> Any:
    """Return the object that `save` wrote.

    Args:
        path: The file.
        custom_objects: Classes and functions by name, for those that are not registered.

    Raises:
        NotFoundError: There is no such file, or a class in it is not registered.
        DataLossError: The file is damaged, or no such archive.
    """
    archive = read_archive(path)
    if not isinstance(archive.config, dict) or "object" not in archive.config:
        raise _damaged(path, "config.json names no object")
    target = deserialize(archive.config["object"], custom_objects)
    try:
        target.build_from_config(archive.config.get("build", {}))
        target.load_arrays(archive.arrays)
    except InvalidArgumentError as err:
        raise _damaged(path, f"the arrays do not fit the config ({err})") from err
    return target


def write_archive(path: str | os.PathLike[str], config: Any, arrays: Mapping[str, Array]) -> None:
    """Write JSON values and named arrays to one file.

    Args:
        path: File to write; an existing one is replaced at the end.
        config: Plain JSON values.
        arrays: Arrays of numbers by name; names may hold `/`.

    Raises:
        InvalidArgumentError: The config is not plain JSON, or an array holds objects.
    """
    try:
        text = json.dumps(config, allow_nan=True, separators=(",", ":"))
    except TypeError as err:
        raise InvalidArgumentError(f"write_archive: config must be plain JSON values. {err}.") from err
    metadata = {"format": "penstock", "format_version": FORMAT_VERSION, "penstock_version": __version__}
    with replacing(Path(path)) as file, zipfile.ZipFile(file, "w", zipfile.ZIP_STORED) as archive:
        archive.writestr("metadata.json", json.dumps(metadata))
        archive.writestr("config.json", text)
        for name, array in arrays.items():
            _write_array(archive, name, np.asarray(array))


def _write_array(archive: zipfile.ZipFile, name: str, array: Array) -> None:
    if array.dtype.hasobject:
        raise InvalidArgumentError(
            f"write_archive: arrays must hold numbers. Received: {name}={describe(array)}. "
            "Store strings as bytes and offsets."
        )
    with archive.open(f"{_ARRAYS}{name}.npy", "w", force_zip64=True) as member:
        # np.lib.format wants a contiguous array to write without a copy per element.
        np.lib.format.write_array(member, np.asarray(array, order="C"), allow_pickle=False)


def read_archive(path: str | os.PathLike[str]) -> Archive:
    """Return the contents of a file that `write_archive` wrote; every checksum is verified.

    Raises:
        NotFoundError: There is no such file.
        DataLossError: The file is damaged, or no such archive.
        UnimplementedError: A newer version of penstock wrote it.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            metadata = _read_json(archive, "metadata.json")
            _check_version(path, metadata)
            config = _read_json(archive, "config.json")
            size = Path(path).stat().st_size
            members = [m for m in archive.infolist() if m.filename.startswith(_ARRAYS)]
            arrays = {m.filename[len(_ARRAYS) : -len(".npy")]: _read_array(archive, m, size) for m in members}
    except FileNotFoundError as err:
        raise NotFoundError(f"load: no such file. Received: path={os.fspath(path)!r}.") from err
    except OSError as err:
        # A damaged directory of the archive may point before the file's start.
        if err.errno != errno.EINVAL:
            raise
        raise _damaged(path, "its directory is broken") from err
    except KeyError as err:
        raise _damaged(path, f"a part is missing: {err.args[0]}") from err
    except (zipfile.BadZipFile, ValueError, EOFError, NotImplementedError, RuntimeError) as err:
        if isinstance(err, UnimplementedError):
            raise
        raise _damaged(path, str(err)) from err
    return Archive(config, arrays, metadata)


def _read_json(archive: zipfile.ZipFile, name: str) -> Any:
    return json.loads(archive.read(name))


def _check_version(path: str | os.PathLike[str], metadata: Any) -> None:
    if not isinstance(metadata, dict) or metadata.get("format") != "penstock":
        raise ValueError("metadata.json is not that of a penstock archive")
    version = metadata.get("format_version")
    if not isinstance(version, int) or version < 1:
        raise ValueError(f"metadata.json has format_version={version!r}")
    if version > FORMAT_VERSION:
        raise UnimplementedError(
            f"{os.fspath(path)}: the file has format version {version}, this penstock reads up to {FORMAT_VERSION}. "
            f"It was written by penstock {metadata.get('penstock_version')}; update to that."
        )


def _read_array(archive: zipfile.ZipFile, member: zipfile.ZipInfo, archive_bytes: int) -> Array:
    """Read one .npy member; its sizes are checked against the file before anything is allocated."""
    if member.compress_type != zipfile.ZIP_STORED or member.file_size > archive_bytes:
        raise ValueError(f"{member.filename} announces {member.file_size} bytes in a file of {archive_bytes}")
    raw = io.BytesIO(archive.read(member))
    version = np.lib.format.read_magic(raw)
    if version not in ((1, 0), (2, 0)):
        raise ValueError(f"{member.filename} has .npy version {version}")
    read_header = np.lib.format.read_array_header_1_0 if version == (1, 0) else np.lib.format.read_array_header_2_0
    shape, fortran_order, dtype = read_header(raw)
    if dtype.hasobject or raw.getbuffer().nbytes - raw.tell() != math.prod(shape) * dtype.itemsize:
        raise ValueError(f"{member.filename} does not hold the {dtype}{list(shape)} that it announces")
    values = np.frombuffer(raw.getbuffer()[raw.tell() :], dtype=dtype).copy()
    return cast("Array", values.reshape(shape, order="F" if fortran_order else "C"))


def _damaged(path: str | os.PathLike[str], why: str) -> DataLossError:
    name = os.fspath(path)
    return DataLossError(
        f"{name}: the saved object cannot be read: {why}. The file is damaged or was not written by penstock.",
        path=name,
    )
