"""Metrics: arithmetic over batches, weights, names, configs."""

import json

import numpy as np
import pytest

from penstock import Tensor, errors, ops
from penstock.core import saving
from penstock.nn import losses, metrics
from penstock.nn.models.compiled_metrics import as_metric

SCORES = np.array([[0.1, 0.7, 0.2], [0.6, 0.3, 0.1], [0.2, 0.2, 0.6], [0.3, 0.4, 0.3]])

CASES = [
    (metrics.Accuracy(), [1, 2, 3, 4], [1, 2, 0, 4], 0.75, 0.7),
    (metrics.BinaryAccuracy(threshold=0.4), [[1], [0], [1], [0]], [[0.5], [0.3], [0.2], [0.9]], 0.5, 0.3),
    (metrics.CategoricalAccuracy(), np.eye(3)[[1, 0, 0, 1]], SCORES, 0.75, 0.7),
    (metrics.SparseCategoricalAccuracy(), [1, 0, 0, 1], SCORES, 0.75, 0.7),
    (metrics.SparseCategoricalAccuracy(), [[1], [0], [0], [1]], SCORES, 0.75, 0.7),
    (metrics.MeanSquaredError(), [[1.0], [2.0], [3.0], [4.0]], [[0.0], [0.0], [0.0], [0.0]], 7.5, 10.0),
    (metrics.MeanAbsoluteError(), [[1.0], [2.0], [3.0], [4.0]], [[0.0], [0.0], [0.0], [0.0]], 2.5, 3.0),
]
WEIGHTS = [1.0, 2.0, 3.0, 4.0]


@pytest.mark.parametrize(("metric", "y_true", "y_pred", "plain", "weighted"), CASES)
def test_metric_conformance(metric, y_true, y_pred, plain, weighted):
    y_true, y_pred = np.asarray(y_true), np.asarray(y_pred)
    metric.reset_state()
    assert float(metric.result()) == 0.0
    metric.update_state(y_true[:1], y_pred[:1])
    assert float(metric(Tensor(y_true[1:]), Tensor(y_pred[1:]))) == pytest.approx(plain)
    metric.reset_state()
    metric.update_state(y_true, y_pred, sample_weight=WEIGHTS)
    assert float(metric.result()) == pytest.approx(weighted)
    again = saving.deserialize(json.loads(json.dumps(saving.serialize(metric))))
    assert type(again) is type(metric)
    assert again.get_config() == metric.get_config()
    assert all(not v.trainable for v in metric.variables)


def test_mean_counts_samples_and_averages_their_entries():
    mean = metrics.Mean()
    mean.update_state(np.array([[1.0, 3.0], [5.0, 7.0]]))
    mean.update_state(10.0)
    assert float(mean.result()) == pytest.approx((2 + 6 + 10) / 3)
    mean.reset_state()
    mean.update_state([1, 3, 5, 7], sample_weight=[1, 1, 0, 0])
    mean.update_state(np.ones((2, 2)), sample_weight=[[1.0, 0.0], [0.0, 0.0]])
    assert float(mean.result()) == pytest.approx((4 + 0.5) / 2.5)
    assert [v.name for v in mean.variables] == ["total", "count"]


def test_mean_of_a_function_calls_it_with_tensors():
    seen = []

    def distance(y_true, y_pred):
        seen.append((type(y_true), type(y_pred)))
        return ops.mean(ops.abs(y_true - y_pred), axis=-1)

    metric = metrics.MeanMetricWrapper(distance)
    metric.update_state(np.zeros((2, 2), np.float32), np.ones((2, 2), np.float32))
    assert (metric.name, float(metric.result()), seen) == ("distance", 1.0, [(Tensor, Tensor)])


def test_own_metric():
    class Positives(metrics.Metric):
        def __init__(self, name="positives", **kwargs):
            super().__init__(name=name, **kwargs)
            self.total = self.add_weight("total", initializer="zeros", dtype="int32")

        def update_state(self, y_true, y_pred, sample_weight=None):
            self.total.assign_add(int((np.asarray(y_pred) > 0).sum()))

        def result(self):
            return self.total

    metric = Positives()
    metric.update_state(None, [1.0, -1.0, 2.0])
    assert int(metric.result()) == 2
    metric.reset_state()
    assert int(metric.result()) == 0


@pytest.mark.parametrize(
    ("y", "y_pred", "kind"),
    [
        (np.zeros((4, 1)), np.zeros((4, 1)), metrics.BinaryAccuracy),
        (np.zeros(4), np.zeros((4, 1)), metrics.BinaryAccuracy),
        (np.zeros(4), np.zeros((4, 3)), metrics.SparseCategoricalAccuracy),
        (np.zeros((4, 1)), np.zeros((4, 3)), metrics.SparseCategoricalAccuracy),
        (np.zeros((4, 3)), np.zeros((4, 3)), metrics.CategoricalAccuracy),
    ],
)
def test_accuracy_means_what_the_shapes_say(y, y_pred, kind):
    for name in ("accuracy", "acc"):
        metric = as_metric(name, y, y_pred)
        assert (type(metric), metric.name) == (kind, name)


def test_losses_serve_as_metrics():
    y, p = np.array([0, 1]), np.array([[0.5, 0.5], [0.25, 0.75]])
    by_name = as_metric("sparse_categorical_crossentropy", y, p)
    by_object = as_metric(losses.SparseCategoricalCrossentropy(name="sce"), y, p)
    by_shape = as_metric("crossentropy", y, p)
    for metric in (by_name, by_object, by_shape):
        metric.update_state(y, p)
        assert float(metric.result()) == pytest.approx(-(np.log(0.5) + np.log(0.75)) / 2, rel=1e-5)
    assert (by_name.name, by_object.name, by_shape.name) == (
        "sparse_categorical_crossentropy",
        "sce",
        "crossentropy",
    )


def test_messages():
    with pytest.raises(errors.InvalidArgumentError, match="metric: no metric has this name.*Did you mean"):
        metrics.get("acuracy")
    with pytest.raises(errors.ShapeError, match=r"y_true=int64\[3\], y_pred=float64\[4, 3\]"):
        metrics.SparseCategoricalAccuracy()(np.zeros(3, int), SCORES)
