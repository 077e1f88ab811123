"""Converts boxes, quads and polygons to location tokens."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np

BINS = 1000
OUTLINE_POINTS = 16
_ANGLES = 2 * np.pi * np.arange(OUTLINE_POINTS) / OUTLINE_POINTS
RAYS = np.column_stack([np.sin(_ANGLES), -np.cos(_ANGLES)])  # from straight up, clockwise (y points down)


def quantize(value: float, size: int) -> int:
    """Returns the bin of a coordinate: rounded down, and clamped to 0 … 999."""
    return min(BINS - 1, max(0, int(value * BINS / size)))


def locate(size: tuple[int, int], coordinates: Iterable[float]) -> str:
    """Returns the location tokens of x, y, x, y, … in pixels of an image of `size` = (width, height)."""
    return "".join(f"<loc_{quantize(value, size[index % 2])}>" for index, value in enumerate(coordinates))


def locate_all(size: tuple[int, int], boxes: Iterable[Sequence[float]]) -> str:
    """Returns the location tokens of several boxes, concatenated."""
    return "".join(locate(size, box) for box in boxes)


def outline_points(outline: np.ndarray, box: Sequence[float]) -> np.ndarray:
    """Returns sixteen points [16,2] of an outline [n,2]: the farthest ones on rays from the middle of its box.

    The points are clockwise on the screen. The first ray points up, and the angles are equal once the box is scaled to
    a square. So each point has one unknown, its distance from the middle, and depends little on how the contour was
    traced (PolarMask: Xie et al., 2020). A ray that intersects nothing, as in the opening of a crescent, gives the
    middle itself.
    """
    left, top, right, bottom = box
    middle, half = np.array([left + right, top + bottom]) / 2, np.array([right - left, bottom - top]) / 2
    starts = (outline - middle) / half
    edges = np.roll(starts, -1, axis=0) - starts
    denominators = _cross(RAYS[:, None], edges)
    with np.errstate(divide="ignore", invalid="ignore"):  # a ray parallel to an edge intersects its neighbours
        distances, along = _cross(starts, edges) / denominators, _cross(starts, RAYS[:, None]) / denominators
    hits = (along >= 0) & (along <= 1) & (distances > 0)
    farthest = np.where(hits, distances, 0).max(axis=1)
    return np.asarray(middle + half * farthest[:, None] * RAYS)


def _cross(first: np.ndarray, second: np.ndarray) -> np.ndarray:
    return np.asarray(first[..., 0] * second[..., 1] - first[..., 1] * second[..., 0])
