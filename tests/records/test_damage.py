"""Damaged files read with `on_corrupt="skip"`: all that was not touched comes back, and nothing else."""

import gzip
import itertools
import json
import logging
import random
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from penstock.errors import DataLossError, InvalidArgumentError
from penstock.records import Damage, DamageReport, TFRecordReader, files, masked_crc32c
from penstock.records.framing import frame

pytestmark = [pytest.mark.unit, pytest.mark.fault]

# Lengths alike and different: where bytes are missing, the end that a header announces may be the start of a record.
RECORDS = [b"first", b"", b"the third", b"z", b"fifth"]
WHOLE = b"".join(map(frame, RECORDS))
STARTS = list(itertools.accumulate((16 + len(r) for r in RECORDS), initial=0))


@pytest.fixture(scope="module")
def path(tmp_path_factory):
    return tmp_path_factory.mktemp("damage") / "a.tfrecord"


@pytest.fixture(autouse=True)
def quiet(caplog):
    """Thousands of warnings are not kept."""
    caplog.set_level(logging.CRITICAL, logger="penstock")


def salvage(path, data, kind=None, **options):
    """Write bytes and read them with damage skipped; return the records and the report."""
    path.write_bytes(data)
    with TFRecordReader(path, kind, on_corrupt="skip", **options) as reader:
        return list(reader), reader.report


def untouched(start, stop):
    """Return the records that lie wholly outside of `[start, stop)` of the good file."""
    return [r for r, a, b in zip(RECORDS, STARTS, STARTS[1:], strict=False) if b <= start or a >= stop]


def check(path, damaged, others, **options):
    """Check the law; records that the damage touched may come back only where their bytes are whole."""
    got, report = salvage(path, damaged, **options)
    rest = iter(got)
    assert all(record in rest for record in others), (got, others)
    assert set(got) <= set(RECORDS)
    assert report.records_read == len(got)
    spans = [(damage.start_bytes, damage.stop_bytes) for damage in report]
    assert all(a < b for a, b in spans) and all(b <= c for (_, b), (c, _) in itertools.pairwise(spans))
    # Every byte of the file is a good record's, or in the report.
    assert sum(16 + len(r) for r in got) + report.bytes_lost == len(damaged)
    return got, report


