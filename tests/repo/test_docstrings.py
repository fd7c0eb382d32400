"""Docstrings of `Dataset`, the class that users read most: arguments are explained, and an example runs."""

from __future__ import annotations

import inspect
import re

import pytest

from penstock import Dataset

METHODS = {
    name: member
    for name, member in inspect.getmembers(Dataset, lambda m: inspect.isfunction(m) or inspect.ismethod(m))
    if not name.startswith("_")
}


@pytest.mark.parametrize("name", METHODS)
def test_every_argument_is_explained(name):
    explained = (inspect.getdoc(METHODS[name]) or "").partition("Args:\n")[2]
    wanted = [p for p in inspect.signature(METHODS[name]).parameters if p != "self"]
    assert [p for p in wanted if not re.search(rf"^    \*{{0,2}}{p}\b", explained, re.MULTILINE)] == []


@pytest.mark.parametrize("name", METHODS)
def test_there_is_an_example(name):
    assert ">>> " in (inspect.getdoc(METHODS[name]) or "")
