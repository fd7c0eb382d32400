"""FeatureSpace: the columns of a table, each in its own way, to one vector for each row."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final, Self

import numpy as np

from ..core import ops
from ..core.dtypes import as_dtype
from ..core.errors import DTypeError, InvalidArgumentError, describe, suggest
from ..core.layer import Layer
from ..core.ops import registry
from ..core.saving import deserialize, register_serializable, serialize
from ..core.specs import Spec, TensorSpec
from ..core.trace.symbol import Scope, Symbol, placeholder
from ..core.values import Ragged, Sparse
from .base import AdaptableLayer
from .category_encoding import CategoryEncoding
from .features import Cross, Feature, FeatureKinds, preset
from .hashed_crossing import HashedCrossing
from .hashing import holds_strings
from .index_lookup import IndexLookup
from .table_layer import Learner, TableLayer
from .tables import as_samples, check_columns, is_scalar, rows_of, table_columns

_MODES: Final = ("concat", "dict")


@register_serializable("penstock")
class FeatureSpace(FeatureKinds, TableLayer):
    """Turns the columns of a table into features, and these into one vector for each row, or a dict.

    Features and crosses come in the order of their names, features first, as in Keras. Columns that are no feature are
    not looked at.

    Args:
        features: By column, how it becomes a feature: one of the names below, or what the methods of these names, or
            `FeatureSpace.feature`, return.

            ==================== ====== =========================== ============
            name                 dtype  becomes                     encoded
            ==================== ====== =========================== ============
            float                float  as it is
            float_normalized     float  mean 0, variance 1
            float_rescaled       float  `x * scale + offset`
            float_discretized    float  learned bins                one-hot
            integer_categorical  int    learned vocabulary          one-hot
            string_categorical   string learned vocabulary          one-hot
            integer_hashed       int    hash                        one-hot
            string_hashed        string hash                        one-hot
            ==================== ====== =========================== ============
        output_mode: `"concat"` gives float32[batch, width]; `"dict"` the features by name.
        crosses: Features that are hashed together: tuples of names, or what `FeatureSpace.cross` returns.
        crossing_dim: Bins of crosses that are tuples.
        hashing_dim: Bins of hashed features given by name.
        num_discretization_bins: Bins of discretized features given by name.
        name: Name of the layer.

    Raises:
        InvalidArgumentError: An argument breaks its rule.

    Example:
        >>> space = FeatureSpace({"age": "float_normalized", "city": "string_categorical"})
        >>> people = {"age": [20.0, 30.0, 40.0], "city": ["Rome", "Oslo", "Rome"]}
        >>> space.adapt(people)
        >>> space({"age": [30.0], "city": ["Rome"]})
        array([[0., 0., 1., 0.]], dtype=float32)
        >>> space({"age": 30.0, "city": "Bonn"})
        array([0., 1., 0., 0.], dtype=float32)
    """

    def __init__(
        self,
        features: Mapping[str, Any],
        output_mode: str = "concat",
        crosses: Sequence[Any] | None = None,
        crossing_dim: int = 32,
        hashing_dim: int = 32,
        num_discretization_bins: int = 32,
        name: str | None = None,
        **options: Any,
    ) -> None:
        super().__init__(name=name, **options)
        if not isinstance(features, Mapping) or not features:
            raise InvalidArgumentError(
                f"{self.where}: features must be a dict with at least one feature. Received: {describe(features)}."
            )
        if output_mode not in _MODES:
            raise InvalidArgumentError(
                f"{self.where}: output_mode must be one of {', '.join(_MODES)}. "
                f"Received: output_mode={output_mode!r}.{suggest(str(output_mode), _MODES)}"
            )
        self.output_mode = output_mode
        self.crossing_dim, self.hashing_dim = crossing_dim, hashing_dim
        self.num_discretization_bins = num_discretization_bins
        self.features: dict[str, Feature] = {
            key: value
            if isinstance(value, Feature)
            else preset(value, key, hashing_dim=hashing_dim, bins=num_discretization_bins, where=self.where)
            for key, value in features.items()
        }
        self.crosses = [c if isinstance(c, Cross) else Cross(c, crossing_dim) for c in crosses or ()]
        self._check_crosses()
        self._preprocessors: dict[str, Layer] = {
            key: feature.preprocessor for key, feature in self.features.items() if feature.preprocessor is not None
        }
        self._crossers = {c.name: HashedCrossing(c.crossing_dim, name=c.name) for c in self.crosses}
        self._encoders: dict[str, CategoryEncoding] = {}
        self._inputs: dict[str, Symbol] | None = None
        self.built = True

    def _check_crosses(self) -> None:
        for cross in self.crosses:
            for key in cross.feature_names:
                if key not in self.features:
                    raise InvalidArgumentError(
                        f"{self.where}: crosses must be of features. Received: {key!r} in {cross.name}."
                        f"{suggest(key, self.features)}"
                    )
                if self.features[key].output_mode == "float":
                    raise InvalidArgumentError(
                        f"{self.where}: crosses must be of features with integer codes. Received: {key!r} in "
                        f"{cross.name}, with output_mode='float'."
                    )
        names = [cross.name for cross in self.crosses]
        twice = sorted({key for key in names if names.count(key) > 1 or key in self.features})
        if twice:
            raise InvalidArgumentError(f"{self.where}: names must differ. Received: {', '.join(twice)} more than once.")

    # --- adapting -----------------------------------------------------------------------------------------------------

    @property
    def preprocessors(self) -> dict[str, Layer]:
        """The layers by feature, without those that are none; a new dict."""
        return dict(self._preprocessors)

    def learners(self) -> Mapping[str, Learner]:
        return {
            key: Learner(key, layer)
            for key, layer in self._preprocessors.items()
            if isinstance(layer, AdaptableLayer) and layer.is_adaptable
        }

    def finalize_state(self) -> None:
        super().finalize_state()
        self._encoders, self._inputs = {}, None

    # --- calling ------------------------------------------------------------------------------------------------------

    def call(self, inputs: Any) -> Any:
        """Return the features of a table: a batch of columns `[n]`, `[n, 1]` or `[n, k]`, or a row.

        Args:
            inputs: Dict of columns, DataFrame or Arrow table. Where one of the columns is a scalar, all are of one row,
                and the results are those of that row.
        """
        table = table_columns(inputs)
        if table is None:
            raise DTypeError(
                f"{self.where}: inputs must be a dict of columns or a table. Received: {describe(inputs)}."
            )
        self._require_adapted()
        check_columns(table, self.features, self.where)
        is_row = any(map(is_scalar, table.values()))
        given = {key: self._given(key, table[key], is_row=is_row) for key in self.features}
        if all(registry.operand_kind(value) is None for value in given.values()):
            rows_of(given, self.where)
        encoded = self._encoded(given)
        if is_row:
            encoded = {key: v if isinstance(v, Ragged | Sparse) else v[0] for key, v in encoded.items()}
        return self._merged(encoded)

    def _given(self, key: str, value: Any, *, is_row: bool) -> Any:
        """Return a column in the feature's dtype, as `[batch, 1]` or `[batch, k]`."""
        feature, where = self.features[key], f"{self.where}, feature {key!r}"
        if registry.operand_kind(value) is not None:
            if feature.dtype != "string" and value.dtype.name != feature.dtype:
                value = ops.cast(value, feature.dtype)
            if is_row:
                return ops.expand_dims(ops.expand_dims(value, 0) if is_scalar(value) else value, 0)
            return ops.expand_dims(value, -1) if len(value.shape) == 1 else value
        if isinstance(value, Ragged | Sparse):
            return value
        if (feature.dtype == "string") != holds_strings(value):
            raise DTypeError(f"{where}: the column must hold {_plural(feature.dtype)}. Received: {describe(value)}.")
        samples = as_samples([value] if is_row else value, where=where)
        return samples.astype(as_dtype(feature.dtype).numpy, copy=False) if feature.dtype != "string" else samples

    def _encoded(self, given: Mapping[str, Any]) -> dict[str, Any]:
        """Return all features and crosses, by name, in order."""
        codes = {
            key: self._preprocessors[key](given[key]) if key in self._preprocessors else given[key] for key in given
        }
        found = {}
        for key in sorted(self.features):
            is_one_hot = self.features[key].output_mode == "one_hot"
            found[key] = self._encoder(key, self._depth(key))(codes[key]) if is_one_hot else codes[key]
        for cross in sorted(self.crosses, key=lambda c: c.name):
            bins = self._crossers[cross.name]([codes[key] for key in cross.feature_names])
            is_one_hot = cross.output_mode == "one_hot"
            found[cross.name] = self._encoder(cross.name, cross.crossing_dim)(bins) if is_one_hot else bins
        return found

    def _encoder(self, key: str, depth: int) -> CategoryEncoding:
        encoder = self._encoders.get(key)
        if encoder is None or encoder.num_tokens != depth:
            encoder = CategoryEncoding(depth, "multi_hot", name=f"{key}_one_hot")
            self._encoders = {**self._encoders, key: encoder}
        return encoder

    def _depth(self, key: str) -> int:
        depth = self.features[key].depth
        if depth is None:
            raise InvalidArgumentError(
                f"{self.where}: output_mode='one_hot' needs a preprocessor with a known number of integer codes. "
                f"Received: {key!r}: {self.features[key].preprocessor!r}. Use output_mode='int' or 'float'."
            )
        return depth

    def _merged(self, encoded: dict[str, Any]) -> Any:
        if self.output_mode == "dict":
            return encoded
        self._check_joinable()
        values = list(encoded.values())
        if any(registry.operand_kind(value) is not None for value in values):
            return ops.concat([ops.cast(value, "float32") for value in values], axis=-1)
        for key, value in encoded.items():
            if not isinstance(value, np.ndarray):
                raise DTypeError(
                    f"{self.where}: output_mode='concat' needs dense features. Received: {key!r}: {describe(value)}. "
                    "Use output_mode='dict'."
                )
        return np.concatenate([value.astype(np.float32, copy=False) for value in values], axis=-1)

    def _check_joinable(self) -> None:
        raw = [key for key, feature in self.features.items() if feature.output_mode == "int"]
        raw += [cross.name for cross in self.crosses if cross.output_mode == "int"]
        if raw:
            raise InvalidArgumentError(
                f"{self.where}: output_mode='concat' needs encoded features. Received: "
                f"{', '.join(map(repr, raw))} with output_mode='int'. Use output_mode='dict', or 'one_hot' for them."
            )

    def compute_output_spec(self, *args: Any, **kwargs: Any) -> Any:
        """Return the spec, or dict of specs, of the result for specs of the columns."""
        specs = args[0] if args else next(iter(kwargs.values()))
        check_columns(specs, self.features, self.where)
        is_row = any(map(is_scalar, specs.values()))
        codes: dict[str, Any] = {}
        for key, feature in self.features.items():
            given = _batched(specs[key], feature.dtype, is_row=is_row)
            layer = self._preprocessors.get(key)
            codes[key] = given if layer is None else layer.compute_output_spec(given)
        made: dict[str, Spec] = {}
        for key in sorted(self.features):
            is_one_hot = self.features[key].output_mode == "one_hot"
            made[key] = (
                self._encoder(key, self._depth(key)).compute_output_spec(codes[key]) if is_one_hot else codes[key]
            )
        for cross in sorted(self.crosses, key=lambda c: c.name):
            bins = self._crossers[cross.name].compute_output_spec([codes[key] for key in cross.feature_names])
            encoder = self._encoder(cross.name, cross.crossing_dim)
            made[cross.name] = encoder.compute_output_spec(bins) if cross.output_mode == "one_hot" else bins
        if is_row:
            made = {key: TensorSpec(s.shape[1:], s.dtype) if isinstance(s, TensorSpec) and s.shape else s
                    for key, s in made.items()}  # fmt: skip
        if self.output_mode == "dict":
            return made
        self._check_joinable()
        shapes = [spec.shape or () for spec in made.values() if isinstance(spec, TensorSpec)]
        widths = [shape[-1] if shape else None for shape in shapes]
        width = None if None in widths else sum(w for w in widths if w is not None)
        return TensorSpec((*shapes[0][:-1], width), "float32")

    def feature_names(self) -> list[str]:
        """Return a name for each column of the vectors of `output_mode="concat"`, in order.

        `age` for numbers; `city_Rome` for the tokens of a learned vocabulary, `city_[UNK]` for others; numbers for bins
        and for what layers of one's own make of a column of scalars.

        Raises:
            NotAdaptedError: The space is not adapted yet.
        """
        self._require_adapted()
        self._check_joinable()
        names: list[str] = []
        for key in sorted(self.features):
            feature, layer = self.features[key], self._preprocessors.get(key)
            if isinstance(layer, IndexLookup) and feature.output_mode == "one_hot":
                tokens = layer.get_vocabulary()
                learned = len(layer.get_vocabulary(include_special_tokens=False))
                special = tokens[: len(tokens) - learned]
                twice = [f"_{special[:i].count(t)}" if special.count(t) > 1 else "" for i, t in enumerate(special)]
                names += [f"{key}_{t}{mark}" for t, mark in zip(tokens, [*twice, *[""] * learned], strict=True)]
                continue
            if feature.output_mode == "one_hot":
                width: int | None = self._depth(key)
            else:
                given = TensorSpec((None, 1), feature.dtype)
                made = given if layer is None else layer.compute_output_spec(given)
                width = made.shape[-1] if isinstance(made, TensorSpec) and made.shape else None
            names += [key] if width in (1, None) else [f"{key}_{i}" for i in range(width)]
        for cross in sorted(self.crosses, key=lambda c: c.name):
            names += [f"{cross.name}_{i}" for i in range(cross.crossing_dim)]
        return names

    # --- models -------------------------------------------------------------------------------------------------------

    def get_inputs(self) -> dict[str, Symbol]:
        """Return inputs for a functional model by feature: `[batch, 1]`, of the feature's dtype; always the same ones.

        Raises:
            NotAdaptedError: The space is not adapted yet.
        """
        self._require_adapted()
        if self._inputs is None:
            self._inputs = {
                key: placeholder(TensorSpec((None, 1), feature.dtype), key, scope=Scope(keeps_layers=True))
                for key, feature in self.features.items()
            }
        return dict(self._inputs)

    def get_encoded_features(self) -> Any:
        """Return what the space makes of `get_inputs()`, as symbols: a model on them takes dicts of raw columns.

        Raises:
            NotAdaptedError: The space is not adapted yet.
        """
        return self._merged(self._encoded(self.get_inputs()))

    # --- configs ------------------------------------------------------------------------------------------------------

    def get_config(self) -> dict[str, Any]:
        return {
            **super().get_config(),
            "features": [[key, serialize(feature)] for key, feature in self.features.items()],
            "output_mode": self.output_mode,
            "crosses": [serialize(cross) for cross in self.crosses],
            "crossing_dim": self.crossing_dim,
            "hashing_dim": self.hashing_dim,
            "num_discretization_bins": self.num_discretization_bins,
        }

    @classmethod
    def from_config(cls, config: Mapping[str, Any]) -> Self:
        """Make a space, adapted if that one was, from what `get_config` returned."""
        options = dict(config)
        saved = options.pop("features", None)
        if not isinstance(saved, list) or not all(isinstance(pair, list | tuple) and len(pair) == 2 for pair in saved):
            raise InvalidArgumentError(
                f"{cls.__name__}: a saved config must have a list of names and features. "
                f"Received: features={describe(saved)}."
            )
        options["crosses"] = [deserialize(cross) for cross in options.get("crosses") or ()]
        return cls({key: deserialize(feature) for key, feature in saved}, **options)


def _plural(dtype: str) -> str:
    return "strings" if dtype == "string" else "numbers"


def _batched(spec: Any, dtype: str, *, is_row: bool) -> Any:
    """Return the spec of what the preprocessor of a feature gets."""
    if not isinstance(spec, TensorSpec) or spec.shape is None:
        return spec
    shape = spec.shape
    if is_row:
        shape = (1, *(shape or (1,)))
    elif len(shape) == 1:
        shape = (*shape, 1)
    return TensorSpec(shape, dtype)
