import math
import struct
from decimal import Decimal, localcontext

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from penstock.core.columns import BytesColumn, DenseColumn
from penstock.core.ops.registry import get_op
from penstock.errors import DTypeError, InvalidArgumentError, ParseError
from penstock.records import decode_csv
from penstock.records.csv.decode import decode_rows
from penstock.records.csv.format import make_format
from penstock.records.csv.row import decode_row, parse_float, parse_int
from penstock.testing.strategies import csv_rows

pytestmark = pytest.mark.unit

DTYPES = ("float32", "float64", "int32", "int64", "string")


def default_array(dtype, value):
    if dtype == "string":
        return np.array([] if value is None else [value], object)
    return np.array([] if value is None else [value], dtype)


def nearest_float32(text):
    """The nearest float32 by exact arithmetic."""
    true = Decimal(text)
    if abs(true) >= 2**128 - 2**103:  # half way from the largest to 2**128
        return np.float32(math.copysign(math.inf, true))
    with np.errstate(over="ignore"):
        start = np.float32(float(text))
    if not np.isfinite(start):
        return np.copysign(np.finfo(np.float32).max, start)
    with np.errstate(over="ignore"):
        near = [np.nextafter(start, np.float32(-np.inf)), start, np.nextafter(start, np.float32(np.inf))]
    bits = lambda v: struct.unpack("<I", struct.pack("<f", v))[0]
    with localcontext() as context:
        context.prec = 1500
        distances = [(abs(Decimal(float(v)) - true), bits(v) & 1, i) for i, v in enumerate(near) if np.isfinite(v)]
    return near[min(distances)[2]]


def test_a_row_of_each_type():
    got = decode_csv(b"1.5,-2.25,3,-4,five", [[0.0], np.array([0.0]), [0], np.array([0], np.int64), [""]])
    assert [v.dtype if hasattr(v, "dtype") else type(v) for v in got] == ["f4", "f8", "i4", "i8", bytes]
    assert got == [1.5, -2.25, 3, -4, b"five"]


def test_shapes_follow_the_records():
    a, b = decode_csv([["1,x", "2,y"], ["3,z", "4,"]], [[0], ["none"]])
    assert a.tolist() == [[1, 2], [3, 4]] and b.tolist() == [[b"x", b"y"], [b"z", b"none"]]
    a, b = decode_csv([], [[0], [""]])
    assert a.shape == b.shape == (0,) and a.dtype == np.int32 and b.dtype == object


@pytest.mark.golden
def test_results_of_tensorflow(golden):
    for case in golden("csv")["cases"]:
        defaults = [default_array(*column) for column in case["columns"]]
        if "error" in case:
            with pytest.raises((ParseError, InvalidArgumentError)):
                decode_csv(case["records"], defaults, **case["arguments"])
            continue
        for got, expected in zip(
            decode_csv(case["records"], defaults, **case["arguments"]), case["result"], strict=True
        ):
            plain = [v.decode() if isinstance(v, bytes) else v for v in got.tolist()]
            expected = [float(v) if isinstance(v, str) and got.dtype != object else v for v in expected]
            np.testing.assert_equal(plain, expected, err_msg=str(case))


FORMATS = [
    make_format([default_array(dtype, value) for dtype, value in columns], ",", quotes, na, select)
    for quotes, na in ((True, ""), (True, "NA"), (False, "NA"))
    for columns, select in (
        ([("float32", 1.0), ("float64", 2.0), ("int32", 3), ("int64", 4), ("string", "s")], None),
        ([("float64", None), ("string", None)], None),
        ([("float32", None)], None),
        ([("int64", 7), ("float32", 0.5)], [0, 2]),
        ([("string", "-")], [1]),
    )
]


