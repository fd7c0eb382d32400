"""RandomImageLayer: the base of layers that change images at random while a model trains."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable, Mapping
from typing import Any, ClassVar

import numpy as np
import numpy.typing as npt

from ...core import ops
from ...core.columns import DenseColumn
from ...core.errors import DTypeError, InvalidArgumentError, TraceError, describe
from ...core.layer import Layer
from ...core.layer_call import is_symbol
from ...core.ops.registry import operand_kind
from ...core.random import SeedGenerator, draw_seed, stateless_uniform
from ...core.specs import Spec, TensorSpec
from ...core.tensor import Tensor
from ..images.checks import as_images, check_images
from ..images.transform import as_data_format

Array = npt.NDArray[Any]

_SEEDS = "seed_generator"


class RandomImageLayer(Layer):
    """A layer that changes images at random in training, and else returns them as they are, as the layer's dtype.

    Takes one image or a batch, as an array, lists, a Tensor or a symbol, or a dict that holds such `"images"`, perhaps
    `"segmentation_masks"`, which are changed alike, and other entries, passed on. Each call draws from a
    `SeedGenerator`; its count of calls is saved with the layer, so that a loaded layer goes on where the saved one was.

    In `Dataset.map` a layer that trains runs for each element, as each has its own draws; on batches it is faster.

    Contract for subclasses: `_draw` takes all random numbers of a call, in Keras's order; `_change` applies them.

    Args:
        seed: An integer of 64 bits; the same seed gives the same images, Keras's own. None follows
            `penstock.random.set_seed`.
        data_format: `"channels_last"` or `"channels_first"`; None means last.
        **options: `name`, `dtype` (of the result; float32), `trainable`, `input_shape`.
    """

    arrays_out: ClassVar[bool] = True

    def __init__(self, *, seed: int | None = None, data_format: str | None = None, **options: Any) -> None:
        super().__init__(**options)
        if not (self.dtype.is_floating or self.dtype.is_integer):
            raise DTypeError(f"{self.where}: dtype must be one of numbers. Received: dtype={self.dtype.name}.")
        self.data_format = as_data_format(data_format, self.where)
        self.seed = seed
        try:
            self.generator = SeedGenerator(seed)
        except InvalidArgumentError:
            raise InvalidArgumentError(
                f"{self.where}: seed must be an integer of 64 bits or None. Received: seed={describe(seed)}."
            ) from None
        self.built = True

    @property
    def where(self) -> str:
        """The layer as messages name it."""
        return f"{type(self).__name__} {self.name!r}"

    # --- calling ------------------------------------------------------------------------------------------------------

    def call(self, inputs: Any, training: bool | None = True) -> Any:  # noqa: FBT001, FBT002 (Keras's form)
        """Return images changed at random, or with `training` false as they are.

        Args:
            inputs: T[height, width, channels] or T[batch, height, width, channels], or a dict.
            training: Whether to change them. Not given, the model decides: `fit` trains, `predict` does not; a layer
                called by itself or in `map` trains, as in Keras.

        Returns:
            Images of the layer's dtype.
        """
        if not isinstance(inputs, Mapping):
            return self._entries({"images": inputs}, training=bool(training))["images"]
        return self._entries(self._checked(inputs), training=bool(training))

    def _entries(self, inputs: Mapping[str, Any], *, training: bool) -> dict[str, Any]:
        changed = {key: value for key, value in inputs.items() if key in ("images", "segmentation_masks")}
        if any(is_symbol(value) for value in changed.values()):
            if training:
                raise TraceError(f"{self.where} draws random numbers, for each call anew")
            check_images(inputs["images"].spec, inputs["images"], self.where)
            return {**inputs, "images": ops.cast(inputs["images"], self.dtype)}
        images = self._array(changed["images"])
        if not training:
            return {**inputs, "images": _like(inputs["images"], cast(images, self.dtype.numpy))}
        single = images.ndim == 3
        height, width = self._sides(images.shape)
        drawn = self._draw(1 if single else images.shape[0], height, width)
        found = dict(inputs)
        found["images"] = _like(inputs["images"], self._apply(self._cast(images), drawn, self._change))
        if "segmentation_masks" in changed:
            masks = self._array(changed["segmentation_masks"])
            if masks.shape[:-3] != images.shape[:-3]:
                raise InvalidArgumentError(
                    f"{self.where}: there must be as many segmentation masks as images. "
                    f"Received: images {describe(images)}, masks {describe(masks)}."
                )
            found["segmentation_masks"] = _like(
                inputs["segmentation_masks"], self._apply(masks, drawn, self._change_masks)
            )
        return found

    def _apply(self, images: Array, drawn: Any, change: Callable[[Array, Any, int], Array]) -> Array:
        """Apply a change to one image or a batch with the channels where the user has them."""
        batch = images[None] if images.ndim == 3 else images
        if self.data_format == "channels_first":
            # Channels first are images of one channel, one after another, that share their random numbers.
            n, channels, height, width = batch.shape
            found = change(batch.reshape(n * channels, height, width, 1), drawn, channels)
            found = found.reshape(n, channels, *found.shape[1:3])
        else:
            found = change(batch, drawn, 1)
        return found[0] if images.ndim == 3 else found

    # --- for subclasses -----------------------------------------------------------------------------------------------

    @abstractmethod
    def _draw(self, n: int, height: int, width: int) -> Any:
        """Return the random numbers for `n` images."""

    @abstractmethod
    def _change(self, images: Array, drawn: Any, repeats: int) -> Array:
        """Return images changed.

        Args:
            images: T[n * repeats, height, width, channels]: of the layer's dtype, or uint8 where that is float32.
            drawn: What `_draw` returned for `n` images.
            repeats: How many images in a row share their numbers.

        Returns:
            Images of the layer's dtype.
        """

    def _change_masks(self, masks: Array, drawn: Any, repeats: int) -> Array:
        """Return segmentation masks, of any dtype, changed as the images."""
        return masks

    def _uniform(self, n: int, low: float = 0.0, high: float = 1.0, dtype: Any = "float32") -> Array:
        """Return `n` numbers spread evenly over [low, high), of the next pair of seeds.

        The ends are rounded to float32 whatever the dtype, as Keras rounds them.
        """
        return stateless_uniform((n,), draw_seed(self.generator), np.float32(low), np.float32(high), dtype)

    def _infer(self, spec: TensorSpec) -> TensorSpec:
        """Return the spec of changed images."""
        return TensorSpec(spec.shape, self.dtype)

    # --- inputs -------------------------------------------------------------------------------------------------------

    def _array(self, value: Any) -> Array:
        array = value.values if isinstance(value, DenseColumn) else value
        array = np.asarray(array) if isinstance(array, Tensor) else array
        if isinstance(array, np.ndarray) and array.dtype == np.bool_:
            array = array.view(np.uint8)
        return np.ascontiguousarray(as_images(array, self.where))

    def _cast(self, images: Array) -> Array:
        """Return images as kernels take them: bytes that become float32 are read as they are."""
        kind = self.dtype.numpy
        return images if images.dtype == np.uint8 and kind == np.float32 else cast(images, kind)

    def _sides(self, shape: tuple[Any, ...]) -> tuple[Any, Any]:
        """Return height and width of a shape."""
        return shape[-2:] if self.data_format == "channels_first" else shape[-3:-1]

    def _checked(self, inputs: Mapping[str, Any]) -> Mapping[str, Any]:
        if "images" not in inputs:
            raise InvalidArgumentError(
                f"{self.where}: a dict must hold 'images'. Received: {', '.join(map(repr, inputs)) or 'an empty dict'}."
            )
        if "bounding_boxes" in inputs:
            raise InvalidArgumentError(
                f"{self.where}: bounding boxes are not changed along with images. Received: a dict with "
                "'bounding_boxes'. Leave them out, or use a layer that changes colours alone on the images."
            )
        return inputs

    def compute_output_spec(self, *args: Any, **kwargs: Any) -> Any:
        """Return the spec, or dict of specs, of changed images."""
        spec = args[0] if args else next(iter(kwargs.values()))
        if isinstance(spec, Mapping):
            inner = self._checked(spec)
            return {key: self._spec_of(value) if key == "images" else value for key, value in inner.items()}
        return self._spec_of(spec)

    def _spec_of(self, spec: Any) -> Spec:
        return self._infer(check_images(spec, spec, self.where))

    # --- configs and state --------------------------------------------------------------------------------------------

    def get_config(self) -> dict[str, Any]:
        """Return the constructor's arguments as plain JSON values; the count of draws is saved with the arrays."""
        return {**super().get_config(), "seed": self.seed, "data_format": self.data_format}

    def save_arrays(self) -> dict[str, Array]:
        """Return the seed generator's state: the next call after loading draws what the next call here would."""
        return {**super().save_arrays(), _SEEDS: self.generator.state}

    def load_arrays(self, arrays: Mapping[str, Array]) -> None:
        """Take back what `save_arrays` returned."""
        if _SEEDS not in arrays:
            raise InvalidArgumentError(
                f"{self.where}: saved arrays must hold {_SEEDS!r}. Received: {', '.join(sorted(arrays)) or 'none'}."
            )
        super().load_arrays({key: value for key, value in arrays.items() if key != _SEEDS})
        self.generator.state = arrays[_SEEDS]


def cast(array: Array, kind: np.dtype[Any]) -> Array:
    """Return an array in another dtype; what a dtype cannot hold becomes any number, as in TensorFlow."""
    with np.errstate(invalid="ignore", over="ignore"):
        return array.astype(kind, copy=False)


def _like(given: Any, found: Array) -> Any:
    """Return a result as a Tensor if the input was one."""
    return Tensor(found) if operand_kind(given) == "tensor" else found
