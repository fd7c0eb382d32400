"""The layers of `penstock.preprocessing` as Keras has them: what they return for arrays and lists are Tensors."""

from __future__ import annotations

from typing import Any, ClassVar

from .... import preprocessing
from ....core.arguments import map_leaves
from ....core.composites import plain
from ....core.saving import saved_as
from ....pipeline.tensors import as_tensor


@saved_as(preprocessing.CategoryEncoding)
class CategoryEncoding(preprocessing.CategoryEncoding):
    """`penstock.preprocessing.CategoryEncoding` that returns Tensors."""

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        return map_leaves(as_tensor, super().__call__(*map_leaves(plain, args), **kwargs))


@saved_as(preprocessing.Discretization)
class Discretization(preprocessing.Discretization):
    """`penstock.preprocessing.Discretization` that returns Tensors."""

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        return map_leaves(as_tensor, super().__call__(*map_leaves(plain, args), **kwargs))


@saved_as(preprocessing.FeatureSpace)
class FeatureSpace(preprocessing.FeatureSpace):
    """`penstock.preprocessing.FeatureSpace` that returns Tensors."""

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        return map_leaves(as_tensor, super().__call__(*map_leaves(plain, args), **kwargs))

    def adapt(self, dataset: Any, *args: Any, **kwargs: Any) -> None:  # type: ignore[override]  # Keras names it so
        """Learn from a table, or a Dataset of dicts; see `penstock.preprocessing.FeatureSpace.adapt`."""
        super().adapt(dataset, *args, **kwargs)


@saved_as(preprocessing.HashedCrossing)
class HashedCrossing(preprocessing.HashedCrossing):
    """`penstock.preprocessing.HashedCrossing` that returns Tensors."""

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        return map_leaves(as_tensor, super().__call__(*map_leaves(plain, args), **kwargs))


@saved_as(preprocessing.Hashing)
class Hashing(preprocessing.Hashing):
    """`penstock.preprocessing.Hashing` that returns Tensors."""

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        return map_leaves(as_tensor, super().__call__(*map_leaves(plain, args), **kwargs))


@saved_as(preprocessing.IntegerLookup)
class IntegerLookup(preprocessing.IntegerLookup):
    """`penstock.preprocessing.IntegerLookup` that returns Tensors."""

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        return map_leaves(as_tensor, super().__call__(*map_leaves(plain, args), **kwargs))


@saved_as(preprocessing.Normalization)
class Normalization(preprocessing.Normalization):
    """`penstock.preprocessing.Normalization` that returns Tensors."""

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        return map_leaves(as_tensor, super().__call__(*map_leaves(plain, args), **kwargs))


@saved_as(preprocessing.Pipeline)
class Pipeline(preprocessing.Pipeline):
    """`penstock.preprocessing.Pipeline` that returns Tensors."""

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        return map_leaves(as_tensor, super().__call__(*map_leaves(plain, args), **kwargs))


@saved_as(preprocessing.Rescaling)
class Rescaling(preprocessing.Rescaling):
    """`penstock.preprocessing.Rescaling` that returns Tensors."""

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        return map_leaves(as_tensor, super().__call__(*map_leaves(plain, args), **kwargs))


@saved_as(preprocessing.StringLookup)
class StringLookup(preprocessing.StringLookup):
    """`penstock.preprocessing.StringLookup` that returns Tensors."""

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        return map_leaves(as_tensor, super().__call__(*map_leaves(plain, args), **kwargs))


@saved_as(preprocessing.TextVectorization)
class TextVectorization(preprocessing.TextVectorization):
    """`penstock.preprocessing.TextVectorization` that returns Tensors, and gives functions Tensors."""

    functions_take_tensors: ClassVar[bool] = True

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        return map_leaves(as_tensor, super().__call__(*map_leaves(plain, args), **kwargs))
