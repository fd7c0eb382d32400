"""Callbacks: which hooks run when, and what is printed."""

import numpy as np
import pytest

from penstock.nn import Sequential, callbacks, layers, optimizers
from penstock.nn.callbacks.logs import format_logs

X = np.arange(6, dtype=np.float32).reshape(6, 1)


def model():
    made = Sequential([layers.Dense(1)])
    made.compile(optimizers.SGD(0.01), "mse", metrics=["mae"])
    return made


class Recorder(callbacks.Callback):
    """Notes the name of every hook that runs."""

    def __init__(self):
        super().__init__()
        self.calls = []
        self.logs = {}


def _recording(name):
    def hook(self, *args):
        self.calls.append((name, *args[:-1]) if len(args) > 1 else name)
        self.logs[name] = args[-1]

    return hook


for _mode in ("train", "test", "predict"):
    for _hook in ("begin", "end", "batch_begin", "batch_end"):
        setattr(Recorder, f"on_{_mode}_{_hook}", _recording(f"{_mode}_{_hook}"))
for _hook in ("epoch_begin", "epoch_end"):
    setattr(Recorder, f"on_{_hook}", _recording(_hook))


def test_hooks_run_in_order():
    recorder = Recorder()
    trained = model()
    trained.fit(X, X, batch_size=3, epochs=1, validation_data=(X, X), callbacks=[recorder], verbose=0)
    assert recorder.calls == [
        "train_begin",
        ("epoch_begin", 0),
        ("train_batch_begin", 0),
        ("train_batch_end", 0),
        ("train_batch_begin", 1),
        ("train_batch_end", 1),
        "test_begin",
        ("test_batch_begin", 0),
        ("test_batch_end", 0),
        ("test_batch_begin", 1),
        ("test_batch_end", 1),
        "test_end",
        ("epoch_end", 0),
        "train_end",
    ]
    assert recorder.logs["epoch_end"].keys() == {"loss", "mae", "val_loss", "val_mae"}
    assert all(type(value) is float for value in recorder.logs["train_batch_end"].values())
    assert recorder.model is trained
    assert (recorder.params["epochs"], recorder.params["steps"], recorder.params["verbose"]) == (1, 2, 0)

    recorder = Recorder()
    trained.predict(X, callbacks=recorder, verbose=0)
    assert recorder.calls == ["predict_begin", ("predict_batch_begin", 0), ("predict_batch_end", 0), "predict_end"]
    assert recorder.logs["predict_batch_end"]["outputs"].shape == (6, 1)


def test_older_names_of_batch_hooks_run():
    class Older(callbacks.Callback):
        batches = 0

        def on_batch_end(self, batch, logs=None):
            self.batches += 1

    older = Older()
    model().fit(X, X, batch_size=2, callbacks=older, verbose=0)
    assert older.batches == 3


def test_stop_training_ends_after_the_epoch():
    class Stop(callbacks.Callback):
        def on_epoch_end(self, epoch, logs=None):
            self.model.stop_training = epoch == 1

    assert model().fit(X, X, epochs=5, callbacks=[Stop()], verbose=0).epoch == [0, 1]


def test_progress_off_a_terminal_is_a_line_per_epoch(capsys):
    model().fit(X, X, batch_size=3, epochs=2, validation_data=(X, X))
    first, second = capsys.readouterr().out.splitlines()
    assert first.startswith("Epoch 1/2 - 2/2 - ")
    assert "/step - loss: " in first
    for name in (" - mae: ", " - val_loss: ", " - val_mae: ", " - eta "):
        assert name in first
    assert second.startswith("Epoch 2/2 - 2/2 - ")
    assert "eta" not in second


@pytest.mark.parametrize(("verbose", "lines"), [(0, 0), (1, 2), (2, 2), ("auto", 2)])
def test_verbose(capsys, verbose, lines):
    trained = model()
    trained.fit(X, X, epochs=2, verbose=verbose)
    assert len(capsys.readouterr().out.splitlines()) == lines
    trained.evaluate(X, X, verbose=verbose)
    trained.predict(X, verbose=verbose)
    assert len(capsys.readouterr().out.splitlines()) == lines


def test_lines_by_a_clock(capsys):
    times = iter([0.0, 0.0, 0.5, 1.0, 1.0, 1.0])
    logger = callbacks.ProgbarLogger(clock=lambda: next(times))
    logger.set_params({"verbose": 2, "epochs": 3, "steps": 2})
    logger.on_train_begin()
    logger.on_epoch_begin(0)
    logger.advance("train", 0, {})
    logger.advance("train", 1, {})
    logger.on_epoch_end(0, {"accuracy": 0.5, "loss": 0.00001, "val_loss": 12.0})
    assert capsys.readouterr().out == (
        "Epoch 1/3 - 2/2 - 1.0s - 500ms/step - loss: 1.0000e-05 - accuracy: 0.5000 - val_loss: 12.0000 - eta 2s\n"
    )


def test_bar_on_a_terminal_is_removed_also_after_an_error(monkeypatch, capsys):
    import sys

    monkeypatch.setattr(sys.stdout, "isatty", lambda: True, raising=False)

    class Fail(callbacks.Callback):
        def on_train_batch_end(self, batch, logs=None):
            raise KeyError(batch)

    trained = model()
    trained.fit(X, X, epochs=2)
    assert [line for line in capsys.readouterr().out.splitlines() if "Epoch 2/2 - " in line]
    progress = callbacks.ProgbarLogger()
    with pytest.raises(KeyError):
        trained.fit(X, X, callbacks=[progress, Fail()])
    assert progress._bar is None


def test_numbers_in_lines():
    assert format_logs({"val_loss": 1.0, "b": 0.0, "loss": 1e-5, "a": float("nan")}) == (
        "loss: 1.0000e-05 - a: nan - b: 0.0000 - val_loss: 1.0000"
    )


def test_history_repr_is_one_line():
    history = model().fit(X, X, epochs=2, verbose=0)
    assert repr(history).startswith("<History of 2 epochs, last: loss: ")
