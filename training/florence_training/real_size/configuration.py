"""Converts the published configuration files to transformers' own `Florence2Config`."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from transformers import BartConfig, Florence2Config, Florence2VisionConfig

# The names in transformers 5.23 of the settings in the published `vision_config`.
VISION_SETTINGS = {
    "depths": "depths",
    "embed_dim": "dim_embed",
    "num_heads": "num_heads",
    "num_groups": "num_groups",
    "patch_size": "patch_size",
    "patch_stride": "patch_stride",
    "patch_padding": "patch_padding",
    "patch_prenorm": "patch_prenorm",
    "window_size": "window_size",
    "projection_dim": "projection_dim",
}

# Sizes and token ids of the published `text_config`; settings of the search are in `generation_config.json`.
TEXT_SETTINGS = (
    "activation_function bos_token_id d_model decoder_attention_heads decoder_ffn_dim decoder_layers"
    " decoder_start_token_id encoder_attention_heads encoder_ffn_dim encoder_layers eos_token_id"
    " forced_eos_token_id max_position_embeddings pad_token_id scale_embedding vocab_size"
).split()

PLACEHOLDER = "<mask>"


def read_configuration(folder: Path) -> Florence2Config:
    """Returns the configuration of the model with the `config.json` and `tokenizer.json` in `folder`."""
    published = json.loads((folder / "config.json").read_text(encoding="utf-8"))
    vision, text = published["vision_config"], published["text_config"]
    return Florence2Config(
        vision_config=_vision(vision).to_dict(),
        text_config=BartConfig(**{name: text[name] for name in TEXT_SETTINGS}).to_dict(),
        image_token_id=_placeholder_id(folder / "tokenizer.json"),
        tie_word_embeddings=text["tie_word_embeddings"],
    )


def _vision(published: Mapping[str, Any]) -> Florence2VisionConfig:
    return Florence2VisionConfig(
        **{ours: published[theirs] for ours, theirs in VISION_SETTINGS.items()},
        max_position_embeddings=published["image_pos_embed"]["max_pos_embeddings"],
        max_temporal_embeddings=published["visual_temporal_embedding"]["max_temporal_embeddings"],
        drop_path_rate=0.0,
    )


def _placeholder_id(tokenizer: Path) -> int:
    """Returns the id in place of visual tokens; the published vocabulary has none for them, and no use for this one."""
    added = json.loads(tokenizer.read_text(encoding="utf-8"))["added_tokens"]
    return next(int(token["id"]) for token in added if token["content"] == PLACEHOLDER)
