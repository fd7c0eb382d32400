"""`from_source`: reads a user's own source, by number or one element after another."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from ...core import nest
from ...core.block import Block
from ...core.errors import FailedPreconditionError, ShapeError
from ...core.leaves import as_element
from .. import plan
from ..plan.from_tensor_slices import slices_block
from .base import CHECKPOINT_ROWS, Context, Operator, State, executes
from .failures import failure
from .from_generator import Iterated
from .leading import leading_block
from .numbered import Numbered


class SourceReader:
    """Reads the elements of a random-access source that have given numbers.

    Args:
        node: The plan node.
        context: Shared by all operators of the iterator.
    """

    def __init__(self, node: plan.FromSource, context: Context) -> None:
        self._node, self._source, self._context = node, node.source, context
        self.in_batches = node.is_batched
        self._one_by_one = hasattr(type(node.source), "__getitem__")

    def read(self, numbers: Sequence[int]) -> Block:
        """Return the elements up to the first one that fails, at least one.

        Args:
            numbers: Numbers of elements, at least one.

        Raises:
            StageError: The first element fails.
        """
        block = self._read_batch(numbers) if self.in_batches else None
        if block is not None:
            return block
        block, misfit = leading_block(self.read_each(numbers), self._node.spec)
        if block is None:
            assert misfit is not None
            raise self._failure(misfit, numbers[0]) from misfit
        return block

    def read_each(self, numbers: Sequence[int]) -> list[Any]:
        """Return the elements one by one, up to the first one that fails, at least one.

        Raises:
            StageError: The first element fails.
        """
        elements: list[Any] = []
        for number in numbers:
            self._context.check_running()
            try:
                elements.append(as_element(self._source[number]))
            except Exception as err:
                if not elements:
                    raise self._failure(err, number) from err
                break
        return elements

    def _read_batch(self, numbers: Sequence[int]) -> Block | None:
        """Return a batch, or None when it failed and its elements are to be read one by one to find out which."""
        try:
            return self._block_of(self._source.__getitems__(list(numbers)), len(numbers))
        except Exception as err:
            if self._one_by_one:
                return None
            raise self._failure(err, numbers[0]) from err

    def _block_of(self, read: Any, n: int) -> Block:
        spec = self._node.spec
        if isinstance(read, list):
            block = Block.from_elements([as_element(element) for element in read], spec)
        else:
            block = slices_block(read)
            if spec is not None and not _admits(spec, block):
                block = Block.from_elements(block.to_list(), spec)
        if block.n != n:
            raise ShapeError(f"__getitems__ must return one row per index. Received: {block.n} rows for {n} indices.")
        return block

    def _failure(self, err: Exception, number: int) -> Exception:
        node = self._node
        return failure(node.name, node.describe(), err, self._context.number(node), number)


class _RandomAccess(Numbered[plan.FromSource]):
    """Elements by number, one by one or in batches; the position is the next number.

    An element that fails while others wait is read again when its turn comes.
    """

    def __init__(self, node: plan.FromSource, context: Context) -> None:
        super().__init__(node, context)
        assert node.rows is not None
        self._rows = node.rows
        self._reader = SourceReader(node, context)

    @property
    def is_pure(self) -> bool:
        return self._reader.in_batches

    def pull(self, max_rows: int) -> Block | None:
        numbers = self._rows[self._next : self._next + max_rows]
        if not numbers:
            return None
        try:
            block = self._reader.read(numbers)
        except Exception:
            self._next += 1
            raise
        self._next += block.n
        return block

    def pull_elements(self, max_rows: int) -> list[Any] | None:
        if self._reader.in_batches or self.node.spec is not None:
            return super().pull_elements(max_rows)
        numbers = self._rows[self._next : self._next + max_rows]
        if not numbers:
            return None
        try:
            elements = self._reader.read_each(numbers)
        except Exception:
            self._next += 1
            raise
        self._next += len(elements)
        return elements


def _admits(spec: Any, block: Block) -> bool:
    """Whether the rows of a block fit a nest of specs as they are."""
    specs, structure = nest.flatten(spec)
    if structure != block.structure:
        return False
    return all(wanted.admits(column.spec) for wanted, column in zip(specs, block.columns, strict=True))


class _Stream(Iterated[plan.FromSource]):
    """Elements of a fresh iterator.

    The position is a state of the iterator, if it has any, and how many elements were given since.
    """

    _noun = "source"

    def __init__(self, node: plan.FromSource, context: Context) -> None:
        super().__init__(node, context, node.spec)
        self._saved: Any = None
        self._saved_at = 0
        self._restored_at = 0
        self._is_restoring = self._has_failed = False

    def _start(self) -> Iterator[Any]:
        iterator: Iterator[Any] = iter(self.node.source)
        if self._saved is not None:
            if not hasattr(iterator, "set_state"):
                raise FailedPreconditionError(
                    f"set_state: the iterator of {self.node.describe()} must have set_state(), as it had get_state() "
                    f"when the state was saved. Received: {type(iterator).__name__}."
                )
            iterator.set_state(self._saved)
        return iterator

    def _read(self, max_rows: int) -> list[Any]:
        if self._has_failed or self._given - self._saved_at >= CHECKPOINT_ROWS:
            self._save()
        return super()._read(max_rows)

    def _save(self) -> None:
        """Ask the iterator for its position, when all that it gave was given on."""
        get_state = getattr(self._iterator, "get_state", None)
        if self._is_restoring or get_state is None:
            return
        self._saved, self._saved_at = get_state(), self._given
        self._has_failed = False

    def _failure(self, err: Exception, element: int) -> Exception:
        # What failed is not counted among the elements: counting must begin anew behind it.
        self._has_failed = True
        return super()._failure(err, element)

    def get_state(self) -> State:
        if not self._coming and self._given != self._restored_at:
            self._save()
        return {"given": self._given, "source": self._saved, "source_given": self._saved_at}

    def set_state(self, state: State) -> None:
        self._saved, self._saved_at = state["source"], state["source_given"]
        self._given, self._restored_at = self._saved_at, state["given"]
        self._is_restoring = True
        self._read_to(state["given"])
        self._is_restoring = False


@executes(plan.FromSource)
def from_source(node: plan.FromSource, context: Context) -> Operator[plan.FromSource]:
    """Return the operator of a source: by number where it can be read so."""
    return _RandomAccess(node, context) if node.is_indexed else _Stream(node, context)
