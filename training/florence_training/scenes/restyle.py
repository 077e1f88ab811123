"""Changes the style of a sprite, so that a model learns the shape of a thing and not one artist's colours."""

from __future__ import annotations

from collections.abc import Callable
from random import Random

import cv2
import numpy as np

OPAQUE = 128
LINE = (0.02, 0.05)  # the width of an outline, as a fraction of the sprite's longer side
INK = (0, 60)  # grey levels
EDGES = (60, 150)  # thresholds of the Canny detector for the lines inside
LEVELS = (2, 5)  # number of values that remain of a channel
PALEST = 0.7


def restyle(random: Random, sprite: np.ndarray) -> np.ndarray:
    """Returns the sprite, RGBA with premultiplied alpha, changed in one to three ways that keep its outline."""
    for way in random.sample(WAYS, random.randint(1, 3)):
        colours = np.clip(way(random, sprite), 0, sprite[..., 3:])
        sprite = np.dstack([colours.astype(np.uint8), sprite[..., 3]])
    return sprite


def _rotate_hue(random: Random, sprite: np.ndarray) -> np.ndarray:
    """Rotates colours about the gray axis (Rodrigues); grays do not change."""
    axis = np.ones(3) / np.sqrt(3)
    rotation, _ = cv2.Rodrigues(axis * random.uniform(0.4, 2 * np.pi - 0.4))
    return np.asarray(sprite[..., :3] @ rotation.T)


def _gray(random: Random, sprite: np.ndarray) -> np.ndarray:
    amount = random.uniform(0.5, 1)
    return np.asarray(sprite[..., :3] * (1 - amount) + sprite[..., :3].mean(axis=-1, keepdims=True) * amount)


def _flatten(random: Random, sprite: np.ndarray) -> np.ndarray:
    step = 255 / random.randint(*LEVELS)
    smooth = cv2.medianBlur(np.ascontiguousarray(sprite[..., :3]), 5)
    return np.asarray(np.round(smooth / step) * step)


def _bleach(random: Random, sprite: np.ndarray) -> np.ndarray:
    amount = random.uniform(0.3, PALEST)
    return np.asarray(sprite[..., :3] * (1 - amount) + sprite[..., 3:].astype(np.float32) * amount)


def _outline(random: Random, sprite: np.ndarray) -> np.ndarray:
    """Draws a dark line along the border and along the strongest edges inside."""
    width = max(1, round(max(sprite.shape[:2]) * random.uniform(*LINE)))
    brush = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * width + 1, 2 * width + 1))
    inside = (sprite[..., 3] > OPAQUE).astype(np.uint8)
    core = cv2.erode(inside, brush, borderType=cv2.BORDER_CONSTANT, borderValue=0)
    edges = cv2.Canny(cv2.blur(np.ascontiguousarray(sprite[..., :3]), (3, 3)), *EDGES)
    lines = (inside & (1 - core)) | (cv2.dilate(edges, brush[::2, ::2]) > 0)
    ink = sprite[..., 3:].astype(np.float32) * random.randint(*INK) / 255
    return np.where(lines[..., None] > 0, ink, sprite[..., :3])


WAYS: tuple[Callable[[Random, np.ndarray], np.ndarray], ...] = (_rotate_hue, _gray, _flatten, _bleach, _outline)