@given(csv_rows(), st.sampled_from(FORMATS), st.integers(0, 12))
@example("", FORMATS[2], 0)
@example("1,", FORMATS[3], 3)
@example('"",NA', FORMATS[6], 0)
def test_kernels_agree_with_the_slow_reader(line, form, padding):
    # Rows before and behind give the word loads bytes that are not theirs.
    text = line.encode()
    good = b"1,2,3,4,5" if len(form.columns) == 5 else b"1,2" if len(form.columns) == 2 else b"1"
    if form.select_cols is not None:
        good = b"1,2,3"
    rows = BytesColumn.from_list([good] * 3 + [text] + [good] * (padding % 3))
    try:
        expected = decode_row(text, form, 3)
    except ParseError as error:
        with pytest.raises(ParseError) as info:
            decode_rows(rows, form)
        assert str(info.value) == str(error) and info.value.record_index == 3
        return
    for column, got, value in zip(form.columns, decode_rows(rows, form), expected, strict=True):
        value = value if column.dtype.is_string else column.dtype.numpy.type(value)
        np.testing.assert_equal(got.element(3), value)
        assert column.dtype.is_string or np.signbit(got.element(3)) == np.signbit(value)


NUMBERS = st.one_of(
    st.floats(allow_nan=False, allow_infinity=False).map(repr),
    st.floats(width=32, allow_nan=False, allow_infinity=False).map(repr),
    st.builds("{}.{}".format, st.integers(0, 10**12), st.integers(0, 10**12)),
    st.builds("-{}e{}".format, st.integers(0, 10**19), st.integers(-345, 310)),
    st.floats(1e-30, 1e30).map("{:.18e}".format),
    st.floats(1e-30, 1e30).map("{:.30f}".format),
)


@given(st.lists(NUMBERS, min_size=1, max_size=8))
def test_floats_are_rounded_correctly(texts):
    rows = BytesColumn.from_list([text.encode() for text in texts])
    (double,) = decode_rows(rows, make_format([np.array([], np.float64)], ",", True, "", None))
    assert double.values.tolist() == [float(text) for text in texts]
    (single,) = decode_rows(rows, make_format([np.array([], np.float32)], ",", True, "", None))
    assert single.values.tolist() == [float(nearest_float32(text)) for text in texts]


@given(st.integers(0, 2**31), st.sampled_from(["0", "1", "9" * 30]), st.booleans())
def test_floats_half_way_between_two_singles(bits, tail, above):
    low, high = np.array([bits % 0x7F000000, bits % 0x7F000000 + 1], np.uint32).view(np.float32)
    middle = (Decimal(float(low)) + Decimal(float(high))) / 2
    text = format(middle, "f")
    text = (text if "." in text else text + ".") + (tail if above else "")
    (got,) = decode_csv([text], [np.array([], np.float32)])
    assert got[0] == nearest_float32(text)


def test_many_numbers_of_odd_form_in_one_call():
    texts = [f"0.{i:025d}" for i in range(10_000)]
    (got,) = decode_csv(texts, [np.array([], np.float64)])
    assert got.tolist() == [float(text) for text in texts]


def test_slow_numbers():
    assert parse_float(b"0x1p-3", single=True) == 0.125 and parse_float(b"0x1p99999", single=False) == math.inf
    assert parse_float(b"-0X.8", single=False) == -0.5
    assert math.isnan(parse_float(b" NaN(12) ", single=True)) and parse_float(b"-inFinity", single=True) == -math.inf
    assert parse_float(b"1_0", single=False) is None and parse_float(b"", single=False) is None
    assert parse_float(b"1e999999999999", single=True) == math.inf
    assert (
        parse_int(b" +007\t", 32) == 7 and parse_int(b"2147483648", 32) is None and parse_int(b"9" * 5000, 64) is None
    )


