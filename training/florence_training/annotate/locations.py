"""Places as location tokens: boxes, quads and polygons."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np

BINS = 1000
OUTLINE_POINTS = 16
_ANGLES = 2 * np.pi * np.arange(OUTLINE_POINTS) / OUTLINE_POINTS
RAYS = np.column_stack([np.sin(_ANGLES), -np.cos(_ANGLES)])  # from straight up, clockwise where y grows downwards


def quantize(value: float, size: int) -> int:
    """The bin of a coordinate: the floor, clamped to 0 … 999."""
    return min(BINS - 1, max(0, int(value * BINS / size)))


def locate(size: tuple[int, int], coordinates: Iterable[float]) -> str:
    """x, y, x, y, … in pixels of a picture of that width and height, as location tokens."""
    return "".join(f"<loc_{quantize(value, size[index % 2])}>" for index, value in enumerate(coordinates))


def locate_all(size: tuple[int, int], boxes: Iterable[Sequence[float]]) -> str:
    """The location tokens of several boxes, one after the other."""
    return "".join(locate(size, box) for box in boxes)


def outline_points(outline: np.ndarray, box: Sequence[float]) -> np.ndarray:
    """Sixteen points [16,2] of an outline [n,2], clockwise on the screen: the farthest on rays from its box's middle.

    The first ray goes up, and the angles are equal once the box is made a square. So each point has one unknown, how
    far out it lies, and little depends on how a contour was traced (PolarMask: Xie et al., 2020). A ray that meets
    nothing, as in the mouth of a crescent, gives the middle itself.
    """
    left, top, right, bottom = box
    middle, half = np.array([left + right, top + bottom]) / 2, np.array([right - left, bottom - top]) / 2
    starts = (outline - middle) / half
    edges = np.roll(starts, -1, axis=0) - starts
    crossed = _cross(RAYS[:, None], edges)
    with np.errstate(divide="ignore", invalid="ignore"):  # a ray along an edge: its neighbours are met
        far, along = _cross(starts, edges) / crossed, _cross(starts, RAYS[:, None]) / crossed
    met = (along >= 0) & (along <= 1) & (far > 0)
    farthest = np.where(met, far, 0).max(axis=1)
    return np.asarray(middle + half * farthest[:, None] * RAYS)


def _cross(first: np.ndarray, second: np.ndarray) -> np.ndarray:
    return np.asarray(first[..., 0] * second[..., 1] - first[..., 1] * second[..., 0])
