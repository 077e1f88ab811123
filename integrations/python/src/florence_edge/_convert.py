"""Answers for supervision and FiftyOne, which are not installed with this package, and are slow to import.

As `supervision.Detections`, what `Detections.from_vlm` makes of the reference's form; with scores, and not rounded. As labels of FiftyOne, which places everything in 0..1.
"""

from __future__ import annotations

import importlib
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, TypeAlias, Union

from . import _models as models

if TYPE_CHECKING:
    import fiftyone
    import supervision

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


def imported(name: str, extra: str) -> Any:
    """Import a module of an optional package. Raises `ImportError`, which says how to install it."""
    try:
        return importlib.import_module(name)
    except ImportError as error:
        if error.name is None or not f"{name}.".startswith(f"{error.name}."):
            raise
        message = f"This needs a package: pip install 'florence-edge[{extra}]'"
        raise ImportError(message, name=name) from error


def text_label(answer: models.TextAnswer) -> fiftyone.Classification:
    """Return the text as a classification."""
    fo = imported("fiftyone", "fiftyone")
    label: fiftyone.Classification = fo.Classification(label=answer.text)
    return label


def _polyline(fo: Any, found: Any) -> Any:
    points = [[(point.x, point.y) for point in ring] for ring in rings_of(found, normalized=True)]
    return fo.Polyline(label=found.label, points=points, closed=True, filled=True, confidence=found.score)


def located_labels(answer: LocatedAnswer) -> fiftyone.Detections | fiftyone.Polylines:
    """Return boxes as detections, outlines and words as polylines."""
    fo = imported("fiftyone", "fiftyone")
    if are_outlined(answer):
        return fo.Polylines(polylines=[_polyline(fo, each) for each in answer.objects])
    return fo.Detections(
        detections=[
            fo.Detection(label=each.label, bounding_box=list(each.normalized_box.xywh), confidence=each.score)
            for each in answer.objects
        ]
    )


def _mask(found: models.PolygonObject, size: tuple[int, int]) -> Any:
    """Draw an object's outlines: whole pixels, each part filled."""
    import numpy as np
    import supervision as sv

    parts = [
        np.array([(point.x, point.y) for point in ring], dtype=np.int32) for ring in rings_of(found, normalized=False)
    ]
    mask = np.zeros((size[1], size[0]), dtype=bool)
    for part in parts:
        mask |= sv.polygon_to_mask(part, size).astype(bool)
    return mask


def detections(answer: LocatedAnswer) -> supervision.Detections:
    """Return detections in pixels. `data["class_name"]` has the labels, `data["xyxyxyxy"]` the corners of words."""
    sv = imported("supervision", "supervision")
    import numpy as np

    size = answer.source.width, answer.source.height
    found = answer.objects
    data: dict[str, Any] = {"class_name": np.array([each.label for each in found], dtype=str)}
    if isinstance(answer, models.QuadsAnswer):
        corners = [[(point.x, point.y) for point in each.quad] for each in answer.objects]
        data["xyxyxyxy"] = np.array(corners, dtype=np.float32).reshape(-1, 4, 2)
    masks = [_mask(each, size) for each in answer.objects] if isinstance(answer, models.PolygonsAnswer) else None
    result: supervision.Detections = sv.Detections(
        xyxy=np.array([each.box.xyxy for each in found], dtype=np.float32).reshape(-1, 4),
        confidence=np.array([each.score for each in found], dtype=np.float32),
        mask=None if masks is None else np.array(masks, dtype=bool).reshape(-1, size[1], size[0]),
        class_id=np.array(_class_ids([each.label for each in found]), dtype=int),
        data=data,
    )
    return result


def _class_ids(labels: list[str]) -> list[int]:
    """Return a number for each label, by its first occurrence: annotators choose colours by these numbers."""
    distinct = list(dict.fromkeys(labels))
    return [distinct.index(label) for label in labels]
