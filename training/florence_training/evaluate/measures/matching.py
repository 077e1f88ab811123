"""Matches found things to true ones, and counts the matches."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from pycocotools import mask

from florence_training.scenes.scene import Box

LEAST_OVERLAP = 0.5  # IoU from which a thing counts as found


@dataclass(frozen=True)
class Counts:
    """How many things were found correctly, how many were found, and how many there are."""

    right: int = 0
    given: int = 0
    wanted: int = 0

    def __add__(self, other: Counts) -> Counts:
        """Returns the sum of both counts."""
        return Counts(self.right + other.right, self.given + other.given, self.wanted + other.wanted)

    @property
    def precision(self) -> float:
        """Returns the fraction of found things that are correct; 0 if nothing was found."""
        return self.right / max(1, self.given)

    @property
    def recall(self) -> float:
        """Returns the fraction of true things that were found."""
        return self.right / max(1, self.wanted)

    @property
    def f1(self) -> float:
        """Returns the harmonic mean of precision and recall; 0 if no thing exists and none was found."""
        return 2 * self.right / max(1, self.given + self.wanted)


def box_overlaps(found: Sequence[Box], true: Sequence[Box]) -> np.ndarray:
    """Returns the IoU of every pair of boxes, [found, true]."""
    if not found or not true:
        return np.zeros((len(found), len(true)))
    return np.asarray(mask.iou(_to_xywh(found), _to_xywh(true), [0] * len(true)))


def match(overlaps: np.ndarray) -> list[tuple[int, int]]:
    """Returns pairs (found, true) that overlap enough, one to one, chosen greedily from the largest overlap down."""
    remaining = overlaps.copy()
    pairs: list[tuple[int, int]] = []
    while remaining.size and remaining.max() >= LEAST_OVERLAP:
        found, true = (int(index) for index in np.unravel_index(remaining.argmax(), remaining.shape))
        pairs.append((found, true))
        remaining[found, :] = remaining[:, true] = 0
    return pairs


def count_matches(overlaps: np.ndarray, labels: Sequence[str] | None = None, true: Sequence[str] = ()) -> Counts:
    """Counts matches by overlap; with `labels`, a match also needs the true label."""
    if labels is not None:
        overlaps = overlaps * np.array([[label == name for name in true] for label in labels]).reshape(overlaps.shape)
    return Counts(len(match(overlaps)), *overlaps.shape)


def _to_xywh(boxes: Sequence[Box]) -> np.ndarray:
    corners = np.asarray(boxes, np.float64)
    return np.concatenate([corners[:, :2], corners[:, 2:] - corners[:, :2]], axis=1)
