"""Options of whole pipelines."""

from __future__ import annotations

import copy
import dataclasses
from abc import ABC, abstractmethod
from typing import Any, Self, cast

from ..core.errors import InvalidArgumentError, describe, suggest


class CheckedOptions(ABC):
    """What options have in common: checked fields, and no others."""

    def __setattr__(self, name: str, value: Any) -> None:
        if name not in self._known():
            raise InvalidArgumentError(self._unknown(name))
        self._check(name, value)
        super().__setattr__(name, value)

    def __getattr__(self, name: str) -> Any:
        raise AttributeError(self._unknown(name))

    def _known(self) -> list[str]:
        return [field.name for field in dataclasses.fields(self)]  # type: ignore[arg-type]  # subclasses are dataclasses

    def _unknown(self, name: str) -> str:
        known = self._known()
        return (
            f"{type(self).__name__}: there is no option {name!r}. The options are {', '.join(known)}; what is not "
            f"among them has no effect in penstock, leave it out.{suggest(name, known)}"
        )

    @abstractmethod
    def _check(self, name: str, value: Any) -> None:
        """Refuse a value that an option cannot have."""

    def merge(self, options: CheckedOptions) -> Self:
        """Return these options with those of another object that are set in their place.

        Where the other object has more options, the result is of its type.
        """
        merged = copy.deepcopy(self)
        if not isinstance(self, type(options)):
            merged = cast("Self", type(options)())
            merged._take(self)
        merged._take(options)
        return merged

    def _take(self, options: CheckedOptions) -> None:
        """Set what is set in another object."""
        for field in dataclasses.fields(options):  # type: ignore[arg-type]  # subclasses are dataclasses
            value = getattr(options, field.name)
            if isinstance(value, CheckedOptions):
                setattr(self, field.name, getattr(self, field.name).merge(value))
            elif value != field.default:
                setattr(self, field.name, value)


@dataclasses.dataclass
class ThreadingOptions(CheckedOptions):
    """How many threads a pipeline has.

    Attributes:
        private_threadpool_size: Most calls of functions of `map` that run at once in one iterator, over all its stages;
            AUTOTUNE means so many too. None or 0 for no limit.
    """

    private_threadpool_size: int | None = None

    def _check(self, name: str, value: Any) -> None:
        if value is not None and (type(value) is not int or value < 0):
            raise InvalidArgumentError(
                f"ThreadingOptions: {name} must be None or an int >= 0. Received: {name}={describe(value)}."
            )


@dataclasses.dataclass
class Options(CheckedOptions):
    """Options of a pipeline, for `Dataset.with_options`.

    Attributes:
        deterministic: Whether the order of elements may depend on threads; None and True keep it, False allows the
            engine to give it up. It makes no use of that so far: the order is always the same.
        threading: How many threads it has.

    Example:
        >>> from penstock import Dataset, Options
        >>> options = Options()
        >>> options.threading.private_threadpool_size = 2
        >>> dataset = Dataset.range(3).with_options(options)
        >>> dataset.options()
        Options(deterministic=None, threading=ThreadingOptions(private_threadpool_size=2))
    """

    deterministic: bool | None = None
    threading: ThreadingOptions = dataclasses.field(default_factory=ThreadingOptions)

    def _check(self, name: str, value: Any) -> None:
        if name == "deterministic":
            if value not in (None, True, False):
                raise InvalidArgumentError(
                    f"Options: deterministic must be None or a bool. Received: deterministic={describe(value)}."
                )
        elif not isinstance(value, ThreadingOptions):
            raise InvalidArgumentError(
                f"Options: threading must be ThreadingOptions. Received: threading={describe(value)}."
            )
