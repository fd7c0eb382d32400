"""All forms in which TensorFlow is imported work, and load nothing before it is used."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

FORMS = {
    "import as tf": "import penstock.compat.tensorflow as tf\ntf.data.Dataset, tf.keras.layers.Normalization, tf.add",
    "from compat": "from penstock.compat import tensorflow as tf\ntf.keras.Sequential",
    "keras": "from penstock.compat.tensorflow import keras\nkeras.layers.Dense, keras.Input, keras.Model",
    "layers": "from penstock.compat.tensorflow.keras import layers\nlayers.Dense",
    "a layer": "from penstock.compat.tensorflow.keras.layers import Dense, Normalization\nDense(1)",
    "import keras.layers": "import penstock.compat.tensorflow.keras.layers as layers\nlayers.Dense",
    "models": "from penstock.compat.tensorflow.keras.models import Sequential, load_model\nSequential()",
    "optimizers": "from penstock.compat.tensorflow.keras.optimizers import Adam\nAdam(learning_rate=0.1)",
    "train": (
        "from penstock.compat.tensorflow.train import BytesList, FloatList, Int64List, Feature, Features, Example\n"
        "Example(features=Features(feature={'a': Feature(int64_list=Int64List(value=[1]))}))"
    ),
    "io": "from penstock.compat.tensorflow.io import TFRecordWriter, parse_single_example\nTFRecordWriter",
    "data": "from penstock.compat.tensorflow.data import AUTOTUNE, Dataset\nDataset.range(3).prefetch(AUTOTUNE)",
    "experimental": "import penstock.compat.tensorflow.data.experimental as e\ne.AUTOTUNE, e.cardinality",
    "losses of tf": "from penstock.compat.tensorflow.losses import binary_crossentropy\nbinary_crossentropy",
    "data sets": "from penstock import datasets as tfds\ntfds.__name__",
}

LOADED = "import sys, json; print(json.dumps(sorted(sys.modules)))"
HEAVY = ("numba", "pyarrow", "google.protobuf", "rich", "click", "crc32c", "tensorflow", "keras")


def _loaded_by(code: str, tmp_path) -> list[str]:
    run = subprocess.run([sys.executable, "-c", f"{code}\n{LOADED}"], cwd=tmp_path, capture_output=True, text=True)
    assert run.returncode == 0, run.stderr
    return json.loads(run.stdout)


def test_import_forms(tmp_path):
    # Each form comes first in its own process: what one form loads must not help the next.
    processes = {
        name: subprocess.Popen([sys.executable, "-c", code], cwd=tmp_path, stderr=subprocess.PIPE, text=True)
        for name, code in FORMS.items()
    }
    failures = {}
    for name, process in processes.items():
        _, message = process.communicate()
        if process.returncode:
            failures[name] = message
    assert failures == {}


def test_the_namespace_loads_nothing(tmp_path):
    loaded = _loaded_by("import penstock.compat.tensorflow as tf; tf.__all__; dir(tf)", tmp_path)
    assert [name for name in loaded if name.split(".")[0] in HEAVY or name.startswith(HEAVY)] == []
    assert "numpy" not in loaded
    inside = [name for name in loaded if name.startswith("penstock.")]
    assert inside == ["penstock.compat", "penstock.compat.tensorflow", "penstock.core", "penstock.core.lazy"]


@pytest.mark.parametrize("code", ["tf.constant([1]) + 1", "tf.keras.layers.Dense", "tf.data.Dataset", "tf.nn.relu"])
def test_what_is_used_loads_no_compiler(code, tmp_path):
    loaded = _loaded_by(f"import penstock.compat.tensorflow as tf; {code}", tmp_path)
    assert [name for name in loaded if name.startswith(("numba", "pyarrow", "google.protobuf", "rich", "click"))] == []


def test_modules_are_the_same_by_every_name():
    import penstock.compat.tensorflow as tf
    from penstock.compat.tensorflow import keras
    from penstock.compat.tensorflow.keras import losses

    assert tf.keras is keras
    assert tf.losses is keras.losses is losses
    assert tf.optimizers is keras.optimizers
    assert keras.Model is keras.models.Model
    assert keras.Input is keras.layers.Input
    assert keras.Layer is keras.layers.Layer
    assert tf.add is tf.math.add
    assert tf.matmul is tf.linalg.matmul
    assert tf.float32 is tf.dtypes.float32
