"""Datasets at TensorFlow's border: Tensors out, Tensors or Symbols in functions, TensorFlow's arguments."""

from __future__ import annotations

import subprocess
import sys

import numpy as np
import pytest

import penstock.compat.tensorflow as tf
from penstock.records import encode_example


def shown(dataset):
    return [np.asarray(element).tolist() for element in dataset]


def test_functions_are_traced_with_symbols_and_run_on_blocks():
    def function(x):
        return tf.reduce_sum(tf.cast([x, 2 * x], tf.float32)) / 2

    dataset = tf.data.Dataset.range(5).map(function)
    assert shown(dataset) == [0.0, 1.5, 3.0, 4.5, 6.0]
    assert "element by element" not in dataset.explain()
    assert dataset.element_spec == tf.TensorSpec((), tf.float32)


def test_functions_that_cannot_be_traced_see_tensors():
    seen = []

    def opaque(x, y):
        seen.append((type(x), type(y)))
        return int(x) + len(y.numpy())

    dataset = tf.data.Dataset.from_tensor_slices(([1, 2], ["a", "bc"])).map(opaque)
    assert shown(dataset) == [2, 4]
    assert "element by element" in dataset.explain()
    assert (tf.Tensor, tf.Tensor) in seen
    assert next(iter(dataset)).dtype == "int32"


def test_decode_csv_takes_text_lists_tensors_and_symbols():
    defaults = [[0], [0.0], [""], tf.constant([], tf.int64)]
    expected = [("int32", 1), ("float32", 2.5), ("string", b"a"), ("int64", 7)]
    for line in ("1,2.5,a,7", tf.constant("1,2.5,a,7"), b"1,2.5,a,7"):
        columns = tf.io.decode_csv(line, record_defaults=defaults)
        assert [(c.dtype.name, c.numpy()) for c in columns] == expected
    rows = tf.io.decode_csv(["1,2.5,a,7", ",,,8"], defaults)
    assert [c.numpy().tolist() for c in rows] == [[1, 0], [2.5, 0.0], [b"a", b""], [7, 8]]
    lines = tf.data.Dataset.from_tensor_slices(["1;2", "3;4"])
    parsed = lines.map(lambda line: tf.io.decode_csv(line, [[0], [0]], field_delim=";", select_cols=[0, 1])[1])
    assert shown(parsed) == [2, 4]
    assert "element by element" not in parsed.explain()
    with pytest.raises(tf.errors.InvalidArgumentError, match="field 0 of row 0 is not a valid int32"):
        tf.io.decode_csv("x", [[0]])


def test_parse_example_gives_tensors_and_sparse_values():
    records = [encode_example({"a": [1, 2], "s": "x"}), encode_example({"a": [3], "s": "y"})]
    features = {"a": tf.io.VarLenFeature(tf.int64), "s": tf.io.FixedLenFeature([], tf.string)}
    for serialized in (records, tf.constant(records), np.array(records, object)):
        parsed = tf.io.parse_example(serialized, features)
        assert isinstance(parsed["a"], tf.SparseTensor)
        assert parsed["s"].numpy().tolist() == [b"x", b"y"]
        assert tf.sparse.to_dense(parsed["a"], default_value=-1).numpy().tolist() == [[1, 2], [3, -1]]
    dataset = tf.data.Dataset.from_tensor_slices(records)
    dense = dataset.map(lambda r: tf.sparse.to_dense(tf.io.parse_single_example(r, features)["a"]))
    assert shown(dense) == [[1, 2], [3]]
    assert tf.sparse.from_dense([0, 5]).values.tolist() == [5]


@pytest.mark.parametrize(
    ("types", "shapes", "specs"),
    [
        (tf.int64, None, tf.TensorSpec(None, tf.int64)),
        (tf.int64, (), tf.TensorSpec((), tf.int64)),
        (tf.int64, tf.TensorShape([None, 2]), tf.TensorSpec((None, 2), tf.int64)),
        ((tf.int64, "float32"), ([], (3,)), (tf.TensorSpec((), "int64"), tf.TensorSpec((3,), "float32"))),
        (
            {"b": tf.string, "a": (tf.int32, tf.bool)},
            {"a": ((), None), "b": (None,)},
            {
                "a": (tf.TensorSpec((), "int32"), tf.TensorSpec(None, "bool")),
                "b": tf.TensorSpec((None,), "string"),
            },
        ),
    ],
)
def test_from_generator_with_types_and_shapes(types, shapes, specs):
    assert tf.data.Dataset.from_generator(lambda: [], types, shapes).element_spec == specs


