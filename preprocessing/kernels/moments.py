"""Means and sums of squared deviations of columns."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from ...core.kernels import kernel

Float64s = npt.NDArray[np.float64]

# Rows summed before they join the total: a chunk stays in the cache for its second pass.
_CHUNK = 1024


@kernel
def moments_kernel(values: npt.NDArray[Any], mean: Float64s, m2: Float64s) -> None:
    """Fill the mean of each column and the sum of its squared deviations from it.

    Two passes over each chunk of rows, in float64; chunks are joined by the formula of Chan, Golub and LeVeque
    ("Updating formulae and a pairwise algorithm for computing sample variances", 1979, eq. 2.1).

    Args:
        values: [rows, columns], rows >= 1.
        mean: float64[columns].
        m2: float64[columns].
    """
    rows, columns = values.shape
    chunk_mean = np.empty(columns, dtype=np.float64)
    chunk_m2 = np.empty(columns, dtype=np.float64)
    mean[:] = 0.0
    m2[:] = 0.0
    for start in range(0, rows, _CHUNK):
        stop = min(start + _CHUNK, rows)
        n = np.float64(stop - start)
        chunk_mean[:] = 0.0
        chunk_m2[:] = 0.0
        for i in range(start, stop):
            for j in range(columns):
                chunk_mean[j] += values[i, j]
        for j in range(columns):
            chunk_mean[j] /= n
        for i in range(start, stop):
            for j in range(columns):
                deviation = values[i, j] - chunk_mean[j]
                chunk_m2[j] += deviation * deviation
        before = np.float64(start)
        total = before + n
        for j in range(columns):
            delta = chunk_mean[j] - mean[j]
            mean[j] = (before * mean[j] + n * chunk_mean[j]) / total
            m2[j] += chunk_m2[j] + delta * delta * (before * n / total)
