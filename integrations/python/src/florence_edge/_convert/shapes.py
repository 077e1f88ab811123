"""What the conversions share: the shapes of an answer's objects, and packages that are not installed with this one."""

from __future__ import annotations

import importlib
from collections.abc import Iterator
from typing import Any, TypeAlias, Union

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


def imported(name: str) -> Any:
    """Import an optional package. Raises `ImportError`, which says how to install it."""
    try:
        return importlib.import_module(name)
    except ImportError as error:
        if error.name != name:
            raise
        message = f"This needs the package {name}: pip install 'florence-edge[{name}]'"
        raise ImportError(message, name=name) from error
