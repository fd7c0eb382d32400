"""Feature and Cross: what a `FeatureSpace` makes of a column, and of several columns together."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final, Self

from ..core.dtypes import as_dtype
from ..core.errors import InvalidArgumentError, describe, suggest
from ..core.layer import Layer
from ..core.naming import unique_name
from ..core.saving import deserialize, register_serializable, serialize
from .coding import as_output_mode
from .discretization import Discretization
from .hashing import Hashing
from .index_lookup import IndexLookup
from .integer_lookup import IntegerLookup
from .normalization import Normalization
from .rescaling import Rescaling
from .string_lookup import StringLookup

Boundaries = Sequence[float] | None  # named here: within `FeatureKinds` `float` is a method

_MODES: Final = ("int", "one_hot", "float")


@register_serializable("penstock")
class Feature:
    """One column of a `FeatureSpace`.

    Args:
        dtype: Type that the column is cast to first.
        preprocessor: Layer that the column, as `[batch, 1]`, goes through; None leaves it as it is.
        output_mode: `"float"` and `"int"` take what the layer returns; `"one_hot"` encodes its codes in float32.

    Raises:
        InvalidArgumentError: An argument breaks its rule.
    """

    def __init__(self, dtype: Any, preprocessor: Layer | None, output_mode: str) -> None:
        self.dtype = as_dtype(dtype).name
        self.output_mode: str = _checked_mode(output_mode, _MODES, "Feature")
        if preprocessor is not None and not isinstance(preprocessor, Layer):
            raise InvalidArgumentError(
                f"Feature: preprocessor must be a layer or None. Received: preprocessor={describe(preprocessor)}."
            )
        self.preprocessor = preprocessor

    @property
    def depth(self) -> int | None:
        """How many codes the preprocessor gives, or None when that is not known."""
        layer = self.preprocessor
        if isinstance(layer, IndexLookup | Hashing | Discretization) and layer.output_mode != "int":
            return None
        if isinstance(layer, IndexLookup):
            return layer.vocabulary_size()
        if isinstance(layer, Hashing):
            return layer.num_bins
        if isinstance(layer, Discretization):
            return layer.num_bins or len(layer.bin_boundaries or ()) + 1
        return None

    def get_config(self) -> dict[str, Any]:
        """Return the constructor's arguments as plain JSON values."""
        return {"dtype": self.dtype, "preprocessor": serialize(self.preprocessor), "output_mode": self.output_mode}

    @classmethod
    def from_config(cls, config: Mapping[str, Any]) -> Self:
        """Make a feature from what `get_config` returned."""
        return cls(**{**config, "preprocessor": deserialize(config["preprocessor"])})

    def __repr__(self) -> str:
        return f"Feature({self.dtype}, {self.preprocessor!r}, {self.output_mode!r})"


@register_serializable("penstock")
class Cross:
    """Two features or more, hashed together by their codes.

    Args:
        feature_names: Names of features that give integer codes.
        crossing_dim: Number of bins.
        output_mode: `"one_hot"` or `"int"`.

    Raises:
        InvalidArgumentError: An argument breaks its rule.
    """

    def __init__(self, feature_names: Sequence[str], crossing_dim: int, output_mode: str = "one_hot") -> None:
        names = tuple(feature_names) if isinstance(feature_names, list | tuple) else ()
        if len(names) < 2 or not all(isinstance(name, str) for name in names):
            raise InvalidArgumentError(
                "Cross: feature_names must be a list of two names of features or more. "
                f"Received: feature_names={describe(feature_names)}."
            )
        if not isinstance(crossing_dim, int) or crossing_dim < 1:
            raise InvalidArgumentError(
                f"Cross: crossing_dim must be an int >= 1. Received: crossing_dim={crossing_dim!r}."
            )
        self.feature_names, self.crossing_dim = names, crossing_dim
        self.output_mode: str = _checked_mode(output_mode, ("int", "one_hot"), "Cross")

    @property
    def name(self) -> str:
        """Name of the feature that the cross makes: `a_X_b`."""
        return "_X_".join(self.feature_names)

    def get_config(self) -> dict[str, Any]:
        """Return the constructor's arguments as plain JSON values."""
        return {
            "feature_names": list(self.feature_names),
            "crossing_dim": self.crossing_dim,
            "output_mode": self.output_mode,
        }

    @classmethod
    def from_config(cls, config: Mapping[str, Any]) -> Self:
        """Make a cross from what `get_config` returned."""
        return cls(**config)

    def __repr__(self) -> str:
        return f"Cross({list(self.feature_names)}, {self.crossing_dim}, {self.output_mode!r})"


def _checked_mode(output_mode: Any, modes: tuple[str, ...], where: str) -> str:
    return output_mode if output_mode in modes else as_output_mode(output_mode, modes, where)


