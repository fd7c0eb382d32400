"""`from_generator`: pulls a Python iterable, exactly as far as elements are asked for."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ...core.block import Block
from ...core.errors import PenstockError
from ...core.leaves import as_element
from .. import plan
from .base import Context, Operator, executes
from .failures import failure


@executes(plan.FromGenerator)
class FromGenerator(Operator[plan.FromGenerator]):
    """Elements of a fresh iterable; the iterable is closed at its end, on failure and when abandoned."""

    def __init__(self, node: plan.FromGenerator, context: Context) -> None:
        super().__init__(node, context)
        self._iterator: Iterator[Any] | None = None
        self._count = 0
        self._pending: BaseException | None = None

    @property
    def is_pure(self) -> bool:
        return False

    def pull(self, max_rows: int) -> Block | None:
        elements = self._next_elements(max_rows)
        if not elements:
            return None
        try:
            return Block.from_elements(elements, self.node.output_signature)
        except PenstockError as err:
            raise self._failure(err, len(elements)) from err

    def pull_elements(self, max_rows: int) -> list[Any] | None:
        if self.node.output_signature is not None:
            return super().pull_elements(max_rows)
        return self._next_elements(max_rows) or None

    def _next_elements(self, max_rows: int) -> list[Any]:
        if self._pending is not None:
            pending, self._pending = self._pending, None
            raise pending
        elements: list[Any] = []
        try:
            if self._iterator is None:
                self._iterator = iter(self.node.generator(*self.node.args))
            for element in self._iterator:
                elements.append(as_element(element))
                if len(elements) == max_rows:
                    break
        except Exception as err:
            raised = self._failure(err, len(elements))
            raised.__cause__ = err
            if not elements:
                raise raised from err
            self._pending = raised
        self._count += len(elements)
        return elements

    def _failure(self, err: Exception, ahead: int) -> Exception:
        name = self.node.describe()
        return failure("from_generator", name, err, self.context.number(self.node), self._count + ahead)

    def close(self) -> None:
        iterator, self._iterator = self._iterator, None
        close = getattr(iterator, "close", None)
        if close is not None:
            close()
