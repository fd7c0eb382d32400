import threading

import numpy as np
import pytest

from penstock import GradientTape, Tensor, TensorSpec, Variable, errors, ops
from penstock.core.autodiff import custom_gradient
from penstock.core.block import Block
from penstock.core.trace import Graph, placeholder, trace


def f64(*values):
    return Tensor(np.array(values, dtype=np.float64))


def test_gradient_of_variables_and_watched_tensors():
    v, x, y = Variable(3.0), f64(1, 2), f64(1, 2)
    with GradientTape() as tape:
        tape.watch(x)
        z = ops.sum(x * x) + ops.cast(v, "float64") * ops.sum(y)
    assert tape.watched_variables() == (v,)
    g = tape.gradient(z, [v, x, y])
    assert (g[0].item(), g[1].tolist(), g[2]) == (3, [2, 4], None)
    assert (g[0].dtype, g[1].dtype) == ("float32", "float64")


def test_structures_of_sources_come_back():
    v, w = Variable(1.0), Variable(2.0)
    with GradientTape(persistent=True) as tape:
        y = v * w
    assert isinstance(tape.gradient(y, v), Tensor)
    assert isinstance(tape.gradient(y, [v]), list)
    nested = tape.gradient(y, {"a": [v, w], "b": (w,)})
    assert {k: [g.item() for g in leaves] for k, leaves in nested.items()} == {"a": [2, 1], "b": [1]}


def test_several_targets_are_summed():
    v = Variable(2.0)
    with GradientTape() as tape:
        a, b = v * v, 3.0 * v
    assert tape.gradient([a, {"b": b}], v).item() == 7


def test_output_gradients_weigh_the_targets():
    v = Variable([1.0, 2.0])
    with GradientTape() as tape:
        y = v * v
    assert tape.gradient(y, v, output_gradients=Tensor(np.float32([10, 100]))).tolist() == [20, 400]
    with GradientTape() as tape:
        y = v * v
    with pytest.raises(errors.InvalidArgumentError, match="one for each target. Received: 2 for 1 targets"):
        tape.gradient(y, v, output_gradients=[y, y])


def test_a_tape_gives_gradients_once_unless_persistent():
    v = Variable(2.0)
    with GradientTape() as tape:
        y = v * v
    tape.gradient(y, v)
    with pytest.raises(RuntimeError, match="GradientTape: a tape that is not persistent gives gradients once"):
        tape.gradient(y, v)
    with GradientTape(persistent=True) as tape:
        y = v * v
        z = y * y
    assert [tape.gradient(t, v).item() for t in (y, z, y)] == [4, 32, 4]
    del tape


def test_unconnected_sources():
    v, w = Variable([1.0]), Variable([[1.0, 2.0]])
    with GradientTape(persistent=True) as tape:
        y = v * 2.0
    assert tape.gradient(y, w) is None
    assert tape.gradient(y, [w, v], unconnected_gradients="zero")[0].tolist() == [[0, 0]]
    assert tape.gradient(Tensor(np.float32(1)), v) is None
    with pytest.raises(errors.InvalidArgumentError, match="must be 'none' or 'zero'. Received: 'None'"):
        tape.gradient(y, w, unconnected_gradients="None")
    with pytest.raises(errors.InvalidArgumentError, match="sources must be Tensors or Variables"):
        tape.gradient(y, 1.0)


def test_gradient_of_a_source_by_itself_and_of_intermediate_values():
    v = Variable(3.0)
    with GradientTape(persistent=True) as tape:
        y = v * v
        z = y * y
    assert tape.gradient(v, v).item() == 1
    assert tape.gradient(z, [y, v])[0].item() == 18
    assert tape.gradient(z, [y, v])[1].item() == 108


def test_what_is_watched():
    v, frozen, integer = Variable(1.0), Variable(1.0, trainable=False), Variable(1)
    with GradientTape(persistent=True) as tape:
        y = v * frozen * ops.cast(integer, "float32")
    assert [g is None for g in tape.gradient(y, [v, frozen, integer])] == [False, True, True]
    with GradientTape(persistent=True, watch_accessed_variables=False) as tape:
        tape.watch(frozen)
        y = v * frozen
    assert [g is None for g in tape.gradient(y, [v, frozen])] == [True, False]
    with pytest.raises(errors.DTypeError, match=r"watch: values must be floating point. Received: int32\[\]"):
        tape.watch(integer)
    with pytest.raises(errors.InvalidArgumentError, match="must be given Tensors or Variables. Received: 1.0"):
        tape.watch([1.0])


def test_what_is_computed_while_recording_is_stopped_is_constant():
    v = Variable(3.0)
    with GradientTape() as tape:
        y = v * v
        with tape.stop_recording():
            z = v * v
        y = y * z
    assert tape.gradient(y, v).item() == 54
    with pytest.raises(errors.FailedPreconditionError, match="not recording"), tape.stop_recording():
        pass


def test_stop_gradient():
    v = Variable(3.0)
    with GradientTape() as tape:
        y = v * ops.stop_gradient(v)
    assert tape.gradient(y, v).item() == 3


def test_reset_forgets():
    v = Variable(3.0)
    with GradientTape() as tape:
        y = v * v
        tape.reset()
        z = v + 1.0
    assert tape.gradient([y, z], v).item() == 1


