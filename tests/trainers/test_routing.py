"""What a tree of models answers, against a walk of each image down it in plain Python."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from trainers import _grouping, _routing

if TYPE_CHECKING:
    from trainers._grouping import Tree

TREES: tuple[Tree, ...] = ((((4, 6), (0, 2)), 1, 3, 5), ((1, 3), 0, 2), (0, 1, 2), ((0, 1), (2, 3)))


def sent(tree: Tree, chances: dict[Tree, np.ndarray], image: int) -> tuple[int, dict[int, float]]:
    """Send an image down a tree step by step: where it ends, and the probability of every class."""
    if isinstance(tree, int):
        return tree, {tree: 1.0}
    own = chances[tree][image]
    below = [sent(part, chances, image) for part in tree]
    products = {c: float(p * own[output]) for output, (_, found) in enumerate(below) for c, p in found.items()}
    return below[int(own.argmax())][0], products


def parts(tree: Tree) -> list[Any]:
    """Give the inner nodes of a tree, each before those under it."""
    return [] if isinstance(tree, int) else [tree, *(node for part in tree for node in parts(part))]


@given(st.integers(0, 2**31), st.sampled_from(TREES))
def test_routing_is_a_walk_down_the_tree(seed: int, tree: Tree) -> None:
    """Soft, hard, oracle and per-stage accuracy against a walk of each image, node by node, in plain Python."""
    random = np.random.default_rng(seed)
    scores = {node: random.normal(size=(40, len(node))) * 2 for node in parts(tree)}
    chances = {node: np.exp(s) / np.exp(s).sum(axis=1, keepdims=True) for node, s in scores.items()}
    classes = len(_grouping.classes_under(tree))
    labels = np.concatenate([np.arange(classes), random.integers(0, classes, 40 - classes)])
    walked = [sent(tree, chances, image) for image in range(40)]
    wanted = {
        "val_routed_hard_accuracy": np.mean([end == label for (end, _), label in zip(walked, labels, strict=True)]),
        "val_routed_soft_accuracy": np.mean(
            [max(p, key=p.__getitem__) == label for (_, p), label in zip(walked, labels, strict=True)]
        ),
        "val_loss": -np.mean([np.log(p[label]) for (_, p), label in zip(walked, labels, strict=True)]),
    }
    right = np.zeros(40, dtype=bool)
    for number, node in enumerate(parts(tree), start=1):
        outputs = [_grouping.classes_under(part) for part in node]
        under = [i for i in range(40) if any(labels[i] in output for output in outputs)]
        hits = {i: labels[i] in outputs[int(scores[node][i].argmax())] for i in under}
        wanted[f"val_stage_{number}_accuracy"] = np.mean(list(hits.values()))
        for i in under:
            if (int(labels[i]),) in outputs:
                right[i] = hits[i]
    wanted["val_oracle_routed_accuracy"] = right.mean()
    stages = [value for name, value in wanted.items() if "stage" in name]
    wanted["val_mean_stage_accuracy"] = np.mean(stages)
    given_scores = [torch.from_numpy(scores[node]) for node in parts(tree)]
    found = _routing.judge(_grouping.nodes(tree), given_scores, torch.from_numpy(labels), classes)
    assert {name: found[name] for name in wanted} == pytest.approx(wanted, rel=1e-6)
    assert found["val_accuracy"] == found["val_routed_soft_accuracy"]


def test_sure_and_right_nodes_lose_nothing() -> None:
    """Where no node errs all accuracies are one; where only the root errs the oracle and the pairs do not see it."""
    tree = _grouping.nodes(((0, 1), 2, 3))
    labels = torch.arange(4)
    root = torch.tensor([[9.0, 0, 0], [9, 0, 0], [0, 9, 0], [0, 0, 9]])
    pair = torch.tensor([[9.0, 0], [0, 9], [0, 9], [0, 9]])
    right = _routing.judge(tree, [root, pair], labels, 4)
    assert {value for name, value in right.items() if "accuracy" in name} == {1.0}
    wrong = _routing.judge(tree, [root[[2, 1, 2, 3]], pair], labels, 4)
    assert wrong["val_routed_hard_accuracy"] == wrong["val_routed_soft_accuracy"] == 0.75
    assert (wrong["val_oracle_routed_accuracy"], wrong["val_stage_2_accuracy"]) == (1.0, 1.0)
    assert wrong["val_mean_stage_accuracy"] == (0.75 + 1) / 2
