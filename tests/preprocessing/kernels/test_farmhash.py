"""FarmHash64 fingerprints against TensorFlow's and against a plain Python version."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from penstock.core.columns import BytesColumn
from penstock.preprocessing.kernels.farmhash import fingerprint64_kernel, hash_bucket_kernel

M = 2**64 - 1
K0, K1, K2 = 0xC3A5C85C97CB3127, 0xB492B66FBE98F273, 0x9AE16A3B2F90404F


def fetch(s, i, n=8):
    return int.from_bytes(s[i : i + n], "little")


def rotate(v, n):
    return (v >> n | v << (64 - n)) & M


def mix(v):
    return v ^ v >> 47


def hash_16(u, v, mul):
    a = mix((u ^ v) * mul & M)
    return mix((v ^ a) * mul & M) * mul & M


def weak(s, i, a, b):
    w, x, y, z = (fetch(s, i + 8 * k) for k in range(4))
    a = (a + w) & M
    b = rotate((b + a + z) & M, 21)
    c = a
    a = (a + x + y) & M
    b = (b + rotate(a, 44)) & M
    return (a + z) & M, (b + c) & M


def reference(s):
    n = len(s)
    if n <= 3:
        if not n:
            return K2
        y, z = s[0] + (s[n >> 1] << 8), n + (s[-1] << 2)
        return mix((y * K2 ^ z * K0) & M) * K2 & M
    mul = (K2 + 2 * n) & M
    if n < 8:
        return hash_16(n + (fetch(s, 0, 4) << 3), fetch(s, n - 4, 4), mul)
    if n <= 16:
        a, b = (fetch(s, 0) + K2) & M, fetch(s, n - 8)
        return hash_16((rotate(b, 37) * mul + a) & M, (rotate(a, 25) + b) * mul & M, mul)
    first = K1 if n <= 32 else K2
    a, b, c, d = fetch(s, 0) * first & M, fetch(s, 8), fetch(s, n - 8) * mul & M, fetch(s, n - 16) * K2 & M
    y = (rotate((a + b) & M, 43) + rotate(c, 30) + d) & M
    z = hash_16(y, (a + rotate((b + K2) & M, 18) + c) & M, mul)
    if n <= 32:
        return z
    if n <= 64:
        e, f = fetch(s, 16) * mul & M, fetch(s, 24)
        g, h = (y + fetch(s, n - 32)) * mul & M, (z + fetch(s, n - 24)) * mul & M
        u = (rotate((e + f) & M, 43) + rotate(g, 30) + h) & M
        return hash_16(u, (e + rotate((f + a) & M, 18) + g) & M, mul)
    return reference_long(s)


def reference_long(s):
    n = len(s)
    x, y = 81, (81 * K1 + 113) & M
    z = mix((y * K2 + 113) & M) * K2 & M
    v, w = (0, 0), (0, 0)
    x = (x * K2 + fetch(s, 0)) & M
    end = (n - 1) // 64 * 64
    places = [(i, K1) for i in range(0, end, 64)]
    for i, mul in places:
        x = rotate((x + y + v[0] + fetch(s, i + 8)) & M, 37) * mul & M ^ w[1]
        y = (rotate((y + v[1] + fetch(s, i + 48)) & M, 42) * mul + v[0] + fetch(s, i + 40)) & M
        z = rotate((z + w[0]) & M, 33) * mul & M
        v = weak(s, i, v[1] * mul & M, (x + w[0]) & M)
        w = weak(s, i + 32, (z + w[1]) & M, (y + fetch(s, i + 16)) & M)
        z, x = x, z
    mul, i = (K1 + ((z & 255) << 1)) & M, n - 64
    w = ((w[0] + ((n - 1) & 63)) & M, w[1])
    v = ((v[0] + w[0]) & M, v[1])
    w = ((w[0] + v[0]) & M, w[1])
    x = rotate((x + y + v[0] + fetch(s, i + 8)) & M, 37) * mul & M ^ w[1] * 9 & M
    y = (rotate((y + v[1] + fetch(s, i + 48)) & M, 42) * mul + v[0] * 9 + fetch(s, i + 40)) & M
    z = rotate((z + w[0]) & M, 33) * mul & M
    v = weak(s, i, v[1] * mul & M, (x + w[0]) & M)
    w = weak(s, i + 32, (z + w[1]) & M, (y + fetch(s, i + 16)) & M)
    z, x = x, z
    return hash_16((hash_16(v[0], w[0], mul) + mix(y) * K0 + z) & M, (hash_16(v[1], w[1], mul) + x) & M, mul)


def fingerprints(strings):
    column = BytesColumn.from_list(strings)
    out = np.empty(len(strings), np.uint64)
    with np.errstate(over="ignore"):
        fingerprint64_kernel(column.data, column.offsets, out)
    return out.tolist()


@pytest.mark.unit
def test_every_length_agrees_with_the_reference():
    rng = np.random.default_rng(0)
    strings = [rng.integers(0, 256, n, dtype=np.uint8).tobytes() for n in [*range(200), 575, 576, 577, 1024]]
    assert fingerprints(strings) == [reference(s) for s in strings]


@pytest.mark.property
@given(st.lists(st.binary(max_size=150), max_size=8))
def test_arbitrary_bytes_agree_with_the_reference(strings):
    assert fingerprints(strings) == [reference(s) for s in strings]


# (length of the string of bytes (7 * i + 3) % 256, TensorFlow 2.21: tf.strings.to_hash_bucket_fast(…, 2**62 + 57))
RECORDED = [
    (0, 1936946117179621341),
    (1, 4521786392703311129),
    (2, 1655114877597445365),
    (3, 50737162503519531),
    (4, 3731212521969449703),
    (7, 1148148772684605803),
    (8, 907454142650066470),
    (9, 2674280012393594708),
    (16, 4528948699509268783),
    (17, 671476038512894076),
    (24, 3530932784303194834),
    (32, 2684005117763720310),
    (33, 166524871036432446),
    (48, 2844150241367986093),
    (64, 389040666157116578),
    (65, 4026365912879116459),
    (96, 3483866689221429893),
    (127, 766062817087797971),
    (128, 2767501098359636536),
    (129, 1738507677182238737),
    (192, 4590343427702585127),
    (193, 1880101834108236356),
    (500, 4426698582441951392),
]


@pytest.mark.golden
def test_buckets_are_tensorflows():
    strings = [bytes((7 * i + 3) % 256 for i in range(n)) for n, _ in RECORDED]
    column = BytesColumn.from_list(strings)
    out = np.empty(len(strings), np.int64)
    with np.errstate(over="ignore"):
        hash_bucket_kernel(column.data, column.offsets, 2**62 + 57, out)
    assert out.tolist() == [value for _, value in RECORDED]
