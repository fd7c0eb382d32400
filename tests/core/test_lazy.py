"""`attach` and `alias` on throw-away packages."""

from __future__ import annotations

import importlib
import sys

import pytest

from penstock.core.lazy import alias, attach

pytestmark = pytest.mark.unit


@pytest.fixture
def package(tmp_path, monkeypatch):
    """A package `lazypkg` with `home.py` (value), a subpackage `deep` and a module `deep.inner`."""
    folder = tmp_path / "lazypkg"
    (folder / "deep").mkdir(parents=True)
    (folder / "__init__.py").write_text(
        "from penstock.core.lazy import attach\n"
        "names = {'value': '.home', 'other': 'deep.inner'}\n"
        "__getattr__, __dir__ = attach(__name__, names, submodules=('deep', 'nick'))\n"
    )
    (folder / "home.py").write_text("value = object()\n")
    (folder / "deep" / "__init__.py").write_text("here = 'deep'\n")
    (folder / "deep" / "inner.py").write_text("other = 'inner'\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    yield importlib.import_module("lazypkg")
    for name in [name for name in sys.modules if name.partition(".")[0] == "lazypkg"]:
        del sys.modules[name]


def test_names_load_at_first_use_and_stay(package):
    assert "lazypkg.home" not in sys.modules
    value = package.value
    assert "lazypkg.home" in sys.modules
    assert vars(package)["value"] is value is sys.modules["lazypkg.home"].value


def test_the_leading_dot_may_be_left_out(package):
    assert package.other == "inner"


def test_submodules_load_at_first_use(package):
    assert "lazypkg.deep" not in sys.modules
    assert package.deep is sys.modules["lazypkg.deep"]


def test_dir_lists_lazy_names_without_loading_them(package):
    assert {"value", "other", "deep", "nick", "__name__"} <= set(dir(package))
    assert dir(package) == sorted(dir(package))
    assert "lazypkg.home" not in sys.modules


def test_unknown_names(package):
    with pytest.raises(AttributeError, match=r"module 'lazypkg' has no attribute 'valu'\. Did you mean 'value'\?"):
        package.valu  # noqa: B018
    with pytest.raises(AttributeError, match=r"module 'lazypkg' has no attribute '__value__'\.$"):
        package.__value__  # noqa: B018
    with pytest.raises(ImportError, match="cannot import name 'nothing' from 'lazypkg'"):
        exec("from lazypkg import nothing")


def test_an_import_error_inside_a_module_is_not_hidden(package, tmp_path):
    (tmp_path / "lazypkg" / "home.py").write_text("import no_such_module_anywhere\n")
    importlib.invalidate_caches()
    with pytest.raises(ModuleNotFoundError, match="no_such_module_anywhere"):
        package.value  # noqa: B018


def test_alias_is_the_module_itself(package):
    alias("lazypkg", {"nick": ".deep"})
    assert "lazypkg.deep" not in sys.modules
    nick = importlib.import_module("lazypkg.nick")
    assert nick is package.nick is importlib.import_module("lazypkg.deep")
    assert (nick.__name__, nick.__spec__.name) == ("lazypkg.deep", "lazypkg.deep")


def test_modules_below_an_alias_are_not_loaded_twice(package):
    alias("lazypkg", {"nick": ".deep"})
    assert importlib.import_module("lazypkg.nick.inner") is importlib.import_module("lazypkg.deep.inner")
    with pytest.raises(ModuleNotFoundError):
        importlib.import_module("lazypkg.nick.absent")


def test_alias_leaves_other_names_alone(package):
    alias("lazypkg", {"nick": ".deep"})
    with pytest.raises(ModuleNotFoundError, match="lazypkg.nickname"):
        importlib.import_module("lazypkg.nickname")


def test_homes_may_lie_outside_of_the_package(package):
    getattr_lazily, _ = attach(package.deep.__name__, {"value": "..home"})
    assert getattr_lazily("value") is sys.modules["lazypkg.home"].value
