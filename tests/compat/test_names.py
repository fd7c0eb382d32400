"""Which of TensorFlow's names exist.

`api_names.txt` lists the names that code in the wild relies on: `+` exists, `-` does not exist yet. A part that adds a
name turns its sign.
"""

from __future__ import annotations

import functools
import importlib
import pkgutil
from pathlib import Path
from types import ModuleType

import pytest

import penstock
import penstock.compat.tensorflow as tf
from penstock import errors, nn, preprocessing
from penstock.compat.tensorflow import keras

LINES = (Path(__file__).parent / "api_names.txt").read_text().splitlines()
PRESENT = [line[2:] for line in LINES if line[0] == "+"]
ABSENT = [line[2:] for line in LINES if line[0] == "-"]


def resolve(name: str) -> object:
    return functools.reduce(getattr, name.split("."), tf)


def modules() -> list[ModuleType]:
    found = pkgutil.walk_packages(tf.__path__, f"{tf.__name__}.")
    return [tf, *(importlib.import_module(info.name) for info in found)]


def test_the_list_is_well_formed():
    names = [line[2:] for line in LINES]
    assert all(line[:2] in ("+ ", "- ") for line in LINES)
    assert len(names) == len(set(names))


def test_names_that_exist():
    for name in PRESENT:
        resolve(name)


def test_names_that_do_not_exist_yet():
    there = []
    for name in ABSENT:
        try:
            resolve(name)
        except AttributeError:
            continue
        there.append(name)
    assert there == [], "these exist by now: turn their sign in api_names.txt"


@pytest.mark.parametrize("module", modules(), ids=lambda module: module.__name__.removeprefix("penstock.compat."))
def test_every_public_name_resolves(module):
    for name in getattr(module, "__all__", ()):
        getattr(module, name)
        assert name in dir(module)


@pytest.mark.parametrize(
    ("module", "name", "closest"),
    [
        (tf, "reduce_men", "reduce_mean"),
        (tf.data, "Dataste", "Dataset"),
        (tf.math, "reduce_sums", "reduce_sum"),
        (keras.layers, "Dens", "Dense"),
        (keras, "Sequentail", "Sequential"),
        (tf.io, "parse_exmple", "parse_example"),
    ],
)
def test_an_unknown_name_is_answered_with_the_closest(module, name, closest):
    with pytest.raises(
        AttributeError, match=rf"{module.__name__}' has no attribute '{name}'. Did you mean '{closest}'"
    ):
        getattr(module, name)


def test_a_name_like_no_other_is_plainly_absent():
    with pytest.raises(AttributeError, match="module 'penstock.compat.tensorflow' has no attribute 'zzzz'.$"):
        tf.zzzz  # noqa: B018


# TensorFlow's numbers.
CODES = (
    "OK CANCELLED UNKNOWN INVALID_ARGUMENT DEADLINE_EXCEEDED NOT_FOUND ALREADY_EXISTS PERMISSION_DENIED"
    " RESOURCE_EXHAUSTED FAILED_PRECONDITION ABORTED OUT_OF_RANGE UNIMPLEMENTED INTERNAL UNAVAILABLE DATA_LOSS"
    " UNAUTHENTICATED"
).split()


def test_errors_are_penstocks_own():
    assert tf.errors.OpError is errors.PenstockError
    assert tf.errors.OperatorNotAllowedInGraphError is errors.TraceError
    for name in set(tf.errors.__all__) - {"OpError", "OperatorNotAllowedInGraphError", *CODES}:
        assert getattr(tf.errors, name) is getattr(errors, name)
        assert issubclass(getattr(tf.errors, name), tf.errors.OpError)


def test_errors_have_tensorflows_numbers():
    assert [getattr(tf.errors, name) for name in CODES] == list(range(len(CODES)))
    for name, code in zip(CODES[1:], range(1, len(CODES)), strict=True):
        kind = getattr(tf.errors, name.title().replace("_", "") + "Error")
        assert kind.error_code == code


def test_classes_are_penstocks_own():
    assert tf.Tensor is penstock.Tensor
    assert tf.Variable is penstock.Variable
    assert tf.GradientTape is penstock.GradientTape
    assert tf.TensorSpec is penstock.TensorSpec
    assert issubclass(tf.data.Dataset, penstock.Dataset)
    assert keras.Model is nn.Model


# What penstock.nn has beside Keras's names.
OWN = {"LossFunctionWrapper", "accuracy"}


@pytest.mark.parametrize("name", "callbacks layers losses metrics models optimizers".split())
def test_what_nn_gains_keras_gains(name):
    native = getattr(nn, name)
    assert set(native.__all__) - OWN <= set(dir(getattr(keras, name)))
    for public in set(native.__all__) - OWN:
        assert getattr(getattr(keras, name), public) is getattr(native, public)


def test_what_preprocessing_gains_keras_gains():
    own = {"AdaptableLayer", "ColumnLayers"}
    assert set(preprocessing.__all__) - own <= {*dir(keras.layers), *dir(keras.utils)}
    for name in set(preprocessing.__all__) - own:
        found = getattr(keras.utils if name == "FeatureSpace" else keras.layers, name)
        assert issubclass(found, getattr(preprocessing, name))
