"""Writes words and numbers where the canvas is free."""

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

WORD = 0.85  # else a number
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
    """How much is written, how large, and how often it is letters drawn by lot instead of a word or a number.

    `counts` are the weights of no text, one text, …; `smallest` and `largest` bound the font's size, as a part of the
    canvas's shorter side.
    """

    counts: Sequence[float] = (5, 4, 2)
    smallest: float = 0.075
    largest: float = 0.16
    gibberish: float = 0.0


DEFAULT_WRITING = Writing()


@dataclass(frozen=True)
class Sign:
    """A drawn text, RGBA with colours multiplied by alpha, and the columns where its characters begin and end."""

    text: str
    pixels: np.ndarray
    edges: Sequence[float]


def add_texts(random: Random, canvas: np.ndarray, taken: list[Box], writing: Writing) -> list[SceneText]:
    """Writes texts on the canvas, adds their boxes to `taken` and returns them."""
    count = random.choices(range(len(writing.counts)), weights=writing.counts)[0]
    texts = (_add_text(random, canvas, taken, writing) for _ in range(count))
    return [text for text in texts if text is not None]


def _add_text(random: Random, canvas: np.ndarray, taken: list[Box], writing: Writing) -> SceneText | None:
    sign = _draw_sign(random, canvas, _choose_text(random, writing.gibberish), writing)
    rows, columns = sign.pixels.shape[:2]
    placement = _find_room(random, canvas, taken, columns, rows)
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
    form = random.choices([str.upper, str.capitalize, str.lower], weights=[55, 20, 25])[0]
    return form(text)


def _draw_sign(random: Random, canvas: np.ndarray, text: str, writing: Writing) -> Sign:
    """The text on a plate of some colour, or on nothing."""
    shorter = min(canvas.shape[:2])
    sizes = int(shorter * writing.smallest), int(shorter * writing.largest)
    family = random.choice(FONTS)
    font = load_font(family, random.randint(*sizes))
    left, top, right, bottom = (int(edge) for edge in font.getbbox(text))
    plate = COLOURS[random.choice(list(COLOURS))] if random.random() < ON_PLATE else None
    behind = np.mean(plate) if plate is not None else canvas.mean()
    ink = DARK_INK if behind > MIDDLE_GRAY else LIGHT_INK
    size = (right - left + 2 * PADDING, bottom - top + 2 * PADDING)
    sign = Image.new("RGBA", size, (*plate, 255) if plate is not None else (*ink, 0))
    ImageDraw.Draw(sign).text((PADDING - left, PADDING - top), text, font=font, fill=(*ink, 255))
    return Sign(as_drawn(text, family), np.array(sign.convert("RGBa")), _edges(font, text, PADDING - left))


def _edges(font: ImageFont.FreeTypeFont, text: str, start: float) -> list[float]:
    return [start + font.getlength(text[:index]) for index in range(len(text) + 1)]


def _characters(corners: np.ndarray, sign: Sign) -> tuple[Quad, ...]:
    """The part of the placed sign [4,2] that each character takes, as high as the sign."""
    top_left, top_right, bottom_right, bottom_left = corners
    parts = np.array(sign.edges)[:, None] / sign.pixels.shape[1]
    top, bottom = top_left + parts * (top_right - top_left), bottom_left + parts * (bottom_right - bottom_left)
    return tuple(_quad(np.array(edges)) for edges in zip(top, top[1:], bottom[1:], bottom, strict=False))


def _quad(corners: np.ndarray) -> Quad:
    return tuple(float(value) for value in corners.ravel())


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
