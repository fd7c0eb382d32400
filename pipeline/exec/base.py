"""What every physical operator does, and the context that operators of one iterator share."""

from __future__ import annotations

import copy
from abc import ABC, abstractmethod
from collections.abc import Callable
from contextlib import ExitStack
from typing import Any, Final, Generic, TypeAlias, TypeVar

import numpy as np

from ...core.block import Block
from ...core.errors import FailedPreconditionError, UnimplementedError
from ..plan import Node, walk
from ..plan.passes import all_seeds, as_tree, captured_seeds
from ..plan.shuffle import ShuffleSeeds
from .passes import Passes, Place, SeedsAt
from .pool import Pool
from .skips import SkipReport
from .streams import Streams

N = TypeVar("N", bound=Node)

State: TypeAlias = "dict[str, Any]"
"""A position: plain values that JSON holds."""

# Operators that read ahead aim at blocks of about this many bytes: large enough that per-block work vanishes, small
# enough that a few of them fit the processor's caches and a pipeline's memory stays small.
TARGET_BLOCK_BYTES: Final = 1 << 20
MAX_BLOCK_ROWS: Final = 1 << 14


# What `Operator.sight` says where nothing that is done ahead can be seen.
UNLIMITED: Final = 1 << 62

# Rows between two checkpoints at least: sources that are pulled row by row would pay for one at each row otherwise.
# A resume re-reads at most so many rows more than it must.
CHECKPOINT_ROWS: Final = 64


def plain(state: Any) -> Any:
    """Return a state with lists in place of arrays."""
    if isinstance(state, dict):
        return {name: plain(value) for name, value in state.items()}
    if isinstance(state, list):
        return [plain(value) for value in state]
    return state.tolist() if isinstance(state, np.ndarray) else state