def test_entering_twice_is_an_error_and_leaving_stops():
    tape = GradientTape()
    with tape, pytest.raises(errors.FailedPreconditionError, match="already recording"), tape:
        pass
    v = Variable(1.0)
    with tape:
        pass
    assert tape.gradient(v * v, v) is None


def test_an_assignment_does_not_change_what_was_recorded():
    v = Variable([2.0])
    with GradientTape(persistent=True) as tape:
        y = v * v
        v.assign([5.0])
        z = v * v
    v.assign([100.0])
    assert tape.gradient(y, v).tolist() == [4]
    assert tape.gradient(z, v).tolist() == [10]


def test_second_and_third_order():
    v = Variable(2.0)
    with GradientTape() as third, GradientTape() as second:
        with GradientTape() as first:
            y = v**4
        g = first.gradient(y, v)
        h = second.gradient(g, v)
    assert (g.item(), h.item(), third.gradient(h, v).item()) == (32, 48, 48)


def test_second_order_inside_of_a_persistent_tape():
    x = f64(3.0)
    with GradientTape(persistent=True) as tape:
        tape.watch(x)
        y = ops.sum(x**3)
        g = tape.gradient(y, x)
    assert tape.gradient(g, x).tolist() == [18]


def test_jacobian_and_hessian():
    x = f64(1.0, 2.0)
    m = np.array([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]])
    with GradientTape() as tape:
        tape.watch(x)
        y = m @ x
    np.testing.assert_allclose(tape.jacobian(y, x), m)
    with GradientTape() as outer:
        outer.watch(x)
        with GradientTape() as inner:
            inner.watch(x)
            y = ops.sum(x**3) + x[0] * x[1]
        g = inner.gradient(y, x)
    np.testing.assert_allclose(outer.jacobian(g, x), [[6, 1], [1, 12]])
    with GradientTape() as tape:
        tape.watch(x)
        y = x * 2.0
    unconnected, connected = tape.jacobian(y, [f64(1), x])
    assert unconnected is None
    assert connected.tolist() == [[2, 0], [0, 2]]


def test_gradient_flows_through_indexing_and_lists():
    x = f64(1, 2, 3)
    with GradientTape() as tape:
        tape.watch(x)
        y = ops.stack([x[0], x[2]]) + ops.gather(x, [1, 1]) + [x[0], 0.0]
    assert tape.gradient(y, x).tolist() == [2, 2, 1]


def test_outputs_that_are_not_used_count_as_zero():
    x = f64(1, 2, 3)
    with GradientTape() as tape:
        tape.watch(x)
        first, _ = ops.split(x, [1, 2])
    assert tape.gradient(first, x).tolist() == [1, 0, 0]


def test_tapes_of_other_threads_see_nothing():
    v, seen = Variable(1.0), []
    with GradientTape() as tape:
        worker = threading.Thread(target=lambda: seen.append(v * v))
        worker.start()
        worker.join()
    assert tape.gradient(seen[0], v) is None


def test_custom_gradient():
    @custom_gradient
    def clipped(x, y):
        return x * y, lambda g: (ops.clip(g, -1.0, 1.0), None)

    v, w = Variable(3.0), Variable(4.0)
    with GradientTape() as tape:
        z = clipped(v, w) * 10.0
    assert z.item() == 120
    assert [g if g is None else g.item() for g in tape.gradient(z, [v, w])] == [1, None]
    assert clipped(2.0, 3.0) == 6.0
    with pytest.raises(errors.InvalidArgumentError, match=r"'wrong' must return \(result, grad_function\)"):

        @custom_gradient
        def wrong(x):
            return x

        wrong(v)


def test_custom_gradient_of_second_order_and_with_several_results():
    @custom_gradient
    def cube(x):
        return (x**3, x), lambda g, h: g * 3.0 * x * x + h

    x = f64(2.0)
    with GradientTape() as outer:
        outer.watch(x)
        with GradientTape() as inner:
            inner.watch(x)
            y, same = cube(x)
            total = y + same
        g = inner.gradient(total, x)
    assert g.tolist() == [13]
    assert outer.gradient(g, x).tolist() == [12]

    @custom_gradient
    def miscounted(x, y):
        return x * y, lambda g: g

    with GradientTape() as tape:
        tape.watch(x)
        y = miscounted(x, x)
    with pytest.raises(errors.InvalidArgumentError, match="one gradient per argument. Received: 1 for 2"):
        tape.gradient(y, x)


def test_custom_gradient_in_a_graph():
    @custom_gradient
    def scaled(x, y):
        return x * y, lambda g: (g * 100.0, None)

    inputs = [placeholder(TensorSpec((2,), "float64")) for _ in range(2)]
    graph = Graph(inputs, [scaled(*inputs) + 1.0])
    assert [n.op.name for n in graph.nodes] == ["scaled", "add"]
    assert graph.run([np.ones(2), np.ones(2)])[0].tolist() == [2, 2]
    x = f64(1, 1)
    with GradientTape() as tape:
        tape.watch(x)
        y = graph.run([x, x * 2.0])[0]
    assert tape.gradient(y, x).tolist() == [100, 100]
    assert trace(scaled, (TensorSpec(()), TensorSpec(()))).run_block(
        Block.from_elements([(np.float32(2), np.float32(3))] * 2)
    ).to_list() == [6, 6]
