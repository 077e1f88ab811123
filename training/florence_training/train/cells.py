"""Makes the targets of the auxiliary heads: the ground truth of each cell of the vision tower's maps."""

from __future__ import annotations

import math
import string
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from florence_training.annotate.locations import OUTLINE_POINTS, outline_points
from florence_training.scenes.art import NAMES
from florence_training.scenes.scene import Quad, Scene, SceneObject, SceneText

CHARACTERS = string.ascii_letters + string.digits
TEXT = len(NAMES)  # the class of a text; a thing's class is its index in NAMES
CLASSES = TEXT + 1
# Characters that a token's heads predict. Further ones with their middles in the token are left out: 1 of 5,766 in 600
# scenes of 256 × 256 pixels with random letters, 12 of 3,381 in 300 scenes of 300 × 200 (tokens of 37 × 25).
SLOTS = 4
INDICES = 12  # the longest word has fewer characters
FINENESS = 4  # cells of the finest map per token and direction
LEAST_SIZE = 1e-3  # of a box's side as a fraction of the image, so that its logarithm is finite

_CLASS_OF = {character: index + 1 for index, character in enumerate(CHARACTERS)}


@dataclass(frozen=True)
class Cells:
    """Targets for `side` × `side` tokens, row by row.

    `objects` [side²,6]: 1 in the cell of a box's middle, its class, the position of the middle in the cell (0 … 1), and
    the logarithms of the box's width and height as fractions of the image; zeros elsewhere.
    `outlines` [side²,32]: x and y of the outline points in the same cell, as fractions of the image; zeros for texts
    and elsewhere.
    `letters` [4·side,4·side]: at a quarter of a token's side, 1 + the character that covers the middle of the cell,
    else 0.
    `slots` [side²,4]: 1 + the first four characters with their middles in the token, in reading order; 0 where there
    are no more.
    `first` [side²]: the index in its word of the first character in `slots`; -1 where there is none.
    """

    objects: np.ndarray
    outlines: np.ndarray
    letters: np.ndarray
    slots: np.ndarray
    first: np.ndarray


def mark_cells(scene: Scene, side: int) -> Cells:
    """Returns the targets of a scene. Of two boxes with their middles in one token, the larger counts."""
    slots, first = _slots(scene, side)
    return Cells(*_objects(scene, side), _letters(scene, side * FINENESS), slots, first)


def _objects(scene: Scene, side: int) -> tuple[np.ndarray, np.ndarray]:
    labelled: list[SceneObject | SceneText] = [*scene.objects, *scene.texts]
    cells, outlines = np.zeros((side * side, 6), np.float32), np.zeros((side * side, 2 * OUTLINE_POINTS), np.float32)
    for each in sorted(labelled, key=lambda each: _area(each.box)):
        left, top, right, bottom = np.array(each.box) / ([scene.width, scene.height] * 2)
        x, y = (left + right) / 2 * side, (top + bottom) / 2 * side
        column, row = _cell(x, side), _cell(y, side)
        sizes = (math.log(max(LEAST_SIZE, length)) for length in (right - left, bottom - top))
        kind, outline = _kind_and_outline(each)
        cells[row * side + column] = (1, kind, x - column, y - row, *sizes)
        outlines[row * side + column] = (outline / scene.size).ravel()
    return cells, outlines


def _kind_and_outline(found: SceneObject | SceneText) -> tuple[int, np.ndarray]:
    if isinstance(found, SceneText):
        return TEXT, np.zeros((OUTLINE_POINTS, 2))
    return NAMES.index(found.name), outline_points(found.outline, found.box)


def _letters(scene: Scene, side: int) -> np.ndarray:
    middles = (np.arange(side) + 0.5) / side
    points = np.stack(np.meshgrid(middles * scene.width, middles * scene.height), axis=-1)
    cells = np.zeros((side, side), np.int64)
    for text in scene.texts:
        for character, quad in zip(text.text, text.characters, strict=True):
            cells[_inside(points, quad)] = _CLASS_OF[character]
    return cells


def _slots(scene: Scene, side: int) -> tuple[np.ndarray, np.ndarray]:
    slots, first = np.zeros((side * side, SLOTS), np.int64), np.full(side * side, -1, np.int64)
    for text in scene.texts:
        for index, (character, quad) in enumerate(zip(text.text, text.characters, strict=True)):
            x, y = np.array(quad).reshape(4, 2).mean(axis=0) / [scene.width, scene.height] * side
            token = _cell(y, side) * side + _cell(x, side)
            free = np.flatnonzero(slots[token] == 0)
            if len(free) == 0:
                continue
            slots[token, free[0]] = _CLASS_OF[character]
            if free[0] == 0:
                first[token] = min(index, INDICES - 1)
    return slots, first


def _inside(points: np.ndarray, quad: Quad) -> np.ndarray:
    """Returns which points [...,2] are to the right of all four edges, traversed clockwise."""
    corners = np.array(quad).reshape(4, 2)
    edges = np.roll(corners, -1, axis=0) - corners
    offsets = points[..., None, :] - corners
    crosses = edges[:, 0] * offsets[..., 1] - edges[:, 1] * offsets[..., 0]
    return np.asarray((crosses >= 0).all(axis=-1))


def _cell(value: float, side: int) -> int:
    return min(side - 1, max(0, int(value)))


def _area(box: Sequence[float]) -> float:
    return (box[2] - box[0]) * (box[3] - box[1])
