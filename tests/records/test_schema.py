import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from penstock.core.columns import BytesColumn
from penstock.core.values import Ragged
from penstock.errors import InvalidArgumentError, NotFoundError, ParseError, UnimplementedError
from penstock.records import (
    FixedLenFeature,
    FixedLenSequenceFeature,
    Schema,
    SequenceExample,
    TFRecordWriter,
    VarLenFeature,
    decode_example,
    decode_examples,
    encode_example,
    encode_examples,
    infer_schema,
    parse_example,
    parse_sequence_example,
)
from penstock.records.survey import survey
from penstock.testing.strategies import damaged, example_values, sequence_examples, serialized_examples

pytestmark = pytest.mark.unit

ROWS = [
    {"id": 1, "x": [0.5, 1.5], "name": "a", "tags": ["u", "v"], "maybe": None},
    {"id": 2, "x": [2.5, 3.5], "name": "b", "tags": [], "maybe": 7},
    {"id": 3, "x": [4.5, 5.5], "name": "c", "tags": ["w"], "extra": 1.0, "void": None},
]
MESSAGES = [encode_example(row) for row in ROWS]


def write(path, messages, kind=None):
    with TFRecordWriter(path, kind) as writer:
        for message in messages:
            writer.write(message)
    return path


def test_a_file(tmp_path):
    schema = infer_schema(write(tmp_path / "a.tfrecord", MESSAGES))
    assert schema.records == 3 and schema.is_complete
    assert schema.to_features() == {
        "id": FixedLenFeature([], "int64"),
        "x": FixedLenFeature([2], "float32"),
        "name": FixedLenFeature([], "string"),
        "tags": VarLenFeature("string"),
        "maybe": VarLenFeature("int64"),
        "extra": VarLenFeature("float32"),
    }
    assert str(schema).splitlines() == [
        "3 records (all), 7 features",
        "feature  type     values  in records  parsed as",
        "extra    float32  1       1           VarLenFeature(dtype=float32)",
        "id       int64    1       all         FixedLenFeature(shape=[], dtype=int64)",
        "maybe    int64    1       1           VarLenFeature(dtype=int64)",
        "name     string   1       all         FixedLenFeature(shape=[], dtype=string)",
        "tags     string   1 to 2  2           VarLenFeature(dtype=string)",
        "void     none             0           –",
        "x        float32  2       all         FixedLenFeature(shape=[2], dtype=float32)",
    ]
    assert parse_example(MESSAGES, schema.to_features())["id"].tolist() == [1, 2, 3]


def test_several_files_and_samples(tmp_path):
    paths = [write(tmp_path / f"{i}.tfrecord", [encode_example({"id": i, f"k{i}": 1.0})] * 4) for i in range(3)]
    whole = infer_schema(str(tmp_path / "*.tfrecord"))
    assert whole.records == 12 and whole == infer_schema(paths)
    assert [f.name for f in whole.features] == ["id", "k0", "k1", "k2"]
    sample = infer_schema(paths, max_records=5)
    assert sample.records == 5 and not sample.is_complete and len(sample.features) == 4
    assert "5 records (a sample)" in str(sample)
    assert infer_schema(paths, max_records=12).is_complete
    assert infer_schema(paths, max_records=100) == whole


def test_compressed(tmp_path):
    path = write(tmp_path / "a.gz", MESSAGES, "GZIP")
    assert infer_schema(path, compression_type="GZIP").records == 3


def test_saved_and_loaded(tmp_path):
    schema = infer_schema(write(tmp_path / "a.tfrecord", MESSAGES))
    schema.save(tmp_path / "schema.json")
    assert Schema.load(tmp_path / "schema.json") == schema
    assert Schema.from_json(json.loads(json.dumps(schema.to_json()))) == schema
    with pytest.raises(NotFoundError, match=r"Schema.load: no such file"):
        Schema.load(tmp_path / "none.json")
    for text in ("{", "[]", '{"format": "x"}', json.dumps(schema.to_json()).replace("int64", "int65")):
        (tmp_path / "bad.json").write_text(text)
        with pytest.raises(ParseError, match="must hold a saved schema") as info:
            Schema.load(tmp_path / "bad.json")
        assert info.value.path == str(tmp_path / "bad.json")


