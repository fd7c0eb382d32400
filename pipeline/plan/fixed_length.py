"""Records of files in which all records have the same number of bytes."""

from __future__ import annotations

import dataclasses

from .file_source import FileSource


@dataclasses.dataclass(frozen=True)
class FixedLength(FileSource):
    """Records of `record_bytes` bytes each.

    Attributes:
        record_bytes: Bytes of each record.
        header_bytes: Bytes left out at the beginning of each file.
        footer_bytes: Bytes left out at the end of each file.
    """

    name = "fixed_length"
    record_bytes: int = dataclasses.field(kw_only=True)
    header_bytes: int = dataclasses.field(default=0, kw_only=True)
    footer_bytes: int = dataclasses.field(default=0, kw_only=True)

    def describe(self) -> str:
        shown = f"{super().describe()}, record_bytes={self.record_bytes}"
        for name in ("header_bytes", "footer_bytes"):
            if value := getattr(self, name):
                shown += f", {name}={value}"
        return shown
