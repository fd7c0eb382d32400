"""The closed registry: what saved files may name."""

import json

import pytest

from penstock.core.errors import InvalidArgumentError, NotFoundError
from penstock.core.saving import deserialize, register_serializable, registered_name, saved_as, serialize

pytestmark = pytest.mark.unit


@register_serializable("saving_tests")
class Point:
    def __init__(self, x=0, inner=None):
        self.x, self.inner = x, inner

    def get_config(self):
        return {"x": self.x, "inner": serialize(self.inner)}

    @classmethod
    def from_config(cls, config, custom_objects=None):
        return cls(config["x"], deserialize(config["inner"], custom_objects))


@register_serializable("saving_tests", "twice")
def double(x):
    return 2 * x


def test_objects_and_functions_round_trip():
    value = {"a": [Point(1, Point(2)), None, 1.5, "text", True], "f": double}
    again = deserialize(json.loads(json.dumps(serialize(value))))
    assert again["a"][0].inner.x == 2
    assert again["a"][1:] == [None, 1.5, "text", True]
    assert again["f"] is double
    assert registered_name(Point) == "saving_tests>Point"


def test_unknown_names_suggest_the_closest():
    with pytest.raises(
        NotFoundError, match=r"'saving_tests>Poimt' is not registered. Did you mean 'saving_tests>Point'\?"
    ):
        deserialize({"package": "saving_tests", "class_name": "Poimt", "config": {}})
    with pytest.raises(NotFoundError, match="is not registered"):
        deserialize({"package": "os", "function_name": "system"})
    with pytest.raises(NotFoundError, match="is not registered"):
        deserialize({"package": "saving_tests", "function_name": "Point"})


def test_custom_objects_reach_inner_objects():
    class Mine(Point):
        pass

    config = {
        "package": "p",
        "class_name": "Mine",
        "config": {"x": 1, "inner": {"class_name": "Mine", "config": {"x": 2, "inner": None}}},
    }
    made = deserialize(config, {"Mine": Mine})
    assert type(made.inner) is Mine


@pytest.mark.parametrize("value", [object(), lambda: 1, {1, 2}])
def test_unregistered_values_are_refused(value):
    with pytest.raises(InvalidArgumentError, match="must be registered"):
        serialize(value)


def test_names_are_unique():
    with pytest.raises(InvalidArgumentError, match="names must be unique. Received: saving_tests>Point"):

        @register_serializable("saving_tests", "Point")
        class Other:
            def get_config(self):
                return {}

    with pytest.raises(InvalidArgumentError, match="a class must define get_config"):

        @register_serializable("saving_tests")
        class Bare:
            pass


@pytest.mark.parametrize(
    "config", [{"class_name": "Point", "package": "saving_tests", "config": [1]}, {"class_name": 3}]
)
def test_bad_configs_are_refused(config):
    with pytest.raises(InvalidArgumentError, match="deserialize:"):
        deserialize(config)


def test_variants_are_saved_as_their_original():
    @saved_as(Point)
    class Variant(Point):
        pass

    config = serialize(Variant(3))
    assert config == serialize(Point(3))
    assert type(deserialize(config)) is Point
    assert registered_name(Variant) == registered_name(Point)
    with pytest.raises(NotFoundError, match=r"saved_as: the class must be registered. Received: .*int"):
        saved_as(int)