def test_records_that_disagree(tmp_path):
    path = write(tmp_path / "a.tfrecord", [encode_example({"a": 1}), encode_example({"a": 0.5})])
    schema = infer_schema(path)
    assert "a        float32 or int64  1       all         –" in str(schema)
    with pytest.raises(
        InvalidArgumentError, match="all records must have one type of 'a'. Received: float32 and int64"
    ):
        schema.to_features()


def test_what_is_no_example(tmp_path):
    path = str(write(tmp_path / "a.tfrecord", [MESSAGES[0], b"junk"]))
    with pytest.raises(ParseError, match="record 1 is not a serialized Example") as info:
        infer_schema(path)
    assert info.value.path == path and info.value.record_index == 1
    sequence = SequenceExample()
    sequence.feature_lists.feature_list["a"].SetInParent()
    with pytest.raises(UnimplementedError, match="records must be Examples. Received: a SequenceExample as record 0"):
        decode_examples([sequence.SerializeToString()])
    with pytest.raises(NotFoundError):
        infer_schema(tmp_path / "none.tfrecord")
    with pytest.raises(NotFoundError, match="no file matches"):
        infer_schema(str(tmp_path / "none-*"))
    with pytest.raises(InvalidArgumentError, match="at least one file"):
        infer_schema([])
    with pytest.raises(InvalidArgumentError, match="max_records must be >= 1"):
        infer_schema(path, max_records=0)


def sequence_example(context, **lists):
    """Serialize a SequenceExample: features of the context, and values by step."""
    message = SequenceExample.FromString(encode_example(context))
    for key, steps in lists.items():
        message.feature_lists.feature_list[key].SetInParent()
        for values in steps:
            step = message.feature_lists.feature_list[key].feature.add()
            if values is not None:
                step.CopyFrom(SequenceExample.FromString(encode_example({"v": values})).context.feature["v"])
    return message.SerializeToString()


SEQUENCES = [
    sequence_example({"id": 1, "label": "a"}, words=[["to", "be"], ["or"]], x=[0.5, 1.5, 2.5], odd=[[1], None]),
    sequence_example({"id": 2}, words=[], x=[3.5], box=[[1, 2], [3, 4]]),
]


def test_sequences(tmp_path):
    schema = infer_schema(write(tmp_path / "a.tfrecord.gz", SEQUENCES, "GZIP"))
    assert schema.to_features() == {"id": FixedLenFeature([], "int64"), "label": VarLenFeature("string")}
    assert schema.to_sequence_features() == {
        "box": FixedLenSequenceFeature([2], "int64", allow_missing=True),
        "odd": VarLenFeature("int64"),
        "words": VarLenFeature("string"),
        "x": FixedLenSequenceFeature([], "float32", allow_missing=True),
    }
    assert str(schema).splitlines() == [
        "2 records (all), 2 features in the context, 4 feature lists",
        "feature  type    values  in records  parsed as",
        "id       int64   1       all         FixedLenFeature(shape=[], dtype=int64)",
        "label    string  1       1           VarLenFeature(dtype=string)",
        "feature list  type     steps   values  in records  parsed as",
        "box           int64    2       2       1           "
        "FixedLenSequenceFeature(shape=[2], dtype=int64, allow_missing=True)",
        "odd           int64    2       1       1           VarLenFeature(dtype=int64)",
        "words         string   0 to 2  1 to 2  all         VarLenFeature(dtype=string)",
        "x             float32  1 to 3  1       all         "
        "FixedLenSequenceFeature(shape=[], dtype=float32, allow_missing=True)",
    ]
    schema.save(tmp_path / "schema.json")
    loaded = Schema.load(tmp_path / "schema.json")
    assert loaded == schema and loaded.feature_lists[1].filled_steps == 1
    assert json.loads((tmp_path / "schema.json").read_text())["version"] == 2
    context, lists, lengths = parse_sequence_example(SEQUENCES, loaded.to_features(), loaded.to_sequence_features())
    assert context["id"].tolist() == [1, 2] and lengths["box"].tolist() == [0, 2]
    assert lists["x"].tolist() == [[0.5, 1.5, 2.5], [3.5, 0.0, 0.0]]


