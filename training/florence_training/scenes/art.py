"""The sixty-four things of the scenes, and the files that show them in each style (`npm ci --prefix training`)."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from pathlib import Path

import cv2
import numpy as np
from PIL import Image

from florence_training.scenes.icons import find_body, load_collection, render_body

ART = Path(__file__).resolve().parents[2] / "node_modules"
PICTURES = {
    "google": "emoji-datasource-google/img/google/64/{}.png",
    "twitter": "emoji-datasource-twitter/img/twitter/64/{}.png",
    "fluent": "@lobehub/fluent-emoji-3d/assets/{}.webp",
}
DRAWINGS = {
    "blob": "@iconify-json/noto-v1/icons.json",
    "emojione": "@iconify-json/emojione/icons.json",
    "flat": "@iconify-json/fluent-emoji-flat/icons.json",
    "firefox": "@iconify-json/fxemoji/icons.json",
    "streamline": "@iconify-json/streamline-emojis/icons.json",
    "openmoji": "@iconify-json/openmoji/icons.json",
}
UNSEEN = "openmoji"  # CC-BY-SA 4.0: only measures how a model does on a style that it was not trained on
STYLES = tuple(style for style in (*PICTURES, *DRAWINGS) if style != UNSEEN)  # for training
# Drawings that are broken, or that show something else around the thing.
UNFIT = {"firefox": {"chicken", "monkey", "sailboat"}}
OPAQUE = 64  # alpha above which a pixel belongs to the thing when its image is cropped

# Unicode code points, which name the files of the art packages.
THINGS = {
    "dog": "1f415", "cat": "1f408", "horse": "1f40e", "cow": "1f404", "pig": "1f416", "sheep": "1f411",
    "elephant": "1f418", "monkey": "1f412", "rabbit": "1f407", "chicken": "1f414", "duck": "1f986", "owl": "1f989",
    "frog": "1f438", "turtle": "1f422", "fish": "1f41f", "whale": "1f433", "octopus": "1f419", "butterfly": "1f98b",
    "bee": "1f41d", "snail": "1f40c",
    "apple": "1f34e", "banana": "1f34c", "orange": "1f34a", "lemon": "1f34b", "grapes": "1f347",
    "strawberry": "1f353", "carrot": "1f955", "pizza": "1f355", "hamburger": "1f354", "hot dog": "1f32d",
    "donut": "1f369", "cake": "1f382", "coffee cup": "2615", "wine glass": "1f377",
    "car": "1f697", "bus": "1f68c", "truck": "1f69a", "bicycle": "1f6b2", "train": "1f682", "airplane": "2708-fe0f",
    "helicopter": "1f681", "sailboat": "26f5", "rocket": "1f680",
    "chair": "1fa91", "clock": "23f0", "book": "1f4d5", "umbrella": "2602-fe0f", "backpack": "1f392",
    "shoe": "1f45f", "hat": "1f3a9", "guitar": "1f3b8", "soccer ball": "26bd", "laptop": "1f4bb", "phone": "1f4f1",
    "camera": "1f4f7", "key": "1f511", "light bulb": "1f4a1", "gift": "1f381", "balloon": "1f388", "tree": "1f333",
    "sunflower": "1f33b", "house": "1f3e0", "star": "2b50", "heart": "2764-fe0f",
}  # fmt: skip
NAMES = tuple(THINGS)


def styles_of(name: str, styles: Sequence[str]) -> list[str]:
    """Returns those of the styles that draw the thing; the collections of SVG drawings lack some."""
    return [style for style in styles if style in PICTURES or _find_drawing(style, name) is not None]


@cache
def load_sprite(style: str, name: str) -> np.ndarray:
    """Returns the thing's image in that style, uint8 RGBA with premultiplied alpha, cropped to its opaque part."""
    pixels = np.array(_load_image(style, name).convert("RGBA").convert("RGBa"))
    rows, columns = np.where(pixels[..., 3] > OPAQUE)
    return np.ascontiguousarray(pixels[rows.min() : rows.max() + 1, columns.min() : columns.max() + 1])


def _load_image(style: str, name: str) -> Image.Image:
    if style in PICTURES:
        return Image.open(ART / PICTURES[style].format(THINGS[name]))
    body = _find_drawing(style, name)
    if body is None:
        raise ValueError(f"no {name} in the style {style}")
    return render_body(load_collection(ART / DRAWINGS[style]), body)


@cache
def _find_drawing(style: str, name: str) -> str | None:
    return None if name in UNFIT.get(style, ()) else find_body(load_collection(ART / DRAWINGS[style]), name)


def shrink_softly(sprite: np.ndarray, scale: float) -> np.ndarray:
    """Averages the sprite over the pixels that coincide when it is drawn at `scale`, so that it does not alias."""
    size = int(0.7 / scale)
    return cv2.blur(sprite, (size, size)) if size > 1 else sprite
