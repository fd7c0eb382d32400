"""FeatureSpace gives what Keras's gives, for every preset, cross and output mode."""

from __future__ import annotations

import numpy as np
import pytest

import penstock as ps
from penstock.preprocessing import FeatureSpace

pytestmark = pytest.mark.golden


def made(arguments):
    features = {
        name: kind if isinstance(kind, str) else getattr(FeatureSpace, kind[0])(**kind[1])
        for name, kind in arguments["features"].items()
    }
    crosses = [FeatureSpace.cross(**c) if isinstance(c, dict) else tuple(c) for c in arguments.get("crosses", [])]
    options = {k: v for k, v in arguments.items() if k not in ("features", "crosses")}
    return FeatureSpace(features, crosses=crosses, **options)


def check(found, expected, message):
    if "keys" in expected:
        assert list(found) == expected["keys"], message
        for value, told in zip(found.values(), expected["values"], strict=True):
            check(value, told, message)
        return
    assert found.dtype == expected["dtype"], message
    assert list(found.shape) == expected["shape"], message
    np.testing.assert_allclose(found.ravel(), expected["values"], rtol=1e-5, atol=1e-6, err_msg=str(message))


def test_outputs_are_those_of_keras(golden):
    document = golden("feature_space")
    train, call = document["train"], document["call"]
    for case in document["cases"]:
        arguments = case["arguments"]
        names = arguments["features"]
        rows = ps.Dataset.from_tensor_slices(train)
        for data in (train, rows, rows.batch(3)):
            space = made(arguments)
            space.adapt(data)
            check(space(call), case["batch"], arguments)
        check(space({name: call[name][0] for name in names}), case["row"], arguments)
        elements = ps.Dataset.from_tensor_slices({name: call[name] for name in names})
        mapped = elements.map(space)
        check(next(iter(mapped)), case["row"], arguments)
        assert "runs on whole blocks" in str(mapped.explain()), arguments
        check(next(iter(elements.batch(10).map(space))), case["batch"], arguments)
        assert space.compute_output_spec(elements.element_spec) == mapped.element_spec, arguments
        again = FeatureSpace.from_config(space.get_config())
        check(again(call), case["batch"], arguments)
