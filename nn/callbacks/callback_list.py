"""Several callbacks as one."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from .callback import Callback, Logs
from .history import History
from .logs import as_floats
from .progress import ProgbarLogger

if TYPE_CHECKING:
    from ..models.model import Model

Hook = Callable[..., None]


class CallbackList:
    """Calls a hook on each callback in order.

    Hooks of batches are called only on the callbacks that define them, and floats are made from the logs only when
    there is such a callback: an idle callback costs a training step nothing.

    Args:
        callbacks: A callback, or several; another `CallbackList` is returned as it is by `CallbackList.of`.
        add_history: Whether to add a `History` when there is none.
        add_progbar: Whether to add a `ProgbarLogger` when there is none.
        model: The model of the run.
        **params: The run's parameters, for `Callback.params`.
    """

    def __init__(
        self,
        callbacks: Callback | Sequence[Callback] | None = None,
        *,
        add_history: bool = False,
        add_progbar: bool = False,
        model: Model | None = None,
        **params: Any,
    ) -> None:
        given = [callbacks] if isinstance(callbacks, Callback) else list(callbacks or ())
        self.callbacks: list[Callback] = given
        self.progress = next((c for c in given if isinstance(c, ProgbarLogger)), None)
        if self.progress is None and add_progbar:
            self.progress = ProgbarLogger()
            given.append(self.progress)
        history = next((c for c in given if isinstance(c, History)), None)
        if history is None and add_history:
            history = History()
            given.append(history)
        self.history = history
        self.params = params
        for callback in given:
            callback.set_params(params)
            if model is not None:
                callback.set_model(model)
        self._batch_hooks = {name: self._defined(name) for name in _BATCH_HOOKS}

    def _defined(self, name: str) -> list[Hook]:
        """Return the bound hooks of those callbacks whose class defines this batch hook, or its older name."""
        older = name.replace("_train_", "_")
        return [
            getattr(callback, name)
            for callback in self.callbacks
            if any(getattr(type(callback), n) is not getattr(Callback, n) for n in {name, older})
        ]

    def __iter__(self) -> Iterator[Callback]:
        return iter(self.callbacks)

    def on_batch_begin(self, mode: str, batch: int) -> None:
        """Call the hook before a step; `mode` is `"train"`, `"test"` or `"predict"`."""
        for hook in self._batch_hooks[f"on_{mode}_batch_begin"]:
            hook(batch, {})

    def on_batch_end(self, mode: str, batch: int, logs: Mapping[str, Any]) -> None:
        """Call the hook after a step; `logs` may hold Tensors."""
        hooks = self._batch_hooks[f"on_{mode}_batch_end"]
        if hooks:
            floats = logs if mode == "predict" else as_floats(logs)
            for hook in hooks:
                hook(batch, floats)
        if self.progress is not None:
            self.progress.advance(mode, batch, logs)

    def on_begin(self, mode: str) -> None:
        """Call `on_train_begin`, `on_test_begin` or `on_predict_begin`."""
        for callback in self.callbacks:
            getattr(callback, f"on_{mode}_begin")({})

    def on_end(self, mode: str, logs: Logs = None) -> None:
        """Call `on_train_end`, `on_test_end` or `on_predict_end`."""
        for callback in self.callbacks:
            getattr(callback, f"on_{mode}_end")(logs or {})

    def on_epoch_begin(self, epoch: int) -> None:
        """Call the hook on each callback."""
        for callback in self.callbacks:
            callback.on_epoch_begin(epoch, {})

    def on_epoch_end(self, epoch: int, logs: dict[str, Any]) -> None:
        """Call the hook on each callback; a callback may add to `logs` for those after it."""
        for callback in self.callbacks:
            callback.on_epoch_end(epoch, logs)

    def close(self) -> None:
        """Give the terminal back, also after an error. Harmless when called again."""
        if self.progress is not None:
            self.progress.close()


_BATCH_HOOKS = tuple(f"on_{mode}_batch_{end}" for mode in ("train", "test", "predict") for end in ("begin", "end"))
