"""What of a model learns: all of its weights, or low-rank adapters beside its linear layers (Hu et al., 2021)."""

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
    """A model that learns. With `adapters`, they are inside of it and all else stays as it is."""

    model: Florence2ForConditionalGeneration
    adapters: PeftModel | None

    def learning(self) -> Mapping[str, nn.Parameter]:
        """The parameters that learn, by name."""
        return {name: parameter for name, parameter in self.model.named_parameters() if parameter.requires_grad}

    def merged(self) -> Florence2ForConditionalGeneration:
        """A plain model that computes the same; this one goes on learning, so it is a copy with adapters."""
        if self.adapters is None:
            return self.model
        return copy.deepcopy(self.adapters).merge_and_unload()


def adapt(model: Florence2ForConditionalGeneration, rank: int, *, freeze_vision: bool, seed: int) -> Adapted:
    """Makes a model ready to learn, in place; the adapters' first weights hang on the seed."""
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
