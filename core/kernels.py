"""The one Numba decorator: its flags, its cache, and the announcement of a first compilation.

`@kernel` wraps a function without importing Numba; the import and the compilation happen at the first call. Kernels
may call one another: a `Kernel` met as a global inside another kernel is typed as its own dispatcher.

Switches (environment, read at the first compilation):
    NUMBA_DISABLE_JIT=1       run every kernel as plain Python (Numba's own switch; coverage, debugging).
    NUMBA_BOUNDSCHECK=1       check every index (Numba's own switch; fuzz tests).
    PENSTOCK_KERNEL_CACHE=0   compile in memory only, write no cache files.
    PENSTOCK_QUIET=1          no announcement of a first compilation.
"""

from __future__ import annotations

import contextlib
import functools
import os
import sys
import threading
from collections.abc import Callable, Iterator
from types import FunctionType
from typing import Any, Generic, ParamSpec, TypeVar, cast, overload

from .forks import free_in_child

P = ParamSpec("P")
R = TypeVar("R")

# nogil: pipeline threads run kernels side by side. error_model="numpy": no branch for division by zero in every loop.
# No fastmath: it deletes NaN checks.
_FLAGS: dict[str, Any] = {"nopython": True, "nogil": True, "error_model": "numpy"}

_registry: list[Kernel[Any, Any]] = []
_lock = free_in_child(threading.RLock())
_numba_ready = False
_announced = False
_has_compiled = False


class Kernel(Generic[P, R]):
    """A compiled function that is compiled when it is first called.

    Attributes:
        python: The plain Python function, always present.
    """

    def __init__(self, function: Callable[P, R], *, inline: bool = False, packed: bool = False) -> None:
        self.python = function
        self._inline = inline
        self._packed = packed
        self.__name__ = function.__name__
        self.__qualname__ = function.__qualname__
        self.__doc__ = function.__doc__
        self.__module__ = function.__module__
        self._dispatcher: Callable[P, R] | None = None

    def __call__(self, *args: P.args, **kwargs: P.kwargs) -> R:
        run = self._dispatcher
        if run is None:
            run = self.dispatcher
        return run(*args, **kwargs)

    @property
    def dispatcher(self) -> Callable[P, R]:
        """Numba's dispatcher, or the plain function when the JIT is switched off."""
        with _lock:
            if self._dispatcher is None:
                self._dispatcher = _compile(self.python, inline=self._inline, packed=self._packed)
            return self._dispatcher

    def __reduce__(self) -> str:
        return self.__qualname__  # pickled by its place in its module, as functions are

    def __repr__(self) -> str:
        return f"<kernel {self.__module__}.{self.__qualname__}>"


@overload
def kernel(function: Callable[P, R], /) -> Kernel[P, R]: ...


@overload
def kernel(*, inline: bool = False, packed: bool = False) -> Callable[[Callable[P, R]], Kernel[P, R]]: ...


def kernel(function: Callable[P, R] | None = None, /, *, inline: bool = False, packed: bool = False) -> Any:
    """Compile `function` with the project's one set of Numba flags, at its first call.

    Contract for the function: it takes arrays and scalars, validates nothing, returns arrays, scalars or a status
    code, and never indexes with an unchecked number from a file. It may run on any thread, without the GIL.

    Args:
        function: The function; left out in `@kernel(inline=True)`.
        inline: Put the code into every kernel that calls it. For small helpers in inner loops: a call passes seven
            words per array (decode_csv: 370 ns per row of nine numbers with calls, 120 ns without). Inline the whole
            chain: a helper that calls one which is not inlined counts references of its arrays (FarmHash of a short
            word: 6.2 ns with calls, 4.9 ns with all but one inlined, 2.2 ns with all).
        packed: Make vectors of equal steps that stand one after another, as on the numbers of a pixel. Numba makes
            them of loops alone (a row resized along x: 0.5 ns a number, 0.3 ns with vectors of a pixel each).
    """
    if function is None:
        return functools.partial(_register, inline=inline, packed=packed)
    return _register(function, inline=inline, packed=packed)


def _register(function: Callable[P, R], *, inline: bool, packed: bool) -> Kernel[P, R]:
    made: Kernel[P, R] = Kernel(function, inline=inline, packed=packed)
    _registry.append(made)
    return made


def all_kernels() -> Iterator[Kernel[Any, Any]]:
    """Yield every kernel of the modules imported so far."""
    yield from _registry