@pytest.mark.parametrize(
    ("text", "columns", "message"),
    [
        ("1,2,3,4,5", 3, "decode_csv: row 0 has 5 fields, record_defaults has 3."),
        ("1", 3, "decode_csv: row 0 has 1 field, record_defaults has 3."),
        ("", 1, "decode_csv: row 0 has 0 fields, record_defaults has 1."),
        ("1,2,abc", 3, "decode_csv: field 2 of row 0 is not a valid int32. Received: 'abc'."),
        ("1,2,3000000000", 3, "decode_csv: field 2 of row 0 is not a valid int32. Received: '3000000000'."),
        (
            "1,2," + "x" * 50,
            3,
            f"decode_csv: field 2 of row 0 is not a valid int32. Received: '{'x' * 40}' and 10 more bytes.",
        ),
        (
            '1,2"3,4',
            3,
            "decode_csv: row 0 is not well formed: a field without quotes around it holds a quote or a line end.",
        ),
        ('1,"2', 2, "decode_csv: row 0 is not well formed: a quoted field does not end."),
        ('1,"2"3', 2, "decode_csv: row 0 is not well formed: a quote inside a quoted field is not doubled."),
    ],
)
def test_messages(text, columns, message):
    with pytest.raises(ParseError) as info:
        decode_csv(text, [[0]] * columns)
    assert str(info.value) == message and info.value.record_index == 0


def test_messages_of_required_and_selected_fields():
    with pytest.raises(ParseError) as info:
        decode_csv(["1,2", "3,"], ["int32", np.array([], np.int32)][1:] * 2)
    assert str(info.value) == (
        "decode_csv: field 1 of row 1 is required but missing. Give record_defaults[1] a value to use instead."
    )
    with pytest.raises(ParseError, match=r"row 0 has 2 fields, select_cols needs 3\."):
        decode_csv("1,2", [[0]], select_cols=[2])


def test_arguments():
    for arguments, message in [
        ({"record_defaults": []}, "must name at least one column"),
        ({"field_delim": ",,"}, "field_delim must be one byte. Received: field_delim=',,'"),
        ({"field_delim": 3}, "field_delim must be str or bytes"),
        ({"select_cols": [1, 2]}, "must have the same length. Received: 2 and 1"),
        ({"record_defaults": [[0], [0]], "select_cols": [1, 1]}, "strictly increasing"),
        ({"record_defaults": [[1, 2]]}, r"record_defaults\[0\] must hold one value"),
        ({"record_defaults": [[2**40]]}, r"record_defaults\[0\] must fit int32"),
    ]:
        with pytest.raises(InvalidArgumentError, match=message):
            decode_csv("1", **{"record_defaults": [[0]], **arguments})
    with pytest.raises(DTypeError, match="must be one of float32, float64, int32, int64, string. Received: bool"):
        decode_csv("1", [[True]])
    with pytest.raises(InvalidArgumentError, match="records must be strings"):
        decode_csv(np.zeros(3), [[0]])


def test_batching_rule_is_a_loop_over_rows():
    op = get_op("decode_csv")
    form = make_format([[0.0], [0], ["d"]], ",", True, "", None)
    rows = [b'1.5,2,"a ""b"""', b",,", b"-1e3,7,z"]
    looped = [op.forward(row, form=form) for row in rows]
    flat = op.batch(3, (BytesColumn.from_list(rows),), (True,), {"form": form})
    assert [column.to_list() for column in flat] == [list(column) for column in zip(*looped, strict=True)]
    shaped = op.batch(1, (BytesColumn.from_list(rows).batch(3),), (True,), {"form": form})
    assert isinstance(shaped[0], DenseColumn) and shaped[0].values.shape == (1, 3)
    assert shaped[2].element(0).tolist() == [row[2] for row in looped]


def test_slices_of_columns():
    rows = BytesColumn.from_list([b"1,a", b"2,b", b"3,c"]).slice(1, 3)
    number, text = decode_rows(rows, make_format([[0], [""]], ",", True, "", None))
    assert number.values.tolist() == [2, 3] and text.to_list() == [b"b", b"c"]
