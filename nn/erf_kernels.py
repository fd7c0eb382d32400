"""The kernel of the error function."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import numpy.typing as npt

from ..core.kernels import kernel

Array = npt.NDArray[np.floating[Any]]


@kernel
def erf_kernel(x: Array, out: Array) -> None:
    """out = erf(x), over flat arrays."""
    for i in range(x.size):
        out[i] = math.erf(x[i])
