"""Logical nodes: what a dataset is."""

from .accept import Accept
from .arrow import Arrow
from .assert_cardinality import AssertCardinality
from .base import INFINITE, UNKNOWN, Node, walk
from .batch import Batch
from .cache import Cache
from .cache_file import CacheFile
from .choose import Choose
from .class_shares import ClassShares
from .concatenate import Concatenate
from .counter import Counter
from .csv import Csv
from .draw import Draw
from .enumerate import Enumerate
from .filter import Filter
from .fixed_length import FixedLength
from .flat_map import FlatMap
from .from_generator import FromGenerator
from .from_source import FromSource
from .from_tensor_slices import FromTensorSlices
from .from_tensors import FromTensors
from .global_shuffle import GlobalShuffle
from .group_by_window import GroupByWindow
from .ignore_errors import IgnoreErrors
from .interleave import Interleave
from .load import Load
from .map import Map
from .pack_sequences import PackedSequences, PackSequences
from .padded_batch import PaddedBatch
from .parquet import Parquet
from .prefetch import Prefetch
from .ragged_batch import RaggedBatch
from .random import Random
from .range import Range
from .rebatch import Rebatch
from .repeat import Repeat
from .rows import Rows
from .scan import Scan
from .shard import Shard
from .shuffle import Shuffle
from .skip import Skip
from .snapshot import Snapshot
from .sparse_batch import SparseBatch
from .sql import Sql
from .take import Take
from .take_while import TakeWhile
from .text_line import TextLine
from .tfrecord import TFRecord
from .unbatch import Unbatch
from .unique import Unique
from .window import Window
from .with_options import WithOptions
from .zip import Zip

__all__ = [
    "INFINITE",
    "UNKNOWN",
    "Accept",
    "Arrow",
    "AssertCardinality",
    "Batch",
    "Cache",
    "CacheFile",
    "Choose",
    "ClassShares",
    "Concatenate",
    "Counter",
    "Csv",
    "Draw",
    "Enumerate",
    "Filter",
    "FixedLength",
    "FlatMap",
    "FromGenerator",
    "FromSource",
    "FromTensorSlices",
    "FromTensors",
    "GlobalShuffle",
    "GroupByWindow",
    "IgnoreErrors",
    "Interleave",
    "Load",
    "Map",
    "Node",
    "PackSequences",
    "PackedSequences",
    "PaddedBatch",
    "Parquet",
    "Prefetch",
    "RaggedBatch",
    "Random",
    "Range",
    "Rebatch",
    "Repeat",
    "Rows",
    "Scan",
    "Shard",
    "Shuffle",
    "Skip",
    "Snapshot",
    "SparseBatch",
    "Sql",
    "TFRecord",
    "Take",
    "TakeWhile",
    "TextLine",
    "Unbatch",
    "Unique",
    "Window",
    "WithOptions",
    "Zip",
    "walk",
]
