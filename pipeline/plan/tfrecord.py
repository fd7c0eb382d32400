"""Records of TFRecord files."""

from __future__ import annotations

import dataclasses

from .file_source import FileSource


@dataclasses.dataclass(frozen=True)
class TFRecord(FileSource):
    """The payloads of the records of TFRecord files."""

    name = "tfrecord"
