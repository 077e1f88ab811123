"""Draws a scene from a seed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from random import Random

import numpy as np

from florence_training.scenes.art import STYLES
from florence_training.scenes.ground import paint_ground
from florence_training.scenes.scene import Box, Scene
from florence_training.scenes.texts import DEFAULT_WRITING, Writing, add_texts
from florence_training.scenes.things import MOST_THINGS, add_things

NOISY = 0.3
LEAST_NOISE, MOST_NOISE = 2.0, 8.0  # standard deviation in grey levels


@dataclass(frozen=True)
class SceneSettings:
    """What a scene may contain.

    `width` and `height` are in pixels. `noisy` is the probability that a scene has noise, `restyled` that a thing is
    restyled.
    """

    width: int = 256
    height: int = 256
    styles: Sequence[str] = STYLES
    fewest_things: int = 1
    most_things: int = MOST_THINGS
    writing: Writing = DEFAULT_WRITING
    noisy: float = NOISY
    restyled: float = 0.0


DEFAULT_SETTINGS = SceneSettings()


def make_scene(seed: int, settings: SceneSettings = DEFAULT_SETTINGS) -> Scene:
    """Returns the scene of a seed; the same seed and settings give the same pixels."""
    random = Random(seed)
    ground, canvas = paint_ground(random, settings.width, settings.height)
    taken: list[Box] = []
    counts = range(settings.fewest_things, settings.most_things + 1)
    things = add_things(random, canvas, taken, settings.styles, counts, settings.restyled)
    texts = add_texts(random, canvas, taken, settings.writing)
    if random.random() < settings.noisy:
        deviation = random.uniform(LEAST_NOISE, MOST_NOISE)
        canvas += np.random.default_rng(random.getrandbits(32)).normal(0, deviation, canvas.shape)
    return Scene(
        image=np.clip(canvas, 0, 255).astype(np.uint8),
        ground=ground,
        objects=tuple(sorted(things, key=lambda thing: thing.box[0] + thing.box[2])),
        texts=tuple(sorted(texts, key=lambda text: text.box[1] + text.box[3])),
    )
