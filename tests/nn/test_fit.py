"""fit, evaluate and predict: what is learned, from which data, and what is recorded."""

import numpy as np
import pytest

import penstock
from penstock import GradientTape, errors, ops
from penstock.nn import Input, Model, Sequential, callbacks, layers, losses, metrics, optimizers


def linear(**options):
    model = Sequential([layers.Dense(1, kernel_initializer="zeros")])
    model.compile(optimizers.SGD(0.1), "mse", **options)
    return model


X = np.array([[1.0], [2.0], [3.0], [4.0]], np.float32)
Y = 2 * X


def test_fit_learns(blobs, classifier):
    x, y = blobs
    history = classifier.fit(x, y, epochs=15, validation_split=0.2, verbose=0)
    assert history.history["loss"][-1] < history.history["loss"][0] / 3
    assert history.history["val_accuracy"][-1] > 0.9
    loss, accuracy = classifier.evaluate(x, y, verbose=0)
    assert accuracy > 0.95
    assert classifier.evaluate(x, y, verbose=0, return_dict=True) == {"loss": loss, "accuracy": accuracy}
    assert (classifier.predict(x, verbose=0).argmax(axis=1) == y).mean() == pytest.approx(accuracy)
    assert classifier.metrics_names == ["loss", "accuracy"]


def test_history_has_a_number_per_epoch(blobs, classifier):
    x, y = blobs
    history = classifier.fit(x, y, epochs=3, validation_data=(x, y), verbose=0)
    assert isinstance(history, callbacks.History)
    assert list(history.history) == ["loss", "accuracy", "val_loss", "val_accuracy"]
    assert all(len(v) == 3 and all(type(n) is float for n in v) for v in history.history.values())
    assert history.epoch == [0, 1, 2]
    assert classifier.history is history
    later = classifier.fit(x, y, epochs=5, initial_epoch=3, verbose=0)
    assert later.epoch == [3, 4]


def test_arrays_are_shuffled_by_the_global_seed(blobs):
    x, y = blobs

    def train(seed, **options):
        penstock.random.set_seed(seed)
        model = Sequential([layers.Dense(3, kernel_initializer="zeros")])
        model.compile("sgd", losses.SparseCategoricalCrossentropy(from_logits=True))
        model.fit(x, y, epochs=2, verbose=0, **options)
        return model.get_weights()[0]

    np.testing.assert_array_equal(train(1), train(1))
    assert not np.array_equal(train(1), train(2))
    np.testing.assert_array_equal(train(1, shuffle=False), train(2, shuffle=False))


def test_every_row_comes_once_per_epoch_in_a_new_order():
    seen = []

    class Watch(Model):
        def train_step(self, data):
            seen.append(np.asarray(data[0]).ravel().tolist())
            return {}

    model = Watch()
    model.compile("sgd")
    model.fit(np.arange(10.0), epochs=2, batch_size=4, verbose=0)
    assert [len(batch) for batch in seen] == [4, 4, 2] * 2
    first, second = ([row for batch in epoch for row in batch] for epoch in (seen[:3], seen[3:]))
    assert sorted(first) == sorted(second) == list(range(10))
    assert first != second != list(range(10))


def test_datasets_and_iterables_are_batches(blobs):
    x, y = blobs

    def train(*data, **options):
        model = Sequential([layers.Dense(3, kernel_initializer="zeros")])
        model.compile("adam", losses.SparseCategoricalCrossentropy(from_logits=True), metrics=["accuracy"])
        history = model.fit(*data, epochs=2, verbose=0, **options)
        return model.get_weights()[0], history.history

    weights, history = train(x, y, batch_size=50, shuffle=False)
    batches = [(x[i : i + 50], y[i : i + 50]) for i in range(0, 300, 50)]
    dataset = penstock.Dataset.from_tensor_slices((x, y)).batch(50)
    for data in (batches, dataset):
        other, other_history = train(data)
        np.testing.assert_array_equal(other, weights)
        assert other_history == history
    validated = train(dataset, validation_data=dataset)[1]
    assert validated["val_accuracy"][-1] > 0.5


