"""The shapes of an answer's objects, the same for every package."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TypeAlias, Union

from florence_edge import _models as models

LocatedAnswer: TypeAlias = "Union[models.BoxesAnswer, models.QuadsAnswer, models.PolygonsAnswer]"
LocatedObject: TypeAlias = "Union[models.BoxObject, models.QuadObject, models.PolygonObject]"
Ring: TypeAlias = "tuple[models.Point, ...]"

MIN_POINTS = 3
"""A ring with fewer points encloses nothing."""


def rings_of(found: LocatedObject, *, normalized: bool) -> Iterator[Ring]:
    """Yield the rings of an object: its outlines, or a word's four corners; in pixels, or in 0..1. A box has none."""
    if isinstance(found, models.PolygonObject):
        rings = found.normalized_polygons if normalized else found.polygons
        yield from (ring for ring in rings if len(ring) >= MIN_POINTS)
    if isinstance(found, models.QuadObject):
        yield found.normalized_quad if normalized else found.quad


def are_outlined(answer: LocatedAnswer) -> bool:
    """Whether the objects have more than boxes."""
    return not isinstance(answer, models.BoxesAnswer)
