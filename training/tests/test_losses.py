"""Near misses of locations cost little, and words have a hard cross-entropy."""

from __future__ import annotations

import pytest
import torch
from torch.nn import functional

from florence_training.train.losses import mean_of_tokens, soften, token_losses

VOCABULARY, FIRST = 1100, 50


def test_a_softened_bin_is_a_gaussian_of_sum_one() -> None:
    weights = soften(torch.tensor([0, 500, 999]), 4.0)
    assert torch.allclose(weights.sum(-1), torch.ones(3))
    assert weights.argmax(-1).tolist() == [0, 500, 999]
    assert weights[1, 504] / weights[1, 500] == pytest.approx(torch.exp(torch.tensor(-0.5)).item())
    assert weights[1, :480].sum() == 0


def test_words_have_hard_targets_and_locations_soft_ones() -> None:
    logits = torch.randn(3, VOCABULARY, generator=torch.Generator().manual_seed(0))
    targets = torch.tensor([7, FIRST + 200, FIRST + 1005])
    losses = token_losses(logits, targets, FIRST, 4.0)
    hard = functional.cross_entropy(logits, targets, reduction="none")
    assert losses[[0, 2]].tolist() == hard[[0, 2]].tolist()
    soft = -(functional.log_softmax(logits[1], -1)[FIRST : FIRST + 1000] * soften(torch.tensor(200), 4.0)).sum()
    assert losses[1].item() == pytest.approx(soft.item())


def test_a_near_location_costs_less_than_a_far_one() -> None:
    places = torch.tensor([FIRST + 200])
    near, far = (torch.zeros(1, VOCABULARY).index_fill(1, torch.tensor([FIRST + bin_]), 5.0) for bin_ in (203, 300))
    assert token_losses(near, places, FIRST, 4.0) < token_losses(far, places, FIRST, 4.0)


def test_location_tokens_have_the_weight_of_the_recipe() -> None:
    losses, places = torch.tensor([1.0, 4.0, 4.0]), torch.tensor([False, True, True])
    assert mean_of_tokens(losses, places, 1.0).item() == 3
    assert mean_of_tokens(losses, places, 0.25).item() == 2
