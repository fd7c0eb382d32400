from pathlib import Path

import numpy as np

from penstock.datasets import digits
from penstock.datasets.digits import load, make_shards


def test_paths_are_the_ten_shards_in_order():
    names = [Path(path).name for path in digits.paths()]
    assert names == [f"digits-{i:05d}-of-00010.csv" for i in range(10)]


def test_every_line_has_64_pixels_and_a_label():
    lines = [line for path in digits.paths() for line in Path(path).read_text().splitlines()]
    assert len(lines) == 1797
    rows = np.array([[int(field) for field in line.split(",")] for line in lines])
    assert rows.shape == (1797, 65)
    assert rows[:, :64].min() == 0
    assert rows[:, :64].max() == 16
    assert sorted(set(rows[:, 64])) == list(range(10))


def test_each_shard_holds_every_digit():
    for path in digits.paths():
        labels = np.loadtxt(path, delimiter=",", dtype=int)[:, -1]
        counts = np.bincount(labels, minlength=10)
        assert counts.min() >= 10, path


def test_load_data_splits_off_the_last_two_shards():
    (x_train, y_train), (x_test, y_test) = digits.load_data()
    assert x_train.shape == (1438, 8, 8)
    assert x_test.shape == (359, 8, 8)
    assert (x_train.dtype, y_train.dtype) == (np.uint8, np.int64)
    first_line = Path(digits.paths()[0]).read_text().split("\n", 1)[0]
    assert [*x_train[0].ravel(), y_train[0]] == [int(field) for field in first_line.split(",")]
    last_line = Path(digits.paths()[-1]).read_text().splitlines()[-1]
    assert [*x_test[-1].ravel(), y_test[-1]] == [int(field) for field in last_line.split(",")]


def test_shards_are_what_the_script_makes(tmp_path):
    made = make_shards.write_shards(tmp_path)
    shipped = Path(load.__file__).parent
    assert [path.name for path in made] == [Path(path).name for path in digits.paths()]
    for path in made:
        assert path.read_bytes() == (shipped / path.name).read_bytes()
