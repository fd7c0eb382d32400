"""The datasets of `tf.data`: those of penstock that yield Tensors, by TensorFlow's names."""

from ....pipeline.exec import DatasetIterator as NumpyIterator
from ....pipeline.tensors import TensorDataset as Dataset
from ....pipeline.tensors import TensorIterator as Iterator
from ....pipeline.tensors import TensorTextLineDataset as TextLineDataset
from ....pipeline.tensors import TensorTFRecordDataset as TFRecordDataset
from .files import FixedLengthRecordDataset

__all__ = ["Dataset", "FixedLengthRecordDataset", "Iterator", "NumpyIterator", "TFRecordDataset", "TextLineDataset"]
