"""Answers as the `result` of a Label Studio prediction. Places are in per cent of the image there."""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

from florence_edge import _models as models
from florence_edge._convert import MIN_POINTS
from florence_edge._errors import invalid

from .brush import brush_rle, coco_mask, row_runs

if TYPE_CHECKING:
    from florence_edge._convert import LocatedAnswer, LocatedObject

Kind: TypeAlias = Literal["rectanglelabels", "polygonlabels", "brushlabels", "rectangle", "polygon", "brush"]

LEVEL = 0.5
"""A word that is turned by less, in degrees, gets an upright rectangle."""


@dataclass(frozen=True)
class Control:
    """A control of a labelling configuration."""

    from_name: str
    to_name: str
    kind: Kind | None = None
    """None: what fits the answer."""
    labels: Sequence[str] | Mapping[str, str] | None = None
    """The labels that the control has, or a table from the model's labels to them; objects with others are left out. None: all labels are taken."""

    def label_of(self, label: str) -> str | None:
        """Return the control's label for one of the model's; None if it has none. Upper and lower case are the same."""
        if self.labels is None:
            return label
        table = self.labels if isinstance(self.labels, Mapping) else {each: each for each in self.labels}
        return next((own for name, own in table.items() if name.lower() == label.lower()), None)


def _id_of(parts: Mapping[str, Any]) -> str:
    """Return an id that is the same for the same result: a prediction that is made again does not differ."""
    return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()[:10]


def _result(
    control: Control, kind: str, answer: LocatedAnswer, value: Mapping[str, Any], score: float
) -> dict[str, Any]:
    result = {
        "from_name": control.from_name,
        "to_name": control.to_name,
        "type": kind,
        "original_width": answer.source.width,
        "original_height": answer.source.height,
        "image_rotation": 0,
        "value": dict(value),
        "score": score,
    }
    return {"id": _id_of(result), **result}


def _rectangle(found: LocatedObject, answer: LocatedAnswer) -> dict[str, Any]:
    """Return a rectangle in per cent. That of a word is turned as the word, around its first corner, as Label Studio does."""
    if isinstance(found, models.QuadObject):
        return _turned(found.quad, answer.source)
    x, y, width, height = (100 * value for value in found.normalized_box.xywh)
    return {"x": x, "y": y, "width": width, "height": height, "rotation": 0}


def _turned(quad: Sequence[models.Point], source: models.Source) -> dict[str, Any]:
    first, second, _, last = quad
    angle = math.degrees(math.atan2(second.y - first.y, second.x - first.x))
    if abs(angle) < LEVEL:
        left, top = min(point.x for point in quad), min(point.y for point in quad)
        right, bottom = max(point.x for point in quad), max(point.y for point in quad)
        place, size, angle = (left, top), (right - left, bottom - top), 0.0
    else:
        place = first.x, first.y
        size = math.dist((first.x, first.y), (second.x, second.y)), math.dist((first.x, first.y), (last.x, last.y))
    return {
        "x": 100 * place[0] / source.width,
        "y": 100 * place[1] / source.height,
        "width": 100 * size[0] / source.width,
        "height": 100 * size[1] / source.height,
        "rotation": angle % 360,
    }


def _polygons(found: LocatedObject) -> Iterator[dict[str, Any]]:
    """Yield a value for each ring: Label Studio's polygons have one. A box is the polygon of its corners."""
    for ring in _rings(found):
        if len(ring) >= MIN_POINTS:
            yield {"points": [[100 * x, 100 * y] for x, y in ring], "closed": True}


def _rings(found: LocatedObject) -> Iterator[list[tuple[float, float]]]:
    if isinstance(found, models.PolygonObject):
        yield from ([(point.x, point.y) for point in ring] for ring in found.normalized_polygons)
    elif isinstance(found, models.QuadObject):
        yield [(point.x, point.y) for point in found.normalized_quad]
    else:
        x1, y1, x2, y2 = found.normalized_box.xyxy
        yield [(x1, y1), (x2, y1), (x2, y2), (x1, y2)]


def _brush(found: LocatedObject) -> dict[str, Any]:
    if found.coco_rle is None:
        raise invalid("control", 'Brushes are made of masks: ask with `include=["coco_rle"]`.')
    pixels = coco_mask(found.coco_rle)
    return {"format": "rle", "rle": brush_rle(row_runs(pixels), len(pixels))}


def _values(kind: Kind, found: LocatedObject, answer: LocatedAnswer) -> list[dict[str, Any]]:
    if kind.startswith("rectangle"):
        return [_rectangle(found, answer)]
    return [_brush(found)] if kind.startswith("brush") else list(_polygons(found))


def _default_kind(answer: LocatedAnswer) -> Kind:
    if isinstance(answer, models.QuadsAnswer):
        return "rectangle"
    return "polygonlabels" if isinstance(answer, models.PolygonsAnswer) else "rectanglelabels"


def _object_results(found: LocatedObject, answer: LocatedAnswer, control: Control, label: str) -> list[dict[str, Any]]:
    kind = control.kind or _default_kind(answer)
    named: dict[str, Any] = {kind: [label]} if kind.endswith("labels") else {}
    return [_result(control, kind, answer, {**value, **named}, found.score) for value in _values(kind, found, answer)]


def word_results(
    answer: models.QuadsAnswer, control: Control, transcription: str, label: str | None = None
) -> list[dict[str, Any]]:
    """Return words: a region of the control for each, and its text for the `TextArea` of that name, as one region with two results."""
    results = []
    for found in answer.objects:
        for region in _object_results(found, answer, control, label or ""):
            place = {key: value for key, value in region["value"].items() if key != region["type"]}
            text = {**region, "from_name": transcription, "type": "textarea", "value": {**place, "text": [found.label]}}
            results += [region, text]
    return results


def located_results(answer: LocatedAnswer, control: Control, transcription: str) -> list[dict[str, Any]]:
    """Return an answer's objects as regions of a control."""
    if isinstance(answer, models.QuadsAnswer):
        label = next(iter(control.labels), None) if control.labels else None
        return word_results(answer, control, transcription, label)
    labelled = [(found, control.label_of(found.label)) for found in answer.objects]
    return [
        each
        for found, label in labelled
        if label is not None
        for each in _object_results(found, answer, control, label)
    ]


def text_results(text: str, control: Control) -> list[dict[str, Any]]:
    """Return a text about the whole image, for a `TextArea`."""
    result = {"from_name": control.from_name, "to_name": control.to_name, "type": "textarea", "value": {"text": [text]}}
    return [{"id": _id_of(result), **result}]
