"""Scripts written for TensorFlow run with one changed import, and print what they print under TensorFlow.

`scripts/` holds them as written for TensorFlow; `expected/` what TensorFlow 2.21 printed (tests/oracle repeats that).
"""

from __future__ import annotations

import contextlib
import io
import re
from pathlib import Path

import pytest

from penstock import random

HERE = Path(__file__).parent
SCRIPTS = sorted((HERE / "scripts").glob("*.py"))


def run_with_penstock(script: Path) -> str:
    source = re.sub(r"^(import|from) tensorflow\b", r"\1 penstock.compat.tensorflow", script.read_text(), flags=re.M)
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        exec(compile(source, str(script), "exec"), {"__name__": "__main__"})
    return printed.getvalue()


@pytest.fixture(autouse=True)
def _apart(tmp_path, monkeypatch):
    """Each script has a folder of its own, and leaves no global seed behind."""
    monkeypatch.chdir(tmp_path)
    yield
    random.set_seed(None)


@pytest.mark.golden
@pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: path.stem)
def test_a_script_prints_what_it_prints_under_tensorflow(script):
    expected = (HERE / "expected" / f"{script.stem}.txt").read_text(encoding="utf-8")
    assert run_with_penstock(script).splitlines() == expected.splitlines()


def test_every_expected_output_has_its_script():
    assert {path.stem for path in (HERE / "expected").iterdir()} == {path.stem for path in SCRIPTS}
