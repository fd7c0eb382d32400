"""Opening: the base of operators that open a dataset for each element of their input."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable
from typing import Any, TypeVar

from ...core.block import Block
from .. import plan
from .base import Context, Operator, UnaryOperator
from .failures import failure
from .input import Input
from .skips import Skips

Opener = TypeVar("Opener", bound=plan.FlatMap | plan.Interleave)


class Opening(UnaryOperator[Opener]):
    """Calls the user's function for the elements of the input, and counts the datasets that it opened.

    Contract for subclasses: `_inners` are the datasets that are open, `_oldest` is the first row of the input that a
    saved position needs.
    """

    def __init__(self, node: Opener, context: Context) -> None:
        super().__init__(node, context)
        self._source = Input(self.input, ahead=True, oldest=self._oldest)
        self._seeds = context.streams.of(node, node.global_seed)
        self._skips = Skips(node.errors, node.name, context.number(node), context.skipped)
        # Datasets that were made outside of the function begin passes that can be seen.
        self._captures = context.captures(node)
        # How many were opened in this pass, and in earlier ones over this node.
        self._opened = 0
        self._before = context.elements_before(node)

    @abstractmethod
    def _inners(self) -> list[Input]:
        """Return the open datasets."""

    @abstractmethod
    def _oldest(self) -> int:
        """Return the first row of the input whose dataset is open, or that comes next."""

    @property
    def is_pure(self) -> bool:
        # Before the first dataset is open nothing is known of those to come.
        inners = all(inner.is_pure for inner in self._inners())
        return self._opened > 0 and self.input.is_pure and inners and not self._captures

    @property
    def children(self) -> tuple[Operator[Any], ...]:
        return (self.input, *(inner.source for inner in self._inners()))

    def _open_or_skip(self, open_next: Callable[[], bool]) -> bool:
        """Open the next dataset that can be opened; False when the input has ended."""
        while True:
            opened = self._opened
            try:
                return open_next()
            except Exception as err:
                # An error of the input itself is not that of an element.
                if self._opened == opened or not self._skips.skip(err):
                    raise

    def _dataset_of(self, block: Block) -> Operator[Any]:
        """Return the operator of the dataset that the user's function makes of an element."""
        self._opened += 1
        try:
            with self._seeds:
                node = self.node.function(block.element(0))
        except Exception as err:
            origin = block.provenance.where(0) if block.provenance is not None else None
            raise failure(
                self.node.name, self.node.map_name, err, self.context.number(self.node), self._opened - 1, origin
            ) from err
        return self.context.build_made(self.node, self._before + self._opened - 1, node)
