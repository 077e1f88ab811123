"""Rotates and scales a sprite, and blends it onto the canvas."""

from __future__ import annotations

import math
from dataclasses import dataclass

import cv2
import numpy as np

from florence_training.scenes.scene import Box


@dataclass(frozen=True)
class Placement:
    """The centre of a sprite on the canvas, its scale, and its rotation (degrees, clockwise)."""

    centre: tuple[float, float]
    scale: float = 1.0
    angle: float = 0.0
    mirrored: bool = False

    def matrix(self, width: int, height: int) -> np.ndarray:
        """Returns the affine matrix [2,3] from sprite pixels to canvas pixels."""
        cosine, sine = (f(math.radians(self.angle)) * self.scale for f in (math.cos, math.sin))
        linear = np.array([[cosine, -sine], [sine, cosine]])
        if self.mirrored:
            linear[:, 0] *= -1
        offset = np.array(self.centre) - linear @ [width / 2, height / 2]
        return np.column_stack([linear, offset])

    def corners(self, width: int, height: int) -> np.ndarray:
        """Returns the sprite's corners on the canvas [4,2], clockwise from its top left."""
        matrix = self.matrix(width, height)
        corners = np.array([[0, 0], [width, 0], [width, height], [0, height]])
        placed: np.ndarray = corners @ matrix[:, :2].T + matrix[:, 2]
        return placed


def box_around(points: np.ndarray) -> Box:
    """Returns the bounding box of points [n,2]."""
    (left, top), (right, bottom) = points.min(axis=0), points.max(axis=0)
    return float(left), float(top), float(right), float(bottom)


def paste(canvas: np.ndarray, sprite: np.ndarray, placement: Placement) -> np.ndarray:
    """Blends a sprite onto the float canvas, in place, and returns its alpha [height,width] on the canvas.

    The sprite is RGBA with premultiplied alpha; otherwise rotation and scaling would darken its edges.
    """
    height, width = sprite.shape[:2]
    size = (canvas.shape[1], canvas.shape[0])
    warped = cv2.warpAffine(sprite, placement.matrix(width, height), size, flags=cv2.INTER_LINEAR)
    touched = _around(placement.corners(width, height))
    canvas[touched] *= 1 - warped[touched][..., 3:].astype(np.float32) / 255
    canvas[touched] += warped[touched][..., :3]
    return np.asarray(warped[..., 3])


def _around(corners: np.ndarray) -> tuple[slice, slice]:
    """Returns the rows and columns that a sprite with these corners can touch; elsewhere there is nothing to blend."""
    (left, top), (right, bottom) = corners.min(axis=0), corners.max(axis=0)
    return _span(top, bottom), _span(left, right)


def _span(first: float, last: float) -> slice:
    return slice(max(0, math.floor(first) - 1), max(0, math.ceil(last) + 2))
