"""The one decorator: modes, announcement, cache, and many processes on one cache."""

from __future__ import annotations

import os
import pickle
import shutil
import subprocess
import sys

import numpy as np
import pytest

from penstock.core.columns.kernels import take_positions_kernel, taken_lengths_kernel
from penstock.core.kernels import Kernel, all_kernels

MODULE = '''
import numpy as np
from penstock.core.kernels import kernel


@kernel
def double_kernel(x):
    """Twice."""
    return 2 * x


@kernel
def sum_doubles_kernel(values):
    total = 0.0
    for i in range(len(values)):
        total += double_kernel(values[i])
    return total


@kernel
def beyond_kernel(values, index):
    return values[index]


def four(values, out):
    a, b, c, d = values[0], values[1], values[2], values[3]
    out[0], out[1], out[2], out[3] = a * a, b * b, c * c, d * d


four_kernel, packed_kernel = kernel(four), kernel(packed=True)(four)
'''

SUM = "import my_kernels, numpy as np; print(my_kernels.sum_doubles_kernel(np.arange(5.0)))"
NOTICE = "penstock: compiling kernels for the first time on this machine; later runs load them from the cache.\n"


@pytest.fixture
def python(tmp_path):
    """Run code in a fresh process beside a module of kernels, with a cache of its own."""
    (tmp_path / "my_kernels.py").write_text(MODULE)

    def start(code, **environment):
        clean = {k: v for k, v in os.environ.items() if not k.startswith(("NUMBA_", "PENSTOCK_"))}
        clean |= {"NUMBA_CACHE_DIR": str(tmp_path / "cache"), "PYTHONPATH": str(tmp_path), **environment}
        return subprocess.Popen(
            [sys.executable, "-W", "error", "-c", code],
            cwd=tmp_path, env=clean, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        )  # fmt: skip

    return start


def finish(process):
    out, err = process.communicate(timeout=900)
    assert process.returncode == 0, err
    return out.strip(), err


def test_a_first_compilation_is_announced_once_and_a_cache_hit_is_silent(python, tmp_path):
    # A kernel calls a kernel: two compilations, one notice.
    assert finish(python(SUM)) == ("20.0", NOTICE)
    assert len(list((tmp_path / "cache").rglob("*.nbc"))) == 2
    assert finish(python(SUM)) == ("20.0", "")


def test_quiet_and_uncached_modes(python, tmp_path):
    assert finish(python(SUM, PENSTOCK_KERNEL_CACHE="0", PENSTOCK_QUIET="0")) == ("20.0", "")
    assert list(tmp_path.rglob("*.nbc")) == []
    assert finish(python(SUM, PENSTOCK_QUIET="1")) == ("20.0", "")
    assert len(list((tmp_path / "cache").rglob("*.nbc"))) == 2


def test_the_jit_can_be_switched_off(python, tmp_path):
    assert finish(python(SUM, NUMBA_DISABLE_JIT="1")) == ("20.0", "")
    assert list(tmp_path.rglob("*.nb?")) == []


def test_bounds_are_checked_on_request_even_with_a_warm_cache(python):
    finish(python("import my_kernels, numpy as np; my_kernels.beyond_kernel(np.arange(3.0), 1)"))
    code = """
import my_kernels, numpy as np
try:
    my_kernels.beyond_kernel(np.arange(3.0), 3)
except IndexError as err:
    print("refused")
"""
    assert finish(python(code, NUMBA_BOUNDSCHECK="1"))[0] == "refused"


def test_nothing_is_imported_or_compiled_before_the_first_call(python):
    code = "import my_kernels, sys; print('numba' in sys.modules, my_kernels.double_kernel)"
    assert finish(python(code)) == ("False <kernel my_kernels.double_kernel>", "")


def test_straight_code_becomes_vectors_where_asked_for_alone(python):
    code = """
import my_kernels, numpy as np, numba
for kernel in (my_kernels.four_kernel, my_kernels.packed_kernel):
    values, out = np.arange(4, dtype=np.float32), np.empty(4, np.float32)
    kernel(values, out)
    code, = kernel.dispatcher.inspect_llvm().values()
    print(out.tolist(), "fmul <4 x float>" in code, numba.config.SLP_VECTORIZE)
"""
    squares = "[0.0, 1.0, 4.0, 9.0]"
    want = f"{squares} False 0\n{squares} True 0"
    assert finish(python(code, PENSTOCK_KERNEL_CACHE="0", PENSTOCK_QUIET="1")) == (want, "")


