"""Constraints: the weights they allow, names, configs."""

import json

import numpy as np
import pytest

from penstock import Tensor, errors
from penstock.core import saving
from penstock.nn import constraints

W = np.array([[3.0, 0.3, -1.0], [4.0, 0.4, 0.0]], np.float32)
FIVES = np.array([[0.6, 0.6, -1.0], [0.8, 0.8, 0.0]])


@pytest.mark.parametrize(
    ("constraint", "expected"),
    [
        (constraints.NonNeg(), np.maximum(W, 0)),
        (constraints.UnitNorm(), FIVES),
        (constraints.MaxNorm(1.0), [[0.6, 0.3, -1.0], [0.8, 0.4, 0.0]]),
        (constraints.MaxNorm(), [[1.2, 0.3, -1.0], [1.6, 0.4, 0.0]]),
        (constraints.MinMaxNorm(1.0, 1.0), FIVES),
        (constraints.MinMaxNorm(1.0, 1.0, rate=0.5), [[1.8, 0.45, -1.0], [2.4, 0.6, 0.0]]),
        (constraints.UnitNorm(axis=[0, 1]), W / np.sqrt(np.square(W).sum())),
    ],
)
def test_constraint_conformance(constraint, expected):
    projected = constraint(Tensor(W))
    np.testing.assert_allclose(projected, expected, rtol=1e-5, atol=1e-6)
    assert projected.dtype == "float32"
    again = saving.deserialize(json.loads(json.dumps(saving.serialize(constraint))))
    assert repr(again) == repr(constraint)


def test_zeros_stay_zeros():
    for constraint in (constraints.UnitNorm(), constraints.MaxNorm(), constraints.NonNeg()):
        assert not np.asarray(constraint(np.zeros((2, 2), np.float32))).any()


def test_names():
    for name in ("non_neg", "nonneg", "NonNeg"):
        assert isinstance(constraints.get(name), constraints.NonNeg)
    assert constraints.get("max_norm").max_value == 2
    assert constraints.max_norm(1.0, axis=[0, 1]).get_config() == {"max_value": 1.0, "axis": [0, 1]}
    with pytest.raises(errors.InvalidArgumentError, match="constraint: .*Did you mean 'max_norm'"):
        constraints.get("max_nrm")
    with pytest.raises(errors.InvalidArgumentError, match="MinMaxNorm: must hold 0 <= min_value <= max_value"):
        constraints.MinMaxNorm(2.0, 1.0)
