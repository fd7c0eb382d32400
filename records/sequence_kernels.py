"""Kernels that take FeatureLists apart: where the list of every step begins and ends."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from ..core.kernels import kernel
from .list_kernels import NO_KIND
from .parsing_kernels import feature_kernel
from .wire_kernels import FIRST_DELIMITED, Bytes, Offsets, length_kernel, skip_kernel, varint_kernel


@kernel
def count_steps_kernel(data: Bytes, kinds: npt.NDArray[np.int8], ranges: Offsets, splits: Offsets) -> None:
    """Fill `splits` with where the steps of each record's FeatureList begin; `locate_kernel` has walked over them."""
    splits[0] = 0
    for row in range(len(kinds)):
        count = 0
        if kinds[row] != NO_KIND:
            i, stop = ranges[row, 0], ranges[row, 1]
            while 0 <= i < stop:
                tag, i = varint_kernel(data, i, stop)
                count += tag == np.uint64(FIRST_DELIMITED)
                _, i = skip_kernel(data, i, stop, tag)
        splits[row + 1] = splits[row] + count


@kernel
def steps_kernel(
    data: Bytes,
    kinds: npt.NDArray[np.int8],
    ranges: Offsets,
    step_kinds: npt.NDArray[np.int8],
    step_ranges: Offsets,
) -> None:
    """Note kind and place of the list of every step; there is room for what `count_steps_kernel` counted."""
    step = 0
    for row in range(len(kinds)):
        if kinds[row] == NO_KIND:
            continue
        i, stop = ranges[row, 0], ranges[row, 1]
        while 0 <= i < stop:
            tag, i = varint_kernel(data, i, stop)
            if tag == np.uint64(FIRST_DELIMITED):
                begin, i = length_kernel(data, i, stop)
                _, kind, first, last = feature_kernel(data, begin, i)
                step_kinds[step] = kind
                step_ranges[step, 0] = first
                step_ranges[step, 1] = last
                step += 1
            else:
                _, i = skip_kernel(data, i, stop, tag)
