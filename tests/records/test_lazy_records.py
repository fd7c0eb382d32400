"""What importing penstock.records loads, and what each part of it loads when used."""

import subprocess
import sys

import pytest

pytestmark = pytest.mark.unit

HEAVY = "{name.split('.')[0] for name in sys.modules} & {'numba', 'pyarrow', 'google', 'crc32c', 'pandas'}"


@pytest.mark.parametrize(
    ("code", "loaded"),
    [
        ("import penstock.records as r", set()),
        ("from penstock.records import TFRecordReader, TFRecordWriter, LineReader, decode_csv, parse_example", set()),
        ("import penstock.records as r; r.VarLenFeature('int64'); r.TFRecordOptions('GZIP')", set()),
        ("from penstock.records import Example", {"google"}),
        ("import penstock.records as r; r.masked_crc32c(b'')", {"crc32c"}),
    ],
)
def test_loads_no_more_than_it_needs(code, loaded):
    done = subprocess.run(
        [sys.executable, "-c", f"import sys\n{code}\nprint({HEAVY})"], check=True, capture_output=True, text=True
    )
    # `google` may be a namespace package that some .pth file has loaded already
    base = subprocess.run(
        [sys.executable, "-c", f"import sys\nprint({HEAVY})"], check=True, capture_output=True, text=True
    )
    assert eval(done.stdout) - eval(base.stdout) == loaded - eval(base.stdout)


def test_every_public_name_exists():
    from penstock import records

    assert records.__all__ == sorted(records.__all__)
    for name in records.__all__:
        assert getattr(records, name).__name__ == name
