"""Strategies for record files: payloads, the values of an Example, its serialized forms, and CSV rows."""

from __future__ import annotations

import gzip
import struct
import zlib
from typing import Any, NamedTuple

from ...records.framing import frame
from .hypothesis_extra import st

Values = dict[str, list[Any] | None]


def payloads(max_size: int = 60) -> st.SearchStrategy[list[bytes]]:
    """Generate the records of a file: any bytes, empty ones and none at all among them."""
    return st.lists(st.binary(max_size=max_size), max_size=12)


class RecordFile(NamedTuple):
    """A TFRecord file.

    Attributes:
        data: Its bytes.
        records: Its records, as they were before the damage.
        damaged: Numbers of the records that a bit was flipped in: header, payload or checksum.
        compression_type: None, `"GZIP"` or `"ZLIB"`; damage is inside of the compressed data.
    """

    data: bytes
    records: list[bytes]
    damaged: frozenset[int]
    compression_type: str | None

    @property
    def good(self) -> list[bytes]:
        """The records that can be read."""
        return [record for i, record in enumerate(self.records) if i not in self.damaged]


@st.composite
def record_files(draw: st.DrawFn, *, damage: bool = True) -> RecordFile:
    """Generate TFRecord files, plain and compressed.

    Args:
        draw: Given by Hypothesis.
        damage: Whether some of them are damaged.
    """
    records = draw(payloads())
    frames = [bytearray(frame(record)) for record in records]
    damaged = draw(st.sets(st.integers(0, len(frames) - 1), max_size=4)) if frames and damage else set()
    for i in sorted(damaged):
        frames[i][draw(st.integers(0, len(frames[i]) - 1))] ^= 1 << draw(st.integers(0, 7))
    data, kind = b"".join(frames), draw(st.sampled_from([None, "GZIP", "ZLIB"]))
    if kind is not None:
        data = gzip.compress(data) if kind == "GZIP" else zlib.compress(data)
    return RecordFile(data, records, frozenset(damaged), kind)


def example_values(max_features: int = 5) -> st.SearchStrategy[Values]:
    """Generate the features of an Example: key to a list of int, float or bytes, or None for a feature without list."""
    values = st.one_of(
        st.none(),
        st.lists(st.integers(-(2**63), 2**63 - 1), max_size=6),
        st.lists(st.floats(width=32), max_size=6),
        st.lists(st.binary(max_size=8), max_size=4),
    )
    return st.dictionaries(st.text(max_size=6), values, max_size=max_features)


def varint(number: int) -> bytes:
    """Return a protobuf varint; a negative number takes ten bytes."""
    rest, out = number & (2**64 - 1), bytearray()
    while rest > 127:
        out.append(rest & 127 | 128)
        rest >>= 7
    return bytes([*out, rest])


def field(number: int, payload: bytes) -> bytes:
    """Return a length-delimited protobuf field."""
    return varint(number << 3 | 2) + varint(len(payload)) + payload


_UNKNOWN = st.one_of(
    st.just(b""),
    st.builds(lambda n, v: varint(n << 3) + varint(v), st.integers(4, 90), st.integers(0, 2**64 - 1)),
    st.builds(field, st.integers(4, 90), st.binary(max_size=5)),
    st.builds(lambda n, v: varint(n << 3 | 5) + v, st.integers(4, 90), st.binary(min_size=4, max_size=4)),
    st.builds(lambda n, v: varint(n << 3 | 1) + v, st.integers(4, 90), st.binary(min_size=8, max_size=8)),
)


@st.composite
def _list_contents(draw: st.DrawFn) -> tuple[int, bytes]:
    """A list message, in any legal writing: packed, unpacked, in several pieces, with unknown fields."""
    kind, parts = draw(st.integers(1, 3)), []
    for _ in range(draw(st.integers(0, 3))):
        if kind == 1:
            parts.append(field(1, draw(st.binary(max_size=5))))
        elif kind == 2:
            values = [struct.pack("<f", v) for v in draw(st.lists(st.floats(width=32), max_size=3))]
            packed = draw(st.booleans())
            parts.append(field(1, b"".join(values)) if packed else b"".join(varint(13) + v for v in values))
        else:
            numbers = [varint(v) for v in draw(st.lists(st.integers(-(2**63), 2**63 - 1), max_size=3))]
            packed = draw(st.booleans())
            parts.append(field(1, b"".join(numbers)) if packed else b"".join(varint(8) + v for v in numbers))
        parts.append(draw(_UNKNOWN))
    return kind, b"".join(parts)


