"""LayerTransformer: a preprocessing layer as a scikit-learn transformer. Needs scikit-learn, and imports it."""

from __future__ import annotations

from typing import Any, Self

import numpy as np
import numpy.typing as npt

try:
    from sklearn.base import BaseEstimator, TransformerMixin
    from sklearn.utils.validation import check_is_fitted
except ImportError as err:
    raise ImportError(
        'penstock.preprocessing.sklearn needs scikit-learn. Install it with: pip install "penstock[sklearn]".'
    ) from err

from ..core.errors import DTypeError, InvalidArgumentError, ShapeError, describe
from ..core.layer import Layer
from ..core.values import Ragged, Sparse
from .base import AdaptableLayer
from .feature_space import FeatureSpace
from .index_lookup import IndexLookup
from .tables import table_columns
from .text_vectorization import TextVectorization

Array = npt.NDArray[Any]


class LayerTransformer(TransformerMixin, BaseEstimator):  # type: ignore[misc]  # its bases are not typed
    """A preprocessing layer with scikit-learn's `fit`, `transform` and `get_feature_names_out`.

    `fit` adapts a copy of the layer, so that the estimator can be cloned and searched over; the layer's options are
    parameters `layer__max_tokens` and so on. Samples are the first axis:
    a vector of n strings or numbers is n samples of one feature. Results are two-dimensional: `[samples, features]`.

    Args:
        layer: A preprocessing layer of one input (`TextVectorization` with `"int"` needs `output_sequence_length`), or
            a `FeatureSpace` that concatenates, whose data are tables: DataFrames, dicts of columns, Arrow tables.

    Attributes:
        layer_: The adapted layer, after `fit`.
        n_features_in_: Number of input features.
        feature_names_in_: Names of the input features, where the data has names.
    """

    def __init__(self, layer: Layer) -> None:
        self.layer = layer

    def get_params(self, deep: bool = True) -> dict[str, Any]:  # noqa: FBT001, FBT002 (scikit-learn's form)
        """Return the parameters: `layer`, and with `deep` also the layer's options as `layer__<option>`."""
        options = self.layer.get_config() if deep and isinstance(self.layer, Layer) else {}
        options.pop("adapted", None)
        return {"layer": self.layer, **{f"layer__{name}": value for name, value in options.items()}}

    def set_params(self, **params: Any) -> Self:
        """Set `layer`, or options of it: `layer__<option>` puts a layer in its place that differs in that option.

        Raises:
            InvalidArgumentError: There is no such parameter, or the layer does not take the option's value.
        """
        layer = params.pop("layer", self.layer)
        options = {name.removeprefix("layer__"): value for name, value in params.items() if name.startswith("layer__")}
        if len(options) < len(params):
            wrong = next(name for name in params if not name.startswith("layer__"))
            raise InvalidArgumentError(
                f"LayerTransformer: parameters must be layer, or layer__ and an option of the layer. Received: {wrong}."
            )
        self.layer = _unadapted(layer, **options) if options else layer
        return self

    def fit(self, X: Any, y: Any = None) -> Self:
        """Adapt a copy of the layer to `[samples, features]`, or to a vector of samples; `y` is not looked at.

        Raises:
            InvalidArgumentError: `layer` is none, or its results differ in length.
        """
        if not isinstance(self.layer, Layer):
            raise InvalidArgumentError(f"LayerTransformer: layer must be a layer. Received: {describe(self.layer)}.")
        text = self.layer if isinstance(self.layer, TextVectorization) and self.layer.output_mode == "int" else None
        if text is not None and (text.output_sequence_length is None or text.ragged):
            raise InvalidArgumentError(
                "LayerTransformer: rows must have one length. Give TextVectorization an output_sequence_length."
            )
        if isinstance(self.layer, FeatureSpace):
            return self._fit_table(self.layer, X)
        names = getattr(X, "columns", None)
        data = _samples(X)
        layer = _unadapted(self.layer)
        if isinstance(layer, AdaptableLayer) and not layer.is_adapted:
            layer.adapt(data)
        self.layer_ = layer
        self.n_features_in_ = data.shape[1]
        if names is not None and all(isinstance(name, str) for name in names):
            self.feature_names_in_ = np.array(names, dtype=object)
        elif hasattr(self, "feature_names_in_"):
            del self.feature_names_in_
        self._n_features_out = _rows(layer(data[:1]), 1).shape[1]
        return self

    def _fit_table(self, space: FeatureSpace, X: Any) -> Self:
        table = table_columns(X)
        if table is None or space.output_mode != "concat":
            raise InvalidArgumentError(
                "LayerTransformer: a FeatureSpace must have output_mode='concat', and X must be a table. "
                f"Received: output_mode={space.output_mode!r}, X={type(X).__name__}."
            )
        self.layer_ = FeatureSpace.from_config(space.get_config())
        self.layer_.adapt(table)
        self.feature_names_in_ = np.array(list(table), dtype=object)
        self.n_features_in_ = len(table)
        self._n_features_out = len(self.layer_.feature_names())
        return self

    def transform(self, X: Any) -> Any:
        """Return the layer's results as `[samples, features]`; those of a sparse layer as a SciPy CSR matrix.

        Raises:
            ShapeError: The number of features is not that of `fit`.
        """
        check_is_fitted(self, "layer_")
        if isinstance(self.layer_, FeatureSpace):
            return self.layer_(X)
        data = _samples(X)
        if data.shape[1] != self.n_features_in_:
            raise ShapeError(
                f"LayerTransformer: X must have {self.n_features_in_} features, as in fit. Received: {data.shape[1]}."
            )
        return _rows(self.layer_(data), len(data))

    def get_feature_names_out(self, input_features: Any = None) -> npt.NDArray[np.object_]:
        """Return a name for each column of the results.

        These are the inputs' names where results are as many; tokens behind the layer's name for rows over a
        vocabulary; else numbers behind the layer's name.

        Args:
            input_features: Names of the inputs; those of `fit`, or `x0`, `x1`, …, when None.
        """
        check_is_fitted(self, "layer_")
        layer = self.layer_
        if isinstance(layer, FeatureSpace):
            return np.array(layer.feature_names(), dtype=object)
        if isinstance(layer, IndexLookup) and layer.output_mode != "int":
            tokens = layer.get_vocabulary()
            tokens += [f"pad{i}" for i in range(self._n_features_out - len(tokens))]
            if len(tokens) == self._n_features_out:
                return np.array([f"{layer.name}_{token}" for token in tokens], dtype=object)
        if self._n_features_out == self.n_features_in_ and getattr(layer, "output_mode", "int") == "int":
            if input_features is None:
                known = getattr(self, "feature_names_in_", None)
                input_features = [f"x{i}" for i in range(self.n_features_in_)] if known is None else known
            return np.array(input_features, dtype=object)
        return np.array([f"{layer.name}_{i}" for i in range(self._n_features_out)], dtype=object)


