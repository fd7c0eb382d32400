"""RowFunction: a user's function of one element, run on whole blocks when that gives the same results.

The function is traced once with symbolic elements. The first rows of the first block are also computed by calling the
function directly; when the results differ, or when tracing failed, the function runs element by element from then on.
`note()` says which way was taken and why.
"""

from __future__ import annotations

import functools
import threading
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from .. import nest
from ..block import Block
from ..columns import BytesColumn, DenseColumn, RaggedColumn
from ..errors import PenstockError, TraceError
from ..forks import free_in_child
from ..leaves import as_element
from ..random import Generator, SeedGenerator, get_global_seed
from ..random.seeds import Resumable
from ..specs import most_specific_nest
from ..values import Ragged, Sparse
from .reachable import reachable

if TYPE_CHECKING:
    from .tracing import TracedFunction

# Rows computed both ways before the traced form is believed.
CHECKED_ROWS: Final = 3
# A function that is traced for ever new shapes gains nothing from tracing.
MAX_TRACES: Final = 8


class CalledDirectly(Exception):  # noqa: N818 (a message between two modules, not an error)
    """The traced form is given up, or the function failed; calls that were made to check it count.

    Attributes:
        results: Results of the first rows.
        error: What the function raised on the row after them, or None.
    """

    def __init__(self, results: list[Any], error: Exception | None = None) -> None:
        super().__init__()
        self.results, self.error = results, error


class RowFunction:
    """A function of one element, with the decision how to run it over many.

    The decision belongs to the function and the element spec, not to one pass: it is made once and shared by all
    iterators (thread-safe). Equal when the function and the wish are equal.

    Attributes:
        global_seed: The global seed when the dataset was made.

    Args:
        function: Called with the element; a plain tuple is spread over the arguments, as in tf.data.
        vectorize: True demands the traced form (an error when that is impossible), False forbids it, None decides.
        where: Name of the transformation, for messages.
    """

    def __init__(self, function: Callable[..., Any], *, vectorize: bool | None = None, where: str = "map") -> None:
        self.function = function
        self.vectorize = vectorize
        self.global_seed = get_global_seed()
        self.where = where
        self.name: str = getattr(function, "__name__", None) or type(function).__name__
        self._lock = free_in_child(threading.RLock())
        self._traced: TracedFunction | None = None
        self._checked_rows = 0
        self._traces = 0
        self._python_reason: str | None = "vectorize=False" if vectorize is False else None
        self._observed: Any = None

    def __eq__(self, other: object) -> bool:
        return (
            isinstance(other, RowFunction)
            and self.function == other.function
            and self.vectorize == other.vectorize
            and self.where == other.where
        )

    def __hash__(self) -> int:
        return hash((self.where, self.vectorize))

    def __repr__(self) -> str:
        return f"RowFunction({self.name})"

    @property
    def python_reason(self) -> str | None:
        """Why the function runs element by element, or None when it runs (or may run) on blocks."""
        return self._python_reason

    @property
    def is_vectorized(self) -> bool:
        """Whether a traced form exists and has not been given up."""
        return self._traced is not None and self._python_reason is None

    @property
    def is_pure(self) -> bool:
        """Whether calls for rows that nobody asked for yet cannot be seen: the traced form runs, and was checked."""
        return self.is_vectorized and (self._is_checked or bool(self.vectorize))

    @property
    def _is_checked(self) -> bool:
        return self._checked_rows >= CHECKED_ROWS

    @functools.cached_property
    def generators(self) -> tuple[Resumable, ...]:
        """The random generators that the function reaches, by itself or in layers, in the order of its code."""
        from ..layer import Layer

        found: dict[int, Resumable] = {}
        for reached in reachable(self.function):
            if isinstance(reached.value, Generator | SeedGenerator):
                found[id(reached.value)] = reached.value
            elif isinstance(reached.value, Layer):
                found.update((id(generator), generator) for generator in reached.value.random_generators())
        return tuple(found.values())

    def note(self) -> str:
        """Say how the function runs and why, in one line."""
        if self._python_reason is not None:
            return f"{self.name} runs element by element: {self._python_reason}"
        if self._traced is None:
            return f"{self.name} is traced when its first element arrives"
        state = "checked against direct calls" if self._is_checked else "to be checked on the first rows"
        ops = len(self._traced.graph.nodes)
        return f"{self.name} runs on whole blocks ({ops} op{'s' * (ops != 1)}, {state})"

    def output_spec(self, element_spec: Any) -> Any:
        """Return the nest of specs of the results, or None when only running the function can tell."""
        self.prepare(element_spec)
        if self._python_reason is None and self._traced is not None:
            return self._traced.output_structure.pack(list(self._traced.output_specs))
        return self._observed

    def observe(self, spec: Any) -> None:
        """Remember the spec of results that were seen, for a function that could not be traced."""
        self._observed = spec if self._observed is None else most_specific_nest([self._observed, spec])

    def prepare(self, element_spec: Any) -> None:
        """Trace the function for elements of this spec, once; None (unknown) does nothing.

        Raises:
            TraceError: Tracing failed and `vectorize=True` demands it.
        """
        if element_spec is None or self._traced is not None or self._python_reason is not None:
            return
        with self._lock:
            if self._traced is None and self._python_reason is None:
                self._trace(element_spec)

    def _trace(self, element_spec: Any) -> None:
        from .tracing import trace

        self._traces += 1
        try:
            self._traced = trace(self.function, element_spec)
        except TraceError as err:
            if self.vectorize:
                raise TraceError(f"{self.where}: vectorize=True, but {self.name} cannot be traced: {err}") from err
            self._python_reason = str(err)

    def call(self, element: Any) -> Any:
        """Call the function with one element and return the result as users see it."""
        result = self.function(*element) if type(element) is tuple else self.function(element)
        return as_element(result)

    def run_block(self, block: Block) -> Block | None:
        """Return the results for all rows, or None when the rows must go through `call` one by one.

        Errors are those of the traced ops, for whatever row raised them; the caller finds the row.

        Raises:
            CalledDirectly: The rows must go through `call` one by one, and the first ones have done so already.
        """
        if self._python_reason is not None:
            return None
        self.prepare(block.spec)
        plain = _plain_block(block)
        if plain is None or not self.is_vectorized:
            return None
        traced = self._fitting(plain)
        if traced is None:
            return None
        if not self._is_checked and block.n and not self.vectorize:
            return self._run_checked(traced, plain)
        result: Block = traced.run_block(plain)
        return result

    def _fitting(self, block: Block) -> TracedFunction | None:
        """Return a trace that holds for the block's shapes, tracing anew when a shape was believed too early."""
        traced = self._traced
        if traced is None or traced.accepts(block):
            return traced
        with self._lock:
            if self._traces >= MAX_TRACES:
                self.give_up("its elements keep changing shape")
                return None
            self._traced = None
            self._checked_rows = 0
            self._trace(most_specific_nest([traced.input_spec, block.spec]))
            return self._traced

    def _run_checked(self, traced: TracedFunction, block: Block) -> Block:
        """Run a block both ways over its first rows, and give the traced form up when they differ."""
        direct: list[Any] = []
        for i in range(min(CHECKED_ROWS - self._checked_rows, block.n)):
            try:
                direct.append(self.call(block.element(i)))
            except Exception as err:
                raise CalledDirectly(direct, err) from err
        try:
            result: Block = traced.run_block(block)
        except PenstockError:
            raise
        except Exception as err:
            self.give_up(f"the traced form failed: {type(err).__name__}: {err}")
            raise CalledDirectly(direct) from err
        for i, expected in enumerate(direct):
            difference = _difference(expected, result.element(i))
            if difference:
                self.give_up(f"calling it directly gives another result ({difference})")
                raise CalledDirectly(direct)
        self._checked_rows += len(direct)
        return result

    def give_up(self, reason: str) -> None:
        """Run element by element from now on."""
        with self._lock:
            self._python_reason = reason