def test_sample_weight_in_arrays_and_in_batches():
    weights = np.array([1.0, 0.0, 2.0, 1.0], np.float32)
    by_argument, by_batch = linear(), linear()
    by_argument.fit(X, Y, sample_weight=weights, shuffle=False, verbose=0)
    by_batch.fit([(X, Y, weights)], verbose=0)
    # One step from zero: w = rate * 2 / n * sum(weight * x * y).
    expected = 0.1 * 2 / 4 * float((weights * X[:, 0] * Y[:, 0]).sum())
    for model in (by_argument, by_batch):
        assert float(model.get_weights()[0][0, 0]) == pytest.approx(expected, rel=1e-6)


def test_weighted_metrics_take_weights_and_others_do_not():
    model = linear(metrics=["mae"], weighted_metrics=[metrics.MeanAbsoluteError(name="weighted")])
    logs = model.evaluate(X, Y, sample_weight=np.array([1.0, 0.0, 0.0, 3.0]), verbose=0, return_dict=True)
    assert logs["mae"] == pytest.approx(5.0)
    assert logs["weighted"] == pytest.approx((2 + 3 * 8) / 4)


def test_class_weight_is_sample_weight_by_class(blobs):
    x, y = blobs

    def train(**options):
        model = Sequential([layers.Dense(3, kernel_initializer="zeros")])
        model.compile("sgd", losses.SparseCategoricalCrossentropy(from_logits=True))
        model.fit(x, y, shuffle=False, verbose=0, **options)
        return model.get_weights()[0]

    by_class = train(class_weight={0: 2.0, 2: 0.5})
    np.testing.assert_array_equal(by_class, train(sample_weight=np.array([2.0, 1.0, 0.5], np.float32)[y]))
    assert not np.array_equal(by_class, train())


def test_validation_split_takes_the_last_rows_before_shuffling():
    model = linear()
    x = np.array([[1.0], [1.0], [1.0], [100.0]], np.float32)
    history = model.fit(x, np.zeros((4, 1)), validation_split=0.25, epochs=1, verbose=0).history
    assert history["loss"] == history["val_loss"] == [0.0]
    model.set_weights([[[1.0]], [0.0]])
    model.optimizer.learning_rate = 0.0
    history = model.fit(x, np.zeros((4, 1)), validation_split=0.25, verbose=0).history
    assert (history["loss"], history["val_loss"]) == ([1.0], [10000.0])


def test_validation_freq():
    history = linear().fit(X, Y, epochs=5, validation_data=(X, Y), validation_freq=2, verbose=0).history
    assert (len(history["loss"]), len(history["val_loss"])) == (5, 2)
    history = linear().fit(X, Y, epochs=5, validation_data=(X, Y), validation_freq=[1, 2, 5], verbose=0).history
    assert len(history["val_loss"]) == 3


def test_steps_per_epoch_goes_on_where_an_epoch_ended():
    seen = []

    class Watch(Model):
        def train_step(self, data):
            seen.append(int(np.asarray(data[0])[0]))
            return {}

    model = Watch()
    model.compile("sgd")
    model.fit([(np.array([i]), np.array([i])) for i in range(5)], epochs=3, steps_per_epoch=2, verbose=0)
    assert seen == [0, 1, 2, 3, 4, 0]


def test_generator_serves_one_pass_and_then_says_so():
    model = linear()
    with pytest.raises(errors.FailedPreconditionError, match="no more batches after 1 pass"):
        model.fit(((X, Y) for _ in range(2)), epochs=2, verbose=0)


class Watched:
    """Batches whose iterators note when they are closed."""

    def __init__(self):
        self.open = 0

    def __iter__(self):
        self.open += 1
        try:
            for _ in range(5):
                yield X, Y
        finally:
            self.open -= 1


@pytest.mark.parametrize("options", [{}, {"steps_per_epoch": 3, "epochs": 2}])
def test_iterators_are_closed_after_training_and_after_errors(options):
    class Fail(callbacks.Callback):
        def on_train_batch_end(self, batch, logs=None):
            raise KeyError(batch)

    data, held_out = Watched(), Watched()
    linear().fit(data, validation_data=held_out, validation_steps=1, verbose=0, **options)
    with pytest.raises(KeyError):
        linear().fit(data, validation_data=held_out, callbacks=Fail(), verbose=0, **options)
    assert (data.open, held_out.open) == (0, 0)


