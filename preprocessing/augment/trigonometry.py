"""Sine and cosine in single precision, with the roundings of TensorFlow's processor code.

A rotation's numbers multiply pixel positions, so that another last bit here moves all pixels a little. TensorFlow
computes eight angles at a time by one formula (Eigen's) and what is left over by the C library's; both are followed.

References:
    S. L. Moshier, Cephes mathematical library (1984), `sinf.c`: reduction of the angle in several pieces of π/2.
    ARM optimized routines, `math/sinf.c`: polynomials in double precision (glibc since 2.28).
"""

from __future__ import annotations

from typing import Any, Final

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float32]

_LANES: Final = 8
_TWO_OVER_PI: Final = np.float32(0.636619746685028076171875)
_ROUND: Final = np.float32(12582912)  # 1.5 * 2**23: adding it leaves the nearest integer in the last bits.
_HALF_PI_PIECES: Final = tuple(
    np.float32(v)
    for v in (-1.5703125, -0.000483989715576171875, 1.62865035235881805419921875e-07, 5.56443155441671e-11)
)
_COSINE: Final = tuple(
    np.float32(v) for v in (2.4372266125283204e-05, -0.0013886520173400640, 0.041666619479656219, -0.5, 1.0)
)
_SINE: Final = tuple(np.float32(v) for v in (-0.00019592341140837029, 0.0083326873655616852, -0.16666662039822983))

_QUARTER_PI: Final = 0.785398163397448
_SCALED_TWO_OVER_PI: Final = float.fromhex("0x1.45F306DC9C883p+23")
_HALF_PI: Final = float.fromhex("0x1.921FB54442D18p0")
_DOUBLE_COSINE: Final = tuple(
    float.fromhex(v)
    for v in ("1", "-0x1.ffffffd0c621cp-2", "0x1.55553e1068f19p-5", "-0x1.6c087e89a359dp-10", "0x1.99343027bf8c3p-16")
)
_DOUBLE_SINE: Final = tuple(
    float.fromhex(v) for v in ("-0x1.555545995a603p-3", "0x1.1107605230bc4p-7", "-0x1.994eb3774cf24p-13")
)


def sine_cosine(angles: Floats) -> tuple[Floats, Floats]:
    """Return the sines and cosines of angles in radians, float32[n] each.

    Args:
        angles: float32[n], within 100 of zero; beyond, precision is lost.
    """
    packed = len(angles) // _LANES * _LANES
    sine, cosine = np.empty_like(angles), np.empty_like(angles)
    sine[:packed], cosine[:packed] = _packed(angles[:packed])
    for i in range(packed, len(angles)):
        sine[i], cosine[i] = _single(float(angles[i]), 0), _single(float(angles[i]), 1)
    return sine, cosine


def _packed(angles: Floats) -> tuple[Floats, Floats]:
    rounded = np.abs(angles) * _TWO_OVER_PI + _ROUND
    quadrant = rounded.view(np.int32)
    turns = rounded - _ROUND
    x = np.abs(angles)
    for piece in _HALF_PI_PIECES:
        x = turns * piece + x
    square = x * x
    cosine = _polynomial(square, _COSINE)
    sine = _polynomial(square, _SINE) * square * x + x
    even = (quadrant & 1) == 0
    sine_sign = angles.view(np.int32) ^ (quadrant << 30)
    return (
        _signed(np.where(even, sine, cosine), sine_sign),
        _signed(np.where(even, cosine, sine), (quadrant + 1) << 30),
    )


def _polynomial(x: Floats, coefficients: tuple[np.float32, ...]) -> Floats:
    value: Any = coefficients[0]
    for coefficient in coefficients[1:]:
        value = value * x + coefficient
    return np.asarray(value)


def _signed(value: Floats, sign: npt.NDArray[np.int32]) -> Floats:
    """Return `value` with its sign turned where the highest bit of `sign` is set."""
    return (value.view(np.int32) ^ (sign & np.int32(-(2**31)))).view(np.float32)


def _single(angle: float, shift: int) -> float:
    """Return the sine (shift 0) or cosine (shift 1) of one angle, computed in double precision."""
    quadrant, x = 0, angle
    if abs(angle) >= _QUARTER_PI:
        quadrant = (int(angle * _SCALED_TWO_OVER_PI) + 0x800000) >> 24
        x = angle - quadrant * _HALF_PI
    square = x * x
    sign = -1.0 if quadrant & 2 else 1.0
    if (quadrant + shift) & 1 == 0:
        x = -x if quadrant & 3 in (1, 2) else x
        first, second, third = _DOUBLE_SINE
        cube = x * square
        return (x + cube * first) + cube * square * (second + square * third)
    c0, c1, c2, c3, c4 = (sign * c for c in _DOUBLE_COSINE)
    fourth = square * square
    return ((c0 + square * c1) + fourth * c2) + fourth * square * (c3 + square * c4)
