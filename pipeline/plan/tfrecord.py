"""Records of TFRecord files."""

from __future__ import annotations

import dataclasses
from typing import Literal

from .file_source import FileSource


@dataclasses.dataclass(frozen=True)
class TFRecord(FileSource):
    """The payloads of the records of TFRecord files.

    Attributes:
        on_corrupt: `"raise"` or `"skip"`: what becomes of damaged places.
        max_skipped: How much of one file may be skipped: a number of places, or their share; None sets no limit.
    """

    name = "tfrecord"
    on_corrupt: Literal["raise", "skip"] = dataclasses.field(default="raise", kw_only=True)
    max_skipped: float | None = dataclasses.field(default=None, kw_only=True)

    def describe(self) -> str:
        shown = super().describe()
        if self.on_corrupt == "skip":
            shown += ", on_corrupt='skip'"
        return shown + (f", max_skipped={self.max_skipped}" if self.max_skipped is not None else "")
