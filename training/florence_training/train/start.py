"""Makes the model that a training starts from: that of another training, any checkpoint, or an untrained one."""

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

LOWEST, HIGHEST = 0.5, 20.0  # periods of the waves over the side of the image
WAVES = 64
SHARED_DEVIATION, OWN_DEVIATION = 0.02, 0.002  # of what neighbours share, and of what they do not


def load_start(folder: Path, recipe: Recipe, *, untrained: bool) -> Florence2ForConditionalGeneration:
    """Returns the model of a `from_pretrained` folder, or a new one of its `config.json`'s sizes if `untrained`."""
    torch.manual_seed(recipe.seed)
    model = make_model(folder) if untrained else load_checkpoint(folder)
    locations = recipe.locations or ("related" if untrained else None)
    if locations:
        first = first_location(Tokenizer.from_file(str(folder / "tokenizer.json")))
        start_locations(model.get_input_embeddings().weight[first : first + BINS], related=locations == "related")
    return model


def make_model(folder: Path) -> Florence2ForConditionalGeneration:
    """Returns an untrained model of the sizes in the folder's json files."""
    model = Florence2ForConditionalGeneration(Florence2Config.from_pretrained(folder))
    model.set_attn_implementation("eager")
    model.generation_config = GenerationConfig.from_pretrained(folder)
    return model


@torch.no_grad()
def start_locations(rows: torch.Tensor, *, related: bool) -> None:
    """Initialises the location tokens' embeddings [bins,D] in place.

    They change slowly from bin to bin if `related`.
    """
    if not related:
        rows.copy_(SHARED_DEVIATION * torch.randn(rows.shape))
        return
    angles = 2 * math.pi * torch.linspace(LOWEST, HIGHEST, WAVES) * (torch.arange(BINS) / BINS)[:, None]
    waves = torch.cat([angles.sin(), angles.cos()], dim=1)
    mixed = waves @ torch.randn(2 * WAVES, rows.shape[1]) / math.sqrt(WAVES)
    rows.copy_(SHARED_DEVIATION * mixed + OWN_DEVIATION * torch.randn(rows.shape))


def copy_settings(source: Path, target: Path) -> None:
    """Copies the tokenizer and the image processor's settings, as far as they exist."""
    for name in SETTINGS:
        if (source / name).exists():
            shutil.copyfile(source / name, target / name)
