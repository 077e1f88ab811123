"""Random weights with which a model answers differently for different images and prompts, far from any tie.

With the same variance everywhere it does not: attention that is nearly uniform averages every difference away, what all
tokens have in common grows from layer to layer, and the decoder repeats one id for ever. The gains were tuned by trial
until it did not.
"""

from __future__ import annotations

import torch
from torch import nn
from transformers import Florence2ForConditionalGeneration

# A logit is a normalised vector, of length √768, times a row of the table: its deviation is 0.05 · √768 ≈ 1.4.
EMBEDDING_DEVIATION = 0.05
NORM_DEVIATION = 0.1
BIAS_DEVIATION = 0.02

# By the suffix of a weight's name, the first that matches; a gain of 1 keeps the variance of the input.
GAINS = {
    # A decoder token attends to a few encoder tokens, and another decoder token to others.
    "encoder_attn.q_proj.weight": 2.5,
    "encoder_attn.k_proj.weight": 2.5,
    "encoder_attn.v_proj.weight": 0.7,
    "encoder_attn.out_proj.weight": 0.7,
    "q_proj.weight": 1.7,
    "k_proj.weight": 1.7,
    # Smaller than the token itself, so that tokens stay different.
    "v_proj.weight": 0.6,
    "out_proj.weight": 0.6,
    # Where GELU is nearly linear, it adds little that all tokens have in common.
    "fc1.weight": 0.5,
    "fc2.weight": 2.5,
}


@torch.no_grad()
def randomise(model: Florence2ForConditionalGeneration, seed: int) -> None:
    """Overwrites every parameter. The values for a seed depend on their order, so on the version of transformers."""
    generator = torch.Generator().manual_seed(seed)
    for name, parameter in model.named_parameters():
        mean = 1.0 if _is_norm(name) and name.endswith("weight") else 0.0
        parameter.copy_(mean + torch.randn(parameter.shape, generator=generator) * deviation_of(name, parameter))
    # transformers may generate the placeholder, others may not: a logit of 0 is never among the highest.
    model.get_input_embeddings().weight[model.config.image_token_id] = 0.0


def deviation_of(name: str, parameter: nn.Parameter) -> float:
    """Returns the standard deviation of a parameter's random values."""
    if _is_norm(name):
        return NORM_DEVIATION if name.endswith("weight") else BIAS_DEVIATION
    if "embed" in name or name.endswith("shared.weight"):
        return EMBEDDING_DEVIATION
    if parameter.ndim == 1:
        return BIAS_DEVIATION
    gain = next((gain for ending, gain in GAINS.items() if name.endswith(ending)), 1.0)
    return float(gain * parameter[0].numel() ** -0.5)


def _is_norm(name: str) -> bool:
    return "norm" in name
