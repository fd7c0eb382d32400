"""Logical nodes: what a dataset is."""

from .base import INFINITE, UNKNOWN, Node, walk
from .batch import Batch
from .cache import Cache
from .filter import Filter
from .from_generator import FromGenerator
from .from_tensor_slices import FromTensorSlices
from .from_tensors import FromTensors
from .interleave import Interleave
from .map import Map
from .prefetch import Prefetch
from .range import Range
from .repeat import Repeat
from .shuffle import Shuffle
from .skip import Skip
from .take import Take
from .text_line import TextLine
from .tfrecord import TFRecord

__all__ = [
    "INFINITE",
    "UNKNOWN",
    "Batch",
    "Cache",
    "Filter",
    "FromGenerator",
    "FromTensorSlices",
    "FromTensors",
    "Interleave",
    "Map",
    "Node",
    "Prefetch",
    "Range",
    "Repeat",
    "Shuffle",
    "Skip",
    "Take",
    "TFRecord",
    "TextLine",
    "walk",
]
