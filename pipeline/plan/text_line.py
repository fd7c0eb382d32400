"""Lines of text files."""

from __future__ import annotations

import dataclasses

from .file_source import FileSource


@dataclasses.dataclass(frozen=True)
class TextLine(FileSource):
    """The lines of text files, without their line ends."""

    name = "text_line"
