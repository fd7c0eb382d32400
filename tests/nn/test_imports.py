"""The package's names are lazy and all there."""

import subprocess
import sys

import penstock.nn


def test_every_name_is_there():
    for name in penstock.nn.__all__:
        module = getattr(penstock.nn, name)
        assert all(hasattr(module, n) for n in getattr(module, "__all__", ()))


def test_a_silent_training_loads_no_rich_and_no_pyarrow():
    code = (
        "import sys, numpy as np\n"
        "from penstock.nn import Sequential, layers\n"
        "m = Sequential([layers.Dense(1)])\n"
        "m(np.ones((2, 2)))\n"
        "print(sorted({'rich', 'pyarrow', 'numba', 'google.protobuf'} & set(sys.modules)))\n"
    )
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert out.stdout.strip() == "[]"
