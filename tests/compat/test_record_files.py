"""tf.data.experimental.TFRecordWriter and make_batched_features_dataset; see `tests/oracle/test_record_files.py`."""

from __future__ import annotations

import pytest

import penstock.compat.tensorflow as tf
from penstock.core.errors import StageError

experimental = tf.data.experimental


@pytest.mark.unit
@pytest.mark.parametrize("compression", [None, "", "GZIP", "ZLIB"])
def test_records_come_back(tmp_path, compression) -> None:
    path, dataset = str(tmp_path / "a"), tf.data.Dataset.from_tensor_slices(["a", "", "ccc"])
    assert experimental.TFRecordWriter(path, compression).write(dataset) is None
    assert list(tf.data.TFRecordDataset(path, compression).as_numpy_iterator()) == [b"a", b"", b"ccc"]
    numbers = tf.data.Dataset.range(3).map(tf.io.serialize_tensor)
    experimental.TFRecordWriter(tf.constant(path)).write(numbers)
    read = tf.data.TFRecordDataset(path).map(lambda x: tf.io.parse_tensor(x, tf.int64))
    assert [x.numpy() for x in read] == [0, 1, 2]


@pytest.mark.unit
@pytest.mark.parametrize("elements", [[1, 2], [["a"]]])
def test_only_scalar_strings_are_written(tmp_path, elements) -> None:
    writer = experimental.TFRecordWriter(str(tmp_path / "a"))
    with pytest.raises(TypeError, match=r"TFRecordWriter.write: elements must be scalar strings. Received: TensorSpec"):
        writer.write(tf.data.Dataset.from_tensor_slices(elements))
    with pytest.raises(TypeError, match="elements must be scalar strings"):
        writer.write(tf.data.Dataset.from_tensors(("a", "b")))
    with pytest.raises(TypeError, match="must be given a Dataset. Received: "):
        writer.write(["a"])
    assert not list(tmp_path.iterdir())


@pytest.mark.unit
def test_a_failed_pass_makes_no_file(tmp_path) -> None:
    def broken():
        yield "a"
        raise ValueError("no more")

    dataset = tf.data.Dataset.from_generator(broken, output_signature=tf.TensorSpec([], tf.string))
    with pytest.raises(StageError, match="raised ValueError on element 1.*no more"):
        experimental.TFRecordWriter(str(tmp_path / "a")).write(dataset)
    assert not list(tmp_path.iterdir())


@pytest.mark.unit
def test_batches_of_features_are_tensors(tmp_path) -> None:
    path, names = str(tmp_path / "a"), []
    messages = [
        tf.train.Example(
            features=tf.train.Features(
                feature={
                    "n": tf.train.Feature(int64_list=tf.train.Int64List(value=[n])),
                    "v": tf.train.Feature(int64_list=tf.train.Int64List(value=range(n))),
                }
            )
        ).SerializeToString()
        for n in range(3)
    ]
    experimental.TFRecordWriter(path, "GZIP").write(tf.data.Dataset.from_tensor_slices(messages))

    def reader(name, compression):
        names.append(name)
        return tf.data.TFRecordDataset(name, compression)

    features = {"n": tf.io.FixedLenFeature([], tf.int64), "v": tf.io.VarLenFeature(tf.int64)}
    dataset = experimental.make_batched_features_dataset(
        path, 2, features, reader, "n", ["GZIP"], num_epochs=1, shuffle=False
    )
    (found, label), (_, last) = dataset
    assert isinstance(dataset, tf.data.Dataset) and isinstance(names[0], tf.Tensor)
    assert isinstance(found["v"], tf.SparseTensor) and found["v"].values.numpy().tolist() == [0]
    assert [label.numpy().tolist(), last.numpy().tolist()] == [[0, 1], [2]]
