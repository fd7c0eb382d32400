"""The base of all optimizers: the steps around an update."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from ...core.errors import FailedPreconditionError, InvalidArgumentError, ShapeError, describe
from ...core.naming import snake_case
from ...core.tensor import TensorLike
from ...core.variable import Variable
from . import clipping

Array = npt.NDArray[Any]


def check_part(where: str, option: str, value: Any, *, below_one: bool = False) -> None:
    """Check that a number is a part of a whole.

    Raises:
        InvalidArgumentError: It is none in [0, 1], or in [0, 1) where it must be below one.
    """
    if not isinstance(value, int | float) or not 0 <= value <= 1 or (below_one and value == 1):
        end = ")" if below_one else "]"
        raise InvalidArgumentError(f"{where}: {option} must be in [0, 1{end}. Received: {option}={describe(value)}.")


class Optimizer(ABC):
    """Changes variables by their gradients.

    A subclass lists its slots (arrays of a variable's shape that live from step to step) in `slot_names` and updates
    one variable in `update_step`. A step clips gradients, decays weights, updates, then applies constraints.

    Args:
        learning_rate: Size of a step, a number > 0 (0 for none).
        weight_decay: Part of a weight, times the learning rate, that is taken off before an update; None for none.
        clipnorm: Largest Euclidean norm of each gradient.
        clipvalue: Largest absolute value of any entry.
        global_clipnorm: Largest Euclidean norm of all gradients together.
        name: Name; made from the class name when None.

    Attributes:
        iterations: Steps done, an int64 Variable.
        learning_rate: A float32 Variable; assigning a number sets it.

    Raises:
        InvalidArgumentError: An argument is out of range, or more than one limit for gradients is given.
    """

    slot_names: tuple[str, ...] = ()

    def __init__(
        self,
        learning_rate: Any,
        weight_decay: float | None = None,
        clipnorm: float | None = None,
        clipvalue: float | None = None,
        global_clipnorm: float | None = None,
        name: str | None = None,
    ) -> None:
        kind = type(self).__name__
        limits = {"clipnorm": clipnorm, "clipvalue": clipvalue, "global_clipnorm": global_clipnorm}
        for option, value in {**limits, "weight_decay": weight_decay}.items():
            if value is not None and not value > 0:
                raise InvalidArgumentError(f"{kind}: {option} must be > 0 or None. Received: {option}={value!r}.")
        if sum(value is not None for value in limits.values()) > 1:
            raise InvalidArgumentError(
                f"{kind}: at most one of clipnorm, clipvalue and global_clipnorm may be given. Received: {limits}."
            )
        self.name = name or snake_case(kind)
        self.weight_decay, self.clipnorm = weight_decay, clipnorm
        self.clipvalue, self.global_clipnorm = clipvalue, global_clipnorm
        self.iterations = Variable(0, dtype="int64", trainable=False, name="iterations")
        self._learning_rate = Variable(
            self._checked_rate(learning_rate), dtype="float32", trainable=False, name="learning_rate"
        )
        self.built = False
        self._slots: dict[int, tuple[Variable, ...]] = {}
        self._trained: list[Variable] = []

    # --- learning rate ------------------------------------------------------------------------------------------------

    @property
    def learning_rate(self) -> Variable:
        """Size of a step."""
        return self._learning_rate

    @learning_rate.setter
    def learning_rate(self, value: Any) -> None:
        self._learning_rate.assign(np.float32(self._checked_rate(value)))

    def _checked_rate(self, value: Any) -> float:
        try:
            rate = float(value)
        except (TypeError, ValueError):
            rate = -1.0
        if isinstance(value, str) or not rate >= 0:
            raise InvalidArgumentError(
                f"{type(self).__name__}: learning_rate must be a number >= 0. "
                f"Received: learning_rate={describe(value)}."
            )
        return rate

    # --- state --------------------------------------------------------------------------------------------------------

    @property
    def variables(self) -> list[Variable]:
        """The state: iterations, learning rate, then the slots of each variable."""
        slots = [slot for variable in self._trained for slot in self._slots[id(variable)]]
        return [self.iterations, self._learning_rate, *slots]

    def build(self, variables: Sequence[Variable]) -> None:
        """Make the slots for the variables that will be trained; runs once, at the first step."""
        self._trained = list(variables)
        for variable in self._trained:
            self._slots[id(variable)] = tuple(
                Variable(
                    np.zeros(variable.shape, variable.dtype.numpy), trainable=False, name=f"{variable.name}/{slot}"
                )
                for slot in self.slot_names
            )
        self.built = True

    def save_arrays(self) -> dict[str, Array]:
        """Return the state as named arrays."""
        return {str(i): np.array(variable) for i, variable in enumerate(self.variables)}

    def load_arrays(self, arrays: Mapping[str, Array]) -> None:
        """Take back what `save_arrays` returned; the optimizer is built for the same variables.

        Raises:
            InvalidArgumentError: The arrays are not those of such an optimizer.
        """
        own = self.variables
        fit = len(own) == len(arrays) and all(
            str(i) in arrays and arrays[str(i)].shape == variable.shape for i, variable in enumerate(own)
        )
        if not fit:
            raise InvalidArgumentError(
                f"{type(self).__name__}: saved state must have {len(own)} arrays of the variables' shapes. "
                f"Received: {len(arrays)} arrays."
            )
        for i, variable in enumerate(own):
            variable.assign(arrays[str(i)])

    # --- steps --------------------------------------------------------------------------------------------------------

    @abstractmethod
    def update_step(self, p: Array, g: Array, slots: tuple[Array, ...], rate: float, step: int) -> None:
        """Update one variable in place.

        Args:
            p: The variable's buffer, flat, `T[n]`.
            g: Its gradient, flat, `T[n]`; not to be written to.
            slots: Its slots' buffers, flat, in the order of `slot_names`.
            rate: The learning rate.
            step: Number of this step, counted from 1.
        """

    def apply_gradients(self, grads_and_vars: Iterable[tuple[Any, Variable]]) -> None:
        """Update variables by their gradients.

        Args:
            grads_and_vars: Pairs of gradient and variable. A pair whose gradient is None is left out.

        Raises:
            InvalidArgumentError: No variable has a gradient, or one was not there at the first step.
        """
        pairs = list(grads_and_vars)
        self.apply([gradient for gradient, _ in pairs], [variable for _, variable in pairs])

    def apply(self, gradients: Sequence[Any], trainable_variables: Sequence[Variable] | None = None) -> None:
        """Update variables by their gradients.

        Args:
            gradients: One gradient per variable, Tensors or arrays of its shape; None leaves the variable as it is.
            trainable_variables: The variables; None for those of `build`.
        """
        if trainable_variables is None and not self.built:
            raise FailedPreconditionError(
                f"{type(self).__name__}.apply: trainable_variables must be given before build()."
            )
        variables = self._trained if trainable_variables is None else list(trainable_variables)
        if len(gradients) != len(variables):
            raise InvalidArgumentError(
                f"{type(self).__name__}.apply: one gradient per variable is needed. Received: {len(gradients)} "
                f"gradients for {len(variables)} variables."
            )
        if not self.built:
            self.build(variables)
        pairs = [(g, v) for g, v in zip(gradients, variables, strict=True) if g is not None]
        if not pairs:
            names = ", ".join(v.name for v in variables)
            raise InvalidArgumentError(
                f"{type(self).__name__}: at least one variable must have a gradient. "
                f"Received: None for all of {names}. The loss does not depend on them."
            )
        trained = [v for _, v in pairs]
        flat = self._clipped([_flat_gradient(g, v) for g, v in pairs])
        rate, step = float(self._learning_rate), int(self.iterations) + 1
        for gradient, variable in zip(flat, trained, strict=True):
            self._update(variable, gradient, rate, step)
        self.iterations.assign_add(1)

    def _update(self, variable: Variable, gradient: Array, rate: float, step: int) -> None:
        slots = self._slots.get(id(variable))
        if slots is None:
            raise InvalidArgumentError(
                f"{type(self).__name__}: a variable must be among those of the first step, or of build(). "
                f"Received: {variable.name!r}, {describe(variable)}. Make an optimizer of its own for it."
            )
        buffer = variable._writable().reshape(-1)
        if self.weight_decay is not None:
            buffer -= buffer * buffer.dtype.type(self.weight_decay * rate)
        self.update_step(buffer, gradient, tuple([slot._writable().reshape(-1) for slot in slots]), rate, step)
        if variable.constraint is not None:
            variable.assign(variable.constraint(variable.value))

    def _clipped(self, gradients: list[Array]) -> list[Array]:
        if self.clipvalue is not None:
            return clipping.clip_by_value(gradients, self.clipvalue)
        if self.clipnorm is not None:
            return clipping.clip_by_norm(gradients, self.clipnorm)
        if self.global_clipnorm is not None:
            return clipping.clip_by_global_norm(gradients, self.global_clipnorm)
        return gradients

    # --- configs ------------------------------------------------------------------------------------------------------

    def get_config(self) -> dict[str, Any]:
        """Return the constructor's arguments as JSON values."""
        return {
            "name": self.name,
            # The shortest decimal that is this float32 again.
            "learning_rate": float(str(self._learning_rate.numpy())),
            "weight_decay": self.weight_decay,
            "clipnorm": self.clipnorm,
            "clipvalue": self.clipvalue,
            "global_clipnorm": self.global_clipnorm,
        }

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> Optimizer:
        """Build from what `get_config` returned."""
        return cls(**config)

    def __repr__(self) -> str:
        return f"{type(self).__name__}(learning_rate={self.get_config()['learning_rate']})"


def _flat_gradient(gradient: Any, variable: Variable) -> Array:
    """Return a gradient as a contiguous flat array of the variable's dtype."""
    array = gradient._data if isinstance(gradient, TensorLike) else np.asarray(gradient)
    if array.shape != variable.shape:
        raise ShapeError(
            f"apply_gradients: a gradient must have the shape of its variable {variable.name!r}, {variable.shape}. "
            f"Received: {describe(array)}."
        )
    return np.ascontiguousarray(array, variable.dtype.numpy).reshape(-1)
