"""Reads `from_pretrained` folders."""

from __future__ import annotations

import json
from pathlib import Path

import torch
from transformers import Florence2ForConditionalGeneration

from florence_training.lfs import PULL, find_pointers

SHIPPED = Path(__file__).resolve().parents[2] / "model-shards" / "mini"


class CheckpointFileError(Exception):
    """Raised for a checkpoint with files that are none of a model; the message names them and what to do."""


def _check_files(checkpoint: Path) -> None:
    """Raises CheckpointFileError if files are Git LFS pointers."""
    pointers = find_pointers(checkpoint)
    if pointers:
        raise CheckpointFileError(f"{checkpoint}: {', '.join(pointers)} are Git LFS pointers. {PULL}")


def load_checkpoint(checkpoint: Path) -> Florence2ForConditionalGeneration:
    """Returns the model in float32 and evaluation mode, with eager attention, as in the exported graphs.

    Raises CheckpointFileError for a clone without Git LFS.
    """
    _check_files(checkpoint)
    model = Florence2ForConditionalGeneration.from_pretrained(
        checkpoint, dtype=torch.float32, attn_implementation="eager"
    )
    return model.eval()


def read_image_size(checkpoint: Path) -> int:
    """Returns the side, in pixels, of the square that the checkpoint's image processor makes.

    Raises CheckpointFileError for a clone without Git LFS.
    """
    _check_files(checkpoint)
    settings = json.loads((checkpoint / "preprocessor_config.json").read_text(encoding="utf-8"))
    return int(settings["size"]["height"])