@st.composite
def serialized_examples(draw: st.DrawFn) -> bytes:
    """Generate legal writings of Example that no library produces but all must read.

    Keys come twice, parts of an entry are swapped, missing or repeated, a Feature has several lists, Features come in
    pieces, unknown fields stand everywhere.
    """
    message = b""
    for _ in range(draw(st.integers(0, 2))):
        entries = b""
        for _ in range(draw(st.integers(0, 4))):
            feature = b"".join(
                draw(_UNKNOWN) + field(*content) for content in draw(st.lists(_list_contents(), max_size=2))
            )
            parts = [field(1, draw(st.sampled_from(["a", "b", "cc"])).encode()), field(2, feature)]
            shape = draw(
                st.sampled_from([(0, 1), (0, 1), (0, 1), (0, 1), (1, 0), (0,), (1,), (), (0, 1, 1), (0, 0, 1)])
            )
            entries += field(1, b"".join(parts[i] for i in shape)) + draw(_UNKNOWN)
        message += field(1, entries) + draw(_UNKNOWN)
    return message


@st.composite
def sequence_examples(draw: st.DrawFn) -> bytes:
    """Generate legal writings of SequenceExample, with lists under the keys x, y and z."""
    message = b""
    for _ in range(draw(st.integers(0, 2))):
        entries = b""
        for _ in range(draw(st.integers(0, 3))):
            steps = b""
            for content in draw(st.lists(st.none() | _list_contents(), max_size=3)):
                steps += field(1, field(*content) if content else b"") + draw(_UNKNOWN)
            parts = [field(1, draw(st.sampled_from("xyz")).encode()), field(2, steps)]
            shape = draw(st.sampled_from([(0, 1), (0, 1), (0, 1), (1, 0), (0,), (1,), (), (0, 1, 1)]))
            entries += field(1, b"".join(parts[i] for i in shape)) + draw(_UNKNOWN)
        message += field(2, entries) + draw(_UNKNOWN)
        if draw(st.booleans()):
            message += field(
                1, field(1, field(1, b"id") + field(2, field(3, field(1, varint(draw(st.integers(0, 9)))))))
            )
    return message


@st.composite
def damaged(draw: st.DrawFn, messages: st.SearchStrategy[bytes]) -> bytes:
    """Generate bytes that were messages: a few of them changed, the end perhaps cut off."""
    message = bytearray(draw(messages))
    for _ in range(draw(st.integers(1, 3)) if message else 0):
        message[draw(st.integers(0, len(message) - 1))] = draw(st.integers(0, 255))
    return bytes(message[: draw(st.integers(0, len(message)))])


def csv_fields() -> st.SearchStrategy[str]:
    """Generate the text of one CSV field: numbers in many spellings, quotes, blanks, rubbish."""
    digits = st.text("0123456789", min_size=1, max_size=22)
    number = st.builds(
        lambda sign, whole, rest, power: sign + whole + rest + power,
        st.sampled_from(["", "-", "+", " ", "\t-"]),
        digits,
        st.one_of(st.just(""), st.just("."), digits.map(".".__add__)),
        st.one_of(st.just(""), st.integers(-340, 320).map("e{}".format)),
    )
    return st.one_of(
        number,
        st.floats(allow_nan=False).map(repr),
        st.floats(width=32, allow_nan=False).map(repr),
        st.integers(-(2**64), 2**64).map(str),
        st.sampled_from(
            ["", "NA", " ", "inf", "-Infinity", "nan", "0x1p3", "1_0", "1e", ".", "-", '"', '""', '"a""b"']
        ),
        st.sampled_from(['"1"', '" 2 "', '"a,b"', '"a\nb"', "a\r", "\n3", 'x"y', '"x"y', "é", "-0", "1,", '"NA"']),
        st.text('0123456789.-+eE",\n\r ax', max_size=8),
    )


def csv_rows(max_fields: int = 5) -> st.SearchStrategy[str]:
    """Generate rows of CSV text, good and bad."""
    return st.lists(csv_fields(), max_size=max_fields).map(",".join)
