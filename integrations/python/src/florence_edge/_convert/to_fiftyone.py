"""Answers as labels of FiftyOne, which places everything in 0..1."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .shapes import are_outlined, imported, rings_of

if TYPE_CHECKING:
    import fiftyone

    from florence_edge import _models as models

    from .shapes import LocatedAnswer


def text_label(answer: models.TextAnswer) -> fiftyone.Classification:
    """Return the text as a classification."""
    fo = imported("fiftyone")
    label: fiftyone.Classification = fo.Classification(label=answer.text)
    return label


def _polyline(fo: Any, found: Any) -> Any:
    points = [[(point.x, point.y) for point in ring] for ring in rings_of(found, normalized=True)]
    return fo.Polyline(label=found.label, points=points, closed=True, filled=True, confidence=found.score)


def located_labels(answer: LocatedAnswer) -> fiftyone.Detections | fiftyone.Polylines:
    """Return boxes as detections, outlines and words as polylines."""
    fo = imported("fiftyone")
    if are_outlined(answer):
        return fo.Polylines(polylines=[_polyline(fo, each) for each in answer.objects])
    return fo.Detections(
        detections=[
            fo.Detection(label=each.label, bounding_box=list(each.normalized_box.xywh), confidence=each.score)
            for each in answer.objects
        ]
    )
