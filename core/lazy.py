"""Lazy packages: names that are imported when they are first used, and module aliases.

A package `__init__.py` that would load heavy dependencies holds only this::

    __getattr__, __dir__ = attach(__name__, {"TFRecordWriter": ".writer"}, submodules=("index",))
    __all__ = ["TFRecordWriter", "index"]

The first use of `package.TFRecordWriter` imports `package.writer` and keeps the value in the package, so that later
uses are plain attribute reads. `if TYPE_CHECKING:` imports beside it tell type checkers the same names.

`alias` gives a module a second dotted name. `import penstock.ops`, `from penstock.ops import add` and
`from penstock import ops` then all give the one module `penstock.core.ops`, loaded at that moment and not before.
"""

from __future__ import annotations

import importlib
import importlib.util
import sys
from collections.abc import Callable, Collection, Mapping, Sequence
from importlib.machinery import ModuleSpec
from types import ModuleType
from typing import TYPE_CHECKING, cast

if TYPE_CHECKING:
    from importlib.abc import Loader


def attach(
    package: str, names: Mapping[str, str], *, submodules: Collection[str] = ()
) -> tuple[Callable[[str], object], Callable[[], list[str]]]:
    """Make the module-level `__getattr__` and `__dir__` of a lazy package.

    Args:
        package: The package's `__name__`.
        names: Public name to the module that defines it, written as in an import statement inside the package
            (`".writer"`, `"..core.specs"`); the dot may be left out for modules of the package itself.
        submodules: Modules of the package (or aliases of it) that are public by their own name.

    Returns:
        `__getattr__` and `__dir__`, to be bound at module level. A name that is not there is an AttributeError that
        says which one comes closest.
    """
    homes = {name: home if home.startswith(".") else f".{home}" for name, home in names.items()}
    modules = frozenset(submodules)

    def getattr_lazily(name: str) -> object:
        if name in homes:
            value: object = getattr(importlib.import_module(homes[name], package), name)
        elif name in modules:
            value = importlib.import_module(f"{package}.{name}")
        else:
            raise AttributeError(f"module {package!r} has no attribute {name!r}.{closest(name)}", name=name)
        setattr(sys.modules[package], name, value)
        return value

    def closest(name: str) -> str:
        from .errors import suggest

        # The import system and `inspect` ask for dunder names that nobody misses.
        return "" if name.startswith("__") else suggest(name, [n for n in dir_with_lazy_names() if n[0] != "_"])

    def dir_with_lazy_names() -> list[str]:
        return sorted({*vars(sys.modules[package]), *homes, *modules})

    return getattr_lazily, dir_with_lazy_names


def alias(package: str, names: Mapping[str, str]) -> None:
    """Register module names below `package` that stand for modules elsewhere.

    Modules below an alias follow it: with `{"ops": ".core.ops"}`, `penstock.ops.math` is `penstock.core.ops.math`.
    Registering a name again replaces it.

    Args:
        package: The package's `__name__`.
        names: Alias to its target, both relative to `package`; the target is written as in an import statement.
    """
    for name, target in names.items():
        _finder.targets[f"{package}.{name}"] = importlib.util.resolve_name(target, package)
    if _finder not in sys.meta_path:
        # First, because a path finder would load a second copy of a submodule through the parent's `__path__`.
        sys.meta_path.insert(0, _finder)


class _AliasFinder:
    """Finds the registered aliases; every other name is left to the finders that follow."""

    def __init__(self) -> None:
        self.targets: dict[str, str] = {}

    def find_spec(
        self, fullname: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """Return a spec for an alias or a module below one, else None."""
        name = fullname
        while name not in self.targets:
            name = name.rpartition(".")[0]
            if not name:
                return None
        loader = _AliasLoader(self.targets[name] + fullname[len(name) :])
        return ModuleSpec(fullname, cast("Loader", loader))


class _AliasLoader:
    """Puts the target module under the alias in `sys.modules`.

    The import system allows a module to replace itself there while it is executed, and goes on with the replacement;
    the target keeps its own `__name__`, `__spec__` and identity. Not a subclass of `importlib.abc.Loader`: importing
    that alone takes longer than `import penstock`.
    """

    def __init__(self, target: str) -> None:
        self.target = target

    def create_module(self, spec: ModuleSpec) -> None:
        """Leave it to the import system to make the module that will be replaced."""

    def exec_module(self, module: ModuleType) -> None:
        """Import the target and let it take the alias's place."""
        sys.modules[module.__name__] = importlib.import_module(self.target)


_finder = _AliasFinder()
