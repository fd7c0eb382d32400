"""Error policies: elements that fail are left out, counted and reported, up to a limit."""

from __future__ import annotations

import json
import logging

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from penstock import Dataset, TextLineDataset, records
from penstock.core.errors import InvalidArgumentError, NotFoundError, StageError
from penstock.pipeline import UNKNOWN_CARDINALITY


def not_three(x):
    if x % 4 == 3:
        raise RuntimeError("a three")
    return x * 10


def lines(tmp_path, name, text):
    path = tmp_path / name
    path.write_text(text)
    return str(path)


@pytest.mark.unit
@pytest.mark.parametrize("options", [{}, {"vectorize": False}, {"num_parallel_calls": 3, "vectorize": False}])
def test_map_skips_and_reports(options) -> None:
    iterator = iter(Dataset.range(9).map(not_three, on_error="skip", **options))
    assert list(iterator) == [0, 10, 20, 40, 50, 60, 80]
    assert iterator.skipped.total == len(iterator.skipped) == 2
    assert [(skipped.stage, skipped.node, skipped.element) for skipped in iterator.skipped] == [
        ("map", 1, 3),
        ("map", 1, 7),
    ]
    first = iterator.skipped.first[0]
    assert str(first) == "map: 'not_three' raised RuntimeError on element 3 (node 1): a three"
    assert isinstance(first.error.__cause__, RuntimeError)
    assert repr(iterator.skipped) == "SkipReport(2 skipped)"


@pytest.mark.unit
def test_a_report_names_file_and_line(tmp_path) -> None:
    path = lines(tmp_path, "a.txt", "1\nx\n3\n")
    iterator = iter(TextLineDataset(path).map(lambda line: int(line), on_error="skip"))
    assert list(iterator) == [1, 3]
    (skipped,) = iterator.skipped
    assert (skipped.path, skipped.record_index) == (path, 1)


@pytest.mark.property
@given(st.integers(0, 60), st.sets(st.integers(0, 59)), st.sampled_from([None, False]), st.booleans(), st.booleans())
def test_rows_in_are_rows_out_and_rows_reported(n, bad, vectorize, is_batched, is_ignored) -> None:
    def fails(x):
        if int(x) in bad:
            raise ValueError("bad")
        return x

    if is_ignored:
        dataset = Dataset.range(n).map(fails, vectorize=vectorize).ignore_errors()
    else:
        dataset = Dataset.range(n).map(fails, vectorize=vectorize, on_error="skip")
    iterator = iter(dataset.batch(4) if is_batched else dataset)
    found = [int(x) for element in iterator for x in np.atleast_1d(element)]
    assert found == [x for x in range(n) if x not in bad]
    assert len(found) + iterator.skipped.total == n


@pytest.mark.unit
def test_parsed_rows_keep_the_block_form() -> None:
    rows = [b"1,2", b"x,2", b"3,4"] * 700
    parse = Dataset.from_tensor_slices(rows).map(lambda r: records.decode_csv(r, [0, 0]), on_error="skip")
    iterator = iter(parse)
    assert [int(first) for first, _ in iterator] == [1, 3] * 700
    assert iterator.skipped.total == 700 and len(iterator.skipped.first) == 100
    assert [skipped.element for skipped in iterator.skipped.first[:3]] == [1, 4, 7]


@pytest.mark.unit
def test_filter_skips() -> None:
    iterator = iter(Dataset.range(9).filter(lambda x: not_three(x) > 10, on_error="skip"))
    assert list(iterator) == [2, 4, 5, 6, 8]
    assert [skipped.element for skipped in iterator.skipped] == [3, 7]


@pytest.mark.unit
def test_flat_map_leaves_out_datasets_that_cannot_be_made_or_read(tmp_path) -> None:
    files = [lines(tmp_path, "a", "1\n2\n"), str(tmp_path / "none"), lines(tmp_path, "b", "3\n")]
    iterator = iter(Dataset.from_tensor_slices(files).flat_map(TextLineDataset, on_error="skip"))
    assert list(iterator) == [b"1", b"2", b"3"]
    assert [(skipped.stage, type(skipped.error)) for skipped in iterator.skipped] == [("flat_map", NotFoundError)]
    iterator = iter(Dataset.range(8).flat_map(lambda x: Dataset.range(not_three(x), 45), on_error="skip"))
    assert list(iterator) == [*range(45), *range(10, 45), *range(20, 45), *range(40, 45)]
    assert [skipped.element for skipped in iterator.skipped] == [3, 7]


