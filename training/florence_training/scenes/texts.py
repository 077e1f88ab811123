"""Draws words and numbers in free areas of the canvas."""

from __future__ import annotations

import math
import string
from collections.abc import Sequence
from dataclasses import dataclass
from random import Random

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from florence_training.scenes.ground import COLOURS
from florence_training.scenes.placing import Placement, box_around, paste
from florence_training.scenes.scene import Box, Quad, SceneText, overlap
from florence_training.scenes.words import FONTS, WORDS, as_drawn, load_font

WORD = 0.85  # probability, else a number
ON_PLATE = 0.6
FEWEST_LETTERS, MOST_LETTERS = 2, 8  # of gibberish
WIDEST = 0.9
PADDING = 3
NEARLY_LEVEL = 0.7
SLANT, LARGEST_ANGLE = 5.0, 22.0
ATTEMPTS = 12
LARGEST_OVERLAP = 0.05
MIDDLE_GRAY = 128
DARK_INK, LIGHT_INK = (20, 20, 20), (245, 245, 245)


@dataclass(frozen=True)
class Writing:
    """How many texts are drawn, how large, and how often random letters instead of a word or a number.

    `counts` are the weights of no text, one text, …; `smallest` and `largest` bound the font size, as a fraction of the
    canvas's shorter side; `gibberish` is the probability of random letters.
    """

    counts: Sequence[float] = (5, 4, 2)
    smallest: float = 0.075
    largest: float = 0.16
    gibberish: float = 0.0


DEFAULT_WRITING = Writing()


@dataclass(frozen=True)
class Sign:
    """A drawn text, RGBA with premultiplied alpha, and the columns where its characters begin and end."""

    text: str
    pixels: np.ndarray
    edges: Sequence[float]


def add_texts(random: Random, canvas: np.ndarray, taken: list[Box], writing: Writing) -> list[SceneText]:
    """Draws texts on the canvas, adds their boxes to `taken` and returns them."""
    count = random.choices(range(len(writing.counts)), weights=writing.counts)[0]
    texts = (_add_text(random, canvas, taken, writing) for _ in range(count))
    return [text for text in texts if text is not None]


def _add_text(random: Random, canvas: np.ndarray, taken: list[Box], writing: Writing) -> SceneText | None:
    sign = _draw_sign(random, canvas, _choose_text(random, writing.gibberish), writing)
    rows, columns = sign.pixels.shape[:2]
    placement = _find_placement(random, canvas, taken, columns, rows)
    if placement is None:
        return None
    paste(canvas, sign.pixels, placement)
    corners = placement.corners(columns, rows)
    taken.append(box_around(corners))
    return SceneText(sign.text, _quad(corners), taken[-1], _characters(corners, sign))


def _choose_text(random: Random, gibberish: float) -> str:
    if gibberish and random.random() < gibberish:
        count = random.randint(FEWEST_LETTERS, MOST_LETTERS)
        return "".join(random.choices(string.ascii_letters + string.digits, k=count))
    text = random.choice(WORDS) if random.random() < WORD else str(random.randint(1, 999))
    change_case = random.choices([str.upper, str.capitalize, str.lower], weights=[55, 20, 25])[0]
    return change_case(text)


def _draw_sign(random: Random, canvas: np.ndarray, text: str, writing: Writing) -> Sign:
    """Draws the text on a plate of some colour, or without one."""
    shorter = min(canvas.shape[:2])
    sizes = int(shorter * writing.smallest), int(shorter * writing.largest)
    family = random.choice(FONTS)
    font = load_font(family, random.randint(*sizes))
    left, top, right, bottom = (int(edge) for edge in font.getbbox(text))
    plate = COLOURS[random.choice(list(COLOURS))] if random.random() < ON_PLATE else None
    brightness = np.mean(plate) if plate is not None else canvas.mean()
    ink = DARK_INK if brightness > MIDDLE_GRAY else LIGHT_INK
    size = (right - left + 2 * PADDING, bottom - top + 2 * PADDING)
    sign = Image.new("RGBA", size, (*plate, 255) if plate is not None else (*ink, 0))
    ImageDraw.Draw(sign).text((PADDING - left, PADDING - top), text, font=font, fill=(*ink, 255))
    return Sign(as_drawn(text, family), np.array(sign.convert("RGBa")), _edges(font, text, PADDING - left))


def _edges(font: ImageFont.FreeTypeFont, text: str, start: float) -> list[float]:
    return [start + font.getlength(text[:index]) for index in range(len(text) + 1)]


def _characters(corners: np.ndarray, sign: Sign) -> tuple[Quad, ...]:
    """Returns the part of the placed sign [4,2] that each character covers, as high as the sign."""
    top_left, top_right, bottom_right, bottom_left = corners
    fractions = np.array(sign.edges)[:, None] / sign.pixels.shape[1]
    top, bottom = top_left + fractions * (top_right - top_left), bottom_left + fractions * (bottom_right - bottom_left)
    return tuple(_quad(np.array(edges)) for edges in zip(top, top[1:], bottom[1:], bottom, strict=False))


def _quad(corners: np.ndarray) -> Quad:
    return tuple(float(value) for value in corners.ravel())


def _find_placement(random: Random, canvas: np.ndarray, taken: list[Box], columns: int, rows: int) -> Placement | None:
    """Returns a placement that covers nothing, or None after some attempts."""
    height, width = canvas.shape[:2]
    for _ in range(ATTEMPTS):
        nearly_level = random.random() < NEARLY_LEVEL
        angle = random.gauss(0, SLANT) if nearly_level else random.uniform(-LARGEST_ANGLE, LARGEST_ANGLE)
        cosine, sine = abs(math.cos(math.radians(angle))), abs(math.sin(math.radians(angle)))
        half_width, half_height = (cosine * columns + sine * rows) / 2, (sine * columns + cosine * rows) / 2
        if 2 * half_width > width * WIDEST or 2 * half_height > height * WIDEST:
            continue
        centre = (
            random.uniform(half_width + 1, width - half_width - 1),
            random.uniform(half_height + 1, height - half_height - 1),
        )
        placement = Placement(centre, angle=angle)
        if all(overlap(box_around(placement.corners(columns, rows)), other) < LARGEST_OVERLAP for other in taken):
            return placement
    return None
