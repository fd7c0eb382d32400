"""The generated protobuf code: up to date, and at home beside TensorFlow's."""

import copy
import importlib.util
import pickle
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


def test_messages_have_a_pool_of_their_own():
    from google.protobuf import descriptor_pool

    from penstock.records import Example, SequenceExample

    pool = Example.DESCRIPTOR.file.pool
    assert SequenceExample.DESCRIPTOR.file.pool is pool
    assert pool is not descriptor_pool.Default()
    with pytest.raises(KeyError):
        descriptor_pool.Default().FindMessageTypeByName("penstock.records.Example")


def test_messages_are_copied_pickled_and_shown():
    from google.protobuf import json_format, text_format

    from penstock.records import Example

    message = Example()
    message.features.feature["a"].int64_list.value.append(1)
    assert pickle.loads(pickle.dumps(message)) == message == copy.deepcopy(message)
    assert text_format.Parse(text_format.MessageToString(message), Example()) == message
    assert json_format.Parse(json_format.MessageToJson(message), Example()) == message


@pytest.mark.oracle
@pytest.mark.parametrize(
    "order", [("tensorflow", "penstock.records"), ("penstock.records", "tensorflow")], ids=lambda o: o[0]
)
def test_loads_beside_tensorflow(order):
    pytest.importorskip("tensorflow")
    # The messages are loaded with the library that they belong to, before the other one.
    used = {
        "tensorflow": "import tensorflow as tf; tf.train.Example",
        "penstock.records": "from penstock import records",
    }
    lines = [used[name] + ("; records.Example, records.serialize_tensor(1)" * (name[0] == "p")) for name in order]
    lines += [
        "ours = records.encode_example({'a': [1, 2], 'b': [0.5], 'c': 'x'})",
        "theirs = tf.train.Example.FromString(ours)",
        "assert theirs.SerializeToString(deterministic=True) == ours",
        "assert records.Example.FromString(ours).features.feature['a'].int64_list.value[:] == [1, 2]",
        "x = tf.constant([1.5])",
        "assert tf.io.serialize_tensor(x).numpy() == records.serialize_tensor(x.numpy())",
        "spec = {'a': tf.io.FixedLenFeature([2], tf.int64)}",
        "mine = records.parse_single_example(ours, {'a': records.FixedLenFeature([2], 'int64')})",
        "assert tf.io.parse_single_example(ours, spec)['a'].numpy().tolist() == mine['a'].tolist() == [1, 2]",
        "got = records.decode_proto(ours, 'tensorflow.Example', ['features'], ['string'])",
        "assert tf.io.decode_proto(ours, 'tensorflow.Example', ['features'], [tf.string]).values[0] == got.values[0]",
    ]
    subprocess.run([sys.executable, "-c", "\n".join(lines)], check=True)
