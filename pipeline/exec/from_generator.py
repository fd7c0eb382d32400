"""`from_generator`, and what else pulls a Python iterable, exactly as far as elements are asked for."""

from __future__ import annotations

from abc import abstractmethod
from collections import deque
from collections.abc import Iterator
from typing import Any

import numpy as np

from ...core import nest
from ...core.block import Block
from ...core.errors import FailedPreconditionError, PenstockError
from ...core.leaves import as_element
from ...core.specs import TensorSpec
from .. import plan
from .base import Context, N, Operator, State, executes
from .failures import failure
from .leading import leading_block


class Iterated(Operator[N]):
    """Elements of a fresh iterable; the iterable is closed at its end, on failure and when abandoned.

    Args:
        node: The plan node.
        context: Shared by all operators of the iterator.
        spec: Nest of specs that each element must fit, or None to take what comes.
    """

    def __init__(self, node: N, context: Context, spec: Any) -> None:
        super().__init__(node, context)
        self._iterator: Iterator[Any] | None = None
        self._spec = spec
        self._signature: tuple[nest.Structure, list[Any]] | None = None
        if spec is not None:
            leaves, structure = nest.flatten(spec)
            self._signature = structure, leaves
        self._given = 0
        # What was read already and is still to come: elements, and errors in their place.
        self._coming: deque[list[Any] | Exception] = deque()

    _noun = "iterable"

    @abstractmethod
    def _start(self) -> Iterator[Any]:
        """Return a fresh iterator over all elements."""

    @property
    def is_pure(self) -> bool:
        return False

    def pull(self, max_rows: int) -> Block | None:
        elements = self._next_elements(max_rows)
        if not elements:
            return None
        block, error = leading_block(elements, self._spec)
        if error is not None:
            return self._before_misfit(elements, block, error)
        assert block is not None
        self._given += block.n
        return block

    def pull_elements(self, max_rows: int) -> list[Any] | None:
        elements = self._next_elements(max_rows)
        if elements and not all(map(self._fits, elements)):
            # Something must be cast, or is wrong: the way through columns does both.
            self._coming.appendleft(elements)
            return super().pull_elements(max_rows)
        self._given += len(elements)
        return elements or None

    def _fits(self, element: Any) -> bool:
        """Whether an element is exactly as the signature wants it; asked for every element, so answered quickly."""
        if self._signature is None:
            return True
        structure, leaves = self._signature
        try:
            values = structure.unpack(element)
        except PenstockError:
            return False
        return all(map(_is_exactly, leaves, values))

    def _next_elements(self, max_rows: int) -> list[Any]:
        if not self._coming:
            return self._read(max_rows)
        item = self._coming.popleft()
        if isinstance(item, Exception):
            raise item
        if len(item) > max_rows:
            self._coming.appendleft(item[max_rows:])
        return item[:max_rows]

    def _read(self, max_rows: int) -> list[Any]:
        """Run the generator for up to `max_rows` elements; its error comes after those that it yielded before."""
        elements: list[Any] = []
        try:
            if self._iterator is None:
                self._iterator = self._start()
            for element in self._iterator:
                self.context.check_running()
                elements.append(as_element(element))
                if len(elements) == max_rows:
                    break
        except Exception as err:
            raised = self._failure(err, self._given + len(elements))
            if not elements:
                raise raised from err
            self._coming.append(raised)
        return elements

    def _before_misfit(self, elements: list[Any], block: Block | None, err: PenstockError) -> Block:
        """Return the elements before the first one that does not fit; its error is next, then come the others."""
        good = 0 if block is None else block.n
        misfit = self._failure(err, self._given + good)
        self._given += good + 1
        if rest := elements[good + 1 :]:
            self._coming.appendleft(rest)
        if block is None:
            raise misfit from err
        self._coming.appendleft(misfit)
        return block

    def _failure(self, err: Exception, element: int) -> Exception:
        raised = failure(self.node.name, self.node.describe(), err, self.context.number(self.node), element)
        raised.__cause__ = err
        return raised

    def get_state(self) -> State:
        return {"given": self._given}

    def set_state(self, state: State) -> None:
        """Run the iterable anew up to the position: it must yield the same elements each time."""
        self._read_to(state["given"])

    def _read_to(self, given: int) -> None:
        """Read past elements until so many were given."""
        while self._given < given:
            if not self.pull_elements(given - self._given):
                raise FailedPreconditionError(
                    f"set_state: the {self._noun} {self.node.describe()!r} ended after {self._given} elements; the "
                    f"state was saved after {given}. It is resumed by running it again, so it must yield the same "
                    "elements each time."
                )

    def close(self) -> None:
        iterator, self._iterator = self._iterator, None
        close = getattr(iterator, "close", None)
        if close is not None:
            close()


@executes(plan.FromGenerator)
class FromGenerator(Iterated[plan.FromGenerator]):
    """Elements of what a generator function returns."""

    _noun = "generator"

    def __init__(self, node: plan.FromGenerator, context: Context) -> None:
        super().__init__(node, context, node.output_signature)

    def _start(self) -> Iterator[Any]:
        return iter(self.node.generator(*self.node.args))


def _is_exactly(spec: Any, value: Any) -> bool:
    """Whether a leaf has its spec's dtype and shape already."""
    if not isinstance(spec, TensorSpec):
        return False
    if type(value) is bytes:
        return spec.dtype.is_string and spec.shape in ((), None)
    if not isinstance(value, np.generic | np.ndarray) or value.dtype != spec.dtype.numpy or value.dtype.kind == "O":
        return False
    return spec.shape is None or spec.shape == value.shape or spec.is_compatible_with(value)