def test_sequences_that_disagree(tmp_path):
    schema = infer_schema(write(tmp_path / "a.tfrecord", [sequence_example({}, a=[[1], [0.5]])]))
    with pytest.raises(
        InvalidArgumentError, match="Schema: all records must have one type of 'a'. Received: float32 and"
    ):
        schema.to_sequence_features()


@given(serialized=st.lists(sequence_examples(), min_size=1, max_size=5))
def test_sequences_parse_with_what_was_found(serialized):
    messages = [SequenceExample.FromString(one) for one in serialized]
    schema = survey([BytesColumn.from_list(serialized)])
    assert Schema.from_json(schema.to_json()) == schema
    assert {one.name for one in schema.features} == {key for m in messages for key in m.context.feature}
    assert {one.name for one in schema.feature_lists} == {key for m in messages for key in m.feature_lists.feature_list}
    for one in schema.feature_lists:
        held = [m.feature_lists.feature_list[one.name] for m in messages if one.name in m.feature_lists.feature_list]
        steps = [step for part in held for step in part.feature]
        assert (one.records, one.steps) == (len(held), len(steps))
        assert (one.fewest_steps, one.most_steps) == (
            min(len(part.feature) for part in held),
            max(len(part.feature) for part in held),
        )
        assert one.filled_steps == sum(step.WhichOneof("kind") is not None for step in steps)
    if any(len(one.kinds) > 1 for one in (*schema.features, *schema.feature_lists)):
        return
    features, lists = schema.to_features(), schema.to_sequence_features()
    if features or lists:
        parse_sequence_example(serialized, features, lists)


def test_an_empty_file(tmp_path):
    schema = infer_schema(write(tmp_path / "a.tfrecord", []))
    assert schema.records == 0 and schema.to_features() == {}


def test_examples_back_to_columns():
    got = decode_examples(MESSAGES)
    assert got["id"].tolist() == [1, 2, 3] and got["x"].tolist() == [[0.5, 1.5], [2.5, 3.5], [4.5, 5.5]]
    assert got["tags"].to_list() == [[b"u", b"v"], [], [b"w"]] and got["extra"].to_list() == [[], [], [1.0]]
    assert got["void"].to_list() == [[], [], []]
    assert decode_examples(MESSAGES, {"id": VarLenFeature("int64")})["id"].values.tolist() == [1, 2, 3]
    assert decode_examples([]) == {} and decode_examples([b"", b""]) == {}
    with pytest.raises(InvalidArgumentError, match=r"Use decode_example\(\) for one"):
        decode_examples(MESSAGES[0])
    with pytest.raises(ParseError, match="feature 'a' holds int64_list"):
        decode_examples([encode_example({"a": 1}), encode_example({"a": "x"})])


@given(st.lists(example_values(), max_size=5))
def test_columns_hold_what_single_messages_hold(rows):
    messages = [encode_example(row) for row in rows]
    try:
        got = decode_examples(messages)
    except ParseError:
        return  # two rows have other types of one feature
    for i, message in enumerate(messages):
        single = decode_example(message)
        for key, column in got.items():
            value = single.get(key)
            row = column[i] if isinstance(column, Ragged) else np.atleast_1d(column[i])
            np.testing.assert_equal(np.asarray(row).tolist(), [] if value is None else value.tolist())


@given(
    st.integers(0, 4).flatmap(
        lambda n: st.fixed_dictionaries(
            {
                "i": st.lists(st.lists(st.integers(-9, 9), min_size=1, max_size=3), min_size=n, max_size=n),
                "s": st.lists(st.binary(max_size=3), min_size=n, max_size=n),
            }
        )
    )
)
def test_columns_come_back(columns):
    if not columns["s"]:
        return
    messages = encode_examples(columns)
    assert encode_examples(decode_examples(messages)).strings() == messages.strings()


@given(serialized_examples())
def test_any_legal_writing_can_be_surveyed(record):
    try:
        got = decode_examples([record])
    except ParseError:
        return
    single = decode_example(record)
    assert list(got) == list(single)


@pytest.mark.fault
@given(damaged(serialized_examples()))
def test_damage_gives_columns_or_a_typed_error(record):
    try:
        decode_examples([record])
    except (ParseError, UnimplementedError):
        pass
