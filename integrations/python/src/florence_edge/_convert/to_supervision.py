"""Answers as `supervision.Detections`, as `Detections.from_vlm` makes them of the reference's form; with scores, and not rounded."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from florence_edge import _models as models

from .shapes import imported, rings_of

if TYPE_CHECKING:
    import supervision

    from .shapes import LocatedAnswer


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
    sv = imported("supervision")
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
