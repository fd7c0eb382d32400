"""The image layers of `penstock.preprocessing` as Keras has them: what they return for arrays and lists are Tensors."""

from __future__ import annotations

from typing import Any

from .... import preprocessing
from ....core.arguments import map_leaves
from ....core.composites import plain
from ....core.saving import saved_as
from ....pipeline.tensors import as_tensor


@saved_as(preprocessing.CenterCrop)
class CenterCrop(preprocessing.CenterCrop):
    """`penstock.preprocessing.CenterCrop` that returns Tensors."""

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        return map_leaves(as_tensor, super().__call__(*map_leaves(plain, args), **kwargs))


@saved_as(preprocessing.Resizing)
class Resizing(preprocessing.Resizing):
    """`penstock.preprocessing.Resizing` that returns Tensors."""

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        return map_leaves(as_tensor, super().__call__(*map_leaves(plain, args), **kwargs))