def test_every_flipped_bit_costs_its_record(path):
    for bit in range(8 * len(WHOLE)):
        damaged = bytearray(WHOLE)
        damaged[bit // 8] ^= 1 << (bit % 8)
        others = untouched(bit // 8, bit // 8 + 1)
        got, report = check(path, damaged, others)
        assert got == others
        (damage,) = report
        assert (damage.start_bytes, damage.stop_bytes) in itertools.pairwise(STARTS)
        assert damage.start_bytes <= bit // 8 < damage.stop_bytes


def test_every_truncation(path):
    for end in range(len(WHOLE)):
        got, report = check(path, WHOLE[:end], untouched(end, len(WHOLE)), buffer_size=20)
        assert got == untouched(end, len(WHOLE))
        assert len(report) == (end not in STARTS)
        assert report.records_lost == (end not in STARTS)


def test_every_removed_range(path):
    for start, stop in itertools.combinations(range(len(WHOLE) + 1), 2):
        check(path, WHOLE[:start] + WHOLE[stop:], untouched(start, stop))


def test_every_zeroed_range(path):
    for start, stop in itertools.combinations(range(0, len(WHOLE) + 1), 2):
        damaged = WHOLE[:start] + bytes(stop - start) + WHOLE[stop:]
        others = untouched(start, stop)
        got, _ = check(path, damaged, others)
        assert len(got) - len(others) <= 2  # a range that touches only zeros changes nothing


@pytest.mark.parametrize("inserted", [b"\0", b"x" * 7, bytes(40), bytes(range(64)), frame(b"fifth")[:-1]])
def test_bytes_inserted_anywhere(path, inserted):
    for at in range(len(WHOLE) + 1):
        others = RECORDS if at in STARTS else untouched(at, at + 1)
        got, report = check(path, WHOLE[:at] + inserted + WHOLE[at:], others)
        assert got in (others, RECORDS)  # a zero among zeros leaves the record whole
        assert len(report) == 1


def test_every_duplicated_range(path):
    for start, stop in itertools.combinations(range(len(WHOLE) + 1), 2):
        # The copy comes behind the range: the record that it cuts in two is the one around `stop`.
        others = [r for r, a, b in zip(RECORDS, STARTS, STARTS[1:], strict=False) if b <= stop or a >= stop]
        check(path, WHOLE[:stop] + WHOLE[start:stop] + WHOLE[stop:], others)


@given(st.lists(st.tuples(st.integers(0, len(WHOLE) - 1), st.integers(1, 255)), min_size=1, max_size=6), st.data())
def test_several_damaged_places(path, changes, data):
    damaged = bytearray(WHOLE)
    for at, bits in changes:
        damaged[at] ^= bits
    places = [at for at, (a, b) in enumerate(zip(WHOLE, damaged, strict=True)) if a != b]
    others = [
        r for r, a, b in zip(RECORDS, STARTS, STARTS[1:], strict=False) if not any(a <= place < b for place in places)
    ]
    got, _ = check(path, bytes(damaged), others, buffer_size=data.draw(st.sampled_from([None, 1, 30, 100])))
    assert got == others


def test_two_files_joined(path):
    assert salvage(path, WHOLE + WHOLE)[0] == RECORDS * 2
    got, report = salvage(path, WHOLE[:-3] + WHOLE)
    assert got == RECORDS[:-1] + RECORDS
    assert len(report) == 1


def test_records_inside_a_damaged_record_do_not_come_back(path):
    inner = frame(b"inner") + frame(b"more")
    for outer in (inner, b"before" + inner, inner + b"after", frame(inner)):
        data = bytearray(frame(b"a") + frame(outer) + frame(b"b"))
        data[-len(frame(b"b")) - 1] ^= 1  # the outer record's own CRC
        got, report = salvage(path, data)
        assert got == [b"a", b"b"]
        assert report.records_lost == 1


def test_missing_bytes_that_make_a_record_seem_whole(path):
    # What is left of `long` is as long as the two records behind the gap.
    long = frame(b"l" * 80)
    rest = frame(b"x" * 26) + frame(b"y" * 26)
    data = long[: len(long) - len(rest)] + rest + frame(b"end")
    got, report = salvage(path, data)
    assert got == [b"x" * 26, b"y" * 26, b"end"]
    assert (len(report), report.records_lost) == (1, None)


def test_long_damage_needs_no_memory(path):
    path.write_bytes(frame(b"a") + b"\1" * 3_000_000 + frame(b"b"))
    with TFRecordReader(path, on_corrupt="skip", buffer_size=1000) as reader:
        assert list(reader) == [b"a", b"b"]
        (damage,) = reader.report
        assert (damage.start_bytes, damage.stop_bytes) == (17, 3_000_017)
        assert len(reader._buffer.data) == 1000


def test_a_huge_length_with_a_good_crc(path):
    for length in (2**20, 2**40, 2**63, 2**64 - 1):
        header = length.to_bytes(8, "little")
        header += masked_crc32c(header).to_bytes(4, "little")
        got, report = salvage(path, frame(b"a") + header + frame(b"b") + frame(b"c"), buffer_size=16)
        assert got == [b"a", b"b", b"c"]
        assert len(report) == 1


# --- compressed -------------------------------------------------------------------------------------------------------


@pytest.fixture(params=["ISA-L", "zlib"])
def inflation(request, monkeypatch):
    """Run a test with each of the two libraries."""
    if request.param == "zlib":
        monkeypatch.setattr(files, "_fast_zlib", lambda: None)
    else:
        pytest.importorskip("isal")


@pytest.mark.usefixtures("inflation")
@pytest.mark.parametrize("kind", ["GZIP", "ZLIB"])
def test_compressed_files_are_read_up_to_every_cut(path, kind):
    packed = (gzip if kind == "GZIP" else zlib).compress(WHOLE)
    last = 0
    for end in range(1, len(packed)):
        got, report = salvage(path, packed[:end], kind)
        assert got == RECORDS[: len(got)]
        assert len(got) >= last
        last = len(got)
        (damage,) = report
        assert damage.stop_bytes is None and "the compressed data ends early" in damage.reason
        assert damage.start_bytes == STARTS[len(got)]
    assert last == len(RECORDS)


@pytest.mark.usefixtures("inflation")
def test_gzip_flipped_bits_never_give_what_was_not_written(path):
    packed = gzip.compress(WHOLE * 3, compresslevel=0)
    for bit in range(8 * 10, 8 * len(packed), 5):
        damaged = bytearray(packed)
        damaged[bit // 8] ^= 1 << (bit % 8)
        got, _ = salvage(path, damaged, "GZIP")
        assert set(got) <= set(RECORDS)


@pytest.mark.usefixtures("inflation")
@pytest.mark.parametrize("at", [-1, -5, -8])
def test_a_bad_gzip_trailer_costs_no_record(path, at):
    packed = bytearray(gzip.compress(WHOLE))
    packed[at] ^= 1
    got, report = salvage(path, packed, "GZIP")
    assert got == RECORDS
    (damage,) = report
    assert damage.record_index == len(RECORDS) and damage.stop_bytes is None
    with pytest.raises(DataLossError, match=rf"record 5 at byte {len(WHOLE)}: the compressed data is damaged"):
        with TFRecordReader(path, "GZIP") as reader:
            list(reader)


@pytest.mark.usefixtures("inflation")
def test_gzip_members_and_junk(path):
    assert salvage(path, gzip.compress(WHOLE) * 2, "GZIP")[0] == RECORDS * 2
    got, report = salvage(path, gzip.compress(WHOLE) + b"junk", "GZIP")
    assert got == RECORDS
    assert len(report) == 1


@pytest.mark.parametrize("kind", ["GZIP", "ZLIB"])
def test_both_libraries_save_the_same(path, kind, monkeypatch):
    pytest.importorskip("isal")
    rng = random.Random(7)
    records = [rng.randbytes(rng.randrange(3000)) + bytes(rng.randrange(3000)) for _ in range(200)]
    pack = (gzip if kind == "GZIP" else zlib).compress
    whole = b"".join(pack(b"".join(map(frame, records[i : i + 70]))) for i in range(0, 200, 70))
    damages = [whole, whole[:-1], whole + b"\0" * 9, whole + b"\0" * 9 + b"junk"]
    for _ in range(12):
        damaged = bytearray(whole)
        damaged[rng.randrange(len(whole))] ^= 1 << rng.randrange(8)
        damages += [bytes(damaged), whole[: rng.randrange(len(whole))]]
    for damaged in damages:
        fast, report = salvage(path, damaged, kind, max_record_bytes=10_000)
        with monkeypatch.context() as patch:
            patch.setattr(files, "_fast_zlib", lambda: None)
            slow, expected = salvage(path, damaged, kind, max_record_bytes=10_000)
        assert fast == slow and [*map(str, report)] == [*map(str, expected)]


@pytest.mark.usefixtures("inflation")
def test_damage_inside_of_good_compressed_data(path):
    damaged = bytearray(WHOLE)
    damaged[STARTS[2] + 14] ^= 1
    got, report = salvage(path, gzip.compress(damaged), "GZIP")
    assert got == RECORDS[:2] + RECORDS[3:]
    assert report.records_lost == 1


@pytest.mark.usefixtures("inflation")
def test_the_longest_record_is_a_setting(path):
    bomb = gzip.compress(frame(bytes(5_000_000)) + frame(b"after"))
    path.write_bytes(bomb)
    with TFRecordReader(path, "GZIP", max_record_bytes=1000, buffer_size=1000) as reader:
        with pytest.raises(DataLossError, match="announces 5000000 bytes, more than max_record_bytes=1000"):
            reader.read(1)
        assert len(reader._buffer.data) == 1000
    assert salvage(path, bomb, "GZIP", max_record_bytes=1000)[0] == [b"after"]
    assert len(salvage(path, bomb, "GZIP")[0]) == 2
    for wrong in (0, -1, True, "1"):
        with pytest.raises(InvalidArgumentError, match="max_record_bytes must be an int >= 1"):
            TFRecordReader(path, max_record_bytes=wrong)


# --- files that are none, or change -----------------------------------------------------------------------------------


def test_empty_files_and_folders(path, tmp_path):
    assert salvage(path, b"")[0] == []
    assert salvage(path, b"", "GZIP")[0] == []
    with pytest.raises(InvalidArgumentError, match="is a folder"):
        TFRecordReader(tmp_path, on_corrupt="skip")


def test_a_file_that_grows_is_read_on(path):
    cut = STARTS[3] + 5
    path.write_bytes(WHOLE[: STARTS[2]])
    with TFRecordReader(path) as reader:
        assert list(reader) == RECORDS[:2]
        assert reader.read(1) is None
        with path.open("ab") as file:
            file.write(WHOLE[STARTS[2] : cut])
        assert reader.read(10).strings() == RECORDS[2:3]
        with pytest.raises(DataLossError, match=f"record 3 at byte {STARTS[3]} needs a header of 12 bytes"):
            reader.read(1)
        with path.open("ab") as file:
            file.write(WHOLE[cut:])
        assert list(reader) == RECORDS[3:]


# --- limits and the report --------------------------------------------------------------------------------------------


def broken(*indices):
    """Return the file with the last payload CRC byte of some records flipped."""
    data = bytearray(WHOLE)
    for i in indices:
        data[STARTS[i + 1] - 1] ^= 1
    return data


def test_a_limit_by_count(path):
    assert salvage(path, broken(1, 3), max_skipped=2)[0] == RECORDS[::2]
    path.write_bytes(broken(1, 3))
    with TFRecordReader(path, on_corrupt="skip", max_skipped=1) as reader:
        got = []
        with pytest.raises(DataLossError, match=f"record 2 at byte {STARTS[3]}: payload CRC mismatch") as info:
            got.extend(reader)
        assert info.value.__notes__ == ["Damaged places skipped before: 1; max_skipped=1."]
        assert len(reader.report) == 1


def test_a_limit_by_share(path):
    assert salvage(path, broken(1, 3), max_skipped=0.4)[0] == RECORDS[::2]
    with pytest.raises(DataLossError, match=r"2 damaged places beside 3 good records are more than max_skipped=0\.3"):
        salvage(path, broken(1, 3), max_skipped=0.3)
    assert salvage(path, WHOLE, max_skipped=0.0)[0] == RECORDS


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"on_corrupt": "ignore"}, 'on_corrupt must be "raise" or "skip". Received: on_corrupt=\'ignore\''),
        ({"max_skipped": 1}, 'max_skipped goes with on_corrupt="skip". Received: max_skipped=1'),
        ({"on_corrupt": "skip", "max_skipped": -1}, r"max_skipped must be an int >= 0 .* Received: max_skipped=-1"),
        ({"on_corrupt": "skip", "max_skipped": 1.5}, "a float from 0 to 1"),
        ({"on_corrupt": "skip", "max_skipped": True}, "max_skipped must be"),
    ],
)
def test_arguments(path, options, message):
    with pytest.raises(InvalidArgumentError, match=message):
        TFRecordReader(path, **options)


