"""The `penstock` command: exit codes, messages without a traceback, versions."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

import penstock as ps
from penstock.cli.main import main


def digits(folder: Path, *, shards: int = 4) -> list[Path]:
    """Copy some of the digit shards into a folder and return them."""
    copies = []
    for path in ps.datasets.digits.paths()[:shards]:
        copy = folder / Path(path).name
        copy.write_bytes(Path(path).read_bytes())
        copies.append(copy)
    return copies


def test_version(capsys):
    assert main(["--version"]) == 0
    assert capsys.readouterr().out == f"penstock {ps.__version__}\n"


def test_help_lists_the_commands(capsys):
    assert main(["--help"]) == 0
    out = capsys.readouterr().out
    assert "demo" in out
    assert "warmup" in out


def test_unknown_command_is_a_usage_error_with_the_closest_name(capsys):
    assert main(["dmo"]) == 2
    assert "there is no command 'dmo'. Did you mean 'demo'?" in capsys.readouterr().err


def test_a_folder_that_does_not_exist(capsys, tmp_path):
    assert main(["demo", "--data", str(tmp_path / "none")]) == 1
    err = capsys.readouterr().err
    assert f"NotFoundError: Dataset.list_files: no file matches '{tmp_path}/none/*.csv'" in err
    assert f"There is no folder '{tmp_path}/none'." in err
    assert "Traceback" not in err


def test_a_short_csv_row_names_file_and_line(capsys, tmp_path):
    bad = digits(tmp_path)[1]
    lines = bad.read_text().splitlines()
    lines[16] = lines[16].rsplit(",", 1)[0]
    bad.write_text("\n".join(lines) + "\n")
    assert main(["demo", "--data", str(tmp_path)]) == 1
    err = capsys.readouterr().err
    assert "map: 'parse_line' raised ParseError" in err
    assert f"{bad}, line 17" in err
    assert "64 fields" in err
    assert "Traceback" not in err


def test_a_word_in_place_of_a_number_names_file_and_line(capsys, tmp_path):
    bad = digits(tmp_path)[0]
    lines = bad.read_text().splitlines()
    lines[2] = "many," + lines[2].split(",", 1)[1]
    bad.write_text("\n".join(lines) + "\n")
    assert main(["demo", "--data", str(tmp_path)]) == 1
    err = capsys.readouterr().err
    assert f"{bad}, line 3" in err
    assert "'many'" in err


def test_debug_shows_the_traceback(tmp_path):
    with pytest.raises(ps.errors.NotFoundError):
        main(["--debug", "demo", "--data", str(tmp_path / "none")])


@pytest.mark.slow
def test_demo_and_warmup(tmp_path):
    """The main job reaches its accuracy; after a warm-up it has nothing left to compile."""
    code = "import sys; from penstock.cli.main import main; sys.exit(main(sys.argv[1:]))"

    def run(*args: str) -> subprocess.CompletedProcess[str]:
        environment = {"NUMBA_CACHE_DIR": str(tmp_path / "kernels"), "PENSTOCK_QUIET": "0"}
        environment |= {"PYTHONIOENCODING": "utf-8", "COLUMNS": "100"}
        return subprocess.run(
            [sys.executable, "-c", code, *args],
            cwd=tmp_path,
            env={**os.environ, **environment},
            capture_output=True,
            text=True,
            encoding="utf-8",
            check=False,
        )

    warm = run("warmup")
    assert warm.returncode == 0, warm.stderr
    assert "compiling kernels for the first time" in warm.stderr
    assert "skipped" not in warm.stderr
    demo = run("demo")
    assert demo.returncode == 0, demo.stderr
    assert "compiling kernels" not in demo.stderr
    accuracy = float(demo.stdout.rsplit("accuracy on held-out shards:", 1)[1])
    assert accuracy >= 0.95
    assert "CSV → TFRecord shards" in demo.stdout
    assert "kernels were compiled in this run" not in demo.stdout


@pytest.mark.parametrize("compiled", [False, True])
def test_demo_says_when_its_times_include_compiling(tmp_path, capsys, monkeypatch, compiled):
    digits(tmp_path)
    monkeypatch.setattr("penstock.core.kernels.has_compiled", lambda: compiled)
    assert main(["demo", "--data", str(tmp_path), "--epochs", "1"]) == 0
    assert ("these times include that" in capsys.readouterr().out) == compiled


@pytest.mark.parametrize("words", [[], ["adapt"], ["transform"], ["demo"], ["warmup"], ["records"]])
def test_help_is_laid_out(capsys, words):
    assert main([*words, "--help"]) == 0
    shown = capsys.readouterr().out
    assert "\\b" not in shown
    assert "\b" not in shown


def test_commands_are_told_in_a_line(capsys):
    main(["--help"])
    commands = capsys.readouterr().out.partition("Commands:")[2]
    assert "..." not in commands
