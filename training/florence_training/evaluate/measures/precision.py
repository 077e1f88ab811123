"""Computes the average precision of labelled boxes, as COCO defines it."""

from __future__ import annotations

import contextlib
import io
from collections.abc import Sequence
from dataclasses import dataclass

from pycocotools.coco import COCO
from pycocotools.cocoeval import COCOeval

from florence_training.evaluate.answers import Found
from florence_training.scenes.scene import Box, Scene


@dataclass(frozen=True)
class AveragePrecision:
    """AP at an IoU of 0.5, and the mean over ten IoUs from 0.5 to 0.95; both are means over the names."""

    at_half: float
    mean: float


def average_precision(found: Sequence[Sequence[Found]], scenes: Sequence[Scene]) -> AveragePrecision:
    """Returns the average precision of the boxes found in each scene; a name that is in no scene is ignored."""
    category_ids = {name: index for index, name in enumerate(sorted({t.name for s in scenes for t in s.objects}), 1)}
    results = [
        {"image_id": image, "category_id": category_ids[thing.label], "bbox": _to_xywh(thing.box), "score": thing.score}
        for image, things in enumerate(found)
        for thing in things
        if thing.label in category_ids
    ]
    if not results:
        return AveragePrecision(0.0, 0.0)
    with contextlib.redirect_stdout(io.StringIO()):  # pycocotools prints its progress
        truth = COCO()
        truth.dataset = _dataset(scenes, category_ids)
        truth.createIndex()
        evaluation = COCOeval(truth, truth.loadRes(results), "bbox")
        evaluation.evaluate()
        evaluation.accumulate()
        evaluation.summarize()
    mean, at_half = evaluation.stats[:2]
    return AveragePrecision(at_half=float(at_half), mean=float(mean))


def _dataset(scenes: Sequence[Scene], category_ids: dict[str, int]) -> dict[str, list[dict[str, object]]]:
    things = [(image, thing) for image, scene in enumerate(scenes) for thing in scene.objects]
    return {
        "images": [{"id": image} for image in range(len(scenes))],
        "categories": [{"id": number, "name": name} for name, number in category_ids.items()],
        "annotations": [
            {
                "id": number,
                "image_id": image,
                "category_id": category_ids[thing.name],
                "bbox": _to_xywh(thing.box),
                "area": _area(thing.box),
                "iscrowd": 0,
            }
            for number, (image, thing) in enumerate(things, 1)
        ],
    }


def _to_xywh(box: Box) -> list[float]:
    left, top, right, bottom = box
    return [left, top, right - left, bottom - top]


def _area(box: Box) -> float:
    _, _, width, height = _to_xywh(box)
    return width * height
