"""The tree keeps its promises: packages, names, re-export layers, file sizes, kernels."""

from __future__ import annotations

import ast
import importlib
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

MAX_LINES = 600
# File -> why it may be longer. Look for the second subject first.
LONGER: dict[str, str] = {}

NOT_PACKAGES = {"benchmarks", "build", "dist", "docs", "examples", "tests"}


def _packages_of(folder: Path, name: str = "penstock") -> Iterator[str]:
    yield name
    for child in sorted(folder.iterdir()):
        if child.is_dir() and not child.is_symlink() and (child / "__init__.py").exists():
            yield from _packages_of(child, f"{name}.{child.name}")


def test_pyproject_lists_every_package(root):
    listed = tomllib.loads((root / "pyproject.toml").read_text())["tool"]["setuptools"]["packages"]
    assert listed == sorted(listed)
    assert listed == sorted(_packages_of(root))


def test_every_folder_with_code_is_a_package(root):
    top = [path for path in root.iterdir() if path.is_dir() and path.name not in NOT_PACKAGES]
    folders = {
        path.parent
        for folder in top
        if not folder.name.startswith(".") and not folder.name.endswith(".egg-info")
        for path in folder.rglob("*.py")
    }
    assert [str(folder.relative_to(root)) for folder in sorted(folders) if not (folder / "__init__.py").exists()] == []


def test_no_name_at_the_root_shadows_the_standard_library(root):
    names = {path.name.partition(".")[0] for path in root.iterdir() if not path.name.startswith((".", "__"))}
    assert names & sys.stdlib_module_names == set()


def test_tests_are_not_packages(root):
    assert list((root / "tests").rglob("__init__.py")) == []


def test_files_have_one_subject(root, library_files):
    sizes = {str(path.relative_to(root)): len(path.read_text().splitlines()) for path in library_files}
    assert {name: lines for name, lines in sizes.items() if lines > MAX_LINES and name not in LONGER} == {}
    assert [name for name in LONGER if sizes.get(name, 0) <= MAX_LINES] == []


# --- re-export layers -------------------------------------------------------------------------------------------------


def _is_reexport(node: ast.stmt) -> bool:
    """Whether a statement may stand in an `__init__.py`."""
    match node:
        case ast.Import() | ast.ImportFrom() | ast.Expr(value=ast.Constant(value=str())):
            return True
        case ast.If(test=ast.Name(id="TYPE_CHECKING"), body=body, orelse=[]):
            return all(isinstance(inner, ast.Import | ast.ImportFrom) for inner in body)
        case ast.Assign(targets=[ast.Name(id="__all__")], value=ast.List()):
            return True
        case ast.Assign(targets=[ast.Tuple(elts=[ast.Name(id="__getattr__"), ast.Name(id="__dir__")])], value=call):
            return isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id == "attach"
        case ast.Expr(value=ast.Call(func=ast.Name(id="alias"))):
            return True
    return False


def test_init_files_only_reexport(root, package_dirs):
    wrong = [
        f"{(folder / '__init__.py').relative_to(root)}:{node.lineno}"
        for folder in package_dirs
        for node in ast.parse((folder / "__init__.py").read_text()).body
        if not _is_reexport(node)
    ]
    assert wrong == []


def test_every_name_in_all_is_there(root, package_dirs):
    for folder in package_dirs:
        tree = ast.parse((folder / "__init__.py").read_text())
        assigned = [n for n in tree.body if isinstance(n, ast.Assign) and ast.unparse(n.targets[0]) == "__all__"]
        where = str(folder.relative_to(root))
        if not assigned:
            exported = [n for n in tree.body if isinstance(n, ast.ImportFrom) and n.module != "__future__"]
            assert exported == [], f"{where}/__init__.py imports names and has no __all__"
            continue
        names = ast.literal_eval(assigned[0].value)
        assert len(names) == len(set(names)), where  # ruff keeps them sorted
        module = importlib.import_module(".".join(("penstock", *folder.relative_to(root).parts)))
        assert [name for name in names if not hasattr(module, name)] == [], where
        assert set(names) <= set(dir(module)), where


def test_root_exports_what_type_checkers_see(root):
    tree = ast.parse((root / "__init__.py").read_text())
    block = next(node for node in tree.body if isinstance(node, ast.If))
    typed = {name.asname or name.name for node in block.body for name in node.names}
    import penstock

    assert typed == set(penstock.__all__)


# --- kernels ----------------------------------------------------------------------------------------------------------


def _functions(tree: ast.Module) -> Iterator[ast.FunctionDef]:
    """Yield the functions of a module, without methods and nested functions."""
    return (node for node in tree.body if isinstance(node, ast.FunctionDef))


def _is_kernel(function: ast.FunctionDef) -> bool:
    decorators = (node.func if isinstance(node, ast.Call) else node for node in function.decorator_list)
    return any(isinstance(node, ast.Name) and node.id == "kernel" for node in decorators)


def test_kernels_live_in_kernel_files(root, library_files):
    wrong = [
        f"{path.relative_to(root)}:{function.name}"
        for path in library_files
        if path.stem != "kernels" and not path.stem.endswith("_kernels") and path.parent.name != "kernels"
        for function in _functions(ast.parse(path.read_text()))
        if _is_kernel(function)
    ]
    assert wrong == []


def test_what_is_named_a_kernel_has_the_shared_decorator(root, library_files):
    wrong = [
        f"{path.relative_to(root)}:{function.name}"
        for path in library_files
        for function in _functions(ast.parse(path.read_text()))
        if function.name.endswith("_kernel") and not _is_kernel(function)
    ]
    assert wrong == []


@pytest.mark.parametrize("file", ["py.typed", "LICENSE", "README.md", "CHANGELOG.md", "CONTRIBUTING.md"])
def test_the_usual_files_are_there(root, file):
    assert (root / file).exists()
