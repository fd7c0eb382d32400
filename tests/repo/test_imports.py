"""Imports point down the floors only, are relative inside the package, and stay lazy."""

from __future__ import annotations

import ast
import importlib
import json
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

# Folder -> the folders that it may import from, beside itself.
MAY_IMPORT: dict[str, set[str]] = {
    "core": set(),
    "proto": set(),
    "records": {"core", "proto"},
    "pipeline": {"core", "records"},
    "preprocessing": {"core"},
    "nn": {"core", "preprocessing", "records"},
    "datasets": {"core", "records", "pipeline", "preprocessing", "nn"},
    "compat": {"core", "records", "pipeline", "preprocessing", "nn", "datasets"},
    "cli": {"core", "records", "pipeline", "preprocessing", "nn", "datasets", "compat"},
    "testing": {"core", "records", "pipeline", "preprocessing", "nn", "datasets", "compat"},
}

# The decorator, and the machine words that kernels need the compiler's own instructions for.
KNOW_NUMBA = {"core/kernels.py", "records/words.py"}

HEAVY = ("numba", "pyarrow", "google.protobuf", "rich", "click", "crc32c")


class Import(NamedTuple):
    """One imported module, with the place of the import."""

    where: str
    module: str  # absolute, e.g. "penstock.core.nest"
    relative: bool


def _imports(path: Path, root: Path) -> Iterator[Import]:
    """Yield every module that a library file imports, at any depth, lazily or for type checkers alone too."""
    package = (root.name, *path.relative_to(root).parent.parts)
    package = ("penstock", *package[1:])
    for node in ast.walk(ast.parse(path.read_text())):
        where = f"{path.relative_to(root)}:{getattr(node, 'lineno', 0)}"
        match node:
            case ast.Import(names=names):
                yield from (Import(where, name.name, False) for name in names)
            case ast.ImportFrom(module=module, level=0):
                yield Import(where, module or "", False)
            case ast.ImportFrom(module=module, level=level, names=names):
                base = _resolve("." * level, package, where)
                # `from .. import x` names modules; `from ..x import y` names x.
                targets = [f"{base}.{module}"] if module else [f"{base}.{name.name}" for name in names]
                yield from (Import(where, target, True) for target in targets)
            case ast.Call(func=ast.Name(id="attach" | "alias"), args=[_, ast.Dict(values=values)]):
                texts = [value.value for value in values if isinstance(value, ast.Constant)]
                yield from (Import(where, _resolve(text, package, where), True) for text in texts)


def _resolve(target: str, package: tuple[str, ...], where: str) -> str:
    """Make a relative module name absolute."""
    name = target.lstrip(".")
    up = max(len(target) - len(name), 1) - 1
    assert up < len(package), f"{where} climbs out of the package"
    return ".".join((*package[: len(package) - up], *([name] if name else [])))


def _folder(module: str) -> str:
    """Return the floor's folder of an absolute module name, or an empty string for the root."""
    parts = module.split(".")
    return parts[1] if len(parts) > 1 else ""


@pytest.fixture(scope="module")
def imports(root, library_files) -> dict[Path, list[Import]]:
    return {path: list(_imports(path, root)) for path in library_files}


def test_every_folder_has_its_floor(root, package_dirs):
    assert {folder.relative_to(root).parts[0] for folder in package_dirs if folder != root} <= MAY_IMPORT.keys()


def test_imports_point_down(root, imports):
    wrong = []
    for path, found in imports.items():
        parts = path.relative_to(root).parts
        if len(parts) == 1:
            continue  # the root's __init__ re-exports from everywhere, lazily
        allowed = {parts[0], *MAY_IMPORT[parts[0]]}
        wrong += [
            f"{item.where} imports {item.module}"
            for item in found
            if item.module.split(".")[0] == "penstock" and _folder(item.module) not in allowed
        ]
    assert wrong == []


def test_imports_inside_the_package_are_relative(imports):
    absolute = [item for found in imports.values() for item in found if not item.relative]
    assert [item.where for item in absolute if item.module.split(".")[0] == "penstock"] == []