def test_damaged_cache_files_are_compiled_again(python, tmp_path):
    finish(python(SUM))
    for path in (tmp_path / "cache").rglob("*.nb?"):
        path.write_bytes(path.read_bytes()[:-20])
    assert finish(python(SUM)) == ("20.0", NOTICE)
    for path in (tmp_path / "cache").rglob("*.nbc"):
        path.write_bytes(b"")
    assert finish(python(SUM)) == ("20.0", NOTICE)
    assert finish(python(SUM)) == ("20.0", "")


def test_code_of_another_signature_is_not_run(python, tmp_path):
    # What two processes leave behind that add different signatures to an empty index at the same moment.
    call = "import my_kernels, numpy as np; print(my_kernels.beyond_kernel(np.array([1.5, 2.5], {!r}), 1))"
    finish(python(call.format("float64")))
    finish(python(call.format("float32")))
    first, second = sorted((tmp_path / "cache").rglob("*beyond_kernel*.nbc"))
    shutil.copy(first, second)
    assert finish(python(call.format("float32"))) == ("2.5", NOTICE)
    assert finish(python(call.format("float64"))) == ("2.5", "")


def test_code_is_compiled_again_when_a_helper_in_another_file_changes(python, tmp_path):
    helper = (
        "from penstock.core.kernels import kernel\n\n\n@kernel(inline=True)\ndef step_kernel(x):\n    return x + {}\n"
    )
    (tmp_path / "my_helpers.py").write_text(helper.format(1))
    (tmp_path / "my_caller.py").write_text(
        "from my_helpers import step_kernel\nfrom penstock.core.kernels import kernel\n\n\n"
        "@kernel\ndef twice_kernel(x):\n    return step_kernel(step_kernel(x))\n"
    )
    call = "import my_caller; print(my_caller.twice_kernel(0))"
    assert finish(python(call)) == ("2", NOTICE)
    assert finish(python(call)) == ("2", "")
    (tmp_path / "my_helpers.py").write_text(helper.format(10))
    assert finish(python(call)) == ("20", NOTICE)
    assert finish(python(call)) == ("20", "")


def test_a_cache_that_cannot_be_written_is_left_alone(python, tmp_path):
    (tmp_path / "cache").write_text("a file where the folder should be")
    assert finish(python(SUM))[0] == "20.0"


@pytest.mark.slow
def test_eight_processes_race_on_an_empty_cache(python):
    code = """
import numpy as np
from penstock.core.columns import from_elements
strings, rows = from_elements(["a", "bb", "ccc"]), from_elements([[1], [2, 3], [4, 5, 6]])
back = np.array([2, 0, 1, 1])
print(strings.take(back).to_list(), [r.tolist() for r in rows.take(back).to_list()])
"""
    want = "[b'ccc', b'a', b'bb', b'bb'] [[4, 5, 6], [1], [2, 3], [2, 3]]"
    racing = [python(code) for _ in range(8)]
    results = [finish(process) for process in racing]
    assert [out for out, _ in results] == [want] * 8
    assert finish(python(code)) == (want, "")


def test_a_kernel_is_pickled_by_its_name():
    assert pickle.loads(pickle.dumps(taken_lengths_kernel)) is taken_lengths_kernel


def test_kernels_keep_the_face_of_their_function():
    assert taken_lengths_kernel.__name__ == "taken_lengths_kernel"
    assert "splits" in taken_lengths_kernel.__doc__
    assert take_positions_kernel in list(all_kernels())
    assert all(isinstance(k, Kernel) and callable(k.python) for k in all_kernels())


def test_the_plain_function_is_always_there():
    out = np.empty(3, np.int64)
    taken_lengths_kernel.python(np.array([0, 2, 5]), np.array([1, 0]), out)
    assert out.tolist() == [0, 3, 5]


def test_one_thread_compiles_while_others_wait():
    from concurrent.futures import ThreadPoolExecutor

    def run(k):
        out = np.empty(2, np.int64)
        taken_lengths_kernel(np.array([0, k]), np.array([0]), out)
        return int(out[1])

    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(run, range(50))) == list(range(50))
