"""Restoring states in another Python process, for `assert_resumes_exactly`."""

from __future__ import annotations

import functools
import importlib
import importlib.util
import inspect
import itertools
import os
import pickle
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeAlias

from ..core.errors import InvalidArgumentError
from ..core.random import get_global_seed, set_seed

Resumed: TypeAlias = "tuple[Any, list[Any], bool]"
"""The state right after it was restored, the elements that followed, whether the end came behind them."""


def resume_in_fresh_process(make_dataset: Callable[[], Any], states: list[Any], counts: list[int]) -> list[Resumed]:
    """Restore states in one other process.

    Args:
        make_dataset: A function of a module, or a `functools.partial` of one.
        states: States of an iterator.
        counts: How many elements to read behind each.

    Raises:
        InvalidArgumentError: The function cannot be found by another process.
        AssertionError: The process failed; the message is what it wrote.
    """
    job = {
        "function": _address(make_dataset),
        "sys_path": sys.path,
        "seed": get_global_seed(),
        "states": states,
        "counts": counts,
    }
    with tempfile.TemporaryDirectory() as folder:
        # What this process pickles only this process's child reads, and the other way round.
        (Path(folder) / "job").write_bytes(pickle.dumps(job))
        command = [sys.executable, "-c", f"from {__name__} import work; work()", folder]
        run = subprocess.run(command, capture_output=True, text=True, env={**os.environ, "PENSTOCK_QUIET": "1"})
        if run.returncode:
            raise AssertionError(f"resuming in a fresh process failed:\n{run.stderr}")
        results: list[Resumed] = pickle.loads((Path(folder) / "results").read_bytes())
        return results


def _address(make_dataset: Callable[[], Any]) -> dict[str, Any]:
    """Say where another process finds a function."""
    function, arguments, keywords = make_dataset, (), {}
    if isinstance(make_dataset, functools.partial):
        function, arguments, keywords = make_dataset.func, make_dataset.args, make_dataset.keywords
    name = getattr(function, "__qualname__", "<unknown>")
    if "<" in name:
        raise InvalidArgumentError(
            "assert_resumes_exactly: with fresh_process=True, make_dataset must be a function of a module, which "
            f"another process can import. Received: {name}. Move it to the top level, or use functools.partial."
        )
    path = inspect.getsourcefile(function)
    return {
        "module": function.__module__,
        "path": path and str(Path(path).resolve()),
        "name": name,
        "arguments": arguments,
        "keywords": keywords,
    }


def work() -> None:
    """Do the job in the folder that the command line names; runs in the other process."""
    folder = Path(sys.argv[1])
    job = pickle.loads((folder / "job").read_bytes())
    sys.path[:] = job["sys_path"]
    set_seed(job["seed"])
    make_dataset = _function(job["function"])
    results = [_resume(make_dataset(), *pair) for pair in zip(job["states"], job["counts"], strict=True)]
    (folder / "results").write_bytes(pickle.dumps(results))


def _function(address: dict[str, Any]) -> Callable[[], Any]:
    module: Any = _imported(address["module"], address["path"])
    for part in address["name"].split("."):
        module = getattr(module, part)
    return functools.partial(module, *address["arguments"], **address["keywords"])


def _imported(name: str, path: str) -> Any:
    """Import a module by name, or from its file where the name does not lead there (scripts, tests)."""
    if name != "__main__":
        try:
            module = importlib.import_module(name)
        except ImportError:
            pass
        else:
            if Path(getattr(module, "__file__", None) or "").resolve() == Path(path):
                return module
    spec = importlib.util.spec_from_file_location("resumed_module", path)
    assert spec is not None and spec.loader is not None, f"{path} is a Python file"
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


def _resume(dataset: Any, state: Any, count: int) -> Resumed:
    with iter(dataset) as iterator:
        iterator.set_state(state)
        again = iterator.get_state()
        elements = list(itertools.islice(iterator, count))
        nothing = object()
        return again, elements, next(iterator, nothing) is nothing
