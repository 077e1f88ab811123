"""Writes the json files beside the graphs: what a runtime needs in addition to the weights."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

from transformers import Florence2ForConditionalGeneration

from florence_training.export.vision import image_tokens

IMAGENET_MEAN = [0.485, 0.456, 0.406]
IMAGENET_STD = [0.229, 0.224, 0.225]
PIL_BICUBIC = 3
TOKEN_ROLES = {
    "bos_token": "<s>",
    "eos_token": "</s>",
    "sep_token": "</s>",
    "cls_token": "<s>",
    "unk_token": "<unk>",
    "pad_token": "<pad>",
    "mask_token": "<mask>",
}


def write_files(model: Florence2ForConditionalGeneration, tokenizer: Path, out: Path, image_size: int) -> None:
    """Writes the tokenizer's and the model's configuration files to `out`."""
    shutil.copyfile(tokenizer, out / "tokenizer.json")
    model.config.architectures = [type(model).__name__]
    model.config.save_pretrained(out)
    if model.generation_config is not None:
        model.generation_config.save_pretrained(out)
    positions = model.config.text_config.max_position_embeddings
    write_json(out / "tokenizer_config.json", tokenizer_config(positions))
    write_json(out / "special_tokens_map.json", TOKEN_ROLES)
    tokens = image_tokens(model.config, image_size)
    write_json(out / "preprocessor_config.json", preprocessor_config(image_size, tokens))


def tokenizer_config(positions: int) -> dict[str, object]:
    """Returns Florence-2's tokenizer settings; the added tokens themselves are in `tokenizer.json`."""
    return {
        "add_prefix_space": False,
        "clean_up_tokenization_spaces": False,
        "errors": "replace",
        "model_max_length": positions,
        "tokenizer_class": "BartTokenizer",
        "trim_offsets": True,
        **TOKEN_ROLES,
    }


def preprocessor_config(image_size: int, tokens: int) -> dict[str, object]:
    """Returns Florence-2's settings of the CLIP processor: square, bicubic, no crop, ImageNet's mean and deviation."""
    return {
        "do_center_crop": False,
        "do_convert_rgb": True,
        "do_normalize": True,
        "do_rescale": True,
        "do_resize": True,
        "image_mean": IMAGENET_MEAN,
        "image_processor_type": "CLIPImageProcessor",
        "image_seq_length": tokens,
        "image_std": IMAGENET_STD,
        "resample": PIL_BICUBIC,
        "rescale_factor": 1 / 255,
        "size": {"height": image_size, "width": image_size},
    }


def write_json(path: Path, value: object) -> None:
    """Writes sorted, indented json with a newline at its end."""
    path.write_text(json.dumps(value, indent=2, sort_keys=True, ensure_ascii=False) + "\n", encoding="utf-8")
