"""Chance that is the same at every run, and different for every use."""

from __future__ import annotations

from random import Random


def stream(seed: int, use: str) -> Random:
    """The random numbers of a seed for one use.

    `Random(seed)` is the scene's own: who drew from a second one of the same seed would get the numbers that chose the
    scene's ground, and ask other things on red than on black. (`Random(-seed)` is the same stream as `Random(seed)`.)
    """
    return Random(f"{seed} {use}")
