"""Functions of images: resizing, cropping, padding, turning, colours; one image or a batch."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ...core.lazy import attach

if TYPE_CHECKING:
    from .resize import resize

__all__ = ["resize"]

__getattr__, __dir__ = attach(__name__, {"resize": ".resize"})
