"""Writes words and numbers where the canvas is free."""

from __future__ import annotations

import math
from random import Random

import numpy as np
from PIL import Image, ImageDraw

from florence_training.scenes.ground import COLOURS
from florence_training.scenes.placing import Placement, box_around, paste
from florence_training.scenes.scene import Box, SceneText, overlap
from florence_training.scenes.words import FONTS, WORDS, load_font

COUNT_WEIGHTS = (5, 4, 2)  # of no text, one text, …
WORD = 0.85  # else a number
ON_PLATE = 0.6
SMALLEST, LARGEST = 0.075, 0.16  # the font's size, as a part of the canvas's shorter side
WIDEST = 0.9
PADDING = 3
NEARLY_LEVEL = 0.7
SLANT, LARGEST_ANGLE = 5.0, 22.0
ATTEMPTS = 12
LARGEST_OVERLAP = 0.05
MIDDLE_GRAY = 128
DARK_INK, LIGHT_INK = (20, 20, 20), (245, 245, 245)


def add_texts(random: Random, canvas: np.ndarray, taken: list[Box], largest_count: int) -> list[SceneText]:
    """Writes texts on the canvas, adds their boxes to `taken` and returns them."""
    count = random.choices(range(largest_count + 1), weights=COUNT_WEIGHTS[: largest_count + 1])[0]
    texts = (_add_text(random, canvas, taken) for _ in range(count))
    return [text for text in texts if text is not None]


def _add_text(random: Random, canvas: np.ndarray, taken: list[Box]) -> SceneText | None:
    text = _choose_text(random)
    sign = _draw_sign(random, canvas, text)
    rows, columns = sign.shape[:2]
    placement = _find_room(random, canvas, taken, columns, rows)
    if placement is None:
        return None
    paste(canvas, sign, placement)
    corners = placement.corners(columns, rows)
    taken.append(box_around(corners))
    return SceneText(text, tuple(float(value) for value in corners.ravel()), taken[-1])


def _choose_text(random: Random) -> str:
    text = random.choice(WORDS) if random.random() < WORD else str(random.randint(1, 999))
    form = random.choices([str.upper, str.capitalize, str.lower], weights=[55, 20, 25])[0]
    return form(text)


def _draw_sign(random: Random, canvas: np.ndarray, text: str) -> np.ndarray:
    """The text on a plate of some colour, or on nothing, RGBA with colours multiplied by alpha."""
    height, width = canvas.shape[:2]
    shorter = min(width, height)
    font = load_font(random.choice(FONTS), random.randint(int(shorter * SMALLEST), int(shorter * LARGEST)))
    left, top, right, bottom = (int(edge) for edge in font.getbbox(text))
    plate = COLOURS[random.choice(list(COLOURS))] if random.random() < ON_PLATE else None
    behind = np.mean(plate) if plate is not None else canvas.mean()
    ink = DARK_INK if behind > MIDDLE_GRAY else LIGHT_INK
    size = (right - left + 2 * PADDING, bottom - top + 2 * PADDING)
    sign = Image.new("RGBA", size, (*plate, 255) if plate is not None else (*ink, 0))
    ImageDraw.Draw(sign).text((PADDING - left, PADDING - top), text, font=font, fill=(*ink, 255))
    return np.array(sign.convert("RGBa"))


def _find_room(random: Random, canvas: np.ndarray, taken: list[Box], columns: int, rows: int) -> Placement | None:
    """A placement that covers nothing, or none after some attempts."""
    height, width = canvas.shape[:2]
    for _ in range(ATTEMPTS):
        level = random.random() < NEARLY_LEVEL
        angle = random.gauss(0, SLANT) if level else random.uniform(-LARGEST_ANGLE, LARGEST_ANGLE)
        cosine, sine = abs(math.cos(math.radians(angle))), abs(math.sin(math.radians(angle)))
        across, down = (cosine * columns + sine * rows) / 2, (sine * columns + cosine * rows) / 2
        if 2 * across > width * WIDEST or 2 * down > height * WIDEST:
            continue
        centre = random.uniform(across + 1, width - across - 1), random.uniform(down + 1, height - down - 1)
        placement = Placement(centre, angle=angle)
        if all(overlap(box_around(placement.corners(columns, rows)), other) < LARGEST_OVERLAP for other in taken):
            return placement
    return None