def test_validation_data_may_have_several_inputs():
    a, b = Input((1,)), Input((1,))
    model = Model(inputs=(a, b), outputs=a + b)
    model.compile("sgd", "mse")
    for inputs in ((X, X), [X, X]):
        assert model.fit(inputs, Y, validation_data=(inputs, Y), verbose=0).history["val_loss"] == [0.0]


def test_nan_loss_is_recorded_not_raised():
    history = linear().fit(np.array([[np.nan]]), np.ones((1, 1)), epochs=2, verbose=0).history
    assert np.isnan(history["loss"]).all()


def test_regularizers_and_add_loss_join_the_loss():
    class Penalty(layers.Layer):
        def call(self, inputs):
            self.add_loss(ops.mean(ops.abs(inputs)))
            return inputs

    model = Sequential([Penalty(), layers.Dense(1, kernel_initializer="ones", kernel_regularizer="l2")])
    model.compile("sgd", "mse")
    assert model.evaluate(X, X, verbose=0) == pytest.approx(2.5 + 0.01)
    alone = Sequential([Penalty()])
    alone.compile("sgd")
    assert alone.evaluate(X, verbose=0) == pytest.approx(2.5)


def test_several_outputs_with_losses_by_list_and_by_name(blobs):
    x, y = blobs
    a = Input((8,))
    hidden = layers.Dense(8, activation="tanh")(a)
    model = Model(inputs=a, outputs=[layers.Dense(3, name="kind")(hidden), layers.Dense(1, name="size")(hidden)])
    kind = losses.SparseCategoricalCrossentropy(from_logits=True)
    model.compile("adam", [kind, "mse"], loss_weights=[1.0, 0.25], metrics=[["accuracy"], ["mae"]])
    history = model.fit(x, [y, x[:, :1]], epochs=2, verbose=0).history
    assert list(history) == ["loss", "kind_loss", "size_loss", "kind_accuracy", "size_mae"]
    for total, first, second in zip(history["loss"], history["kind_loss"], history["size_loss"], strict=True):
        assert total == pytest.approx(first + 0.25 * second, rel=1e-5)
    model.compile("adam", {"kind": kind, "size": None}, metrics={"kind": "accuracy"})
    logs = model.evaluate(x, {"kind": y}, verbose=0, return_dict=True)
    assert logs["loss"] == pytest.approx(logs["kind_loss"])
    first, second = model.predict(x, batch_size=64, verbose=0)
    assert (first.shape, second.shape) == ((300, 3), (300, 1))


def test_own_train_step_and_metrics():
    class Own(Sequential):
        def __init__(self, *args, **kwargs):
            super().__init__(*args, **kwargs)
            self.error = metrics.Mean(name="error")

        def train_step(self, data):
            x, y = data
            with GradientTape() as tape:
                error = ops.mean(ops.square(y - self(x, training=True)))
            self.optimizer.apply_gradients(
                zip(tape.gradient(error, self.trainable_variables), self.trainable_variables, strict=True)
            )
            self.error.update_state(error)
            return {"error": self.error.result()}

        @property
        def metrics(self):
            return [self.error]

    model = Own([layers.Dense(1)])
    model.compile(optimizers.SGD(0.01))
    # Targets in float64 must not trip over the model's float32.
    history = model.fit(X, Y.astype(np.float64), epochs=20, verbose=0).history
    assert history["error"][-1] < history["error"][0]


def test_on_batch_methods_go_on_from_call_to_call():
    model = linear(metrics=["mae"])
    first = model.train_on_batch(X, Y, return_dict=True)
    assert first["loss"] == pytest.approx(30.0)
    assert model.train_on_batch(X, Y)[0] < first["loss"]
    model.reset_metrics()
    assert model.test_on_batch(X, Y, return_dict=True).keys() == {"loss", "mae"}
    np.testing.assert_array_equal(model.predict_on_batch(X), model.predict(X, verbose=0))


def test_training_false_reaches_layers_in_predict_and_evaluate():
    model = Sequential([layers.Dropout(0.5, seed=1)])
    model.compile("sgd", "mse")
    np.testing.assert_array_equal(model.predict(X, verbose=0), X)
    assert model.evaluate(X, X, verbose=0) == 0.0