def test_from_generator_gives_arguments_as_arrays():
    seen = []

    def generator(*args):
        seen.append([(type(a), np.asarray(a).dtype.name) for a in args])
        yield 1

    assert shown(tf.data.Dataset.from_generator(generator, tf.int32, args=(3, [1.0, 2.0], tf.constant(5)))) == [1]
    assert seen == [[(np.int32, "int32"), (np.ndarray, "float32"), (np.int32, "int32")]]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({}, "either output_signature or output_types must be given. Received: neither"),
        ({"output_types": tf.int32, "output_signature": tf.TensorSpec(())}, "Received: both"),
        ({"output_signature": tf.TensorSpec(()), "output_shapes": ()}, "output_shapes goes with output_types"),
        ({"output_types": (tf.int32, tf.int32), "output_shapes": ((),)}, "structure of output_types"),
        ({"output_types": {"a": tf.int32}, "output_shapes": {"b": ()}}, "structure of output_types"),
    ],
)
def test_from_generator_refuses(arguments, message):
    with pytest.raises(tf.errors.InvalidArgumentError, match=message):
        tf.data.Dataset.from_generator(lambda: [], **arguments)


def test_methods_take_tensorflows_arguments(tmp_path):
    (tmp_path / "a.txt").write_text("x\ny\n")
    files = tf.data.Dataset.list_files(str(tmp_path / "*.txt"), False, None, "files")
    lines = files.interleave(tf.data.TextLineDataset, 1, 1, tf.data.AUTOTUNE, True, "lines")
    assert shown(lines) == [b"x", b"y"]
    dataset = (
        tf.data.Dataset.range(8, output_type=tf.int32, name="range")
        .map(lambda x: x + 1, tf.data.AUTOTUNE, True, "map")
        .filter(lambda x: x > 2, "filter")
        .shuffle(1, 2, False, "shuffle")
        .repeat(1, "repeat")
        .skip(1, "skip")
        .take(4, "take")
        .cache("", "cache")
        .batch(2, True, tf.data.AUTOTUNE, None, "batch")
        .prefetch(1, "prefetch")
    )
    assert shown(dataset) == [[4, 5], [6, 7]]
    assert isinstance(dataset, tf.data.Dataset)
    in_file = dataset.cache(str(tmp_path / "cache"))
    assert shown(in_file) == shown(in_file) == [[4, 5], [6, 7]]


@pytest.mark.parametrize("parallel", [None, 2])
def test_files_may_be_named_by_tensors_lists_and_datasets(tmp_path, parallel):
    paths = []
    for i in range(2):
        paths.append(str(tmp_path / f"{i}.tfrecord"))
        with tf.io.TFRecordWriter(paths[-1]) as writer:
            writer.write(b"record %d" % i)
    for names in (paths, tf.constant(paths), tf.data.Dataset.from_tensor_slices(paths)):
        assert shown(tf.data.TFRecordDataset(names, num_parallel_reads=parallel)) == [b"record 0", b"record 1"]
    assert shown(tf.data.TFRecordDataset(tf.constant(paths[1]), compression_type="")) == [b"record 1"]


def test_cardinality_is_a_tensor():
    numbers = tf.data.Dataset.range(3)
    assert numbers.cardinality().numpy() == 3
    assert len(numbers) == 3
    assert tf.data.experimental.cardinality(numbers.repeat()) == tf.data.INFINITE_CARDINALITY
    assert numbers.filter(lambda x: x > 0).cardinality() == tf.data.experimental.UNKNOWN_CARDINALITY
    assert numbers.cardinality().dtype == "int64"


def test_iterators_end():
    iterator = iter(tf.data.Dataset.range(1))
    assert iterator.get_next().numpy() == 0
    with pytest.raises(tf.errors.OutOfRangeError, match="the dataset has ended"):
        iterator.get_next()


def test_iterators_tell_where_they_are():
    def fresh():
        return iter(tf.data.Dataset.range(9).shuffle(4, seed=1).batch(2))

    iterator = fresh()
    next(iterator)
    state, rest = iterator.get_state(), [x.numpy().tolist() for x in iterator]
    again = fresh()
    again.set_state(state)
    assert [x.numpy().tolist() for x in again] == rest


def test_numpy_iterators_give_arrays_and_bytes():
    dataset = tf.data.Dataset.from_tensor_slices({"n": [1, 2], "s": ["a", "b"]})
    assert list(dataset.as_numpy_iterator()) == [{"n": 1, "s": b"a"}, {"n": 2, "s": b"b"}]


# --- preprocessing layers ---------------------------------------------------------------------------------------------


def test_layers_give_tensors_for_arrays_and_lists():
    layers = tf.keras.layers
    assert isinstance(layers.Normalization(mean=0.0, variance=1.0)(np.ones((2, 1))), tf.Tensor)
    assert isinstance(layers.StringLookup(vocabulary=["a"])(["a", "b"]), tf.Tensor)


def test_layers_are_saved_as_penstocks_own(tmp_path):
    from penstock import preprocessing
    from penstock.core.saving import deserialize, serialize

    lookup = tf.keras.layers.StringLookup(vocabulary=["a", "b"], name="words")
    config = serialize(lookup)
    assert config == serialize(preprocessing.StringLookup(vocabulary=["a", "b"], name="words"))
    assert type(deserialize(config)) is preprocessing.StringLookup

    normalize = tf.keras.layers.Normalization()
    normalize.adapt(np.array([[1.0], [3.0]]))
    model = tf.keras.Sequential([tf.keras.Input(shape=(1,)), normalize, tf.keras.layers.Dense(1)])
    model.save(tmp_path / "model.keras")
    loaded = tf.keras.models.load_model(tmp_path / "model.keras")
    x = np.array([[1.0], [2.0]], np.float32)
    np.testing.assert_array_equal(loaded.predict(x, verbose=0), model.predict(x, verbose=0))

    # A process that has not imported the layers loads the model all the same.
    code = "import sys; from penstock.nn.models import load_model; print(load_model(sys.argv[1]).layers[0].name)"
    run = subprocess.run([sys.executable, "-c", code, tmp_path / "model.keras"], capture_output=True, text=True)
    assert run.stdout.strip() == normalize.name, run.stderr