def preset(kind: Any, name: str, *, hashing_dim: int, bins: int, where: str) -> Feature:
    """Return the feature that a string such as `"float_normalized"` stands for.

    Args:
        kind: The string.
        name: Name of the feature; its layer is called `<name>_preprocessor`.
        hashing_dim: Bins of hashed features.
        bins: Bins of discretized ones.
        where: Start of messages.

    Raises:
        InvalidArgumentError: There is no such kind.
    """
    makers: dict[str, Callable[[], Feature]] = {
        "float": lambda: FeatureKinds.float(name),
        "float_normalized": lambda: FeatureKinds.float_normalized(name),
        "float_rescaled": lambda: FeatureKinds.float_rescaled(name=name),
        "float_discretized": lambda: FeatureKinds.float_discretized(bins, name=name),
        "integer_categorical": lambda: FeatureKinds.integer_categorical(name=name),
        "string_categorical": lambda: FeatureKinds.string_categorical(name=name),
        "integer_hashed": lambda: FeatureKinds.integer_hashed(hashing_dim, name=name),
        "string_hashed": lambda: FeatureKinds.string_hashed(hashing_dim, name=name),
    }
    if not isinstance(kind, str) or kind not in makers:
        hint = suggest(kind, makers) if isinstance(kind, str) else ""
        raise InvalidArgumentError(
            f"{where}: a feature must be one of {', '.join(makers)}, or a Feature. "
            f"Received: {name!r}: {describe(kind)}.{hint}"
        )
    return makers[kind]()


class FeatureKinds:
    """The ways in which a column becomes a feature, as methods of `FeatureSpace`.

    A `name` is that of the layer; the feature has the name of its column.
    """

    @classmethod
    def cross(cls, feature_names: Sequence[str], crossing_dim: int, output_mode: str = "one_hot") -> Cross:
        """Return a cross of features: their codes hashed together to `crossing_dim` bins."""
        return Cross(feature_names, crossing_dim, output_mode)

    @classmethod
    def feature(cls, dtype: Any, preprocessor: Layer, output_mode: str) -> Feature:
        """Return a feature with a layer of one's own.

        Args:
            dtype: Type that the column is cast to first.
            preprocessor: The layer; it gets `[batch, 1]` (`[batch, n]` of columns of vectors).
            output_mode: `"float"`, `"int"`, or `"one_hot"` for layers with a known number of codes.
        """
        return Feature(dtype, preprocessor, output_mode)

    @classmethod
    def float(cls, name: str | None = None) -> Feature:
        """Return a feature that is a number as it is."""
        return Feature("float32", None, "float")

    @classmethod
    def float_rescaled(cls, scale: Any = 1.0, offset: Any = 0.0, name: str | None = None) -> Feature:
        """Return a feature `x * scale + offset`."""
        return Feature("float32", Rescaling(scale, offset, name=_called(name, "float_rescaled")), "float")

    @classmethod
    def float_normalized(cls, name: str | None = None) -> Feature:
        """Return a number with mean 0 and variance 1 over what the space is adapted to."""
        return Feature("float32", Normalization(axis=-1, name=_called(name, "float_normalized")), "float")

    @classmethod
    def float_discretized(
        cls,
        num_bins: int | None = None,
        bin_boundaries: Boundaries = None,
        output_mode: str = "one_hot",
        name: str | None = None,
    ) -> Feature:
        """Return the bin of a number, between boundaries that are learned (`num_bins`) or given."""
        layer = Discretization(bin_boundaries, num_bins, name=_called(name, "float_discretized"))
        return Feature("float32", layer, output_mode)

    @classmethod
    def integer_categorical(
        cls,
        max_tokens: int | None = None,
        num_oov_indices: int = 1,
        output_mode: str = "one_hot",
        name: str | None = None,
    ) -> Feature:
        """Return the code of an integer by a learned vocabulary."""
        layer = IntegerLookup(max_tokens, num_oov_indices, name=_called(name, "integer_categorical"))
        return Feature("int32", layer, output_mode)

    @classmethod
    def string_categorical(
        cls,
        max_tokens: int | None = None,
        num_oov_indices: int = 1,
        output_mode: str = "one_hot",
        name: str | None = None,
    ) -> Feature:
        """Return the code of a string by a learned vocabulary."""
        layer = StringLookup(max_tokens, num_oov_indices, name=_called(name, "string_categorical"))
        return Feature("string", layer, output_mode)

    @classmethod
    def string_hashed(cls, num_bins: int, output_mode: str = "one_hot", name: str | None = None) -> Feature:
        """Return the bin of a string by its hash."""
        return Feature("string", Hashing(num_bins, name=_called(name, "string_hashed")), output_mode)

    @classmethod
    def integer_hashed(cls, num_bins: int, output_mode: str = "one_hot", name: str | None = None) -> Feature:
        """Return the bin of an integer by its hash."""
        return Feature("int32", Hashing(num_bins, name=_called(name, "integer_hashed")), output_mode)


def _called(name: str | None, kind: str) -> str:
    return f"{name or unique_name(kind)}_preprocessor"
