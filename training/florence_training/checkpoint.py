"""Reads `from_pretrained` folders."""

from __future__ import annotations

import json
from pathlib import Path

import torch
from transformers import Florence2ForConditionalGeneration

SHIPPED = Path(__file__).resolve().parents[2] / "model-shards" / "mini"


def load_checkpoint(checkpoint: Path) -> Florence2ForConditionalGeneration:
    """Returns the model in float32 and evaluation mode, with eager attention, as in the exported graphs."""
    model = Florence2ForConditionalGeneration.from_pretrained(
        checkpoint, dtype=torch.float32, attn_implementation="eager"
    )
    return model.eval()


def read_image_size(checkpoint: Path) -> int:
    """Returns the side, in pixels, of the square that the checkpoint's image processor makes."""
    settings = json.loads((checkpoint / "preprocessor_config.json").read_text(encoding="utf-8"))
    return int(settings["size"]["height"])