def test_windows_groups_and_batches_of_other_kinds():
    data = tf.data.Dataset
    windows = data.range(6).window(3, shift=1, drop_remainder=True, name="windows")
    assert {type(window) for window in windows} == {type(data.range(1))}
    pairs = windows.flat_map(lambda w: w.batch(3)).map(lambda w: (w[:-1], w[-1]))
    assert [(x.numpy().tolist(), int(y)) for x, y in pairs] == [([0, 1], 2), ([1, 2], 3), ([2, 3], 4), ([3, 4], 5)]
    grouped = data.range(6).group_by_window(
        lambda x: x % 2, lambda key, window: window.map(lambda x: x * 10 + key), window_size_func=lambda key: key + 1
    )
    assert shown(grouped) == [0, 20, 11, 31, 40, 51]
    sequences = data.range(1, 6).map(lambda x: tf.fill([x], x))
    buckets = sequences.bucket_by_sequence_length(lambda x: tf.shape(x)[0], [3], [2, 2])
    assert shown(buckets) == [[[1, 0], [2, 2]], [[3, 3, 3, 0], [4, 4, 4, 4]], [[5] * 5]]
    padded = sequences.padded_batch(3, [None], tf.constant(-1, tf.int64), True)
    assert shown(padded) == [[[1, -1, -1], [2, 2, -1], [3, 3, 3]]]
    assert shown(data.from_tensor_slices([[1, 2], [3, 4]]).unbatch()) == [1, 2, 3, 4]
    kept = data.range(6).rejection_resample(lambda x: tf.cast(x % 2, tf.int32), [0.0, 1.0], [0.5, 0.5], seed=1)
    assert [(int(label), int(x)) for label, x in kept] == [(1, 1), (1, 3), (1, 5)]


@pytest.mark.unit
def test_ranges_are_numbers_and_prefetch_chooses_by_itself() -> None:
    dataset = tf.data.Dataset.from_tensor_slices((range(3), {"x": range(1, 4)})).prefetch(None)
    assert dataset.element_spec == (tf.TensorSpec((), tf.int32), {"x": tf.TensorSpec((), tf.int32)})
    assert [(int(a), int(b["x"])) for a, b in dataset] == [(0, 1), (1, 2), (2, 3)]


@pytest.mark.unit
def test_options_that_tune_tensorflow_are_kept_and_checked() -> None:
    experimental = tf.data.experimental
    options = tf.data.Options()
    options.experimental_distribute.auto_shard_policy = experimental.AutoShardPolicy.DATA
    options.experimental_optimization.apply_default_optimizations = False
    options.autotune.enabled = True
    options.experimental_slack = True
    options.experimental_deterministic = False
    options.experimental_threading.private_threadpool_size = 3
    options.threading.max_intra_op_parallelism = 1
    assert (options.deterministic, options.experimental_deterministic) == (False, False)
    other = tf.data.Options()
    other.autotune.cpu_budget = 2
    dataset = tf.data.Dataset.range(3).with_options(options).map(lambda x: x + 1).with_options(other)
    found = dataset.options()
    assert (found.threading.private_threadpool_size, found.threading.max_intra_op_parallelism) == (3, 1)
    assert (found.autotune.enabled, found.autotune.cpu_budget, found.experimental_slack) == (True, 2, True)
    assert found.experimental_distribute.auto_shard_policy is experimental.AutoShardPolicy.DATA
    assert [int(x) for x in dataset] == [1, 2, 3]
    for target, name, value, wanted in (
        (options, "experimental_slack", 1, r"Options: experimental_slack must be bool or None\. Received: e.*=1"),
        (options.autotune, "cpu_budget", True, "AutotuneOptions: cpu_budget must be int or None"),
        (options, "threading", 3, "Options: threading must be ThreadingOptions"),
        (options, "experimental_slak", True, "there is no option 'experimental_slak'.*experimental_slack"),
        (options.experimental_optimization, "fusion", True, "OptimizationOptions: there is no option 'fusion'"),
    ):
        with pytest.raises(tf.errors.InvalidArgumentError, match=wanted):
            setattr(target, name, value)
    with pytest.raises(AttributeError, match="there is no option 'speed'"):
        _ = options.speed


@pytest.mark.unit
def test_iterators_say_what_they_read() -> None:
    iterator = iter(tf.data.Dataset.range(3).batch(2))
    assert repr(iterator) == "<TensorIterator over range(3).batch(2)>"
