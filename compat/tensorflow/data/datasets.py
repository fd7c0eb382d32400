"""The datasets of `tf.data`: those of penstock that yield Tensors, by TensorFlow's names."""

from ....pipeline.exec import DatasetIterator as NumpyIterator
from ....pipeline.tensors import TensorDataset as Dataset
from ....pipeline.tensors import TensorIterator as Iterator
from .files import FixedLengthRecordDataset, TextLineDataset, TFRecordDataset

__all__ = ["Dataset", "FixedLengthRecordDataset", "Iterator", "NumpyIterator", "TFRecordDataset", "TextLineDataset"]