def test_one_module_knows_the_generated_code(root, imports):
    users = {
        str(path.relative_to(root))
        for path, found in imports.items()
        if path.relative_to(root).parts[0] != "proto"
        if any(_folder(item.module) == "proto" and item.relative for item in found)
    }
    assert len(users) <= 1, users
    assert all(name.startswith("records/") for name in users)


def test_numba_has_few_doors(root, imports):
    users = {
        str(path.relative_to(root))
        for path, found in imports.items()
        if any(item.module.split(".")[0] in ("numba", "llvmlite") for item in found)
    }
    assert users <= KNOW_NUMBA


# --- lazy imports -----------------------------------------------------------------------------------------------------


def _python(code: str, cwd: Path) -> str:
    run = subprocess.run([sys.executable, "-c", code], cwd=cwd, capture_output=True, text=True, check=True)
    return run.stdout


def test_import_loads_nothing_heavy(tmp_path):
    loaded = json.loads(_python("import penstock, sys, json; print(json.dumps(sorted(sys.modules)))", tmp_path))
    assert [name for name in loaded if name.startswith(HEAVY)] == []
    assert "numpy" not in loaded
    inside = [name for name in loaded if name.startswith("penstock.")]
    assert inside == ["penstock.core", "penstock.core.lazy"]


def test_the_floors_load_nothing_heavy_before_use(tmp_path):
    floors = ("records", "pipeline", "preprocessing", "nn", "datasets", "testing", "core.ops", "core.trace")
    imports = ", ".join(f"penstock.{floor}" for floor in floors)
    loaded = json.loads(_python(f"import {imports}, sys, json; print(json.dumps(sorted(sys.modules)))", tmp_path))
    assert [name for name in loaded if name.startswith(HEAVY)] == []


def test_import_works_inside_the_checkout(root):
    assert (
        _python("import penstock, penstock.core.errors; print(penstock.__file__)", root).strip().endswith("__init__.py")
    )


def _seconds_to_import(module: str, cwd: Path) -> float:
    environment = {**os.environ, "PYTHONDONTWRITEBYTECODE": "1"}
    start = time.perf_counter()
    subprocess.run([sys.executable, "-c", f"import {module}"], cwd=cwd, check=True, env=environment)
    return time.perf_counter() - start


@pytest.mark.slow
def test_import_time_is_of_the_order_of_numpy(tmp_path):
    # The bar is 1.6 (benchmarks/bench_import.py measures it); the guard is loose, for busy machines.
    _seconds_to_import("penstock", tmp_path), _seconds_to_import("numpy", tmp_path)
    pairs = [(_seconds_to_import("penstock", tmp_path), _seconds_to_import("numpy", tmp_path)) for _ in range(5)]
    ours, numpys = (statistics.median(times) for times in zip(*pairs, strict=True))
    assert ours <= 2.5 * numpys


# --- public names -----------------------------------------------------------------------------------------------------


def test_every_public_name_is_importable():
    import penstock

    for name in penstock.__all__:
        assert getattr(penstock, name) is not None
        assert name in dir(penstock)


def test_an_unknown_name_is_an_attribute_error():
    import penstock

    with pytest.raises(AttributeError, match=r"module 'penstock' has no attribute 'Datasets'"):
        penstock.Datasets  # noqa: B018


def test_the_version_is_that_of_the_project(root):
    import tomllib

    import penstock

    assert penstock.__version__ == tomllib.loads((root / "pyproject.toml").read_text())["project"]["version"]


@pytest.mark.parametrize("name", ["errors", "ops", "random"])
def test_aliases_are_the_modules_themselves(name, tmp_path):
    import penstock

    deep = importlib.import_module(f"penstock.core.{name}")
    assert importlib.import_module(f"penstock.{name}") is deep
    assert getattr(penstock, name) is deep
    assert deep.__name__ == f"penstock.core.{name}"
    forms = f"""
import penstock.{name}
from penstock import {name}
from penstock.{name} import {deep.__all__[0] if hasattr(deep, "__all__") else "PenstockError"}
import penstock.core.{name} as deep
assert penstock.{name} is {name} is deep
"""
    _python(forms, tmp_path)
