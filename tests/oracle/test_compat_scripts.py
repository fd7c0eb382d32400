"""The scripts of tests/compat print under TensorFlow what their files of expected output say.

Run with `UPDATE_EXPECTED=1` to write those files anew.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

pytest.importorskip("tensorflow")
pytestmark = pytest.mark.oracle

COMPAT = Path(__file__).parents[1] / "compat"


@pytest.mark.parametrize("script", sorted((COMPAT / "scripts").glob("*.py")), ids=lambda path: path.stem)
def test_expected_output_is_tensorflows(script, tmp_path):
    environment = {**os.environ, "TF_CPP_MIN_LOG_LEVEL": "3", "PYTHONIOENCODING": "utf-8"}
    run = subprocess.run(
        [sys.executable, str(script)], cwd=tmp_path, env=environment, capture_output=True, encoding="utf-8", check=False
    )
    assert run.returncode == 0, run.stderr
    expected = COMPAT / "expected" / f"{script.stem}.txt"
    if os.environ.get("UPDATE_EXPECTED"):
        expected.write_text(run.stdout, encoding="utf-8")
    assert run.stdout.splitlines() == expected.read_text(encoding="utf-8").splitlines()
