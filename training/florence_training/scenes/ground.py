"""Paints the background: a colour with a name, plain or with a gradient, clouds or stripes."""

from __future__ import annotations

from random import Random

import cv2
import numpy as np

COLOURS = {
    "red": (220, 50, 45), "orange": (240, 150, 40), "yellow": (245, 220, 70), "green": (70, 170, 80),
    "blue": (60, 110, 220), "purple": (150, 80, 190), "pink": (245, 160, 190), "brown": (140, 95, 60),
    "white": (248, 248, 248), "gray": (150, 150, 150), "black": (30, 30, 30),
}  # fmt: skip
SHADE = 15.0  # largest deviation of a background from the colour of its name, in grey levels
GRADE = 28.0
CLOUD = 14.0
STRIPE = 20.0
ACROSS = 0.5  # probability that a pattern varies along x, else along y


def paint_ground(random: Random, width: int, height: int) -> tuple[str, np.ndarray]:
    """Returns the name of the colour and the canvas, float32 [height,width,3]."""
    name = random.choice(list(COLOURS))
    colour = np.clip(np.array(COLOURS[name]) + [random.uniform(-SHADE, SHADE) for _ in range(3)], 0, 255)
    canvas = np.broadcast_to(colour, (height, width, 3)).astype(np.float32)
    pattern = random.choices([None, _gradient, _clouds, _stripes], weights=[30, 35, 25, 10])[0]
    if pattern is not None:
        canvas = canvas + pattern(random, width, height)
    return name, np.clip(canvas, 0, 255).astype(np.float32)


def _gradient(random: Random, width: int, height: int) -> np.ndarray:
    change = np.array([random.uniform(-GRADE, GRADE) for _ in range(3)])
    gradient: np.ndarray = _across(random, np.linspace(-1, 1, width), np.linspace(-1, 1, height))[..., None] * change
    return gradient


def _clouds(random: Random, width: int, height: int) -> np.ndarray:
    cells = random.choice([4, 8, 16])
    noise = np.random.default_rng(random.getrandbits(32)).normal(0, CLOUD, (cells, cells)).astype(np.float32)
    clouds: np.ndarray = cv2.resize(noise, (width, height), interpolation=cv2.INTER_CUBIC)[..., None]
    return clouds


def _stripes(random: Random, width: int, height: int) -> np.ndarray:
    pitch = random.choice([12, 20, 32])
    columns, rows = np.arange(width) // pitch % 2, np.arange(height) // pitch % 2
    return _across(random, columns, rows)[..., None] * random.uniform(-STRIPE, STRIPE)


def _across(random: Random, columns: np.ndarray, rows: np.ndarray) -> np.ndarray:
    """Returns one of the two profiles, as [1,width] or [height,1]."""
    return columns[None, :] if random.random() < ACROSS else rows[:, None]
