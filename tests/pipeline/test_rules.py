"""Rules: each one on plans built by hand; no rule changes what comes out; the loop that applies them stops."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from penstock import Dataset
from penstock.core.errors import InvalidArgumentError
from penstock.pipeline.exec import DatasetIterator
from penstock.pipeline.plan import Batch, Node, Prefetch, Range, Repeat, Shuffle, Skip, Take
from penstock.pipeline.rules import RULES, STAGES, Rule, optimize, rewrite
from penstock.pipeline.rules.drop_no_ops import DropNoOps
from penstock.pipeline.rules.fuse_extents import FuseSkips, FuseTakes
from penstock.pipeline.rules.push_extents import PushSkipIntoSource, PushTakeIntoSource
from penstock.testing import assert_elements_equal
from penstock.testing.strategies.datasets import recipes

TEN = Range(0, 10)
BATCHED = Batch(TEN, 2)


@pytest.mark.unit
@pytest.mark.parametrize(
    ("rule", "before", "after"),
    [
        (DropNoOps(), Take(BATCHED, -1), BATCHED),
        (DropNoOps(), Skip(BATCHED, 0), BATCHED),
        (DropNoOps(), Repeat(BATCHED, 1), BATCHED),
        (DropNoOps(), Prefetch(BATCHED, 0), BATCHED),
        (DropNoOps(), Take(Skip(Repeat(BATCHED, 1), 0), 3), Take(BATCHED, 3)),
        (DropNoOps(), Take(BATCHED, 0), Take(BATCHED, 0)),
        (DropNoOps(), Skip(BATCHED, -1), Skip(BATCHED, -1)),
        (FuseTakes(), Take(Take(BATCHED, 3), 5), Take(BATCHED, 3)),
        (FuseTakes(), Take(Take(Take(BATCHED, 9), 2), 5), Take(BATCHED, 2)),
        (FuseTakes(), Take(Take(BATCHED, -1), 5), Take(Take(BATCHED, -1), 5)),
        (FuseTakes(), Take(Skip(Take(BATCHED, 3), 1), 5), Take(Skip(Take(BATCHED, 3), 1), 5)),
        (FuseSkips(), Skip(Skip(BATCHED, 3), 5), Skip(BATCHED, 8)),
        (FuseSkips(), Skip(Skip(BATCHED, -1), 5), Skip(Skip(BATCHED, -1), 5)),
        (PushTakeIntoSource(), Take(TEN, 4), Range(0, 4)),
        (PushTakeIntoSource(), Take(TEN, 40), Range(0, 10)),
        (PushTakeIntoSource(), Take(Range(9, -1, -3), 2), Range(9, 3, -3)),
        (PushTakeIntoSource(), Take(TEN, -1), Take(TEN, -1)),
        (PushTakeIntoSource(), Take(BATCHED, 2), Take(BATCHED, 2)),
        (PushSkipIntoSource(), Skip(TEN, 4), Range(4, 10)),
        (PushSkipIntoSource(), Skip(TEN, 40), Range(10, 10)),
        (PushSkipIntoSource(), Skip(TEN, -1), Range(10, 10)),
        (PushSkipIntoSource(), Skip(Shuffle(TEN, 2), 1), Skip(Shuffle(TEN, 2), 1)),
    ],
)
def test_plans(rule, before, after) -> None:
    made, used = rewrite(before, [rule])
    assert made == after
    assert used == ((rule.name,) if after != before else ())
    if after == before:
        assert made is before


@pytest.mark.unit
def test_extents_of_slices_cut_the_arrays() -> None:
    node = Dataset.from_tensor_slices(np.arange(10)).skip(2).take(3)._node
    made, used = optimize(node)
    assert type(made).name == "from_tensor_slices"
    assert list(Dataset(made)) == [2, 3, 4]
    assert used == ("PushSkipIntoSource", "PushTakeIntoSource")


@pytest.mark.unit
def test_stages_have_names() -> None:
    node = Dataset.range(10).take(5).repeat(1)._node
    assert STAGES == ("logical", "simplified")
    assert optimize(node, "logical") == (node, ())
    assert optimize(node)[0] == Range(0, 5)
    with pytest.raises(InvalidArgumentError) as caught:
        optimize(node, "simplifed")
    assert str(caught.value) == (
        "stage: must be one of logical, simplified. Received: 'simplifed'. Did you mean 'simplified'?"
    )


@pytest.mark.unit
def test_rewriting_keeps_epochs_and_caches() -> None:
    dataset = Dataset.range(8).repeat(1).shuffle(4, seed=42).skip(0).cache().take(-1)
    root, _ = optimize(dataset._node)
    assert root.memory is dataset._node.input.memory
    assert root.input.seeds is dataset._node.input.input.input.seeds


@pytest.mark.unit
def test_rules_that_undo_one_another_are_found() -> None:
    class TakeToSkip(Rule):
        def apply(self, node: Node) -> Node:
            return Skip(node.input, node.count) if isinstance(node, Take) else node

    class SkipToTake(Rule):
        def apply(self, node: Node) -> Node:
            return Take(node.input, node.count) if isinstance(node, Skip) else node

    with pytest.raises(RuntimeError, match=r"the plan still changes after 100 rounds.*: TakeToSkip, SkipToTake\."):
        rewrite(Take(BATCHED, 3), [SkipToTake(), TakeToSkip()])


@pytest.mark.unit
def test_every_rule_shows_before_and_after() -> None:
    assert all("→" in (type(rule).__doc__ or "") for rule in RULES)


def read(root: Node) -> tuple[list[object], type[Exception] | None]:
    found: list[object] = []
    try:
        with DatasetIterator(root) as iterator:
            for element in iterator:
                found.append(element)
    except ValueError as err:
        return found, type(err)
    return found, None


@pytest.mark.property
@given(recipes(), st.sampled_from(RULES))
def test_each_rule_alone_changes_no_element(recipe, rule) -> None:
    expected, wanted_error = read(recipe.build()._node)
    found, error = read(rewrite(recipe.build()._node, [rule])[0])
    assert (len(found), error) == (len(expected), wanted_error)
    for element, want in zip(found, expected, strict=True):
        assert_elements_equal(element, want)
