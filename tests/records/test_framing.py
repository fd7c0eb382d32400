import base64

import crc32c
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from penstock.core.columns import BytesColumn
from penstock.records import TFRecordReader, TFRecordWriter, masked_crc32c
from penstock.records.framing import frame, frame_many
from penstock.testing.strategies import payloads

pytestmark = pytest.mark.unit


def table_crc32c(data):
    """CRC32C bit by bit: the reference."""
    crc = 0xFFFFFFFF
    for byte in data:
        crc ^= byte
        for _ in range(8):
            crc = (crc >> 1) ^ (0x82F63B78 if crc & 1 else 0)
    return crc ^ 0xFFFFFFFF


def test_crc_of_known_strings():
    # RFC 3720, appendix B.4
    assert table_crc32c(bytes(32)) == 0x8A9136AA
    assert table_crc32c(b"\xff" * 32) == 0x62A8AB43
    assert table_crc32c(bytes(range(32))) == 0x46DD794E


@given(st.binary(max_size=70), st.integers(0, 8))
def test_crc_kernel_is_the_reference(data, skipped):
    from penstock.records.framing_kernels import crc_kernel, mask_kernel

    array = np.frombuffer(data, np.uint8)
    start = min(skipped, len(data))
    crc = int(crc_kernel(array, start, len(data)))
    assert crc == table_crc32c(data[start:]) == crc32c.crc32c(data[start:])
    assert int(mask_kernel(np.uint64(crc))) == masked_crc32c(data[start:])


@pytest.mark.parametrize("length", [191, 192, 199, 3 * 64 * 2 + 5, 3071, 3072, 3 * 1024 + 3 * 64 + 9, 6144])
def test_crc_over_lanes(length):
    from penstock.records.framing_kernels import copy_crc_kernel, crc_kernel

    data = np.random.default_rng(length).integers(0, 256, length + 3, dtype=np.uint8)
    expected = crc32c.crc32c(data[3:].tobytes())
    assert int(crc_kernel(data, 3, len(data))) == expected
    out = np.zeros(length + 16, np.uint8)
    assert int(copy_crc_kernel(data, 3, len(data), out, 5)) == expected
    assert np.array_equal(out[5 : 5 + length], data[3:]) and not out[:5].any() and not out[5 + length :].any()


def test_portable_crc_and_words_are_the_compiled_ones():
    from penstock.records import words

    data = np.arange(40, dtype=np.uint8) * 7
    crc = np.uint64(0xFFFFFFFF)
    with np.errstate(over="ignore"):
        for i in range(0, 40, 8):
            crc = words.crc_word(crc, words.load_u64(data, i))
        crc = words.crc_byte(crc, np.uint8(9))
        product = words.multiply_high(np.uint64(2**64 - 5), np.uint64(2**63 + 11))
    assert int(crc) ^ 0xFFFFFFFF == table_crc32c(data.tobytes() + b"\t")
    assert int(words.load_u64(data, 3)) == int.from_bytes(data[3:11].tobytes(), "little")
    assert words.low_zero_bytes(np.uint64(0x8000_0000)) == 3
    assert words.low_zero_bits(np.uint64(0x8000_0000)) == 31
    assert words.low_zero_bits(np.uint64(0)) == 64
    assert int(words.pack_sevens(np.uint64(0x8182_8384_8586_8788))) == sum(k << 7 * (8 - k) for k in range(1, 9))
    assert int(words.low_bytes(np.arange(100, 164, dtype=np.uint8), 0)) == (1 << 28) - 1
    assert int(product) == ((2**64 - 5) * (2**63 + 11)) >> 64
    out = np.zeros(12, np.uint8)
    words.store_u64(out, 2, np.uint64(0x0102030405060708))
    assert out.tobytes() == b"\0\0\x08\x07\x06\x05\x04\x03\x02\x01\0\0"


@given(payloads())
def test_frame_many_is_frame_of_each(records):
    assert bytes(frame_many(BytesColumn.from_list(records))) == b"".join(map(frame, records))


def test_frame_many_of_a_slice():
    column = BytesColumn.from_list([b"a", b"bb", b"", b"dddd" * 9]).slice(1, 4)
    assert bytes(frame_many(column)) == frame(b"bb") + frame(b"") + frame(b"dddd" * 9)


@pytest.mark.golden
def test_files_of_tensorflow(golden, golden_dir, tmp_path):
    for case in golden("tfrecord")["cases"]:
        records = [base64.b64decode(text) for text in case["records"]]
        path = golden_dir / "tfrecord" / case["file"]
        with TFRecordReader(path, case["compression"]) as reader:
            assert list(reader) == records, case["file"]
        if not case["compression"]:
            assert b"".join(map(frame, records)) == path.read_bytes()
            with TFRecordWriter(tmp_path / "mine") as writer:
                writer.write_many(BytesColumn.from_list(records))
            assert (tmp_path / "mine").read_bytes() == path.read_bytes()
