"""GradientTape: records ops on Tensors and runs their gradient rules backwards."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Literal, Self

import numpy as np

from .. import nest
from ..errors import DTypeError, FailedPreconditionError, InvalidArgumentError, describe
from ..ops.registry import OpLike
from ..tapes import stack
from ..tensor import Tensor, TensorLike, convert_to_tensor, wrap
from ..variable import Reading, Variable
from .backward import backpropagate


@dataclass(frozen=True, slots=True, eq=False)
class Entry:
    """One recorded op.

    Attributes:
        op: The op.
        inputs: Its arguments; the value read stands for a Variable.
        keys: For each argument the `id` of the Tensor or Variable that it is, 0 for plain data.
        attrs: Its attributes.
        outputs: Its results.
    """

    op: Any
    inputs: tuple[Any, ...]
    keys: tuple[int, ...]
    attrs: Mapping[str, Any]
    outputs: tuple[Tensor, ...]


class GradientTape:
    """Records what is computed inside its `with` block, for gradients.

    A tape belongs to the thread that entered it. Everything it recorded is kept until `gradient` is called (or, when
    persistent, until the tape is dropped).

    Args:
        persistent: Whether `gradient` may be called more than once.
        watch_accessed_variables: Whether trainable Variables are watched when they are used.

    Example:
        >>> from penstock import GradientTape, Variable
        >>> x = Variable(3.0)
        >>> with GradientTape() as tape:
        ...     y = x * x
        >>> float(tape.gradient(y, x))
        6.0
    """

    def __init__(self, *, persistent: bool = False, watch_accessed_variables: bool = True) -> None:
        self._persistent = persistent
        self._watch_variables = watch_accessed_variables
        self._entries: list[Entry] | None = []
        # Everything on the tape by id; holding the objects keeps their ids from being used again.
        self._known: dict[int, TensorLike] = {}
        self._watched: dict[int, Variable] = {}

    def __enter__(self) -> Self:
        if self in stack.tapes:
            raise FailedPreconditionError("GradientTape: the tape is already recording. Make another one to nest them.")
        if self._entries is None:
            self._entries = []
        stack.tapes = [*stack.tapes, self]
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._leave()

    def _leave(self) -> None:
        stack.tapes = [tape for tape in stack.tapes if tape is not self]

    # --- recording --------------------------------------------------------------------------------------------------

    def watch(self, tensor: Any) -> None:
        """Follow a Tensor or a Variable (or a nest of them) from now on.

        Raises:
            InvalidArgumentError: Something else is given; arrays must be made Tensors first.
            DTypeError: The values are not floating point.
        """
        for leaf in _leaves(tensor):
            if not isinstance(leaf, TensorLike):
                raise InvalidArgumentError(
                    f"GradientTape.watch: must be given Tensors or Variables. Received: {describe(leaf)}."
                )
            if leaf._data.dtype.kind not in "fc":
                raise DTypeError(f"GradientTape.watch: values must be floating point. Received: {describe(leaf)}.")
            self._known[id(leaf)] = leaf
            if isinstance(leaf, Variable):
                self._watched[id(leaf)] = leaf

    def watched_variables(self) -> tuple[Variable, ...]:
        """Return the Variables that are watched, in the order in which they were first used."""
        return tuple(self._watched.values())

    def record(self, op: OpLike, args: Sequence[Any], attrs: Mapping[str, Any], outputs: tuple[Tensor, ...]) -> None:
        """Note an op if it uses anything that is followed. Called by the dispatch of ops for active tapes."""
        known, keys, tracked = self._known, [], False
        for arg in args:
            if not isinstance(arg, TensorLike):
                keys.append(0)
                continue
            owner = arg.variable if isinstance(arg, Reading) else arg
            key = id(owner)
            if isinstance(owner, Variable) and key not in known and self._watches(owner):
                known[key] = self._watched[key] = owner
            tracked = tracked or key in known
            keys.append(key)
        if not tracked or self._entries is None:
            return
        inputs = tuple([a.snapshot() if isinstance(a, Variable) else a for a in args])
        self._entries.append(Entry(op, inputs, tuple(keys), attrs, outputs))
        for output in outputs:
            if output._data.dtype.kind in "fc":
                known[id(output)] = output

    def _watches(self, variable: Variable) -> bool:
        return self._watch_variables and variable.trainable and variable._data.dtype.kind in "fc"

    @contextmanager
    def stop_recording(self) -> Iterator[None]:
        """Suspend this tape: what is computed inside is constant to it."""
        before = stack.tapes
        if self not in before:
            raise FailedPreconditionError("GradientTape.stop_recording: the tape is not recording.")
        stack.tapes = [tape for tape in before if tape is not self]
        try:
            yield
        finally:
            stack.tapes = before

    def reset(self) -> None:
        """Forget all that was recorded and watched."""
        self._entries = []
        self._known.clear()
        self._watched.clear()

    # --- gradients --------------------------------------------------------------------------------------------------

    def gradient(
        self,
        target: Any,
        sources: Any,
        output_gradients: Any = None,
        unconnected_gradients: Literal["none", "zero"] = "none",
    ) -> Any:
        """Return the gradient of the sum of all targets with respect to each source.

        Inside the block of another tape the computation is recorded there, for gradients of gradients.

        Args:
            target: Tensor, Variable, or a nest of them.
            sources: What to differentiate by: Tensors and Variables, alone or in lists, tuples and dicts.
            output_gradients: A factor for each target, of its shape; 1 for None.
            unconnected_gradients: What stands for a source that no target depends on: None or zeros.

        Returns:
            Tensors, or None, in the structure of `sources`; each has the shape and dtype of its source.

        Raises:
            FailedPreconditionError: The tape is not persistent and was used before.
        """
        self._check_usable(unconnected_gradients)
        if not self._persistent:
            self._leave()
        targets = _leaves(target)
        seeds = [None] * len(targets) if output_gradients is None else _leaves(output_gradients)
        if len(seeds) != len(targets):
            raise InvalidArgumentError(
                f"GradientTape.gradient: output_gradients must be one for each target. "
                f"Received: {len(seeds)} for {len(targets)} targets."
            )
        grads = self._differentiate(targets, seeds, _leaves(sources), unconnected_gradients)
        if not self._persistent:
            self._erase()
        return _fill(sources, iter(grads))

    def jacobian(self, target: Tensor, sources: Any, unconnected_gradients: Literal["none", "zero"] = "none") -> Any:
        """Return the derivative of every value of the target with respect to every value of each source.

        The tape runs backwards once for each value of the target.

        Args:
            target: One Tensor.
            sources: As for `gradient`.
            unconnected_gradients: As for `gradient`.

        Returns:
            Tensors of shape `[*target.shape, *source.shape]`, or None, in the structure of `sources`.

        Raises:
            FailedPreconditionError: The tape is not persistent and was used before.
        """
        from ..ops import reshape
        from ..ops import stack as stack_op

        self._check_usable(unconnected_gradients)
        if not self._persistent:
            self._leave()
        leaves = _leaves(sources)
        rows = []
        for i in range(target.size):
            seed = np.zeros(target.shape, dtype=target.dtype.numpy)
            seed.flat[i] = 1
            rows.append(self._differentiate([target], [wrap(seed)], leaves, unconnected_gradients))
        if not self._persistent:
            self._erase()
        jacobians = [
            None if not column or column[0] is None else reshape(stack_op(column), (*target.shape, *leaf.shape))
            for leaf, *column in zip(leaves, *rows, strict=True)
        ]
        return _fill(sources, iter(jacobians))

    def _differentiate(
        self, targets: Sequence[Any], seeds: Sequence[Any], sources: Sequence[Any], unconnected: str
    ) -> list[Tensor | None]:
        for source in sources:
            if not isinstance(source, TensorLike):
                raise InvalidArgumentError(
                    f"GradientTape.gradient: sources must be Tensors or Variables. Received: {describe(source)}."
                )
        on_tape = [
            (t, None if s is None else convert_to_tensor(s, t.dtype))
            for t, s in zip(targets, seeds, strict=True)
            if isinstance(t, TensorLike)
        ]
        found = backpropagate(self._entries or [], on_tape, [s for s in sources if id(s) in self._known])
        grads = [found.get(id(source)) for source in sources]
        if unconnected == "zero":
            pairs = zip(grads, sources, strict=True)
            grads = [wrap(np.zeros_like(s._data)) if g is None else g for g, s in pairs]
        return grads

    def _check_usable(self, unconnected: str) -> None:
        if unconnected not in ("none", "zero"):
            raise InvalidArgumentError(
                f"GradientTape: unconnected_gradients must be 'none' or 'zero'. Received: {unconnected!r}."
            )
        if self._entries is None:
            raise FailedPreconditionError(
                "GradientTape: a tape that is not persistent gives gradients once. "
                "Make it with persistent=True to call gradient() again."
            )

    def _erase(self) -> None:
        self._entries = None
        self._known.clear()


def _leaves(value: Any) -> list[Any]:
    if isinstance(value, list):
        return [leaf for item in value for leaf in _leaves(item)]
    found, _ = nest.flatten(value)
    return [leaf for item in found for leaf in (_leaves(item) if isinstance(item, list) else [item])]


def _fill(structure: Any, leaves: Iterator[Any]) -> Any:
    if isinstance(structure, list):
        return [_fill(item, leaves) for item in structure]
    found, packing = nest.flatten(structure)
    return packing.pack([_fill(item, leaves) if isinstance(item, list) else next(leaves) for item in found])
