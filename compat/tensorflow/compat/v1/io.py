"""`tf.compat.v1.io`: `tf.io`, and the iterator over records of TensorFlow 1."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .....core.lazy import attach
from ... import io as _io
from ...io import *  # noqa: F403
from .python_io import TFRecordCompressionType, tf_record_iterator

__all__ = ["TFRecordCompressionType", "tf_record_iterator"]
__all__ += _io.__all__

if not TYPE_CHECKING:
    __getattr__, __dir__ = attach(__name__, {})
