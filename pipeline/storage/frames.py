"""Frames: one block, or the index of a file, as bytes with two checksums.

All numbers are little-endian::

    offset  bytes  field
    0       4      b"PSB1"
    4       4      h, length of the header, a multiple of 8
    8       8      b, length of the body
    16      4      CRC32C of the 16 bytes before
    20      4      CRC32C of header and body
    24      h      header: JSON, padded with spaces
    24 + h  b      body: the buffers of the columns one after another, each padded with zeros to a multiple of 8

The header of a block is `{"rows", "structure", "columns", "buffers": lengths in bytes, "codec", "raw": bytes of the
body before compression}`; `columns.py` and `core.nest_json` describe its parts. CRC32C is the Castagnoli polynomial
(RFC 3720, appendix B.4).
"""

from __future__ import annotations

import json
import struct
import zlib
from collections.abc import Callable, Iterator, Sequence
from typing import Any, Final

import numpy as np

from ...core.block import Block
from ...core.errors import DataLossError, InvalidArgumentError
from ...core.nest import Structure
from ...core.nest_json import structure_from_json, structure_to_json
from .columns import Array, decode, encode

MAGIC: Final = b"PSB1"
START: Final = struct.Struct("<4sIQ")
SUMS: Final = struct.Struct("<II")
HEAD_BYTES: Final = START.size + SUMS.size
CODECS: Final = ("", "GZIP", "SNAPPY")


def crc32c(data: Any, crc: int = 0) -> int:
    """Return the CRC32C of some bytes that follow others."""
    import crc32c as library

    return int(library.crc32c(data, crc))


def frame(header: Any, body: Sequence[Any] = ()) -> list[Any]:
    """Return the pieces of a frame, to be written one after another."""
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    start = START.pack(MAGIC, len(text), sum(map(len, body)))
    content = crc32c(text)
    for piece in body:
        content = crc32c(piece, content)
    return [start, SUMS.pack(crc32c(start), content), text, *body]


def block_frame(block: Block, codec: str) -> list[Any]:
    """Return the pieces of the frame of a block.

    Raises:
        InvalidArgumentError: An element has no form in a file.
    """
    buffers: list[Array] = []
    columns = []
    for path, column in zip(block.structure.paths(), block.columns, strict=True):
        try:
            columns.append(encode(column, buffers))
        except InvalidArgumentError as err:
            raise InvalidArgumentError(f"{err} Leaf: {path}." if path else str(err)) from err
    body: list[Any] = []
    for buffer in buffers:
        body.append(buffer.reshape(-1).view(np.uint8).data if buffer.nbytes else b"")
        body.append(bytes(-buffer.nbytes % 8))
    raw = sum(map(len, body))
    header = {
        "rows": block.n,
        "structure": structure_to_json(block.structure),
        "columns": columns,
        "buffers": [buffer.nbytes for buffer in buffers],
        "codec": codec,
        "raw": raw,
    }
    return frame(header, [_compress(b"".join(body), codec)] if codec and raw else body)


def read_frame(
    read: Callable[[int, int], bytes], offset: int, limit: int, where: str, path: str
) -> tuple[Any, memoryview, int]:
    """Return a frame's header and body, both checked, and the offset behind it.

    Args:
        read: Returns that many bytes from an offset, fewer at the end of the file.
        offset: Where the frame begins.
        limit: Where it must have ended.
        where: What it is, for messages.
        path: The file, for messages.

    Raises:
        DataLossError: It is damaged.
    """
    head = read(offset, HEAD_BYTES)
    if len(head) < HEAD_BYTES:
        raise damaged(path, offset, f"{where} is cut off by the end of the file")
    start = head[: START.size]
    magic, header_bytes, body_bytes = START.unpack(start)
    start_sum, content_sum = SUMS.unpack(head[START.size :])
    if magic != MAGIC or crc32c(start) != start_sum:
        raise damaged(path, offset, f"{where} has a damaged head")
    end = offset + HEAD_BYTES + header_bytes + body_bytes
    # Lengths are believed only now, and only within the file: nothing larger is allocated.
    if end > limit:
        raise damaged(path, offset, f"{where} would end at byte {end}, but must end at byte {limit}")
    content = memoryview(read(offset + HEAD_BYTES, header_bytes + body_bytes))
    computed = crc32c(content)
    if len(content) < header_bytes + body_bytes or computed != content_sum:
        raise damaged(
            path, offset, f"{where} has a checksum mismatch (stored 0x{content_sum:08x}, computed 0x{computed:08x})"
        )
    try:
        header = json.loads(bytes(content[:header_bytes]))
    except ValueError as err:
        raise damaged(path, offset, f"{where} has a header that is no JSON") from err
    return header, content[header_bytes:], end


def decode_block(header: Any, body: memoryview, like: Structure | None, offset: int, where: str, path: str) -> Block:
    """Return the block that a frame holds.

    Args:
        header: The frame's header.
        body: Its body.
        like: A structure that brings the classes of named tuples and dataclasses.
        offset: Where the frame begins, for messages.
        where: What it is, for messages.
        path: The file, for messages.

    Raises:
        DataLossError: Its parts do not fit together.
        InvalidArgumentError: It needs a class that `like` does not bring.
    """
    try:
        structure = structure_from_json(header["structure"], like)
    except InvalidArgumentError:
        raise
    except (KeyError, TypeError, ValueError) as err:
        raise damaged(path, offset, f"{where} cannot be read ({err})") from err
    try:
        rows, forms, sizes = header["rows"], header["columns"], header["buffers"]
        if type(rows) is not int or rows < 0 or len(forms) != structure.n_leaves:
            raise ValueError(f"{rows} rows of {len(forms)} columns")
        raw = _decompress(body, header["codec"], header["raw"])
        buffers = _buffers(raw, sizes)
        block = Block(structure, [decode(form, rows, buffers) for form in forms], rows)
    except (KeyError, TypeError, ValueError, StopIteration, zlib.error) as err:
        raise damaged(path, offset, f"{where} cannot be read ({err})") from err
    return block


def _buffers(raw: memoryview, sizes: Sequence[int]) -> Iterator[memoryview]:
    start = 0
    for size in sizes:
        if type(size) is not int or size < 0 or start + size > len(raw):
            raise ValueError(f"a buffer of {size} bytes at byte {start} of {len(raw)}")
        yield raw[start : start + size]
        start += size + -size % 8


def _compress(data: bytes, codec: str) -> bytes:
    if codec == "GZIP":
        return zlib.compress(data, level=6, wbits=31)
    import pyarrow

    return bytes(pyarrow.compress(data, codec="snappy", asbytes=True))


def _decompress(body: memoryview, codec: Any, raw: Any) -> memoryview:
    if type(raw) is not int or raw < 0 or codec not in CODECS:
        raise ValueError(f"codec {codec!r} of {raw!r} bytes")
    if not codec or not raw:
        data: Any = body
    elif codec == "GZIP":
        data = zlib.decompressobj(wbits=31).decompress(body, raw + 1)
    else:
        import pyarrow

        data = pyarrow.decompress(bytes(body), decompressed_size=raw, codec="snappy", asbytes=True)
    if len(data) != raw:
        raise ValueError(f"{len(data)} bytes instead of {raw}")
    return memoryview(data)


def damaged(path: str, offset: int, what: str) -> DataLossError:
    """Return the error for a file that is damaged at an offset."""
    return DataLossError(
        f"{path}: {what}, at byte {offset}. The file is damaged or incomplete; remove it and write it again.",
        path=path,
        offset_bytes=offset,
    )