class Context:
    """What the operators of one iterator share: the thread pool and the numbers of the nodes.

    Attributes:
        skipped: The elements that were left out because they failed.

    Args:
        root: The plan that runs, a tree: each node stands at one place.
        pool: Threads for prefetch and parallel calls; it starts none before the first task.
        counts_passes: Whether shuffles count the passes of this iterator among their epochs.
        max_block_rows: Most rows that an operator asks for on its own account.
    """

    def __init__(
        self,
        root: Node,
        pool: Pool | None = None,
        *,
        counts_passes: bool = True,
        max_block_rows: int = MAX_BLOCK_ROWS,
    ) -> None:
        self.pool = pool or Pool()
        self.max_block_rows = max_block_rows
        self._passes = Passes(root, counts=counts_passes)
        self._made: _Made | None = None
        self._elements: dict[int, int] = {}
        self.skipped = SkipReport()
        self._run = _Run()
        self._numbers = {id(node): i for i, node in enumerate(walk(root))}
        # Those of the dataset of an element are made when a function there asks for them.
        self._streams: Streams | Callable[[], Streams] = Streams(root)
        # The numbers are keyed by identity: the nodes must live as long as the numbers.
        self._root = root

    def stop(self) -> None:
        """Have work that is going on in other threads end at its next row: the iterator is being closed."""
        self._run.is_stopped = True

    def check_running(self) -> None:
        """Raise when the iterator is being closed; loops over rows that may be long ask now and then.

        Raises:
            FailedPreconditionError: `stop` was called. Nobody waits for the result any more.
        """
        if self._run.is_stopped:
            raise FailedPreconditionError("DatasetIterator: the iterator was closed while this work went on.")

    def seeds(self, seeds: ShuffleSeeds, node: Node) -> ShuffleSeeds | SeedsAt:
        """Return the seeds that an operator draws its passes from.

        Args:
            seeds: Of a random node.
            node: The node that has them, or whose function returned it.
        """
        if seeds not in self._passes:
            return seeds
        if self._made is None:
            place = Place(self._path(node))
        else:
            place = Place(self._made.path(node, with_element=False), self._made.element)
        return SeedsAt(self._passes, seeds, place)

    def begins_visibly(self, node: Node) -> bool:
        """Whether a pass over a node can be seen: its random nodes draw other seeds in the next one.

        Passes over what functions make are seen by nobody else.
        """
        return self._passes.counts and any(s.reshuffle and s in self._passes for s in all_seeds(node))

    def captures(self, node: Node) -> bool:
        """Whether a function that makes datasets may return one whose passes can be seen."""
        return self._passes.counts and any(seeds.reshuffle for seeds in captured_seeds(node))

    def apart(self) -> Context:
        """Return a context for operators that read again what was read before: passes that they begin do not count."""
        twin = copy.copy(self)
        twin._elements = {}
        twin._passes = Passes(self._root, counts=False, again=self._passes)
        twin._streams = self.streams.apart()
        twin.skipped = SkipReport()
        return twin

    def build_made(self, node: Node, element: int, made: Node) -> Operator[Any]:
        """Return an operator for the dataset that a node's function made of an element.

        Args:
            node: The node.
            element: How many elements were before, in all passes of the iterator over the node.
            made: The plan of the dataset.
        """
        self.restore_elements(node, element + 1)
        tree = made if _is_chain(made) else as_tree(made)
        twin = object.__new__(Context)  # copy.copy() takes longer than everything else here
        twin.__dict__.update(self.__dict__)
        twin._elements, twin._streams = {}, lambda: self.streams.of_element(tree, element)
        if captured_seeds(node):
            twin._made = _Made(self._path(node), element, tree)
        return twin.build(tree)

    def _path(self, node: Node) -> tuple[int, ...]:
        """Return where a node stands: its number, behind those of the elements that it was made of."""
        return (self._numbers[id(node)],) if self._made is None else self._made.path(node)

    def elements_before(self, node: Node) -> int:
        """Return of how many elements a node's function made datasets, in all passes of the iterator over the node."""
        return self._elements.get(id(node), 0)

    def restore_elements(self, node: Node, elements: int) -> None:
        """Go on behind so many elements of a node."""
        self._elements[id(node)] = elements

    @property
    def streams(self) -> Streams:
        """The random streams of the functions of the plan."""
        if not isinstance(self._streams, Streams):
            self._streams = self._streams()
        return self._streams

    def number(self, node: Node) -> int | None:
        """Return the node's number in the plan, counted from the source, or None for a plan made while running."""
        return self._numbers.get(id(node))

    @property
    def passes(self) -> Passes:
        """The passes that have begun."""
        return self._passes

    def rebuild(self, node: Node) -> Operator[Any]:
        """Return an operator whose state is set next: the passes that it begins are those of the state."""
        with self._passes.pause():
            return self.build(node)

    def build(self, node: Node) -> Operator[Any]:
        """Return a fresh operator for a node, ready to be pulled from the start."""
        maker = _makers.get(type(node))
        if maker is None:
            raise UnimplementedError(f"{node.name}: no operator executes this node. Register one with executes().")
        return maker(node, self)


class _Run:
    """What contexts and their copies share: whether the iterator is being closed."""

    is_stopped = False


def _is_chain(node: Node) -> bool:
    """Whether every node of a plan has one input at most, so that none stands at two places."""
    while len(inputs := node.inputs) == 1:
        node = inputs[0]
    return not inputs


class _Made:
    """A dataset that a function made of an element.

    Args:
        above: Where the function's node stands.
        element: The number of the element.
        root: The plan of the dataset, a tree.
    """

    def __init__(self, above: tuple[int, ...], element: int, root: Node) -> None:
        self.element, self.root = element, root
        self._above = above
        self._numbers = {id(node): i for i, node in enumerate(walk(root))}

    def path(self, node: Node, *, with_element: bool = True) -> tuple[int, ...]:
        """Return where a node of the dataset stands."""
        element = (self.element,) if with_element else ()
        return (*self._above, *element, self._numbers[id(node)])


