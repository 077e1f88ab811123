"""Computes the overlap of outlines as masks, rasterised by pycocotools."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from pycocotools import mask

from florence_training.evaluate.answers import Polygon

LEAST_NUMBERS = 6  # of a polygon: pycocotools takes four numbers for a box


def mask_overlaps(
    found: Sequence[Sequence[Polygon]], true: Sequence[Sequence[Polygon]], width: int, height: int
) -> np.ndarray:
    """Returns the IoU of every pair of outlines, [found, true], on an image of that size."""
    if not found or not true:
        return np.zeros((len(found), len(true)))
    sides = ([_rasterise(outline, width, height) for outline in outlines] for outlines in (found, true))
    return np.asarray(mask.iou(*sides, [0] * len(true)))


def _rasterise(outline: Sequence[Polygon], width: int, height: int) -> dict[str, object]:
    polygons = [list(polygon) for polygon in outline if len(polygon) >= LEAST_NUMBERS]
    if not polygons:
        empty: dict[str, object] = mask.encode(np.zeros((height, width), np.uint8, order="F"))
        return empty
    merged: dict[str, object] = mask.merge(mask.frPyObjects(polygons, height, width))
    return merged
