"""Renders emoji from Iconify's collections (one json file of SVG bodies each) with resvg."""

from __future__ import annotations

import io
import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import resvg_py
from PIL import Image

SIDE = 128  # pixels: as large as a thing is drawn in a scene of the model's size

# Names in the collections that differ from ours; a collection may lack some.
OTHER_NAMES = {
    "sheep": "ewe", "bee": "honeybee", "apple": "red-apple", "orange": "tangerine", "donut": "doughnut",
    "rabbit": "rabbit-face", "frog": "frog-face", "whale": "spouting-whale",
    "strawberry": "strawberry-1", "pizza": "pizza-1 sliceofpizza", "hamburger": "hamburger-1", "hot dog": "hotdog",
    "cake": "birthday-cake birthday-cake-1", "coffee cup": "hot-beverage hot-beverage-1", "car": "automobile",
    "truck": "delivery-truck", "train": "locomotive steam-locomotive", "airplane": "airplane",
    "clock": "alarm-clock", "book": "closed-book", "backpack": "school-backpack school-satchel", "shoe": "running-shoe",
    "hat": "top-hat", "laptop": "laptop-computer personal-computer", "phone": "mobile-phone cell-phone",
    "gift": "wrapped-gift wrapped-gift-1 wrapped-present", "tree": "deciduous-tree", "sunflower": "sunflower-1",
    "house": "house house-building", "star": "star white-medium-star", "heart": "red-heart heavy-black-heart",
    "light bulb": "light-bulb electriclightbulb", "dog": "dogside dog", "cat": "catside cat",
    "chair": "chair", "umbrella": "umbrella", "soccer ball": "soccer-ball",
}  # fmt: skip


@dataclass(frozen=True)
class Collection:
    """SVG bodies by name without hyphens, on a canvas of `width` × `height` units."""

    bodies: Mapping[str, str]
    width: int
    height: int


@cache
def load_collection(path: Path) -> Collection:
    """Reads an `icons.json`."""
    document = json.loads(path.read_text(encoding="utf-8"))
    bodies = {_plain(name): icon["body"] for name, icon in document["icons"].items()}
    return Collection(bodies, document.get("width", 16), document.get("height", 16))


def find_body(collection: Collection, name: str) -> str | None:
    """Returns the SVG body of a thing, or None."""
    names = [*OTHER_NAMES.get(name, "").split(), name]
    return next((collection.bodies[_plain(each)] for each in names if _plain(each) in collection.bodies), None)


def render_body(collection: Collection, body: str) -> Image.Image:
    """Renders an SVG body to an RGBA image."""
    names = 'xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink"'
    svg = f'<svg {names} viewBox="0 0 {collection.width} {collection.height}">{body}</svg>'
    png = resvg_py.svg_to_bytes(svg_string=svg, width=SIDE, height=SIDE, skip_system_fonts=True)
    return Image.open(io.BytesIO(bytes(png)))


def _plain(name: str) -> str:
    return name.replace("-", "").replace(" ", "")
