"""Limits on gradients before an update."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[Any]


def clip_by_value(gradients: Sequence[Array], limit: float) -> list[Array]:
    """Return gradients with every entry within ±limit."""
    return [np.clip(g, -limit, limit) for g in gradients]


def clip_by_norm(gradients: Sequence[Array], limit: float) -> list[Array]:
    """Return gradients, each scaled down to Euclidean norm `limit` when its own is larger."""
    return [g * g.dtype.type(limit / max(_norm([g]), limit)) for g in gradients]


def clip_by_global_norm(gradients: Sequence[Array], limit: float) -> list[Array]:
    """Return gradients, all scaled down by one factor when their joint Euclidean norm is larger than `limit`.

    A norm that is infinite or NaN makes all of them NaN, so that the damage is seen.
    """
    norm = _norm(gradients)
    scale = limit / max(norm, limit) if np.isfinite(norm) else np.nan
    return [g * g.dtype.type(scale) for g in gradients]


def _norm(gradients: Sequence[Array]) -> float:
    return float(np.sqrt(sum(float(np.vdot(g, g)) for g in gradients)))
