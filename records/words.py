"""Machine words inside kernels: unaligned 64-bit loads and stores, and CRC32C steps, with a portable form of each.

Compiled code on x86-64 with SSE4.2 and on AArch64 with CRC gets the processor's own instruction (measured: 9 GB/s for
one stream, against 1.1 GB/s for the tables). Elsewhere and with the JIT off the plain functions below are what runs,
and with bounds checks on the plain loads and stores. Imported only by kernel modules, which are imported when used.
"""

from __future__ import annotations

from typing import Any, Final

import numba
import numpy as np
import numpy.typing as npt
from numba.core import types
from numba.extending import intrinsic, overload, register_jitable

Bytes = npt.NDArray[np.uint8]

_POLYNOMIAL: Final = 0x82F63B78  # Castagnoli, reflected: RFC 3720, appendix B.4


def _make_tables() -> npt.NDArray[np.uint32]:
    """Return uint32[8, 256]: row k steps a byte that is followed by k more bytes (slicing by 8)."""
    tables = np.zeros((8, 256), np.uint32)
    row = np.arange(256, dtype=np.uint32)
    for _ in range(8):
        row = np.where(row & 1, (row >> 1) ^ np.uint32(_POLYNOMIAL), row >> 1).astype(np.uint32)
    tables[0] = row
    for k in range(1, 8):
        row = tables[0][row & 0xFF] ^ (row >> 8)
        tables[k] = row
    return tables


CRC_TABLES: Final = _make_tables()


def _make_shift(zero_bytes: int) -> npt.NDArray[np.uint32]:
    """Return uint32[4, 256]: row k, for byte k of a raw CRC state, that byte's state after a number of zero bytes.

    Args:
        zero_bytes: The number, a power of two.
    """
    states = np.arange(256, dtype=np.uint32) << (8 * np.arange(4, dtype=np.uint32)[:, None])
    tables: npt.NDArray[np.uint32] = CRC_TABLES[0][states & 0xFF] ^ (states >> 8)
    for _ in range(zero_bytes.bit_length() - 1):  # twice as many zeros: the shift of the shift
        tables = np.bitwise_xor.reduce([tables[k][(tables >> (8 * k)) & 0xFF] for k in range(4)])
    return tables


# Three states run side by side over three lanes, for an instruction takes three cycles and each cycle can start one.
LONG_LANE: Final = 1024
SHORT_LANE: Final = 64
LONG_SHIFT: Final = _make_shift(LONG_LANE)
LONG_SHIFTS: Final = _make_shift(2 * LONG_LANE)
SHORT_SHIFT: Final = _make_shift(SHORT_LANE)
SHORT_SHIFTS: Final = _make_shift(2 * SHORT_LANE)


def borrow(data: Any) -> Any:
    """Return the array itself, without a share in its reference count; the caller keeps the original alive.

    An array that is taken out of a tuple, or given to a helper, costs an atomic increment and decrement where the
    compiler cannot prove them away. In the inner loop of decode_csv they do: 150 MB/s with them, 470 MB/s without.
    """
    return data


def load_u64(data: Bytes, index: Any) -> Any:
    """Return the 8 bytes at `index` as a little-endian uint64. The caller has checked that they exist."""
    word = np.uint64(0)
    for k in range(8):
        word |= np.uint64(data[index + k]) << np.uint64(8 * k)
    return word


def store_u64(data: Bytes, index: Any, word: Any) -> None:
    """Write a uint64 as 8 little-endian bytes at `index`. The caller has checked that they exist."""
    _put_u64(data, index, word)


def _put_u64(data: Bytes, index: Any, word: Any) -> None:
    for k in range(8):
        data[index + k] = np.uint8((word >> np.uint64(8 * k)) & np.uint64(0xFF))


def crc_word(crc: Any, word: Any) -> Any:
    """Step a raw CRC32C state (uint64 that holds 32 bits) over 8 little-endian bytes."""
    mixed = np.uint64(crc) ^ word
    state = np.uint32(0)
    for k in range(8):
        byte = np.intp((mixed >> np.uint64(8 * k)) & np.uint64(0xFF))
        state ^= CRC_TABLES[7 - k, byte]
    return np.uint64(state)


def crc_byte(crc: Any, byte: Any) -> Any:
    """Step a raw CRC32C state (uint64 that holds 32 bits) over one byte."""
    slot = np.intp((np.uint64(crc) ^ np.uint64(byte)) & np.uint64(0xFF))
    return np.uint64(CRC_TABLES[0, slot]) ^ (np.uint64(crc) >> np.uint64(8))


def low_zero_bytes(mask: Any) -> Any:
    """Return how many bytes lie below the lowest set bit of `mask`, which is not zero."""
    count = 0
    while mask & np.uint64(0xFF) == np.uint64(0):
        mask >>= np.uint64(8)
        count += 1
    return count


