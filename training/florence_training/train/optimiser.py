"""AdamW over the parts of the model, each with its own learning rate."""

from __future__ import annotations

import math
from collections.abc import Iterator

import torch
from torch import nn
from transformers import Florence2ForConditionalGeneration

from florence_training.train.heads import Heads
from florence_training.train.recipe import Recipe, Stage

BETAS = (0.9, 0.98)


def make_optimiser(model: Florence2ForConditionalGeneration, heads: Heads, recipe: Recipe) -> torch.optim.AdamW:
    """Makes AdamW with groups named in `part` as in `Rates`. Only matrices decay, vectors and embeddings do not."""
    groups: dict[tuple[str, float], list[nn.Parameter]] = {}
    for part, parameter in _parts(model, heads):
        decay = recipe.weight_decay if parameter.ndim > 1 and part != "embeddings" else 0.0
        groups.setdefault((part, decay), []).append(parameter)
    rows = [{"params": parameters, "part": part, "weight_decay": decay} for (part, decay), parameters in groups.items()]
    return torch.optim.AdamW(rows, lr=0.0, betas=BETAS, fused=True)


def set_rates(optimiser: torch.optim.AdamW, stage: Stage, step: int) -> float:
    """Sets every part's learning rate for a step of the stage and returns their common factor.

    Parts with a rate of 0 need no gradients: with a frozen tower, a step takes three quarters of the time.
    """
    factor = factor_at(stage, step)
    for group in optimiser.param_groups:
        rate = getattr(stage.rates, group["part"])
        group["lr"] = rate * factor
        for parameter in group["params"]:
            parameter.requires_grad_(rate > 0)
    return factor


def factor_at(stage: Stage, step: int) -> float:
    """Returns the factor of the rates: linear warm-up over the first steps, cosine decay over the last."""
    rising = min(1.0, (step + 1) / stage.warm_up)
    progress = 0.0 if stage.decay == 0 else max(0.0, (step + 1 - (stage.steps - stage.decay)) / stage.decay)
    falling = stage.floor + (1 - stage.floor) * (1 + math.cos(math.pi * progress)) / 2
    return rising * falling


def _parts(model: Florence2ForConditionalGeneration, heads: Heads) -> Iterator[tuple[str, nn.Parameter]]:
    embeddings = model.get_input_embeddings().weight
    for name, parameter in model.named_parameters():
        if parameter is embeddings:
            yield "embeddings", parameter
        elif "vision_tower" in name or "multi_modal_projector" in name:
            yield "vision", parameter
        else:
            yield "language", parameter
    for parameter in heads.parameters():
        yield "heads", parameter