@pytest.mark.unit
@pytest.mark.parametrize("vectorize", [None, False])
def test_flat_map_leaves_a_dataset_where_it_fails(vectorize) -> None:
    def rows(x):
        return Dataset.range(10 * x, 10 * x + 6).map(not_three, vectorize=vectorize)

    def fresh():
        return iter(Dataset.range(3).flat_map(rows, on_error="skip", skip_limit=3))

    expected = [0, 10, 20, 100, 200, 210, 220]
    assert list(fresh()) == expected
    for n in range(len(expected) + 1):
        iterator = fresh()
        for _ in range(n):
            next(iterator)
        restored = fresh()
        restored.set_state(json.loads(json.dumps(iterator.get_state())))
        assert list(restored) == expected[n:]
        assert restored.skipped.total == 3


@pytest.mark.unit
def test_flat_map_does_not_skip_errors_of_its_input(read_all) -> None:
    found = read_all(Dataset.range(5).map(not_three).flat_map(Dataset.from_tensors, on_error="skip"))
    assert [type(x) for x in found].count(StageError) == 1
    assert [int(x) for x in found if not isinstance(x, StageError)] == [0, 10, 20, 40]
    limited = Dataset.range(8).flat_map(lambda x: Dataset.from_tensors(not_three(x)), on_error="skip", skip_limit=1)
    assert [type(x) for x in read_all(limited)].count(StageError) == 1
    assert repr(limited).endswith(".flat_map(<lambda>, on_error='skip', skip_limit=1)>")


@pytest.mark.unit
@pytest.mark.parametrize("calls", [None, 2])
def test_interleave_leaves_out_datasets_that_cannot_be_read(tmp_path, calls) -> None:
    files = [lines(tmp_path, "a", "1\n2\n"), str(tmp_path / "none"), lines(tmp_path, "b", "3\n")]
    read = Dataset.from_tensor_slices(files).interleave(
        TextLineDataset, cycle_length=2, num_parallel_calls=calls, on_error="skip"
    )
    iterator = iter(read)
    assert sorted(iterator) == [b"1", b"2", b"3"]
    (skipped,) = iterator.skipped
    assert skipped.stage == "interleave" and isinstance(skipped.error, NotFoundError)


@pytest.mark.unit
def test_interleave_leaves_out_elements_that_have_no_dataset() -> None:
    iterator = iter(Dataset.range(5).interleave(lambda x: Dataset.range(not_three(x), 45), 2, on_error="skip"))
    assert len(list(iterator)) == 45 + 35 + 25 + 5
    assert [skipped.element for skipped in iterator.skipped] == [3]


@pytest.mark.unit
def test_interleave_does_not_skip_errors_of_its_input(read_all) -> None:
    dataset = Dataset.range(5).map(not_three).interleave(Dataset.from_tensors, 2, on_error="skip")
    found = read_all(dataset)
    assert [type(x) for x in found].count(StageError) == 1
    assert [int(x) for x in found if not isinstance(x, StageError)] == [0, 10, 20, 40]


@pytest.mark.unit
def test_a_function_decides() -> None:
    asked = []

    def is_seven(error):
        asked.append(error.element_index)
        return error.element_index == 7

    iterator = iter(Dataset.range(4, 20).map(not_three, on_error=is_seven))
    assert [int(next(iterator)) for _ in range(3)] == [40, 50, 60]
    with pytest.raises(StageError, match="element 3"):
        next(iterator)
    assert asked == [3] and iterator.skipped.total == 0
    iterator.close()


@pytest.mark.unit
@pytest.mark.parametrize("is_ignored", [True, False])
def test_a_limit(is_ignored) -> None:
    if is_ignored:
        dataset = Dataset.range(20).map(not_three).ignore_errors(limit=2)
    else:
        dataset = Dataset.range(20).map(not_three, on_error="skip", skip_limit=2)
    iterator = iter(dataset)
    assert [int(next(iterator)) for _ in range(9)] == [0, 10, 20, 40, 50, 60, 80, 90, 100]
    with pytest.raises(StageError, match="element 11") as caught:
        next(iterator)
    stage = "ignore_errors" if is_ignored else "map"
    assert caught.value.__notes__ == [f"{stage}: 2 elements were skipped before, and no more may be."]
    assert iterator.skipped.total == 2
    iterator.close()


