"""`tf.lookup`: the tables of `penstock.preprocessing`, which return Tensors here."""

from typing import TYPE_CHECKING

from ....core.lazy import attach

if TYPE_CHECKING:
    from ....preprocessing.table_initializers import TextFileIndex
    from . import experimental
    from .tables import KeyValueTensorInitializer, StaticHashTable, StaticVocabularyTable, TextFileInitializer

__all__ = [
    "KeyValueTensorInitializer",
    "StaticHashTable",
    "StaticVocabularyTable",
    "TextFileIndex",
    "TextFileInitializer",
    "experimental",
]

__getattr__, __dir__ = attach(
    __name__,
    {
        "KeyValueTensorInitializer": ".tables",
        "StaticHashTable": ".tables",
        "StaticVocabularyTable": ".tables",
        "TextFileIndex": "....preprocessing.table_initializers",
        "TextFileInitializer": ".tables",
    },
    submodules=("experimental",),
)
