"""One pass of the vision tower, with the feature maps that the auxiliary heads need."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from transformers import Florence2ForConditionalGeneration

from florence_training.export.files import IMAGENET_MEAN, IMAGENET_STD

KEPT = 2  # the maps of the two stages before the last


@dataclass(frozen=True)
class Sight:
    """The outputs of the tower: maps [B,C,H,W], the finest first; visual tokens [B,1+H·W,D], the pooled one first."""

    maps: tuple[torch.Tensor, ...]
    tokens: torch.Tensor


def look(model: Florence2ForConditionalGeneration, pictures: torch.Tensor) -> Sight:
    """Encodes RGB images uint8 [B,3,S,S]."""
    mean, deviation = (torch.tensor(values)[:, None, None] for values in (IMAGENET_MEAN, IMAGENET_STD))
    hidden = (pictures.float() / 255 - mean) / deviation
    tower = model.model.vision_tower
    maps: list[torch.Tensor] = []
    for convolution, stage in zip(tower.convs, tower.blocks, strict=True):
        hidden = convolution(hidden)
        for layer in stage:
            hidden = layer(hidden)
        maps.append(hidden)
    return Sight(tuple(maps[-1 - KEPT : -1]), model.model.multi_modal_projector(hidden))
