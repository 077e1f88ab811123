"""Converts a request into the model's inputs. A caller's mistake raises `RefusalError`. Needs no torch."""

from __future__ import annotations

import io
import json
import warnings
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image, ImageOps
from tokenizers import Tokenizer

# Limits of one request. Pixels: a decoded image takes 4 bytes per pixel; the model sees a small square of it.
MAX_IMAGE_PIXELS = 50_000_000
MAX_PROMPTS = 128
MAX_BEAMS = 5
FORMATS = ("JPEG", "PNG", "WEBP", "GIF")


class RefusalError(Exception):
    """A caller's mistake, with its code in docs/problems.md; the message says what to do."""

    def __init__(self, code: str, message: str) -> None:
        """`code` precedes the message: Triton's errors have no field for it."""
        super().__init__(f"{code}: {message}")
        self.code = code


@dataclass(frozen=True)
class Preparation:
    """A checkpoint's tokenizer and settings."""

    tokenizer: Tokenizer
    image: dict[str, Any]
    generation: dict[str, Any]
    positions: int

    @staticmethod
    def load(checkpoint: Path) -> Preparation:
        """Reads the json files of a `from_pretrained` folder."""
        text = _read(checkpoint / "config.json")["text_config"]
        return Preparation(
            tokenizer=Tokenizer.from_file(str(checkpoint / "tokenizer.json")),
            image=_read(checkpoint / "preprocessor_config.json"),
            generation={**text, **_read(checkpoint / "generation_config.json")},
            positions=text["max_position_embeddings"],
        )

    def pixels(self, data: bytes) -> np.ndarray:
        """[1, 3, S, S] float32, bit for bit as transformers' CLIPImageProcessorPil, which would require torch."""
        size = (self.image["size"]["width"], self.image["size"]["height"])
        square = np.asarray(_on_white(_decode(data)).resize(size, self.image["resample"]))
        unit = (square.astype(np.float64) * self.image["rescale_factor"]).astype(np.float32)
        mean, deviation = (np.array(self.image[name], np.float32) for name in ("image_mean", "image_std"))
        pixels: np.ndarray = np.ascontiguousarray(((unit - mean) / deviation).transpose(2, 0, 1)[None])
        return pixels

    def encode(self, prompts: list[str]) -> tuple[np.ndarray, np.ndarray]:
        """Ids with `<s>` and `</s>`, [k, longest], and the length of each row without padding, [k]."""
        if not 0 < len(prompts) <= MAX_PROMPTS:
            raise RefusalError("invalid-request", f"Send 1 to {MAX_PROMPTS} prompts, not {len(prompts)}.")
        rows = [self.tokenizer.encode(prompt).ids for prompt in prompts]
        longest = max(map(len, rows))
        limit = self.positions - self.image["image_seq_length"]
        if longest > limit:
            raise RefusalError("prompt-too-long", f"A prompt has {longest} tokens; the model reads at most {limit}.")
        ids: np.ndarray = np.full((len(rows), longest), self.generation.get("pad_token_id", 1), np.int64)
        for at, row in enumerate(rows):
            ids[at, : len(row)] = row
        return ids, np.array([len(row) for row in rows], np.int32)

    def decoding(self, tensors: dict[str, int], parameters: dict[str, Any]) -> dict[str, Any]:
        """Keyword arguments of `generate`: the request's, with the checkpoint's as defaults."""
        own = self.generation
        limit = own.get("max_new_tokens") or (own.get("max_length") or self.positions + 1) - 1
        settings = {
            "max_new_tokens": tensors.get("max_new_tokens", limit),
            "num_beams": tensors.get("num_beams", own.get("num_beams") or 1),
            "no_repeat_ngram_size": parameters.get("no_repeat_ngram_size", own.get("no_repeat_ngram_size") or 0),
            "early_stopping": parameters.get("early_stopping", own.get("early_stopping") or False),
            "length_penalty": parameters.get("length_penalty", own.get("length_penalty") or 1.0),
        }
        _check(settings)
        return {**settings, "max_new_tokens": min(settings["max_new_tokens"], self.positions)}

    def finish_reason(self, ids: list[int], limit: int) -> str:
        """`length` if the limit ended the answer, also if it forced the end token."""
        forced = self.generation.get("forced_eos_token_id") is not None
        ended = ids[-1:] == [self.generation.get("eos_token_id", 2)]
        return "stop" if ended and not (forced and len(ids) == limit) else "length"

    def decode(self, ids: list[int]) -> str:
        """Text with its special tokens."""
        return str(self.tokenizer.decode(ids, skip_special_tokens=False))


def _check(settings: dict[str, Any]) -> None:
    whole = {"max_new_tokens": (1, None), "num_beams": (1, MAX_BEAMS), "no_repeat_ngram_size": (0, None)}
    for name, (least, most) in whole.items():
        value = settings[name]
        if type(value) is not int or value < least or (most is not None and value > most):
            bounds = f"from {least}" + ("" if most is None else f" to {most}")
            raise RefusalError("invalid-request", f"{name} is a whole number {bounds}, not {value!r}.")
    if settings["early_stopping"] not in (True, False, "never"):
        raise RefusalError("invalid-request", 'early_stopping is true, false or "never".')
    if not isinstance(settings["length_penalty"], int | float):
        raise RefusalError("invalid-request", "length_penalty is a number.")


def _decode(data: bytes) -> Image.Image:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # Pillow's warning about large images; ours is an error
            picture = Image.open(io.BytesIO(data), formats=FORMATS)
    except Exception as error:
        raise RefusalError("unsupported-image", "The image is no JPEG, PNG, WebP or GIF that can be read.") from error
    pixels = picture.width * picture.height
    if pixels > MAX_IMAGE_PIXELS:
        raise RefusalError(
            "image-too-many-pixels", f"The image has {pixels} pixels; at most {MAX_IMAGE_PIXELS} are read."
        )
    try:
        picture.load()
    except Exception as error:
        raise RefusalError("image-corrupt", "The image cannot be decoded to its end.") from error
    return _as_seen(picture)


def _as_seen(picture: Image.Image) -> Image.Image:
    """Applies the EXIF orientation; Pillow would also use XMP, which browsers and the edge ignore."""
    for name in ("xmp", "XML:com.adobe.xmp"):
        picture.info.pop(name, None)
    return ImageOps.exif_transpose(picture)


def _on_white(picture: Image.Image) -> Image.Image:
    if picture.mode.startswith("I;16"):
        # The upper byte, as every browser shows it: Pillow would clip values above 255.
        return Image.fromarray((np.asarray(picture) >> 8).astype(np.uint8)).convert("RGB")
    if not picture.has_transparency_data:
        return picture.convert("RGB")
    layer = picture.convert("RGBA")
    return Image.alpha_composite(Image.new("RGBA", layer.size, "white"), layer).convert("RGB")


def _read(path: Path) -> dict[str, Any]:
    found = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
    return dict(found)
