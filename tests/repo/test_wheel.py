"""What an installation adds to an environment: the one name `penstock`, whole, and nothing else."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow


def _not_the_project(folder: str, names: list[str]) -> set[str]:
    """Name what a fresh checkout does not have: results of builds, caches, environments."""
    built = {"build", "dist", "__pycache__"}
    return {
        name
        for name in names
        if name in built
        or name.startswith(".")
        or name.endswith(".egg-info")
        or (Path(folder, name) / "pyvenv.cfg").exists()
    }


@pytest.fixture(scope="module")
def wheel(root, tmp_path_factory) -> Path:
    """The wheel, built from a copy so that the checkout stays as it is."""
    source = tmp_path_factory.mktemp("source") / "checkout"
    shutil.copytree(root, source, ignore=_not_the_project)
    target = tmp_path_factory.mktemp("wheel")
    build = [sys.executable, "-m", "pip", "wheel", "--no-deps", "--no-build-isolation", "-w", str(target), str(source)]
    run = subprocess.run(build, capture_output=True, text=True)
    assert run.returncode == 0, run.stdout + run.stderr
    (made,) = target.glob("*.whl")
    return made


@pytest.fixture(scope="module")
def names(wheel) -> list[str]:
    return zipfile.ZipFile(wheel).namelist()


def test_one_top_level_name(names):
    top = {name.split("/")[0] for name in names}
    assert {name for name in top if not name.endswith(".dist-info")} == {"penstock"}
    assert len(top) == 2


def test_the_whole_library_and_no_tests(root, package_dirs, names):
    code = {
        "/".join(("penstock", *path.relative_to(root).parts)) for folder in package_dirs for path in folder.glob("*.py")
    }
    assert {name for name in names if name.endswith(".py")} == code
    assert [name for name in names if name.split("/")[1] in ("tests", "benchmarks", "examples", "docs")] == []


def test_data_travels_along(root, names):
    assert "penstock/py.typed" in names
    assert len([name for name in names if name.endswith(".csv")]) == 10
    assert "penstock/datasets/digits/README.md" in names
    schemas = {
        f"penstock/proto/{path.name}" for path in (root / "proto").iterdir() if path.suffix in (".proto", ".pyi")
    }
    assert schemas
    assert schemas <= set(names)
    assert any(name.endswith("licenses/LICENSE") for name in names)


def test_the_installed_copy_works(wheel, tmp_path):
    zipfile.ZipFile(wheel).extractall(tmp_path / "site")
    code = (
        "import penstock; from penstock.datasets import digits; "
        "print(penstock.__file__, len(digits.paths()), digits.load_data()[0][0].shape)"
    )
    environment = {**os.environ, "PYTHONPATH": str(tmp_path / "site")}
    run = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, env=environment, capture_output=True, text=True)
    assert run.returncode == 0, run.stderr
    assert run.stdout.split(maxsplit=1) == [str(tmp_path / "site" / "penstock" / "__init__.py"), "10 (1438, 8, 8)\n"]
