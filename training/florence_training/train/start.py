"""The model that a training begins with: another training's, any checkpoint's, or one that knows nothing."""

from __future__ import annotations

import math
import shutil
from pathlib import Path

import torch
from tokenizers import Tokenizer
from transformers import Florence2Config, Florence2ForConditionalGeneration, GenerationConfig

from florence_training.annotate.locations import BINS
from florence_training.checkpoint import load_checkpoint
from florence_training.export.restore import SETTINGS
from florence_training.train.recipe import Recipe
from florence_training.train.vocabulary import first_location

LOWEST, HIGHEST = 0.5, 20.0  # periods of the waves over the picture's side
WAVES = 64
ALIKE, APART = 0.02, 0.002  # the deviation of what neighbours share, and of what they do not


def load_start(folder: Path, recipe: Recipe, *, untrained: bool) -> Florence2ForConditionalGeneration:
    """The model in a `from_pretrained` folder, or, `untrained`, a new one as large as its `config.json` says."""
    torch.manual_seed(recipe.seed)
    model = make_model(folder) if untrained else load_checkpoint(folder)
    locations = recipe.locations or ("related" if untrained else None)
    if locations:
        first = first_location(Tokenizer.from_file(str(folder / "tokenizer.json")))
        start_locations(model.get_input_embeddings().weight[first : first + BINS], related=locations == "related")
    return model


def make_model(folder: Path) -> Florence2ForConditionalGeneration:
    """A model that knows nothing, of the sizes in the folder's json files."""
    model = Florence2ForConditionalGeneration(Florence2Config.from_pretrained(folder))
    model.set_attn_implementation("eager")
    model.generation_config = GenerationConfig.from_pretrained(folder)
    return model


@torch.no_grad()
def start_locations(rows: torch.Tensor, *, related: bool) -> None:
    """Gives the location tokens' embeddings [bins,D] new values, which change slowly from bin to bin if `related`."""
    if not related:
        rows.copy_(ALIKE * torch.randn(rows.shape))
        return
    angles = 2 * math.pi * torch.linspace(LOWEST, HIGHEST, WAVES) * (torch.arange(BINS) / BINS)[:, None]
    waves = torch.cat([angles.sin(), angles.cos()], dim=1)
    mixed = waves @ torch.randn(2 * WAVES, rows.shape[1]) / math.sqrt(WAVES)
    rows.copy_(ALIKE * mixed + APART * torch.randn(rows.shape))


def copy_settings(source: Path, target: Path) -> None:
    """Copies the tokenizer and the image processor's settings, where they are there."""
    for name in SETTINGS:
        if (source / name).exists():
            shutil.copyfile(source / name, target / name)
