"""Reproducible random numbers, with a separate stream for each use."""

from __future__ import annotations

from random import Random


def stream(seed: int, use: str) -> Random:
    """Returns the random generator of a seed for one use.

    `Random(seed)` is the stream that draws the scene. A second generator with the same seed would repeat the numbers
    that chose the scene's background, and the questions would depend on its colour. (`Random(-seed)` is the same stream
    as `Random(seed)`.)
    """
    return Random(f"{seed} {use}")
