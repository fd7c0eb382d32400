"""The names in the table of docs/moving.md exist on both sides."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import penstock as ps
from penstock.compat import tensorflow as tf

PAGE = Path(__file__).parents[2] / "docs" / "moving.md"
ROWS = [line.split(" | ") for line in PAGE.read_text(encoding="utf-8").splitlines() if line.startswith("| `")]
# Named on the page as what penstock has not.
ABSENT = ("tf.distribute", "tf.data.experimental.service", "tf.train.Checkpoint")


def _resolve(root: object, name: str) -> object:
    for part in name.split(".")[1:]:
        root = getattr(root, part)
    return root


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row[0][2:40])
def test_names_exist(row):
    for cell, prefix, root in ((row[0], "tf.", tf), (row[1], "ps.", ps)):
        for name in re.findall(rf"`({re.escape(prefix)}[\w.]+)", cell):
            if not name.startswith(ABSENT):
                assert _resolve(root, name) is not None


def test_short_names_are_methods_of_datasets():
    row = next(row for row in ROWS if row[0].startswith("| `Dataset.map`"))
    for name in re.findall(r"`(?:Dataset\.)?(\w+)`", row[0]):
        assert hasattr(ps.Dataset, name)
