"""Manifests: which shards a set of TFRecord files has, so that a missing or short one is noticed.

A manifest is a JSON file beside its shards::

    {"format": "penstock-shards", "version": 1, "compression_type": "", "records": 3, "bytes": 90,
     "schema": null, "shards": [{"name": "train-00000-of-00001.tfrecord", "records": 3, "bytes": 90, "sha256": "…"}]}
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final, Protocol

from ..core.errors import DataLossError, InvalidArgumentError, NotFoundError
from ..core.replacing import replacing
from .files import check_compression, open_local, path_of

_FORMAT: Final = "penstock-shards"
_VERSION: Final = 1
_PIECE_BYTES: Final = 1 << 20


class Finished(Protocol):
    """A complete file under a temporary name."""

    def publish(self, path: str) -> None:
        """Give it its name."""
        ...


@dataclass(frozen=True)
class Shard:
    """One file of a set.

    Attributes:
        name: File name, in the manifest's folder.
        records: Number of records.
        bytes: Size of the file.
        sha256: SHA-256 of the file, as hex digits.
    """

    name: str
    records: int
    bytes: int
    sha256: str


@dataclass(frozen=True)
class Manifest:
    """The shards of a set, as they were written.

    Attributes:
        shards: The files, in order.
        compression_type: `""`, `"GZIP"` or `"ZLIB"`.
        schema: What the writer was told about the records: plain JSON values, or None.
        folder: Where the files are.
    """

    shards: tuple[Shard, ...]
    compression_type: str = ""
    schema: Any = None
    folder: str = "."

    @property
    def records(self) -> int:
        """Number of records in all shards."""
        return sum(shard.records for shard in self.shards)

    @property
    def bytes(self) -> int:
        """Size of all shards."""
        return sum(shard.bytes for shard in self.shards)

    @property
    def paths(self) -> list[str]:
        """Paths of the shards, in order."""
        return [str(Path(self.folder) / shard.name) for shard in self.shards]

    def problems(self, *, deep: bool = False) -> list[str]:
        """Return what is wrong with the files, one line each; an empty list when all is well.

        Args:
            deep: Also read all files and compare their hashes, not only their sizes.
        """
        found = [self._problem(shard, deep=deep) for shard in self.shards]
        return [problem for problem in found if problem]

    def _problem(self, shard: Shard, *, deep: bool) -> str | None:
        path = Path(self.folder) / shard.name
        try:
            size = path.stat().st_size
        except FileNotFoundError:
            return f"{path}: is missing ({shard.records} records)"
        if size != shard.bytes:
            return f"{path}: has {size} bytes, was written with {shard.bytes} ({shard.records} records)"
        if deep and sha256_of(str(path)) != shard.sha256:
            return f"{path}: holds other bytes than were written (SHA-256 differs)"
        return None

    def check(self, *, deep: bool = False) -> None:
        """Check that all shards are there and whole.

        Args:
            deep: Also read all files and compare their hashes, not only their sizes.

        Raises:
            DataLossError: A shard is missing, has another size, or other bytes.
        """
        problems = self.problems(deep=deep)
        if problems:
            shown = "; ".join(problems[:5]) + (f"; and {len(problems) - 5} more" if len(problems) > 5 else "")
            raise DataLossError(f"Manifest: {len(problems)} of {len(self.shards)} shards are not as written: {shown}.")

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write the manifest, under a temporary name first."""
        plain = {
            "format": _FORMAT,
            "version": _VERSION,
            "compression_type": self.compression_type,
            "records": self.records,
            "bytes": self.bytes,
            "schema": self.schema,
            "shards": [asdict(shard) for shard in self.shards],
        }
        with replacing(Path(path)) as file:
            file.write((json.dumps(plain, indent=1) + "\n").encode())


def publish_shards(files: Sequence[Finished], names: Sequence[str], manifest: Manifest, path: str) -> None:
    """Give finished shards their names, then write their manifest; on failure no shard is left.

    Args:
        files: The shards, under temporary names.
        names: Their paths.
        manifest: What describes them.
        path: Where it is written.
    """
    published: list[str] = []
    try:
        # A manifest of an earlier run must not vouch for a mixture of its shards and ours.
        Path(path).unlink(missing_ok=True)
        for file, name in zip(files, names, strict=True):
            file.publish(name)
            published.append(name)
        manifest.save(path)
    except BaseException:
        for name in published:
            Path(name).unlink(missing_ok=True)
        raise


def sha256_of(path: str) -> str:
    """Return the SHA-256 of a file, as hex digits."""
    digest = hashlib.sha256()
    with open_local(path) as file:
        while piece := file.read(_PIECE_BYTES):
            digest.update(piece)
    return digest.hexdigest()


def read_manifest(path: str | os.PathLike[str]) -> Manifest:
    """Read a manifest; its shards are looked for in its folder.

    Raises:
        NotFoundError: There is no such file.
        InvalidArgumentError: It is no manifest, or one of a later version.
    """
    name = path_of(path)
    try:
        plain = json.loads(Path(name).read_text(encoding="utf-8"))
    except FileNotFoundError as err:
        raise NotFoundError(f"{name}: no such file.") from err
    except ValueError as err:
        raise InvalidArgumentError(f"read_manifest: {name} must be a manifest. It is no JSON ({err}).") from err
    if not isinstance(plain, dict) or (plain.get("format"), plain.get("version")) != (_FORMAT, _VERSION):
        raise InvalidArgumentError(
            f"read_manifest: {name} must be a manifest of version {_VERSION}. Write it with ShardedWriter."
        )
    try:
        shards = tuple(Shard(**shard) for shard in plain["shards"])
        if any(Path(shard.name).name != shard.name for shard in shards):
            raise ValueError("a shard's name holds a folder")
        kind = check_compression("read_manifest", plain["compression_type"])
        return Manifest(shards, kind, plain["schema"], str(Path(name).parent))
    except (KeyError, TypeError, ValueError) as err:
        raise InvalidArgumentError(f"read_manifest: {name} is not whole ({type(err).__name__}: {err}).") from err
