"""Laws that every registered op keeps, over the table of calls in `penstock.testing`."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import penstock.ops
from penstock.core.columns import Column
from penstock.core.ops.batching import loop_rows
from penstock.core.ops.registry import all_ops, get_op
from penstock.core.specs import TensorSpec
from penstock.testing.strategies.op_calls import OP_CALLS, Operand

assert penstock.ops


@pytest.fixture(autouse=True)
def quiet_numpy():
    with np.errstate(all="ignore"):
        yield


def test_every_op_of_the_core_is_in_the_table():
    registered = {n for n, op in all_ops().items() if op.forward.__module__.startswith(("penstock.core", "numpy"))}
    assert set(OP_CALLS) >= {n for n in registered if not n.startswith("test_")}
    assert set(OP_CALLS) <= set(all_ops())


def fill(call, rng, lead, batched):
    return [
        o.values(rng, lead if b else ())[()] if isinstance(o, Operand) else o
        for o, b in zip(call.operands, batched, strict=True)
    ]


def outputs(result):
    parts = result if isinstance(result, tuple) else (result,)
    return [p.as_value() if isinstance(p, Column) else np.asarray(p) for p in parts]


@pytest.mark.parametrize("name", OP_CALLS)
@settings(max_examples=settings.default.max_examples // 2)
@given(data=st.data())
def test_batching_rule_equals_a_loop_over_rows(name, data):
    op, call = get_op(name), data.draw(OP_CALLS[name])
    arrays = [i for i, o in enumerate(call.operands) if isinstance(o, Operand)]
    if not arrays:
        return
    chosen = data.draw(st.sets(st.sampled_from(arrays), min_size=1))
    batched = tuple(i in chosen for i in range(len(call.operands)))
    n = data.draw(st.integers(0, 4))
    args = fill(call, np.random.default_rng(data.draw(st.integers(0, 9))), (n,), batched)
    got = outputs(op.batch(n, tuple(args), batched, call.attrs))
    if n == 0:
        row = [TensorSpec(np.shape(a)[1:], a.dtype) if b else a for a, b in zip(args, batched, strict=True)]
        specs = op.infer(tuple(row), call.attrs)
        expected = [np.empty((0, *s.shape), s.dtype) for s in (specs if isinstance(specs, tuple) else (specs,))]
    else:
        expected = outputs(loop_rows(op.forward, n, args, batched, call.attrs))
    for a, b in zip(got, expected, strict=True):
        assert a.dtype == b.dtype
        assert a.shape == b.shape
        if name == "power" and a.dtype.kind == "f":
            # For a single exponent of 2, -1 or 0.5 NumPy takes another routine than for the same number among others.
            np.testing.assert_array_max_ulp(a, b, 4)
        else:
            np.testing.assert_array_equal(a, b)


@pytest.mark.parametrize("name", OP_CALLS)
@settings(max_examples=settings.default.max_examples // 2)
@given(data=st.data())
def test_inferred_spec_is_that_of_the_result(name, data):
    op, call = get_op(name), data.draw(OP_CALLS[name])
    args = fill(call, np.random.default_rng(0), (), [False] * len(call.operands))
    result = outputs(op.forward(*args, **call.attrs))
    hide = data.draw(st.booleans())
    specs = []
    for o in call.operands:
        if isinstance(o, Operand):
            dims = tuple(None if hide and data.draw(st.booleans()) else d for d in o.shape)
            specs.append(TensorSpec(dims, o.dtype))
        else:
            specs.append(o)
    inferred = op.infer(tuple(specs), call.attrs)
    inferred = inferred if isinstance(inferred, tuple) else (inferred,)
    for spec, value in zip(inferred, result, strict=True):
        actual = TensorSpec(value.shape, value.dtype)
        assert spec.is_compatible_with(actual), (spec, actual)
        if not hide:
            assert spec == actual


@pytest.mark.parametrize("name", [n for n in OP_CALLS if get_op(n).template])
def test_the_fusion_template_computes_the_op(name):
    op = get_op(name)
    rng = np.random.default_rng(0)
    arity = 1 + max(i for i in range(3) if f"{{{i}}}" in op.template)
    bits = name.startswith(("bitwise", "left", "right"))
    for _ in range(20):
        args = list(rng.integers(0, 6, arity)) if bits else list(rng.uniform(0.1, 5, arity))
        if name == "where":
            args[0] = rng.random() < 0.5
        scope = {"np": np} | dict(zip("abc", args, strict=False))
        np.testing.assert_allclose(eval(op.template.format("(a)", "(b)", "(c)"), scope), op.forward(*args), rtol=1e-12)
