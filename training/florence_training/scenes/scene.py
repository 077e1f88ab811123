"""The data of a scene: its pixels and their ground truth."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

Box = tuple[float, float, float, float]  # left, top, right, bottom in pixels
Quad = tuple[float, ...]  # x, y of four corners in pixels, clockwise from the top left of the word (not of the image)


@dataclass(frozen=True)
class SceneObject:
    """A thing with its box and its outline, points [n,2] in pixels."""

    name: str
    box: Box
    outline: np.ndarray


@dataclass(frozen=True)
class SceneText:
    """A word with its corners, its bounding box, and the corners of each character (as wide as its advance)."""

    text: str
    quad: Quad
    box: Box
    characters: tuple[Quad, ...] = ()


@dataclass(frozen=True)
class Scene:
    """RGB pixels [height,width,3], with objects from left to right and texts from top to bottom."""

    image: np.ndarray
    ground: str
    objects: tuple[SceneObject, ...]
    texts: tuple[SceneText, ...]

    @property
    def size(self) -> tuple[int, int]:
        """Returns width and height in pixels."""
        return self.width, self.height

    @property
    def width(self) -> int:
        """Returns the width in pixels."""
        return int(self.image.shape[1])

    @property
    def height(self) -> int:
        """Returns the height in pixels."""
        return int(self.image.shape[0])


def overlap(first: Box, second: Box) -> float:
    """Returns the area that two boxes share, as a fraction of the smaller one's."""
    width = min(first[2], second[2]) - max(first[0], second[0])
    height = min(first[3], second[3]) - max(first[1], second[1])
    if width <= 0 or height <= 0:
        return 0.0
    return width * height / min(_area(first), _area(second))


def _area(box: Box) -> float:
    return (box[2] - box[0]) * (box[3] - box[1])