def _plain_block(block: Block) -> Block | None:
    """Return the block with uniform ragged rows made dense, or None when rows differ in shape."""
    if all(isinstance(c, DenseColumn | BytesColumn) for c in block.columns):
        return block
    columns = []
    for column in block.columns:
        if isinstance(column, RaggedColumn) and not isinstance(column.values, RaggedColumn):
            lengths = column.lengths
            if len(lengths) and (lengths == lengths[0]).all():
                columns.append(column.uniform())
                continue
        if not isinstance(column, DenseColumn | BytesColumn):
            return None
        columns.append(column)
    return Block(block.structure, columns, block.n, block.provenance)


def _difference(direct: Any, traced: Any) -> str | None:
    """Say how two results differ, or None when they agree (floats to rounding)."""
    leaves, structure = nest.flatten(direct)
    others, other_structure = nest.flatten(traced)
    if structure != other_structure:
        return f"structure {structure!r} instead of {other_structure!r}"
    for path, a, b in zip(structure.paths(), leaves, others, strict=True):
        where = f"{path}: " if path else ""
        if type(a) is not type(b) and (isinstance(a, Ragged | Sparse) or isinstance(b, Ragged | Sparse)):
            return f"{where}{type(a).__name__} instead of {type(b).__name__}"
        for x, y in zip(_arrays(a), _arrays(b), strict=False):
            if x.dtype != y.dtype or x.shape != y.shape:
                return f"{where}{x.dtype}{list(x.shape)} instead of {y.dtype}{list(y.shape)}"
            if not _same_values(x, y):
                return f"{where}other values"
    return None


def _arrays(value: Any) -> list[np.ndarray[Any, Any]]:
    """Return the arrays that a leaf is made of, its form before its values."""
    if isinstance(value, Sparse):
        return [value.dense_shape, value.indices, value.values]
    if isinstance(value, Ragged):
        return [value.row_splits, *_arrays(value.values)]
    return [np.asarray(value)]


def _same_values(x: np.ndarray[Any, Any], y: np.ndarray[Any, Any]) -> bool:
    if np.array_equal(x, y):
        return True
    if x.dtype.kind not in "fc":
        return False
    tolerance = 1e-5 if x.dtype.itemsize <= 4 else 1e-11
    return bool(np.allclose(x, y, rtol=tolerance, atol=1e-30, equal_nan=True))
