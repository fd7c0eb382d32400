"""Progress of training on the screen.

On a terminal a bar for the running epoch is drawn, about ten times a second, on the thread that trains (no thread of
its own, so there is none to leak). Every finished epoch leaves one line; elsewhere (files, pipes) those lines are all::

    Epoch 3/20 - 45/45 - 54ms - 1.2ms/step - loss: 0.2345 - accuracy: 0.9321 - val_loss: 0.2831 - eta 2s
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, Final

from .callback import Callback, Logs
from .logs import as_floats, format_logs

if TYPE_CHECKING:
    from rich.progress import Progress

_REFRESH_S: Final = 0.1


class ProgbarLogger(Callback):
    """Shows progress on standard output: a bar on terminals, and one line per epoch, evaluation or prediction.

    `params["verbose"]` decides: 0 shows nothing, 1 bars and lines, 2 lines only; `"auto"` is 1 on a terminal, else 2.

    Args:
        clock: Source of seconds; tests pass their own.
    """

    def __init__(self, clock: Callable[[], float] = time.perf_counter) -> None:
        super().__init__()
        self._clock = clock
        self._bar: Progress | None = None
        self._mode: str | None = None
        self._epoch = 0
        self._first_epoch = 0
        self._steps_done = 0
        self._run_started = self._started = self._steps_ended = 0.0
        self._next_refresh = 0.0

    @property
    def _draws(self) -> bool:
        verbose = self.params.get("verbose", "auto")
        return verbose in ("auto", 1, True) and sys.stdout.isatty()

    @property
    def _speaks(self) -> bool:
        return self.params.get("verbose", "auto") not in (0, False)

    def on_train_begin(self, logs: Logs = None) -> None:
        self._mode = "train"
        self._first_epoch = self.params.get("initial_epoch", 0)
        self._run_started = self._clock()

    def on_epoch_begin(self, epoch: int, logs: Logs = None) -> None:
        self._epoch = epoch
        self._begin_steps(f"Epoch {epoch + 1}/{self.params.get('epochs', 1)}")

    def on_epoch_end(self, epoch: int, logs: Logs = None) -> None:
        eta = self._eta_s()
        title = f"Epoch {epoch + 1}/{self.params.get('epochs', 1)} - "
        self._end_steps(title, dict(logs or {}), "" if eta is None else f" - eta {_duration(eta)}")

    def on_test_begin(self, logs: Logs = None) -> None:
        if self._mode is None:
            self._mode = "test"
            self._begin_steps("Evaluate")

    def on_test_end(self, logs: Logs = None) -> None:
        if self._mode == "test":
            self._end_steps("", dict(logs or {}))
            self._mode = None

    def on_predict_begin(self, logs: Logs = None) -> None:
        self._mode = "predict"
        self._begin_steps("Predict")

    def on_predict_end(self, logs: Logs = None) -> None:
        self._end_steps("", {})
        self._mode = None

    def on_train_end(self, logs: Logs = None) -> None:
        self.close()
        self._mode = None

    def advance(self, mode: str, batch: int, logs: Mapping[str, Any]) -> None:
        """Note that a step has ended; draws when the last drawing is old enough. Steps of validation are not shown."""
        if mode != self._mode:
            return
        self._steps_done = batch + 1
        self._steps_ended = now = self._clock()
        if self._bar is not None and now >= self._next_refresh:
            self._draw({} if mode == "predict" else as_floats(logs))
            self._next_refresh = self._clock() + _REFRESH_S

    def close(self) -> None:
        """Remove the bar from the terminal."""
        if self._bar is not None:
            self._bar.stop()
            self._bar = None

    def _begin_steps(self, title: str) -> None:
        self._started = self._steps_ended = self._clock()
        self._steps_done = 0
        if self._draws:
            self._bar = _make_bar()
            self._bar.add_task(title, total=self.params.get("steps"), logs="", rate="")
            self._bar.start()

    def _end_steps(self, title: str, logs: dict[str, Any], tail: str = "") -> None:
        self.close()
        if not self._speaks:
            return
        steps, total = self._steps_done, self.params.get("steps")
        elapsed = self._clock() - self._started
        parts = [f"{steps}/{steps if total is None else total}", _short(elapsed), self._rate()]
        parts += [format_logs(logs)] if logs else []
        print(title + " - ".join(parts) + tail, flush=True)

    def _draw(self, logs: dict[str, Any]) -> None:
        assert self._bar is not None
        task = self._bar.task_ids[0]
        self._bar.update(task, completed=self._steps_done, logs=format_logs(logs), rate=self._rate())
        self._bar.refresh()

    def _rate(self) -> str:
        return _short((self._steps_ended - self._started) / max(self._steps_done, 1)) + "/step"

    def _eta_s(self) -> float | None:
        """Return the seconds that the epochs to come will take, by the mean of those done; None after the last."""
        done = self._epoch + 1 - self._first_epoch
        left = self.params.get("epochs", 1) - self._epoch - 1
        return (self._clock() - self._run_started) / done * left if left > 0 else None


def _short(seconds: float) -> str:
    """Return a time with two significant digits or more, in the unit that suits it."""
    if seconds >= 1:
        return f"{seconds:.1f}s"
    return f"{seconds * 1e3:.{0 if seconds >= 1e-2 else 1}f}ms" if seconds >= 1e-4 else f"{seconds * 1e6:.0f}us"


def _duration(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    if hours:
        return f"{hours}h{minutes:02d}m"
    return f"{minutes}m{rest:02d}s" if minutes else f"{rest}s"


def _make_bar() -> Progress:
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    return Progress(
        TextColumn("{task.description}"),
        BarColumn(bar_width=24),
        MofNCompleteColumn(),
        TextColumn("{task.fields[rate]}"),
        TimeRemainingColumn(compact=True),
        TextColumn("{task.fields[logs]}"),
        console=Console(file=sys.stdout),
        auto_refresh=False,
        transient=True,
    )
