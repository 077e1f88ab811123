"""Random weights under which a model says different things of different pictures and prompts, far from any tie.

Drawn alike everywhere, they do not: attention that is nearly uniform averages every difference away, what all tokens
have in common grows from layer to layer, and the decoder writes one id for ever. The gains were tried until it did not.
"""

from __future__ import annotations

import torch
from torch import nn
from transformers import Florence2ForConditionalGeneration

# A logit is a normalised vector, of length √768, times a row of the table: its deviation is 0.05 · √768 ≈ 1.4.
EMBEDDING_DEVIATION = 0.05
NORM_DEVIATION = 0.1
BIAS_DEVIATION = 0.02

# By the end of a weight's name, the first that fits; a gain of 1 keeps the variance of what goes in.
GAINS = {
    # A decoder's token looks at a few of the encoder's, and another token at others.
    "encoder_attn.q_proj.weight": 2.5,
    "encoder_attn.k_proj.weight": 2.5,
    "encoder_attn.v_proj.weight": 0.7,
    "encoder_attn.out_proj.weight": 0.7,
    "q_proj.weight": 1.7,
    "k_proj.weight": 1.7,
    # Less than the token itself, so that tokens stay different.
    "v_proj.weight": 0.6,
    "out_proj.weight": 0.6,
    # Where GELU is nearly linear it adds little that all tokens have in common.
    "fc1.weight": 0.5,
    "fc2.weight": 2.5,
}


@torch.no_grad()
def randomise(model: Florence2ForConditionalGeneration, seed: int) -> None:
    """Overwrites every parameter. What a seed gives depends on their order, so on the version of transformers."""
    generator = torch.Generator().manual_seed(seed)
    for name, parameter in model.named_parameters():
        centre = 1.0 if _is_norm(name) and name.endswith("weight") else 0.0
        parameter.copy_(centre + torch.randn(parameter.shape, generator=generator) * deviation_of(name, parameter))
    # transformers may write the placeholder, other implementations may not: a logit of 0 is never among the highest.
    model.get_input_embeddings().weight[model.config.image_token_id] = 0.0


def deviation_of(name: str, parameter: nn.Parameter) -> float:
    """The standard deviation that a parameter is drawn with."""
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
