"""The messages of record files: `Example`, `SequenceExample` and their parts; `TensorProto`.

The wire format is TensorFlow's; the classes are our own, in a package of their own, so that both libraries load in one
process. This is the only module that imports the generated code.
"""

from ..proto.example_pb2 import Example, SequenceExample
from ..proto.feature_pb2 import BytesList, Feature, FeatureList, FeatureLists, Features, FloatList, Int64List
from ..proto.tensor_pb2 import TensorProto

__all__ = [
    "BytesList",
    "Example",
    "Feature",
    "FeatureList",
    "FeatureLists",
    "Features",
    "FloatList",
    "Int64List",
    "SequenceExample",
    "TensorProto",
]