def test_frozen_layers_stay(blobs, classifier):
    x, y = blobs
    classifier(x[:1])
    classifier.layers[0].trainable = False
    before = classifier.layers[0].get_weights()
    classifier.fit(x, y, verbose=0)
    np.testing.assert_array_equal(classifier.layers[0].get_weights()[0], before[0])


def test_steps_per_execution_changes_only_how_often_hooks_run():
    class Count(callbacks.Callback):
        def __init__(self):
            super().__init__()
            self.batches = []

        def on_train_batch_end(self, batch, logs=None):
            self.batches.append(batch)

    counts = []
    weights = []
    for steps in (1, 2):
        model, count = linear(steps_per_execution=steps), Count()
        model.fit([(X, Y)] * 5, callbacks=count, verbose=0)
        counts.append(count.batches)
        weights.append(model.get_weights()[0])
    assert counts == [[0, 1, 2, 3, 4], [1, 3, 4]]
    np.testing.assert_array_equal(*weights)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda m: m.fit(X, Y[:3]), r"fit: arrays must have the same number of rows. Received: x=float32\[4, 1\], y="),
        (lambda m: m.fit(X[:0], Y[:0]), "fit: the data must have at least one row"),
        (lambda m: m.fit([(X, Y, X, X)], verbose=0), r"a batch must be x, \(x, y\) or .*Received: a tuple of 4"),
        (lambda m: m.fit(X, verbose=0), r"the loss needs targets.*Received: batches that are float32\[4, 1\]"),
        (
            lambda m: m.fit(penstock.Dataset.from_tensor_slices({"a": X, "b": Y}).batch(2), verbose=0),
            r"batches must be \(x, y\) or \(x, y, sample_weight\). Received: batches that are dicts {'a': float32",
        ),
        (
            lambda m: m.fit(penstock.Dataset.from_tensor_slices((X, Y)).take(0).batch(2), verbose=0),
            "the data must have at least one batch. Received: .*that yields none",
        ),
        (
            lambda m: m.fit(penstock.Dataset.from_tensor_slices((X, Y)).batch(2).repeat()),
            "fit: a Dataset without end needs a number of batches.*Pass steps_per_epoch",
        ),
        (lambda m: m.fit([(X, Y)], y=Y), "y must be None when x gives batches itself"),
        (lambda m: m.fit([(X, Y)], validation_split=0.5), "validation_split needs arrays"),
        (lambda m: m.fit(X, Y, validation_split=1.0), r"validation_split must be in \(0, 1\)"),
        (lambda m: m.fit(X[:1], Y[:1], validation_split=0.5), "must leave rows on both sides"),
        (lambda m: m.fit(X, Y, batch_size=0), "batch_size must be an int >= 1. Received: 0"),
        (lambda m: m.fit(X, Y, epochs=-1), "epochs must be an int >= 0"),
        (lambda m: m.fit(X, Y, verbose=3), "verbose must be 'auto', 0, 1 or 2"),
        (lambda m: m.fit(X, Y, steps_per_epoch=0), "steps must be an int >= 1"),
        (lambda m: m.fit(3), "x must be arrays, a Dataset or an iterable of batches"),
        (lambda m: m.compile("adan"), "Did you mean 'adam'"),
        (lambda m: m.compile("adam", "mean_squared_eror"), "Did you mean 'mean_squared_error'"),
        (lambda m: m.compile("adam", "mse", metrics=["acuracy"]), "Did you mean 'accuracy'"),
        (lambda m: m.compile("adam", "mse", steps_per_execution=0), "steps_per_execution must be an int >= 1"),
    ],
)
def test_messages(call, message):
    with pytest.raises(errors.InvalidArgumentError, match=message):
        call(linear())


def test_a_model_must_be_compiled():
    for call in ("fit", "evaluate", "train_on_batch"):
        with pytest.raises(errors.FailedPreconditionError, match=f"{call}: the model must be compiled first"):
            getattr(Sequential([layers.Dense(1)]), call)(X, Y)


def test_targets_of_another_shape_name_both():
    model = Sequential([layers.Dense(3)])
    model.compile("sgd", "mse")
    with pytest.raises(errors.ShapeError, match=r"y_true=float32\[4, 1\], y_pred=float32\[4, 3\]"):
        model.fit(X, Y, verbose=0)