class Operator(ABC, Generic[N]):
    """One stage of a running pipeline.

    Contract: `pull` is called by one thread at a time (not always the same one), never after it returned None, and
    never after `close`. It does not run the user's functions, and begins no pass of a shuffle, for more rows than were
    asked for, except where the user asked for work ahead (`prefetch`, `num_parallel_calls`); `is_pure` operators may be
    asked for more rows than the user demanded, because nobody can see it, others for as many as are in `sight`.

    Args:
        node: The plan node that is executed.
        context: Shared by all operators of the iterator.
    """

    def __init__(self, node: N, context: Context) -> None:
        self.node = node
        self.context = context

    @abstractmethod
    def pull(self, max_rows: int) -> Block | None:
        """Return the next 1 to `max_rows` elements, or None at the end.

        Args:
            max_rows: At least 1.
        """

    def pull_elements(self, max_rows: int) -> list[Any] | None:
        """Return the next 1 to `max_rows` elements as users see them, or None at the end."""
        block = self.pull(max_rows)
        return None if block is None else block.to_list()

    @abstractmethod
    def get_state(self) -> State:
        """Return the position right after the last row that was returned.

        Plain JSON values, and int arrays (`plain` makes lists of them); small: positions and seeds, not rows. Called
        between pulls.
        """

    @abstractmethod
    def set_state(self, state: State) -> None:
        """Go to a position that `get_state` of an operator of an equal node gave; before the first pull."""

    def advanced(self, state: State, rows: int) -> State | None:
        """Return the state `rows` rows after `state`, where it can be told without reading; None where it cannot.

        Whoever holds a number of rows back then gets their position by number, and a resume reads nothing twice.
        """
        return None

    @property
    def checkpoint_rows(self) -> int:
        """Rows between two calls of `get_state` that make its price vanish; a reader asks no more often than that."""
        return max((child.checkpoint_rows for child in self.children), default=CHECKPOINT_ROWS)

    @property
    def is_pure(self) -> bool:
        """Whether reading ahead is invisible: no user function runs below, other than traced ones.

        May change while running (a traced function turns out to be random, a cache is complete): ask before each pull.
        """
        return True

    @property
    def sight(self) -> int:
        """How many rows can be pulled without anybody seeing it; `UNLIMITED` for a pure operator.

        A number where only the beginning of another pass can be seen, which the next epoch shows: ask before each pull.
        """
        return UNLIMITED if self.is_pure else 0

    @property
    def children(self) -> tuple[Operator[Any], ...]:
        """Operators that this one reads and must close."""
        return ()

    def close(self) -> None:
        """Release files and buffers; idempotent. No thread is inside `pull` when this is called.

        All inputs are closed, also when closing one of them raises (a generator may).
        """
        with ExitStack() as stack:
            for child in self.children:
                stack.callback(child.close)


class UnaryOperator(Operator[N]):
    """An operator with one input that is built with it.

    Args:
        node: The plan node that is executed.
        context: Shared by all operators of the iterator.
        source: The operator of the input; None builds it.
    """

    def __init__(self, node: N, context: Context, source: Operator[Any] | None = None) -> None:
        super().__init__(node, context)
        self.input = context.build(node.inputs[0]) if source is None else source

    @property
    def is_pure(self) -> bool:
        return self.input.is_pure

    @property
    def children(self) -> tuple[Operator[Any], ...]:
        return (self.input,)


class RowByRow(UnaryOperator[N]):
    """An operator that needs one row of its input for each of its own, and runs no function of the user."""

    @property
    def sight(self) -> int:
        return self.input.sight


_makers: dict[type[Node], Callable[[Any, Context], Operator[Any]]] = {}

OperatorType = TypeVar("OperatorType", bound=Callable[..., Operator[Any]])


def executes(node_type: type[Node]) -> Callable[[OperatorType], OperatorType]:
    """Class decorator: the operator executes nodes of this type."""

    def register(operator: OperatorType) -> OperatorType:
        _makers[node_type] = operator
        return operator

    return register


def executed_nodes() -> tuple[type[Node], ...]:
    """Return the kinds of nodes that an operator executes."""
    return tuple(_makers)


class BlockSizer:
    """How many rows to ask for, so that blocks grow from one row to about so many bytes.

    The first element comes as early as a single row can; each following pull asks for up to `growth` times as many.

    Args:
        max_rows: Most rows to ask for.
        target_bytes: Bytes of a block.
        growth: How many times as many rows a block may have as the one before.
    """

    def __init__(self, max_rows: int = MAX_BLOCK_ROWS, target_bytes: int = TARGET_BLOCK_BYTES, growth: int = 8) -> None:
        self.max_rows = max_rows
        self.rows = 1
        self._target_bytes = target_bytes
        self._growth = growth

    def saw(self, block: Block) -> None:
        """Adapt to the size of a block that was asked for with `rows`."""
        if block.n < self.rows:
            return
        bytes_per_row = max(1, block.nbytes // block.n)
        fitting = max(1, self._target_bytes // bytes_per_row)
        self.rows = max(1, min(self.rows * self._growth, fitting, self.max_rows))
