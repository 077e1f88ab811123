"""Which found things are which true ones, and what follows from it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from pycocotools import mask

from florence_training.scenes.scene import Box

LEAST_OVERLAP = 0.5  # intersection over union at which a thing counts as found


@dataclass(frozen=True)
class Counts:
    """How many were found rightly, how many were found, and how many there are."""

    right: int = 0
    given: int = 0
    wanted: int = 0

    def __add__(self, other: Counts) -> Counts:
        """The counts of both together."""
        return Counts(self.right + other.right, self.given + other.given, self.wanted + other.wanted)

    @property
    def precision(self) -> float:
        """The part of the found that is right; 0 where nothing was found."""
        return self.right / max(1, self.given)

    @property
    def recall(self) -> float:
        """The part of the true that was found."""
        return self.right / max(1, self.wanted)

    @property
    def f1(self) -> float:
        """The harmonic mean of the two; 0 where nothing is and nothing was found."""
        return 2 * self.right / max(1, self.given + self.wanted)


def box_overlaps(found: Sequence[Box], true: Sequence[Box]) -> np.ndarray:
    """Intersection over union of every pair, [found, true]."""
    if not found or not true:
        return np.zeros((len(found), len(true)))
    return np.asarray(mask.iou(_with_sizes(found), _with_sizes(true), [0] * len(true)))


def match(overlaps: np.ndarray) -> list[tuple[int, int]]:
    """Pairs of found and true that overlap enough, one to one, those that overlap most first."""
    left = overlaps.copy()
    pairs: list[tuple[int, int]] = []
    while left.size and left.max() >= LEAST_OVERLAP:
        found, true = (int(index) for index in np.unravel_index(left.argmax(), left.shape))
        pairs.append((found, true))
        left[found, :] = left[:, true] = 0
    return pairs


def count_matches(overlaps: np.ndarray, labels: Sequence[str] | None = None, true: Sequence[str] = ()) -> Counts:
    """What was found, by its place; with labels, a thing is right only under its true name."""
    if labels is not None:
        overlaps = overlaps * np.array([[label == name for name in true] for label in labels]).reshape(overlaps.shape)
    return Counts(len(match(overlaps)), *overlaps.shape)


def _with_sizes(boxes: Sequence[Box]) -> np.ndarray:
    corners = np.asarray(boxes, np.float64)
    return np.concatenate([corners[:, :2], corners[:, 2:] - corners[:, :2]], axis=1)
