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
import secrets
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from ...core import nest
from ...core.block import Block
from ...core.errors import DataLossError, InvalidArgumentError, NotFoundError, UnimplementedError
from ...core.nest import Structure
from ...core.replacing import replacing
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
        progress: What `progress` returned, to go on there.

    Raises:
        InvalidArgumentError: The path is a file.
        NotFoundError: A file to go on with is gone.
        DataLossError: A file to go on with is damaged.
    """

    def __init__(self, path: str, codec: str, progress: Any = None) -> None:
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
        # The spec of the rows before, as JSON: the first block brings the classes.
        self._spec_before: Any = None
        if progress is not None:
            self._go_on(progress)

    def _go_on(self, progress: Any) -> None:
        self._run, self._spec_before = progress["run"], progress["spec"]
        sizes = {self._name(shard): (shard, size) for shard, size in progress["shards"]}
        for stray in self._folder.glob(f"{self._run}-*.blocks"):
            if stray.name not in sizes:
                stray.unlink()
        try:
            for name, (shard, size) in sizes.items():
                self._shards[shard] = BlockFileWriter.reopened(str(self._folder / name), self._codec, size)
        except BaseException:
            self.abort()
            raise

    def progress(self) -> Any:
        """Bring all rows to disk, and return what another writer needs to go on, as JSON values.

        Raises:
            OSError: A file cannot be written.
        """
        shards = [[shard, writer.keep()] for shard, writer in self._shards.items()]
        spec = self._spec_before if self._spec is None else spec_to_json(self._spec)
        return {"run": self._run, "spec": spec, "shards": shards}

    def write(self, shard: int, block: Block) -> None:
        """Append rows to a shard.

        Raises:
            InvalidArgumentError: An element has no form in a file, or another structure than those before.
            OSError: A file cannot be written.
        """
        spec = block.spec
        if self._spec is None and self._spec_before is not None:
            self._spec = spec_from_json(self._spec_before, block.structure)
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
        if spec is None and self._spec is None and self._spec_before is not None:
            described = self._spec_before
        elif spec is None:
            described = spec_to_json(() if self._spec is None else self._spec)
        else:
            described = spec_to_json(spec)
        for writer in self._shards.values():
            writer.finish()
        files = [(self._name(shard), self._shards[shard].rows) for shard in sorted(self._shards)]
        content = {
            "format": FORMAT,
            "version": VERSION,
            "rows": sum(rows for _, rows in files),
            "codec": self._codec,
            "spec": described,
            "files": files,
            "meta": meta,
        }
        before = _file_names(self._folder)
        with replacing(self._folder / MANIFEST) as file:
            file.write(sealed(content))
        self._shards = {}
        for name in before:
            (self._folder / name).unlink(missing_ok=True)

    def abort(self) -> None:
        """Remove what was written, unless it is finished or told by `progress`; idempotent."""
        shards, self._shards = self._shards, {}
        for shard, writer in shards.items():
            writer.abort()
            if not writer.is_kept:
                (self._folder / self._name(shard)).unlink(missing_ok=True)
        if self._made and self._folder.is_dir() and not any(self._folder.iterdir()):
            self._folder.rmdir()


def sealed(content: Any) -> bytes:
    """Return a JSON text with the checksum of its content."""
    text = json.dumps(content, separators=(",", ":"))
    return f'{{"content":{text},"crc32c":{crc32c(text.encode())}}}\n'.encode()


def unsealed(data: bytes) -> Any:
    """Return the content of a sealed text; None when it is damaged."""
    try:
        content = json.loads(data)["content"]
        return content if sealed(content) == data else None
    except (ValueError, KeyError, TypeError):
        return None


def _file_names(folder: Path) -> list[str]:
    """Return the names of the files of the dataset that is in a folder, or nothing when none can be read."""
    try:
        return [name for name, _ in read(str(folder), classes=False).files]
    except (DataLossError, NotFoundError, UnimplementedError):
        return []


def is_run_complete(path: str, run: str) -> bool:
    """Whether the dataset in a folder is what one writer, known from its progress, has finished."""
    return any(name.startswith(f"{run}-") for name in _file_names(Path(path)))


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
    content = _content_of(manifest, data)
    if content["version"] != VERSION:
        raise UnimplementedError(
            f"{manifest}: the dataset has format version {content['version']}, this penstock reads version {VERSION}. "
            "Update penstock."
        )
    spec = spec_from_json(content["spec"], like) if classes else None
    files = tuple((name, rows) for name, rows in content["files"])
    return Saved(path, content["rows"], content["codec"], spec, files, content["meta"])


def _content_of(manifest: Path, data: bytes) -> Any:
    """Return a manifest's content, checked."""
    content = unsealed(data)
    if not isinstance(content, dict) or content.get("format") != FORMAT:
        raise DataLossError(
            f"{manifest}: is damaged, or no manifest of a saved dataset. Save the dataset again.",
            path=str(manifest),
            offset_bytes=0,
        )
    return content
