"""Initializers and regularizers: values, seeds, names, configs."""

import json

import numpy as np
import pytest

import penstock
from penstock import Variable, errors
from penstock.core import saving
from penstock.nn import initializers, regularizers

CASES = [(cls, {}) for cls in initializers.ALL]
CASES += [
    (initializers.Constant, {"value": 3.5}),
    (initializers.RandomUniform, {"minval": 1.0, "maxval": 2.0, "seed": 4}),
    (initializers.VarianceScaling, {"scale": 2.0, "mode": "fan_out", "distribution": "untruncated_normal"}),
]


@pytest.mark.parametrize(("cls", "arguments"), CASES)
def test_initializer_conformance(cls, arguments):
    make = cls(**arguments)
    for dtype in ("float32", "float64"):
        value = make((3, 4), dtype=dtype)
        assert (value.shape, value.dtype) == ((3, 4), np.dtype(dtype))
        np.testing.assert_array_equal(value, make((3, 4), dtype=dtype))
    again = saving.deserialize(json.loads(json.dumps(saving.serialize(make))))
    assert type(again) is cls
    assert again.get_config() == make.get_config()


def test_seed_alone_decides():
    first = initializers.GlorotUniform(seed=1)((4, 4))
    penstock.random.set_seed(99)
    np.testing.assert_array_equal(initializers.GlorotUniform(seed=1)((4, 4)), first)
    assert not np.array_equal(initializers.GlorotUniform(seed=2)((4, 4)), first)


def test_without_seed_the_global_one_decides():
    def pair():
        return [initializers.HeNormal()((3, 3)) for _ in range(2)]

    penstock.random.set_seed(5)
    a = pair()
    penstock.random.set_seed(5)
    b = pair()
    np.testing.assert_array_equal(a, b)
    assert not np.array_equal(a[0], a[1])


def test_truncated_normal_stays_within_two_deviations():
    value = initializers.TruncatedNormal(mean=1.0, stddev=0.5, seed=0)((1000,))
    assert abs(value - 1.0).max() <= 1.0
    assert value.mean() == pytest.approx(1.0, abs=0.05)


def test_fans():
    assert initializers.fans(()) == (1, 1)
    assert initializers.fans((5,)) == (5, 5)
    assert initializers.fans((3, 4)) == (3, 4)
    assert initializers.fans((2, 2, 3, 4)) == (12, 16)


def test_lookup():
    assert isinstance(initializers.get("glorot_uniform"), initializers.GlorotUniform)
    assert isinstance(initializers.get("GlorotUniform"), initializers.GlorotUniform)
    assert isinstance(initializers.get(initializers.Zeros), initializers.Zeros)
    np.testing.assert_array_equal(initializers.get(np.eye(2))((2, 2)), np.eye(2))
    assert initializers.get(None) is None
    assert repr(initializers.HeNormal(seed=3)) == "HeNormal(seed=3)"


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: initializers.get("he_norml"), "initializer: .*Received: 'he_norml'. Did you mean 'he_normal'?"),
        (lambda: initializers.get(3), r"initializer: must be a name.*Received: 3 \(int\)"),
        (lambda: initializers.VarianceScaling(scale=0), "scale must be > 0. Received: scale=0"),
        (lambda: initializers.VarianceScaling(mode="fan"), "mode must be one of 'fan_in', 'fan_out', 'fan_avg'"),
        (lambda: initializers.HeNormal()((2,), dtype="int32"), "HeNormal: dtype must be a floating point type"),
        (lambda: regularizers.L2(-1.0), "L2: l2 must be a finite number >= 0"),
        (lambda: regularizers.get("l3"), "regularizer: no regularizer has this name"),
    ],
)
def test_messages(call, message):
    with pytest.raises(errors.InvalidArgumentError, match=message):
        call()


@pytest.mark.parametrize(
    ("regularizer", "penalty"),
    [
        (regularizers.L1(0.5), 1.5),
        (regularizers.L2(0.5), 2.5),
        (regularizers.L1L2(1.0, 2.0), 13.0),
        (regularizers.L1L2(l2=2.0), 10.0),
        (regularizers.l1_l2(l1=1.0, l2=0.0), 3.0),
        (regularizers.get("l2"), 0.05),
    ],
)
def test_regularizer_conformance(regularizer, penalty):
    assert float(regularizer(Variable([1.0, -2.0]))) == pytest.approx(penalty)
    again = saving.deserialize(json.loads(json.dumps(saving.serialize(regularizer))))
    assert again.get_config() == regularizer.get_config()
    assert repr(again) == repr(regularizer)
