"""`tf.compat`: text and bytes, and names of TensorFlow 1."""

from typing import TYPE_CHECKING

from ....core.lazy import attach

if TYPE_CHECKING:
    from . import v1
    from .text import as_bytes, as_str, as_str_any, as_text, path_to_str

__all__ = ["as_bytes", "as_str", "as_str_any", "as_text", "path_to_str", "v1"]

__getattr__, __dir__ = attach(
    __name__,
    {"as_bytes": ".text", "as_str": ".text", "as_str_any": ".text", "as_text": ".text", "path_to_str": ".text"},
    submodules=("v1",),
)
