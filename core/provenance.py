"""Where rows came from: a file and a record (or line) number for each row of a block.

File names are kept once, in a table for the whole process; rows carry its int64 numbers.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from .forks import new_lock

_lock = new_lock()
_files: list[tuple[str, str]] = []
_ids: dict[tuple[str, str], int] = {}


@dataclasses.dataclass(frozen=True, slots=True)
class Origin:
    """Where one row came from.

    Attributes:
        path: The file.
        number: Record or line in the file, counted from 0.
        unit: `"record"` or `"line"`.
    """

    path: str
    number: int
    unit: str

    def __str__(self) -> str:
        # Editors count lines from 1, record indices count from 0.
        return f"{self.path}, {self.unit} {self.number + 1 if self.unit == 'line' else self.number}"


def file_id(path: str, unit: str = "record") -> int:
    """Return the number of a file read by records or by lines, giving it the next free one when it is new."""
    key = (path, unit)
    with _lock:
        if key not in _ids:
            _files.append(key)
            _ids[key] = len(_files) - 1
        return _ids[key]


class Provenance:
    """File and record of each row of a block.

    Args:
        files: int64[n], numbers from `file_id`; -1 where unknown.
        records: int64[n], record or line in the file, counted from 0.
    """

    __slots__ = ("files", "records")

    def __init__(self, files: npt.NDArray[np.int64], records: npt.NDArray[np.int64]) -> None:
        self.files, self.records = files, records

    @classmethod
    def of_file(cls, path: str, first_record: int, n: int, *, unit: str = "record") -> Provenance:
        """Return the provenance of `n` consecutive records (or lines) of one file."""
        # A broadcast view: eight bytes for the file column of any number of rows, until rows are mixed.
        files = np.broadcast_to(np.int64(file_id(path, unit)), (n,))
        return cls(files, np.arange(first_record, first_record + n, dtype=np.int64))

    @classmethod
    def unknown(cls, n: int) -> Provenance:
        """Return the provenance of `n` rows from nowhere in particular."""
        return cls(*(np.broadcast_to(np.int64(number), (n,)) for number in (-1, 0)))

    def __len__(self) -> int:
        return len(self.records)

    def slice(self, start: int, stop: int) -> Provenance:
        """Return rows `start` to `stop` (not included)."""
        return Provenance(self.files[start:stop], self.records[start:stop])

    def take(self, indices: npt.NDArray[np.int64]) -> Provenance:
        """Return the rows at `indices`."""
        return Provenance(self.files.take(indices), self.records.take(indices))

    @staticmethod
    def concat(parts: Sequence[Provenance]) -> Provenance:
        """Join the rows of several."""
        return Provenance(np.concatenate([p.files for p in parts]), np.concatenate([p.records for p in parts]))

    def __reduce__(self) -> tuple[Any, ...]:
        # Numbers of files hold in one process only: paths travel in their place.
        numbers, rows = np.unique(self.files, return_inverse=True)
        files = [_files[number] if number >= 0 else None for number in numbers.tolist()]
        return _from_files, (files, rows, np.ascontiguousarray(self.records))

    def where(self, row: int) -> Origin | None:
        """Return where a row came from, or None when it is unknown."""
        number = int(self.files[row])
        return None if number < 0 else Origin(_files[number][0], int(self.records[row]), _files[number][1])


def _from_files(
    files: Sequence[tuple[str, str] | None], rows: npt.NDArray[np.int64], records: npt.NDArray[np.int64]
) -> Provenance:
    numbers = np.array([-1 if file is None else file_id(*file) for file in files], dtype=np.int64)
    return Provenance(numbers[rows], records)
