"""Selects the weights that train: all of them, or low-rank adapters beside the linear layers (Hu et al., 2021)."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from dataclasses import dataclass

import torch
from peft import LoraConfig, PeftModel, get_peft_model
from torch import nn
from transformers import Florence2ForConditionalGeneration

VISION = ("model.vision_tower.", "model.multi_modal_projector.")
HEAD = "lm_head"  # tied to the embeddings: an adapter there could not be merged into one matrix


@dataclass(frozen=True)
class Adapted:
    """A model that is ready to train. With `adapters`, they are inside `model`, and all other weights are frozen."""

    model: Florence2ForConditionalGeneration
    adapters: PeftModel | None

    def learning(self) -> Mapping[str, nn.Parameter]:
        """Returns the parameters that train, by name."""
        return {name: parameter for name, parameter in self.model.named_parameters() if parameter.requires_grad}

    def merged(self) -> Florence2ForConditionalGeneration:
        """Returns a plain model that computes the same; with adapters a copy, so that this one can go on training."""
        if self.adapters is None:
            return self.model
        return copy.deepcopy(self.adapters).merge_and_unload()


def adapt(model: Florence2ForConditionalGeneration, rank: int, *, freeze_vision: bool, seed: int) -> Adapted:
    """Prepares a model for training, in place; the initial weights of the adapters depend on the seed."""
    if rank == 0:
        for name, parameter in model.named_parameters():
            parameter.requires_grad_(not (freeze_vision and name.startswith(VISION)))
        return Adapted(model, None)
    torch.manual_seed(seed)
    layers = [
        name
        for name, module in model.named_modules()
        if isinstance(module, nn.Linear) and name != HEAD and not (freeze_vision and name.startswith(VISION))
    ]
    adapters = get_peft_model(model, LoraConfig(r=rank, lora_alpha=rank, target_modules=layers))
    return Adapted(model, adapters)
