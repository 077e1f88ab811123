"""Places as location tokens: boxes, quads and polygons."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import cv2
import numpy as np

BINS = 1000
MOST_POINTS = 16
TOLERANCES = (0.012, 0.018, 0.025, 0.035, 0.05, 0.08)  # of the outline's length, tried until few points are left


def quantize(value: float, size: int) -> int:
    """The bin of a coordinate: the floor, clamped to 0 … 999."""
    return min(BINS - 1, max(0, int(value * BINS / size)))


def locate(size: tuple[int, int], coordinates: Iterable[float]) -> str:
    """x, y, x, y, … in pixels of a picture of that width and height, as location tokens."""
    return "".join(f"<loc_{quantize(value, size[index % 2])}>" for index, value in enumerate(coordinates))


def locate_all(size: tuple[int, int], boxes: Iterable[Sequence[float]]) -> str:
    """The location tokens of several boxes, one after the other."""
    return "".join(locate(size, box) for box in boxes)


def simplify(outline: np.ndarray) -> np.ndarray:
    """At most sixteen points [n,2] of an outline, clockwise on the screen from the topmost one."""
    contour = outline.astype(np.float32).reshape(-1, 1, 2)
    length = cv2.arcLength(contour, True)
    candidates = (cv2.approxPolyDP(contour, tolerance * length, True)[:, 0, :] for tolerance in TOLERANCES)
    points = next((found for found in candidates if len(found) <= MOST_POINTS), None)
    if points is None:
        points = cv2.approxPolyDP(contour, TOLERANCES[-1] * length, True)[:MOST_POINTS, 0, :]
    topmost = int(np.argmin(points[:, 1] * 10 + points[:, 0]))  # among the high ones, the leftmost
    points = np.roll(points, -topmost, axis=0)
    clockwise = cv2.contourArea(points.reshape(-1, 1, 2), True) >= 0
    return np.asarray(points if clockwise else np.concatenate([points[:1], points[:0:-1]]))
