"""Saving objects as data: a closed registry of classes, configs as JSON, arrays in a zip archive."""

from .archive import load, read_archive, save, write_archive
from .registry import deserialize, register_serializable, registered_name, saved_as, serialize

__all__ = [
    "deserialize",
    "load",
    "read_archive",
    "register_serializable",
    "registered_name",
    "save",
    "saved_as",
    "serialize",
    "write_archive",
]
