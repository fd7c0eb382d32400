"""The code in README.md and docs/*.md runs.

Blocks marked `python` run in the order of their file, in one namespace, inside an empty folder that holds `data/`:
four CSV files of eight numbers and a label, as the documents assume, `records/`: TFRecord files, one of them damaged,
and `broken.jsonl`, whose third line has a word where the others have a number. A block marked `python needs=torch`
runs where that module is installed. A block with `>>>` prompts is a doctest: its output is compared too. In blocks
marked `console`, lines that start with `$ penstock` or `$ cat` are run, through the shell where they have pipes;
output that is shown is compared, with `…` standing for anything; a command that does not end with code 0 has a
comment, as `# exit code 1`, and its errors are compared too.
"""

from __future__ import annotations

import doctest
import importlib.util
import os
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pytest

from penstock.random import set_seed
from penstock.records import TFRecordWriter, encode_examples

ROOT = Path(__file__).parents[2]
DOCUMENTS = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
FENCE = re.compile(r"^```(\w+)(?: needs=(\w+))?\n(.*?)^```$", re.MULTILINE | re.DOTALL)
COMPARE = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE


class Block(NamedTuple):
    """One fenced block of a document."""

    language: str
    text: str
    line: int  # of its first line, counted from 1


def _blocks(document: Path) -> list[Block]:
    text = document.read_text(encoding="utf-8")
    blocks = [(Block(m[1], m[3], text.count("\n", 0, m.start(3)) + 1), m[2]) for m in FENCE.finditer(text)]
    return [block for block, needed in blocks if needed is None or importlib.util.find_spec(needed)]


def _with(language: str) -> list[Path]:
    return [path for path in DOCUMENTS if any(block.language == language for block in _blocks(path))]


@pytest.fixture
def folder(tmp_path, monkeypatch) -> Iterator[Path]:
    """A working folder with the data that the documents speak of; a global seed that a document sets ends with it."""
    monkeypatch.chdir(tmp_path)
    random = np.random.default_rng(0)
    (tmp_path / "data").mkdir()
    for shard in range(4):
        features = random.normal(size=(250, 8))
        labels = (features.sum(axis=1) > 0).astype(int)
        lines = [
            ",".join([*(f"{x:.6g}" for x in row), str(label)]) for row, label in zip(features, labels, strict=True)
        ]
        (tmp_path / "data" / f"rows-{shard}.csv").write_text("\n".join(lines) + "\n")
    _write_records(tmp_path / "records")
    yield tmp_path
    set_seed(None)


def _write_records(folder: Path) -> None:
    """Write a thousand Examples, plain and compressed, and a copy in which a record and the end are damaged."""
    folder.mkdir()
    n = np.arange(1000)
    columns = {"id": n, "price": (n % 40 / 4).astype(np.float32), "name": [f"item {i}" for i in n]}
    for name, kind in (("train.tfrecord", ""), ("test.tfrecord.gz", "GZIP")):
        with TFRecordWriter(folder / name, kind) as writer:
            writer.write_many(encode_examples(columns))
    data = bytearray((folder / "train.tfrecord").read_bytes())
    data[12345] ^= 1
    (folder / "damaged.tfrecord").write_bytes(data[:-7])
    lines = ['{"id": 1}', '{"id": 2}', '{"id": "x"}']
    (folder.parent / "broken.jsonl").write_text("\n".join(lines) + "\n")


@pytest.mark.parametrize("document", [*DOCUMENTS, *sorted(ROOT.glob("C*.md"))], ids=lambda path: path.name)
def test_links_lead_somewhere(document):
    targets = re.findall(r"\]\((?!\w+://)([^)#]+)", document.read_text(encoding="utf-8"))
    assert [target for target in targets if not (document.parent / target).exists()] == []


@pytest.mark.parametrize("document", [*DOCUMENTS, *sorted(ROOT.glob("C*.md"))], ids=lambda path: path.name)
def test_links_into_pages_lead_to_headings(document):
    links = re.findall(r"\]\((?!\w+://)([^)#]*)#([^)]+)\)", document.read_text(encoding="utf-8"))
    pages = {page: document.parent / page if page else document for page, _ in links}
    assert [(page, anchor) for page, anchor in links if anchor not in _anchors(pages[page])] == []


def _anchors(page: Path) -> set[str]:
    """Return the names that a page's headings have in links, as GitHub makes them."""
    headings = re.findall(r"^#+ (.+)$", page.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).strip().replace(" ", "-") for heading in headings}


def test_the_index_links_every_page():
    index = (ROOT / "docs" / "index.md").read_text(encoding="utf-8")
    pages = {path.name for path in (ROOT / "docs").glob("*.md")} - {"index.md"}
    assert [page for page in sorted(pages) if f"]({page})" not in index] == []


def _run_doctest(block: Block, namespace: dict[str, object], name: str) -> None:
    test = doctest.DocTestParser().get_doctest(block.text, namespace, name, name, block.line - 1)
    report: list[str] = []
    runner = doctest.DocTestRunner(optionflags=COMPARE)
    runner.run(test, out=report.append, clear_globs=False)
    namespace.update(test.globs)
    assert runner.summarize(verbose=False).failed == 0, "".join(report)


@pytest.mark.parametrize("document", _with("python"), ids=lambda path: path.name)
def test_python_blocks_run(document, folder):
    namespace: dict[str, object] = {"__name__": document.stem}
    for block in _blocks(document):
        if block.language != "python":
            continue
        if ">>>" in block.text:
            _run_doctest(block, namespace, document.name)
        else:
            # Blank lines before the block make a traceback point at the line of the document.
            exec(compile("\n" * (block.line - 1) + block.text, str(document), "exec"), namespace)


def _run(words: list[str], environment: dict[str, str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(words, capture_output=True, text=True, env=environment, check=False)


@pytest.mark.parametrize("document", _with("console"), ids=lambda path: path.name)
def test_console_blocks_run(document, folder):
    command = Path(sys.executable).with_name("penstock")
    for block in _blocks(document):
        if block.language != "console":
            continue
        for step in re.split(r"^\$ ", block.text, flags=re.MULTILINE):
            line, _, shown = step.partition("\n")
            words = shlex.split(line, comments=True)
            if words[:1] not in (["penstock"], ["cat"]):
                continue
            environment = {**os.environ, "PENSTOCK_QUIET": "1"}
            if "|" in words:
                if os.name != "posix":
                    continue
                path = f"{command.parent}{os.pathsep}{os.environ['PATH']}"
                run = _run(["sh", "-c", line], {**environment, "PATH": path})
            else:
                run = _run([str(command), *words[1:]], environment)
            code = re.search(r"# exit code (\d+)", line)
            expected = int(code[1]) if code else 0
            assert run.returncode == expected, f"{document.name}:{block.line}: {line}\n{run.stderr}"
            if shown.strip():
                said = run.stdout + (run.stderr if expected else "")
                assert doctest.OutputChecker().check_output(shown.replace("…", "..."), said, COMPARE), said
