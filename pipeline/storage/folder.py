"""Saved datasets: a folder of block files, and the manifest that makes them one dataset.

The folder holds::

    dataset.json                 {"content": {...}, "crc32c": checksum of the content as it is written}
    <run>-<shard>.blocks         one file of blocks for each shard (`block_file.py`)

and the content is `{"format": "penstock dataset", "version": 1, "rows", "codec", "spec", "files": [[name, rows], …],
"meta"}`. Each writer gives its files names of its own (`<run>` is random), and replaces the manifest, in one step, when
all of them are on disk: whoever reads a folder sees the dataset that was there before, or the new one, never a half.
The files of the dataset before are removed then.
"""

from __future__ import annotations

import json
import os
import secrets
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from ...core import nest
from ...core.block import Block
from ...core.errors import DataLossError, InvalidArgumentError, NotFoundError, UnimplementedError
from ...core.nest import Structure
from ...core.specs import most_specific_nest
from .block_file import BlockFileWriter
from .frames import crc32c
from .specs import spec_from_json, spec_to_json

MANIFEST: Final = "dataset.json"
FORMAT: Final = "penstock dataset"
VERSION: Final = 1


@dataclass(frozen=True)
class Saved:
    """A dataset in a folder.

    Attributes:
        path: The folder.
        rows: How many elements it holds.
        codec: How its files are compressed.
        spec: Nest of specs of the elements.
        files: Name and number of elements of each file, in order.
        meta: What `finish` was given.
    """

    path: str
    rows: int
    codec: str
    spec: Any
    files: tuple[tuple[str, int], ...]
    meta: Any

    @property
    def paths(self) -> tuple[str, ...]:
        """Path of each file."""
        return tuple(str(Path(self.path) / name) for name, _ in self.files)


class FolderWriter:
    """Writes a dataset into a folder, which is made when it is not there.

    Args:
        path: The folder.
        codec: `""`, `"GZIP"` or `"SNAPPY"`.

    Raises:
        InvalidArgumentError: The path is a file.
    """

    def __init__(self, path: str, codec: str) -> None:
        self.path = path
        self._codec = codec
        self._folder = Path(path)
        self._made = not self._folder.exists()
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
        except (FileExistsError, NotADirectoryError) as err:
            raise InvalidArgumentError(f"{path}: must be a folder for a dataset. There is a file.") from err
        self._run = secrets.token_hex(6)
        self._shards: dict[int, BlockFileWriter] = {}
        self._spec: Any = None

    def write(self, shard: int, block: Block) -> None:
        """Append rows to a shard.

        Raises:
            InvalidArgumentError: An element has no form in a file, or another structure than those before.
            OSError: A file cannot be written.
        """
        spec = block.spec
        if self._spec is not None:
            first, other = nest.structure_of(self._spec), block.structure
            if first != other:
                raise InvalidArgumentError(
                    f"{self.path}: elements must have one structure. Received: {first!r} and {other!r}."
                )
            spec = most_specific_nest([self._spec, spec])
        self._spec = spec
        if shard not in self._shards:
            self._shards[shard] = BlockFileWriter(str(self._folder / self._name(shard)), self._codec)
        self._shards[shard].write(block)

    def _name(self, shard: int) -> str:
        return f"{self._run}-{shard:05d}.blocks"

    def finish(self, spec: Any, meta: Any = None) -> None:
        """Make the written rows the dataset of the folder.

        Args:
            spec: Nest of specs of the elements; None takes the narrowest one that all of them fit.
            meta: Plain JSON values to keep with the dataset.

        Raises:
            OSError: A file cannot be written.
        """
        if spec is None:
            spec = () if self._spec is None else self._spec
        for writer in self._shards.values():
            writer.finish()
        files = [(self._name(shard), self._shards[shard].rows) for shard in sorted(self._shards)]
        content = {
            "format": FORMAT,
            "version": VERSION,
            "rows": sum(rows for _, rows in files),
            "codec": self._codec,
            "spec": spec_to_json(spec),
            "files": files,
            "meta": meta,
        }
        before = _file_names(self._folder)
        _replace(self._folder / MANIFEST, _sealed(content))
        self._shards = {}
        for name in before:
            (self._folder / name).unlink(missing_ok=True)

    def abort(self) -> None:
        """Remove what was written, unless it is finished; idempotent."""
        shards, self._shards = self._shards, {}
        for shard, writer in shards.items():
            writer.abort()
            (self._folder / self._name(shard)).unlink(missing_ok=True)
        if self._made and self._folder.is_dir() and not any(self._folder.iterdir()):
            self._folder.rmdir()


def _sealed(content: Any) -> bytes:
    text = json.dumps(content, separators=(",", ":"))
    return f'{{"content":{text},"crc32c":{crc32c(text.encode())}}}\n'.encode()


def _replace(path: Path, data: bytes) -> None:
    """Write a small file in one step."""
    temporary = path.with_name(f"{path.name}.{os.getpid()}-{secrets.token_hex(4)}.tmp")
    try:
        with temporary.open("xb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise


def _file_names(folder: Path) -> list[str]:
    """Return the names of the files of the dataset that is in a folder, or nothing when none can be read."""
    try:
        return [name for name, _ in read(str(folder), classes=False).files]
    except (DataLossError, NotFoundError, UnimplementedError):
        return []


def is_complete(path: str) -> bool:
    """Whether a folder holds a dataset."""
    return (Path(path) / MANIFEST).exists()


def read(path: str, like: Structure | None = None, *, classes: bool = True) -> Saved:
    """Return what a folder holds.

    Args:
        path: The folder.
        like: A structure that brings the classes of named tuples and dataclasses.
        classes: Whether the spec is wanted; else it is None.

    Raises:
        NotFoundError: There is no dataset.
        DataLossError: The manifest is damaged.
        InvalidArgumentError: The elements hold a dataclass, and `like` does not bring it.
        UnimplementedError: A newer version of penstock wrote it.
    """
    manifest = Path(path) / MANIFEST
    try:
        data = manifest.read_bytes()
    except (FileNotFoundError, NotADirectoryError) as err:
        raise NotFoundError(
            f"{path}: holds no saved dataset, there is no {MANIFEST}. It appears when all elements are written."
        ) from err
    content = _unsealed(manifest, data)
    if content["version"] != VERSION:
        raise UnimplementedError(
            f"{manifest}: the dataset has format version {content['version']}, this penstock reads version {VERSION}. "
            "Update penstock."
        )
    spec = spec_from_json(content["spec"], like) if classes else None
    files = tuple((name, rows) for name, rows in content["files"])
    return Saved(path, content["rows"], content["codec"], spec, files, content["meta"])


def _unsealed(manifest: Path, data: bytes) -> Any:
    """Return a manifest's content, checked."""
    try:
        content = json.loads(data)["content"]
        if _sealed(content) != data or content["format"] != FORMAT:
            raise ValueError
    except (ValueError, KeyError, TypeError) as err:
        raise DataLossError(
            f"{manifest}: is damaged, or no manifest of a saved dataset. Save the dataset again.",
            path=str(manifest),
            offset_bytes=0,
        ) from err
    return content
