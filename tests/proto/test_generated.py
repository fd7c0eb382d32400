"""The generated protobuf code: up to date, and at home beside TensorFlow's."""

import importlib.util
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.unit

PROTO = Path(__file__).parents[2] / "proto"
GENERATED = tuple(f"{name}_pb2.{kind}" for name in ("example", "feature", "tensor") for kind in ("py", "pyi"))


def load_generator():
    spec = importlib.util.spec_from_file_location("generate", PROTO / "generate.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_generated_code_is_what_the_pinned_compiler_makes():
    generator = load_generator()
    if generator.installed_compiler() != generator.COMPILER:
        pytest.skip(f"needs grpcio-tools=={generator.COMPILER}; installed: {generator.installed_compiler()}")
    assert generator.generate() == {name: (PROTO / name).read_text(encoding="utf-8") for name in GENERATED}


def test_generated_code_checks_no_runtime_version_and_uses_a_package_of_its_own():
    for name in GENERATED[::2]:
        text = (PROTO / name).read_text(encoding="utf-8")
        assert "ValidateProtobufRuntimeVersion" not in text
        assert "penstock.records" in text and "import penstock" not in text


def test_messages_have_our_package_name():
    from penstock.records import Example, SequenceExample

    assert Example.DESCRIPTOR.full_name == "penstock.records.Example"
    assert SequenceExample.DESCRIPTOR.file.name == "penstock/proto/example.proto"


@pytest.mark.oracle
@pytest.mark.parametrize(
    "order", [("tensorflow", "penstock.records"), ("penstock.records", "tensorflow")], ids=lambda o: o[0]
)
def test_loads_beside_tensorflow(order):
    pytest.importorskip("tensorflow")
    lines = [f"import {order[0]} as first", f"import {order[1]} as second"]
    names = {"tensorflow": "tf", "penstock.records": "records"}
    lines += [f"{names[order[0]]}, {names[order[1]]} = first, second"]
    lines += [
        "ours = records.encode_example({'a': [1, 2], 'b': [0.5], 'c': 'x'})",
        "theirs = tf.train.Example.FromString(ours)",
        "assert theirs.SerializeToString(deterministic=True) == ours",
        "assert records.Example.FromString(ours).features.feature['a'].int64_list.value[:] == [1, 2]",
    ]
    subprocess.run([sys.executable, "-c", "\n".join(lines)], check=True)