@pytest.mark.unit
@pytest.mark.parametrize("mistake", [lambda x: no_such_name + x, lambda x: np.no_such_function(x)])  # noqa: F821
def test_mistakes_are_not_skipped(mistake) -> None:
    with pytest.raises(StageError, match=r"raised (Name|Attribute)Error on element 0"):
        list(Dataset.range(5).map(mistake, on_error="skip"))
    assert list(Dataset.range(5).map(mistake, on_error=lambda error: True)) == []
    assert list(Dataset.range(2).map(lambda x: None.group() if x == 0 else x, on_error="skip")) == [1]


@pytest.mark.unit
def test_other_stages_still_raise() -> None:
    dataset = Dataset.range(9).map(not_three).map(lambda x: x, on_error="skip")
    with pytest.raises(StageError, match=r"map: 'not_three' raised RuntimeError on element 3 \(node 1\)"):
        list(dataset)


@pytest.mark.unit
def test_ignore_errors_covers_all_stages_below(caplog) -> None:
    dataset = (
        Dataset.range(9).map(not_three).filter(lambda x: not_three(x / 10 + 1) > 0).ignore_errors(log_warning=True)
    )
    with caplog.at_level(logging.WARNING, "penstock"):
        iterator = iter(dataset)
        assert list(iterator) == [0, 10, 40, 50, 80]
    assert [skipped.stage for skipped in iterator.skipped] == ["ignore_errors"] * 4
    assert len(caplog.records) == 4
    assert "ignore_errors: skipped an element: map: 'not_three' raised RuntimeError" in caplog.text


@pytest.mark.unit
def test_an_input_that_never_gets_past_its_error_is_not_asked_for_ever() -> None:
    class DeadLine:
        def __iter__(self):
            return self

        def __next__(self):
            raise OSError("the line is dead")

    class Broken:
        def __iter__(self):
            return DeadLine()

    iterator = iter(Dataset.from_source(Broken()).ignore_errors())
    with pytest.raises(StageError, match="the line is dead"):
        list(iterator)
    assert iterator.skipped.total == 2


@pytest.mark.unit
def test_the_same_error_at_other_places_is_skipped(tmp_path) -> None:
    missing, good = str(tmp_path / "none"), lines(tmp_path, "a", "1\n")
    iterator = iter(TextLineDataset([missing, missing, missing, good, missing]).ignore_errors())
    assert list(iterator) == [b"1"]
    assert iterator.skipped.total == 4


@pytest.mark.unit
def test_a_saved_state_counts_what_was_skipped() -> None:
    def fresh():
        return iter(Dataset.range(20).map(not_three, on_error="skip", skip_limit=5))

    for n in range(16):
        iterator = fresh()
        for _ in range(n):
            next(iterator)
        restored = fresh()
        restored.set_state(json.loads(json.dumps(iterator.get_state())))
        assert [int(x) // 10 for x in restored] == [x for x in range(20) if x % 4 != 3][n:]
        assert restored.skipped.total == 5


@pytest.mark.unit
def test_the_plan_shows_the_policy_and_the_count_is_unknown() -> None:
    dataset = Dataset.range(5).map(not_three, on_error="skip", skip_limit=3)
    assert repr(dataset) == "<Dataset range(5).map(not_three, on_error='skip', skip_limit=3)>"
    assert dataset.cardinality() == UNKNOWN_CARDINALITY
    assert Dataset.range(5).ignore_errors().cardinality() == UNKNOWN_CARDINALITY
    assert repr(Dataset.range(5).ignore_errors(limit=3)) == "<Dataset range(5).ignore_errors(limit=3)>"


@pytest.mark.unit
def test_arguments_are_checked() -> None:
    message = (
        r'Dataset\.map: on_error must be "raise", "skip" or a function of the error\. Received: on_error=\'ignore\''
    )
    with pytest.raises(InvalidArgumentError, match=message):
        Dataset.range(5).map(not_three, on_error="ignore")
    message = r'Dataset\.filter: skip_limit goes with on_error="skip" or a function\. Received: skip_limit=3\.'
    with pytest.raises(InvalidArgumentError, match=message):
        Dataset.range(5).filter(not_three, skip_limit=3)
    message = r"Dataset\.interleave: skip_limit must be an int >= 0\. Received: skip_limit=-1 \(int\)\."
    with pytest.raises(InvalidArgumentError, match=message):
        Dataset.range(5).interleave(Dataset.range, on_error="skip", skip_limit=-1)
