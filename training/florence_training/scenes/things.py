"""Draws one to five things on the canvas."""

from __future__ import annotations

import math
from collections.abc import Sequence
from random import Random

import cv2
import numpy as np

from florence_training.scenes.art import NAMES, load_sprite, shrink_softly, styles_of
from florence_training.scenes.placing import Placement, box_around, paste
from florence_training.scenes.restyle import restyle
from florence_training.scenes.scene import Box, SceneObject, overlap

COUNT_WEIGHTS = (3, 4, 3, 2, 1)  # of one thing, two things, …
MOST_THINGS = len(COUNT_WEIGHTS)
REPEATS = (0, 0, 1, 2)  # how many fewer kinds than things
SMALLEST, LARGEST = 0.14, 0.5  # a thing's longer side, as a fraction of the canvas's shorter side
LARGEST_ANGLE = 20.0
MIRRORED = 0.4
ATTEMPTS = 12
LARGEST_OVERLAP = 0.12  # so that no thing hides another
VISIBLE = 96  # alpha above which a pixel belongs to the thing
FEWEST_PIXELS = 60


def add_things(
    random: Random,
    canvas: np.ndarray,
    taken: list[Box],
    styles: Sequence[str],
    counts: range,
    restyled: float = 0.0,
) -> list[SceneObject]:
    """Draws as many things as one of `counts`, or fewer if there is no room, and returns them.

    `restyled` is the probability that a thing is restyled. Adds the boxes of the things to `taken`.
    """
    names = [name for name in NAMES if styles_of(name, styles)]
    count = random.choices(counts, weights=COUNT_WEIGHTS[counts.start - 1 : counts.stop - 1])[0]
    kinds = random.sample(names, max(1, count - random.choice(REPEATS)))
    things = (_add_thing(random, canvas, taken, random.choice(kinds), styles, restyled) for _ in range(count))
    return [thing for thing in things if thing is not None]


def _add_thing(
    random: Random, canvas: np.ndarray, taken: list[Box], name: str, styles: Sequence[str], restyled: float
) -> SceneObject | None:
    sprite = load_sprite(random.choice(styles_of(name, styles)), name)
    if restyled and random.random() < restyled:
        sprite = restyle(random, sprite)
    placement = _find_placement(random, canvas, taken, sprite)
    if placement is None:
        return None
    alpha = paste(canvas, shrink_softly(sprite, placement.scale), placement)
    mask = (alpha > VISIBLE).astype(np.uint8)
    if mask.sum() < FEWEST_PIXELS:
        return None
    outlines, _ = cv2.findContours(mask, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE)
    rows, columns = np.where(mask)
    box = (float(columns.min()), float(rows.min()), float(columns.max() + 1), float(rows.max() + 1))
    taken.append(box)
    return SceneObject(name, box, max(outlines, key=cv2.contourArea)[:, 0, :].astype(np.float64))


def _find_placement(random: Random, canvas: np.ndarray, taken: list[Box], sprite: np.ndarray) -> Placement | None:
    """Returns a placement that covers nothing, or None after some attempts."""
    (height, width), (rows, columns) = canvas.shape[:2], sprite.shape[:2]
    for _ in range(ATTEMPTS):
        size = min(width, height) * math.exp(random.uniform(math.log(SMALLEST), math.log(LARGEST)))
        margin = size * 0.45
        centre = random.uniform(margin, width - margin), random.uniform(margin, height - margin)
        angle = random.uniform(-LARGEST_ANGLE, LARGEST_ANGLE)
        placement = Placement(centre, size / max(rows, columns), angle, random.random() < MIRRORED)
        box = box_around(np.clip(placement.corners(columns, rows), 0, [width, height]))
        if all(overlap(box, other) < LARGEST_OVERLAP for other in taken):
            return placement
    return None
