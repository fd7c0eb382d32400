"""`tf.data.Options` with all that TensorFlow's have.

What tunes TensorFlow's execution only is checked, kept and without effect: penstock chooses by itself. What splits work
over several machines is kept as well; `Dataset.shard` does that here.
"""

from __future__ import annotations

import dataclasses
import enum
import functools
import types
import typing
from typing import Any

from ....core.errors import InvalidArgumentError, describe
from ....pipeline import options as base


class AutoShardPolicy(enum.IntEnum):
    """How elements are split over workers."""

    OFF = -1
    AUTO = 0
    FILE = 1
    DATA = 2
    HINT = 3


class AutotuneAlgorithm(enum.Enum):
    """How TensorFlow looks for the best number of calls."""

    DEFAULT = 0
    HILL_CLIMB = 1
    GRADIENT_DESCENT = 2
    MAX_PARALLELISM = 3
    STAGE_BASED = 4


class ExternalStatePolicy(enum.Enum):
    """What TensorFlow does where a pipeline has state outside of it."""

    WARN = 0
    IGNORE = 1
    FAIL = 2


class _Kept(base.CheckedOptions):
    """Options whose fields' annotations say what they may be."""

    def _check(self, name: str, value: Any) -> None:
        _check_type(self, name, value)


def _check_type(options: base.CheckedOptions, name: str, value: Any) -> None:
    """Refuse a value that is not of a field's types.

    Raises:
        InvalidArgumentError: It is of another type.
    """
    wanted = _types(type(options))[name]
    is_bool = isinstance(value, bool) and bool not in wanted
    if not isinstance(value, wanted) or is_bool:
        names = " or ".join("None" if t is types.NoneType else t.__name__ for t in wanted)
        raise InvalidArgumentError(
            f"{type(options).__name__}: {name} must be {names}. Received: {name}={describe(value)}."
        )


@functools.cache
def _types(options: type) -> dict[str, tuple[type, ...]]:
    """Return the types that each field may have."""
    hints = typing.get_type_hints(options)
    return {name: typing.get_args(hint) or (hint,) for name, hint in hints.items()}


@dataclasses.dataclass
class AutotuneOptions(_Kept):
    """How TensorFlow chooses numbers of calls; without effect."""

    autotune_algorithm: AutotuneAlgorithm | None = None
    cpu_budget: int | None = None
    enabled: bool | None = None
    initial_parallelism: int | None = None
    min_parallelism: int | None = None
    ram_budget: int | None = None


@dataclasses.dataclass
class DistributeOptions(_Kept):
    """How TensorFlow splits a dataset over workers; without effect."""

    auto_shard_policy: AutoShardPolicy | None = AutoShardPolicy.AUTO
    num_devices: int | None = None


@dataclasses.dataclass
class OptimizationOptions(_Kept):
    """Which rewritings TensorFlow applies; without effect."""

    apply_default_optimizations: bool | None = None
    filter_fusion: bool | None = None
    filter_parallelization: bool | None = None
    inject_prefetch: bool | None = None
    map_and_batch_fusion: bool | None = None
    map_and_filter_fusion: bool | None = None
    map_fusion: bool | None = None
    map_parallelization: bool | None = None
    noop_elimination: bool | None = None
    parallel_batch: bool | None = None
    seq_interleave_prefetch: bool | None = None
    shuffle_and_repeat_fusion: bool | None = None


@dataclasses.dataclass
class ServiceOptions(_Kept):
    """Options of the tf.data service; without effect."""

    pinned: bool | None = None


@dataclasses.dataclass
class ThreadingOptions(base.ThreadingOptions):
    """How many threads a pipeline has; `max_intra_op_parallelism` is without effect."""

    max_intra_op_parallelism: int | None = None


_OLD_NAMES = {"experimental_deterministic": "deterministic", "experimental_threading": "threading"}


@dataclasses.dataclass
class Options(base.Options):
    """Options of a pipeline; `deterministic` and `threading` are penstock's, the others are without effect."""

    threading: ThreadingOptions = dataclasses.field(default_factory=ThreadingOptions)
    autotune: AutotuneOptions = dataclasses.field(default_factory=AutotuneOptions)
    dataset_name: str | None = None
    experimental_distribute: DistributeOptions = dataclasses.field(default_factory=DistributeOptions)
    experimental_external_state_policy: ExternalStatePolicy | None = None
    experimental_optimization: OptimizationOptions = dataclasses.field(default_factory=OptimizationOptions)
    experimental_service: ServiceOptions = dataclasses.field(default_factory=ServiceOptions)
    experimental_slack: bool | None = None
    experimental_symbolic_checkpoint: bool | None = None
    experimental_warm_start: bool | None = None
    framework_type: list | tuple | None = None  # type: ignore[type-arg]  # what is checked

    def __setattr__(self, name: str, value: Any) -> None:
        super().__setattr__(_OLD_NAMES.get(name, name), value)

    def __getattr__(self, name: str) -> Any:
        return getattr(self, _OLD_NAMES[name]) if name in _OLD_NAMES else super().__getattr__(name)

    def _check(self, name: str, value: Any) -> None:
        if name == "deterministic":
            super()._check(name, value)
        else:
            _check_type(self, name, value)
