"""What a scene is: pixels, and everything that is true of them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

Box = tuple[float, float, float, float]  # left, top, right, bottom in pixels
Quad = tuple[
    float, ...
]  # x, y of four corners in pixels, from the top left clockwise (of the word, not of the picture)


@dataclass(frozen=True)
class SceneObject:
    """A thing, its box and its outline, points [n,2] in pixels."""

    name: str
    box: Box
    outline: np.ndarray


@dataclass(frozen=True)
class SceneText:
    """A word, its corners, the box around them, and the corners of each of its characters (as wide as it advances)."""

    text: str
    quad: Quad
    box: Box
    characters: tuple[Quad, ...] = ()


@dataclass(frozen=True)
class Scene:
    """RGB pixels [height,width,3]; objects from left to right, texts from top to bottom."""

    image: np.ndarray
    ground: str
    objects: tuple[SceneObject, ...]
    texts: tuple[SceneText, ...]

    @property
    def size(self) -> tuple[int, int]:
        """Width and height in pixels."""
        return self.width, self.height

    @property
    def width(self) -> int:
        """Pixels."""
        return int(self.image.shape[1])

    @property
    def height(self) -> int:
        """Pixels."""
        return int(self.image.shape[0])


def overlap(first: Box, second: Box) -> float:
    """The area that two boxes share, as a part of the smaller one."""
    width = min(first[2], second[2]) - max(first[0], second[0])
    height = min(first[3], second[3]) - max(first[1], second[1])
    if width <= 0 or height <= 0:
        return 0.0
    return width * height / min(_area(first), _area(second))


def _area(box: Box) -> float:
    return (box[2] - box[0]) * (box[3] - box[1])