def low_zero_bits(mask: Any) -> Any:
    """Return how many bits lie below the lowest set bit of `mask`; 64 where none is set."""
    count = 0
    while count < 64 and mask & np.uint64(1) == np.uint64(0):
        mask >>= np.uint64(1)
        count += 1
    return count


def low_bytes(data: Bytes, index: Any) -> Any:
    """Return which of the 64 bytes at `index` are below 128, one bit each. The caller has checked that they exist."""
    mask = np.uint64(0)
    for k in range(64):
        mask |= np.uint64(data[index + k] < 128) << np.uint64(k)
    return mask


def pack_sevens(word: Any) -> Any:
    """Return the number whose base-128 digits, lowest first, are the lower seven bits of each byte of a uint64."""
    word &= np.uint64(0x7F7F7F7F7F7F7F7F)
    word = (word & np.uint64(0x007F007F007F007F)) | ((word & np.uint64(0x7F007F007F007F00)) >> np.uint64(1))
    word = (word & np.uint64(0x00003FFF00003FFF)) | ((word & np.uint64(0x3FFF00003FFF0000)) >> np.uint64(2))
    return (word & np.uint64(0x0FFFFFFF)) | ((word & np.uint64(0x0FFFFFFF00000000)) >> np.uint64(4))


def multiply_high(a: Any, b: Any) -> Any:
    """Return the upper 64 bits of the 128-bit product of two uint64."""
    low, half = np.uint64(0xFFFFFFFF), np.uint64(32)
    a0, a1 = a & low, a >> half
    b0, b1 = b & low, b >> half
    middle = a1 * b0 + ((a0 * b0) >> half)
    return a1 * b1 + (middle >> half) + (((middle & low) + a0 * b1) >> half)


def _hardware_crc() -> tuple[str, str] | None:
    """Return LLVM's names of the CRC32C instructions (8 bytes, 1 byte) of this processor, or None."""
    from llvmlite import binding

    if numba.config.CPU_NAME or numba.config.CPU_FEATURES:
        return None  # compiling for another processor than this one
    triple, features = binding.get_process_triple(), binding.get_host_cpu_features()
    if triple.startswith("x86_64") and features.get("sse4.2"):
        return "llvm.x86.sse42.crc32.64.64", "llvm.x86.sse42.crc32.32.8"
    if triple.startswith(("aarch64", "arm64")) and features.get("crc"):
        return "llvm.aarch64.crc32cx", "llvm.aarch64.crc32cb"
    return None


def _has_fast_extract() -> bool:
    """Whether this processor has an instruction that gathers bits (BMI2's PEXT) that is no slow microprogram."""
    from llvmlite import binding

    if numba.config.CPU_NAME or numba.config.CPU_FEATURES or not binding.get_process_triple().startswith("x86_64"):
        return False
    # AMD before Zen 3: https://www.agner.org/optimize/instruction_tables.pdf
    slow = binding.get_host_cpu_name() in ("bdver4", "znver1", "znver2")
    return bool(binding.get_host_cpu_features().get("bmi2")) and not slow