def _unadapted(layer: Layer, **options: Any) -> Layer:
    """Return a layer like another one, with other options, that has learned nothing."""
    config = layer.get_config()
    learned = config.pop("adapted", None)
    if isinstance(learned, dict) and learned.get("fixed", False) and "vocabulary" not in options:
        config["adapted"] = learned
    return type(layer).from_config({**config, **options})


def _samples(data: Any) -> Array:
    """Return data as `[samples, features]`."""
    array = data.to_numpy() if hasattr(data, "to_numpy") else np.asarray(data)
    if array.ndim == 1:
        array = array[:, None]
    if array.ndim < 2:
        raise ShapeError(f"LayerTransformer: X must have samples along its first axis. Received: {describe(data)}.")
    return array


def _rows(result: Any, n: int) -> Any:
    """Return results as `[samples, features]`."""
    if isinstance(result, Sparse):
        from scipy.sparse import csr_matrix

        flat = np.ravel_multi_index(tuple(result.indices.T), result.shape)
        width = int(np.prod(result.shape[1:]))
        return csr_matrix((result.values, (flat // width, flat % width)), shape=(n, width))
    if isinstance(result, Ragged):
        raise DTypeError(f"LayerTransformer: results must be dense or sparse. Received: {result.dtype} ragged rows.")
    array = np.asarray(result)
    return array.reshape(n, -1) if n else array.reshape(0, int(np.prod(array.shape[1:])))