def test_the_report(path, caplog):
    caplog.set_level(logging.WARNING, logger="penstock")
    got, report = salvage(path, broken(1, 3)[:-2])
    assert isinstance(report, DamageReport) and all(isinstance(damage, Damage) for damage in report)
    assert repr(report) == "DamageReport(2 records read, 3 damaged places)"
    told = json.loads(json.dumps(report.to_json()))
    assert (told["records_read"], told["records_lost"], told["places"]) == (len(got), 3, 3)
    assert told["bytes_lost"] == 16 + 17 + 19
    first = told["damages"][0]
    assert (first["start_bytes"], first["stop_bytes"], first["record_index"]) == (STARTS[1], STARTS[2], 1)
    assert first["reason"].startswith(f"{path}: record 1 at byte {STARTS[1]}: payload CRC mismatch (stored 0x")
    assert str(next(iter(report))).startswith(f"bytes {STARTS[1]} to byte {STARTS[2]} skipped, 1 record lost: {path}")
    assert "records lost: unknown" in str(next(iter(salvage(path, b"junk of some length" + WHOLE)[1])))
    assert len(caplog.records) == 4


def test_the_report_stays_small(path, monkeypatch):
    monkeypatch.setattr("penstock.records.damage.KEPT", 2)
    _, report = salvage(path, broken(0, 2, 4))
    assert (len(report), len(list(report)), report.records_lost) == (3, 2, None)