def _install() -> None:
    """Give the compiler its own form of each function above."""
    from llvmlite import ir

    i8, i32, i64 = ir.IntType(8), ir.IntType(32), ir.IntType(64)

    def pointer(context: Any, builder: Any, array_type: Any, array: Any, index: Any) -> Any:
        base = context.make_array(array_type)(context, builder, array).data
        return builder.bitcast(builder.gep(builder.bitcast(base, i8.as_pointer()), [index]), i64.as_pointer())

    @intrinsic
    def unowned(_typing: Any, data: Any) -> Any:
        def generate(context: Any, builder: Any, _signature: Any, args: Any) -> Any:
            view = context.make_array(data)(context, builder, args[0])
            for field in ("meminfo", "parent"):
                setattr(view, field, ir.Constant(getattr(view, field).type, None))
            return view._getvalue()

        return data(data), generate

    @intrinsic
    def load(_typing: Any, data: Any, index: Any) -> Any:
        def generate(context: Any, builder: Any, _signature: Any, args: Any) -> Any:
            made = builder.load(pointer(context, builder, data, args[0], args[1]))
            made.align = 1
            return made

        return types.uint64(data, types.intp), generate

    @intrinsic
    def store(_typing: Any, data: Any, index: Any, word: Any) -> Any:
        def generate(context: Any, builder: Any, _signature: Any, args: Any) -> Any:
            builder.store(args[2], pointer(context, builder, data, args[0], args[1]), align=1)
            return context.get_dummy_value()

        return types.none(data, types.intp, types.uint64), generate

    @intrinsic
    def trailing(_typing: Any, mask: Any) -> Any:
        def generate(_context: Any, builder: Any, _signature: Any, args: Any) -> Any:
            return builder.lshr(builder.cttz(args[0], ir.Constant(ir.IntType(1), 1)), ir.Constant(i64, 3))

        return types.intp(types.uint64), generate

    @intrinsic
    def trailing_bits(_typing: Any, mask: Any) -> Any:
        def generate(_context: Any, builder: Any, _signature: Any, args: Any) -> Any:
            return builder.cttz(args[0], ir.Constant(ir.IntType(1), 0))

        return types.intp(types.uint64), generate

    @intrinsic
    def below_128(_typing: Any, data: Any, index: Any) -> Any:
        def generate(context: Any, builder: Any, _signature: Any, args: Any) -> Any:
            many = ir.VectorType(i8, 64)
            start = builder.bitcast(pointer(context, builder, data, args[0], args[1]), many.as_pointer())
            values = builder.load(start)
            values.align = 1
            return builder.bitcast(builder.icmp_signed(">=", values, ir.Constant(many, [0] * 64)), i64)

        return types.uint64(data, types.intp), generate

    @intrinsic
    def extract_sevens(_typing: Any, word: Any) -> Any:
        def generate(_context: Any, builder: Any, _signature: Any, args: Any) -> Any:
            function = builder.module.declare_intrinsic("llvm.x86.bmi.pext.64", (), ir.FunctionType(i64, [i64, i64]))
            return builder.call(function, [args[0], ir.Constant(i64, 0x7F7F7F7F7F7F7F7F)])

        return types.uint64(types.uint64), generate

    @intrinsic
    def upper(_typing: Any, a: Any, b: Any) -> Any:
        def generate(_context: Any, builder: Any, _signature: Any, args: Any) -> Any:
            wide = ir.IntType(128)
            product = builder.mul(builder.zext(args[0], wide), builder.zext(args[1], wide))
            return builder.trunc(builder.lshr(product, ir.Constant(wide, 64)), i64)

        return types.uint64(types.uint64, types.uint64), generate

    overload(borrow)(lambda data: lambda data: unowned(data))
    if not numba.config.BOUNDSCHECK:
        overload(load_u64)(lambda data, index: lambda data, index: load(data, index))
        overload(store_u64)(lambda data, index, word: lambda data, index, word: store(data, index, word))
    else:
        register_jitable(load_u64)
        register_jitable(_put_u64)
        # Kernels that only read hand over what they read: no store is reached there, but it must have a type.
        overload(store_u64)(
            lambda data, index, word: (
                (lambda data, index, word: _put_u64(data, index, word))
                if data.mutable
                else (lambda data, index, word: None)
            )
        )
    if not numba.config.BOUNDSCHECK:
        overload(low_bytes)(lambda data, index: lambda data, index: below_128(data, index))
    else:
        register_jitable(low_bytes)
    if _has_fast_extract():
        overload(pack_sevens)(lambda word: lambda word: extract_sevens(word))
    else:
        register_jitable(pack_sevens)
    overload(low_zero_bytes)(lambda mask: lambda mask: trailing(mask))
    overload(low_zero_bits)(lambda mask: lambda mask: trailing_bits(mask))
    overload(multiply_high)(lambda a, b: lambda a, b: upper(a, b))

    names = _hardware_crc()
    if names is None:
        register_jitable(crc_word)
        register_jitable(crc_byte)
        return
    by_word, by_byte = names
    x86 = by_word.startswith("llvm.x86")

    @intrinsic
    def step_word(_typing: Any, crc: Any, word: Any) -> Any:
        def generate(_context: Any, builder: Any, _signature: Any, args: Any) -> Any:
            state = i64 if x86 else i32
            function = builder.module.declare_intrinsic(by_word, (), ir.FunctionType(state, [state, i64]))
            if x86:
                return builder.call(function, args)
            return builder.zext(builder.call(function, [builder.trunc(args[0], i32), args[1]]), i64)

        return types.uint64(types.uint64, types.uint64), generate

    @intrinsic
    def step_byte(_typing: Any, crc: Any, byte: Any) -> Any:
        def generate(_context: Any, builder: Any, _signature: Any, args: Any) -> Any:
            value = i8 if x86 else i32
            function = builder.module.declare_intrinsic(by_byte, (), ir.FunctionType(i32, [i32, value]))
            operand = args[1] if x86 else builder.zext(args[1], i32)
            return builder.zext(builder.call(function, [builder.trunc(args[0], i32), operand]), i64)

        return types.uint64(types.uint64, types.uint8), generate

    overload(crc_word)(lambda crc, word: lambda crc, word: step_word(crc, word))
    overload(crc_byte)(lambda crc, byte: lambda crc, byte: step_byte(crc, byte))


if not numba.config.DISABLE_JIT:
    _install()
