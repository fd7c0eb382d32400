import pytest

from penstock.errors import FailedPreconditionError, InvalidArgumentError
from penstock.records import FixedLengthReader

pytestmark = pytest.mark.unit


@pytest.fixture
def path(tmp_path):
    (tmp_path / "a").write_bytes(b"H" + bytes(range(20)) + b"F")
    return tmp_path / "a"


@pytest.mark.parametrize("buffer_size", [None, 1, 7, 64])
def test_records_in_blocks(path, buffer_size):
    with FixedLengthReader(path, 4, header_bytes=1, footer_bytes=1, buffer_size=buffer_size) as reader:
        found = []
        while (records := reader.read(2)) is not None:
            assert 1 <= len(records) <= 2
            found += records.strings()
            assert (reader.record_index, reader.offset_bytes) == (len(found), 1 + 4 * len(found))
        assert found == [bytes(range(i, i + 4)) for i in range(0, 20, 4)]
        assert reader.read(1) is None


def test_seek(path):
    with FixedLengthReader(path, 4, header_bytes=1, footer_bytes=1) as reader:
        reader.seek(13, 3)
        assert list(reader) == [bytes(range(12, 16)), bytes(range(16, 20))]


def test_wrong_use(path):
    reader = FixedLengthReader(path, 4, header_bytes=1, footer_bytes=1)
    with pytest.raises(InvalidArgumentError, match=r"FixedLengthReader.read: max_records must be >= 1\. Received: .*0"):
        reader.read(0)
    reader.close()
    reader.close()
    assert repr(reader).endswith("record_index=0, closed)")
    with pytest.raises(FailedPreconditionError, match=r"is closed\. Open it again to read\."):
        reader.read(1)
    for arguments in ({"record_bytes": 0}, {"record_bytes": True}, {"record_bytes": None}):
        with pytest.raises(InvalidArgumentError, match="FixedLengthReader: record_bytes must be an int >= 1"):
            FixedLengthReader(path, **arguments)
    with pytest.raises(InvalidArgumentError, match="footer_bytes must be an int >= 0"):
        FixedLengthReader(path, 1, footer_bytes=-1)