def _compile(function: Callable[P, R], *, inline: bool, packed: bool) -> Callable[P, R]:
    import numba

    _prepare_numba()
    if numba.config.DISABLE_JIT:
        import numpy as np

        # Compiled integers wrap silently; NumPy's scalars wrap too, but warn.
        return np.errstate(over="ignore")(function)
    dispatcher = numba.jit(**_FLAGS, forceinline=inline)(function)
    if packed:
        dispatcher.compile = _packing(dispatcher.compile)
    # Numba's cache does not know whether its code checks bounds: such code is neither written nor read.
    if os.environ.get("PENSTOCK_KERNEL_CACHE", "1") != "0" and not numba.config.BOUNDSCHECK:
        try:
            dispatcher.enable_caching()
        except RuntimeError:  # no folder for the cache can be written to: each process compiles for itself
            return cast("Callable[P, R]", dispatcher)
        file = dispatcher._cache._cache_file
        file._source_stamp = (file._source_stamp, *_sources_used(function))
        dispatcher._cache = _SafeCache(dispatcher._cache)
    return cast("Callable[P, R]", dispatcher)


def _packing(compile_signature: Callable[..., Any]) -> Callable[..., Any]:
    """Return a dispatcher's `compile` with LLVM's vectors of straight code, which Numba can only switch for all code.

    The switch is turned for one compilation, under the lock that every compilation of the process holds.
    """
    from numba.core import config
    from numba.core.compiler_lock import global_compiler_lock

    @functools.wraps(compile_signature)
    def compile_packed(*args: Any, **kwargs: Any) -> Any:
        with global_compiler_lock:
            before = config.SLP_VECTORIZE
            config.SLP_VECTORIZE = 1
            try:
                return compile_signature(*args, **kwargs)
            finally:
                config.SLP_VECTORIZE = before

    return compile_packed


def _sources_used(function: Callable[..., Any]) -> list[str]:
    """Return a digest of each file that holds a function which `function` calls, directly or not.

    Numba's cache looks at the file of the function alone, and would keep code with an old helper inside it.
    """
    files, seen, waiting = set(), {function}, [function]
    while waiting:
        current = waiting.pop()
        files.add(current.__code__.co_filename)
        for name in current.__code__.co_names:
            used = current.__globals__.get(name)
            used = used.python if isinstance(used, Kernel) else used
            if isinstance(used, FunctionType) and used not in seen:
                seen.add(used)
                waiting.append(used)
    return [_digest(path) for path in sorted(files)]


@functools.lru_cache(maxsize=1024)
def _digest(path: str) -> str:
    """Return a digest of a file's content; of its name when it cannot be read."""
    import hashlib
    from pathlib import Path

    try:
        content = Path(path).read_bytes()
    except OSError:
        content = path.encode()
    return hashlib.sha256(content).hexdigest()


def _prepare_numba() -> None:
    """Teach Numba, once, that a `Kernel` used inside another kernel is its dispatcher."""
    global _numba_ready
    if _numba_ready:
        return
    from numba.core import types
    from numba.extending import typeof_impl

    @typeof_impl.register(Kernel)
    def _typeof_kernel(value: Kernel[Any, Any], _context: Any) -> Any:
        return types.Dispatcher(value.dispatcher)

    _numba_ready = True


class _SafeCache:
    """Numba's on-disk cache, made safe to share, with a word to the user when an entry must be compiled.

    Guarantees: a damaged or unreadable entry is compiled again, and a cache that cannot be written is left alone.
    Two processes that add different signatures to an empty index at once can choose the same file for both, so that
    the index names code of the other signature: such code is recognised here and not run.
    """

    def __init__(self, cache: Any) -> None:
        self._cache = cache

    def load_overload(self, sig: Any, target_context: Any) -> Any:
        from numba.core.sigutils import normalize_signature

        try:
            found = self._cache.load_overload(sig, target_context)
        except Exception:  # whatever unpickling a damaged file may raise
            found = None
            with contextlib.suppress(Exception):
                self._cache.flush()  # else a damaged index would stay
        if found is not None and tuple(found.signature.args) != tuple(normalize_signature(sig)[0]):
            found = None
        if found is None:
            _announce()
        return found

    def save_overload(self, sig: Any, data: Any) -> None:
        with contextlib.suppress(Exception):
            self._cache.save_overload(sig, data)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._cache, name)


def has_compiled() -> bool:
    """Return whether this process compiled a kernel that was not in the cache: times that it measured include that."""
    return _has_compiled


def _announce() -> None:
    """Say once per process, on stderr, that kernels are being compiled for the first time."""
    global _announced, _has_compiled
    _has_compiled = True
    if _announced or os.environ.get("PENSTOCK_QUIET", "0") not in ("", "0"):
        return
    _announced = True
    print(
        "penstock: compiling kernels for the first time on this machine; later runs load them from the cache.",
        file=sys.stderr,
        flush=True,
    )
