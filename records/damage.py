"""Damaged places of a file: what to do about them, and the report of what was lost."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final, Literal, TypeAlias

from ..core.errors import DataLossError, InvalidArgumentError, describe

OnCorrupt: TypeAlias = Literal["raise", "skip"]

# What damaged places have in common shows in this many of them, and memory stays bounded.
KEPT: Final = 1000

_logger = logging.getLogger("penstock")


@dataclass(frozen=True)
class Damage:
    """One damaged place of a file.

    Attributes:
        path: The file.
        start_bytes: First lost byte, in the (decompressed) file.
        stop_bytes: End of the lost bytes: where the next good record begins, or the file ends. None when the rest of a
            compressed file is lost.
        record_index: How many records were read before it.
        records_lost: Number of records lost here, or None when that cannot be told: lengths are lost, or bytes that
            never were a record lie here.
        error: What would have been raised.
    """

    path: str
    start_bytes: int
    stop_bytes: int | None
    record_index: int
    records_lost: int | None
    error: DataLossError

    @property
    def reason(self) -> str:
        """What was found, as the error says it."""
        return str(self.error)

    def to_json(self) -> dict[str, Any]:
        """Return the report of this place as plain values."""
        return {
            "start_bytes": self.start_bytes,
            "stop_bytes": self.stop_bytes,
            "record_index": self.record_index,
            "records_lost": self.records_lost,
            "reason": self.reason,
        }

    def __str__(self) -> str:
        stop = "the end" if self.stop_bytes is None else f"byte {self.stop_bytes}"
        lost = {None: "records lost: unknown", 1: "1 record lost"}.get(
            self.records_lost, f"{self.records_lost} records lost"
        )
        return f"bytes {self.start_bytes} to {stop} skipped, {lost}: {self.reason}"


class DamageReport:
    """What a reader left out: `len()` counts the damaged places, iteration gives the first thousand.

    Attributes:
        records_read: Good records read so far.
        bytes_lost: Bytes that were skipped; without those behind the point where a compressed file breaks.
    """

    def __init__(self) -> None:
        self.records_read = 0
        self.bytes_lost = 0
        self._first: list[Damage] = []
        self._places = 0

    def __len__(self) -> int:
        return self._places

    def __iter__(self) -> Iterator[Damage]:
        return iter(tuple(self._first))

    def add(self, damage: Damage) -> None:
        """Take in one more damaged place."""
        self._places += 1
        self.bytes_lost += 0 if damage.stop_bytes is None else damage.stop_bytes - damage.start_bytes
        if len(self._first) < KEPT:
            self._first.append(damage)

    @property
    def records_lost(self) -> int | None:
        """Number of lost records, or None when it cannot be told."""
        counts = [damage.records_lost for damage in self._first]
        if self._places > len(counts):
            return None
        return None if None in counts else sum(count or 0 for count in counts)

    def to_json(self) -> dict[str, Any]:
        """Return the report as plain values."""
        return {
            "records_read": self.records_read,
            "records_lost": self.records_lost,
            "bytes_lost": self.bytes_lost,
            "places": len(self),
            "damages": [damage.to_json() for damage in self._first],
        }

    def __repr__(self) -> str:
        return f"DamageReport({self.records_read} records read, {len(self)} damaged places)"


@dataclass(frozen=True)
class DamagePolicy:
    """What a reader does about damaged places.

    Attributes:
        on_corrupt: `"raise"` or `"skip"`.
        max_skipped: An int is the largest number of damaged places that may be skipped; a float the largest share of
            them among places and records, judged at the end of the file; None sets no limit.
    """

    on_corrupt: OnCorrupt = "raise"
    max_skipped: float | None = None

    @property
    def skips(self) -> bool:
        """Whether damaged places are skipped at all."""
        return self.on_corrupt == "skip"

    def admit(self, report: DamageReport, damage: Damage) -> None:
        """Take a damaged place into the report.

        Raises:
            DataLossError: It is one too many: the place's own error, with a note.
        """
        if isinstance(self.max_skipped, int) and len(report) >= self.max_skipped:
            damage.error.add_note(f"Damaged places skipped before: {len(report)}; max_skipped={self.max_skipped}.")
            raise damage.error
        report.add(damage)
        _logger.warning("%s", damage)

    def check_share(self, path: str, report: DamageReport) -> None:
        """Check the share of damaged places at the end of a file.

        Raises:
            DataLossError: It is too large.
        """
        if not isinstance(self.max_skipped, float) or not len(report):
            return
        share = len(report) / (len(report) + report.records_read)
        if share > self.max_skipped:
            raise DataLossError(
                f"{path}: {len(report)} damaged places beside {report.records_read} good records are more than "
                f"max_skipped={self.max_skipped} allows. Repair the file or raise the limit.",
                path=path,
            )


def damage_policy(where: str, on_corrupt: object, max_skipped: float | None) -> DamagePolicy:
    """Return the policy that two arguments ask for.

    Raises:
        InvalidArgumentError: `on_corrupt` is neither word, or the limit is no count and no share, or there is a limit
            where nothing is skipped.
    """
    if on_corrupt not in ("raise", "skip"):
        raise InvalidArgumentError(
            f'{where}: on_corrupt must be "raise" or "skip". Received: on_corrupt={describe(on_corrupt)}.'
        )
    if max_skipped is None:
        return DamagePolicy(on_corrupt)
    if on_corrupt == "raise":
        raise InvalidArgumentError(f'{where}: max_skipped goes with on_corrupt="skip". Received: {max_skipped=}.')
    is_count = isinstance(max_skipped, int) and not isinstance(max_skipped, bool) and max_skipped >= 0
    is_share = isinstance(max_skipped, float) and 0.0 <= max_skipped <= 1.0
    if not (is_count or is_share):
        raise InvalidArgumentError(
            f"{where}: max_skipped must be an int >= 0 (damaged places), a float from 0 to 1 (their share), or None. "
            f"Received: max_skipped={describe(max_skipped)}."
        )
    return DamagePolicy(on_corrupt, max_skipped)
