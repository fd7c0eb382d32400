"""Logical nodes: what a dataset is."""

from .base import INFINITE, UNKNOWN, Node, walk
from .batch import Batch
from .cache import Cache
from .choose import Choose
from .concatenate import Concatenate
from .counter import Counter
from .draw import Draw
from .enumerate import Enumerate
from .filter import Filter
from .from_generator import FromGenerator
from .from_tensor_slices import FromTensorSlices
from .from_tensors import FromTensors
from .interleave import Interleave
from .map import Map
from .prefetch import Prefetch
from .random import Random
from .range import Range
from .repeat import Repeat
from .shard import Shard
from .shuffle import Shuffle
from .skip import Skip
from .take import Take
from .text_line import TextLine
from .tfrecord import TFRecord
from .zip import Zip

__all__ = [
    "INFINITE",
    "UNKNOWN",
    "Batch",
    "Cache",
    "Choose",
    "Concatenate",
    "Counter",
    "Draw",
    "Enumerate",
    "Filter",
    "FromGenerator",
    "FromTensorSlices",
    "FromTensors",
    "Interleave",
    "Map",
    "Node",
    "Prefetch",
    "Random",
    "Range",
    "Repeat",
    "Shard",
    "Shuffle",
    "Skip",
    "TFRecord",
    "Take",
    "TextLine",
    "Zip",
    "walk",
]
