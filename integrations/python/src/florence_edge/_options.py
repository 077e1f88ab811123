# Generated from src/contract/ and src/florence/tasks.ts by `npm run docs` of florence-edge.
from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from ._settings import CallOptions

TaskName = Literal["ocr", "ocr-with-region", "caption", "detailed-caption", "more-detailed-caption", "object-detection", "dense-region-caption", "region-proposal", "caption-to-phrase-grounding", "referring-expression-segmentation", "region-to-segmentation", "open-vocabulary-detection", "region-to-category", "region-to-description", "region-to-ocr"]


class ModelOptions(CallOptions, total=False):
    """Options that every form of an answer has."""

    max_new_tokens: int | None
    """Upper bound on generated tokens; by default what the model's configuration says."""
    beams: int | None
    """Number of beams of the beam search; 1 is greedy search. The default is in the model's configuration."""


class ObjectOptions(ModelOptions, total=False):
    """Options about the objects of an answer."""

    min_score: float | None
    """Leaves out objects with a lower `score`."""
    max_objects: int | None
    """Keeps this many objects, those with the highest scores, in the model's order."""


class DrawingOptions(ObjectOptions, total=False):
    """Options of a drawing."""

    overlay_image: bool | None
    """Whether the drawing contains the image; true by default."""


class AnswerOptions(ObjectOptions, total=False):
    """Options of an answer."""

    include: Sequence[Literal["svg_path", "coco_rle", "score"]] | None
    """Adds each object's outline as an SVG path or as a COCO RLE mask, and the score of a text."""


class PlainOptions(AnswerOptions, total=False):
    """Options of an answer in its own form, which `format` and `stream` may also name."""

    format: Literal["json"]
    stream: Literal[False]


@dataclass(frozen=True)
class Task:
    """A task: what it needs besides the image, and what it does."""

    input: Literal["none", "text", "labels", "region"]
    summary: str


TASKS: Mapping[TaskName, Task] = {
    "ocr": Task(input="none", summary="Read the text in the image."),
    "ocr-with-region": Task(input="none", summary="Read the text in the image, with the four corners of each text region."),
    "caption": Task(input="none", summary="Describe the image in a sentence."),
    "detailed-caption": Task(input="none", summary="Describe the image in a few sentences."),
    "more-detailed-caption": Task(input="none", summary="Describe the image in a paragraph."),
    "object-detection": Task(input="none", summary="Find objects and name their categories."),
    "dense-region-caption": Task(input="none", summary="Find objects and describe each."),
    "region-proposal": Task(input="none", summary="Propose regions that contain objects, without labels."),
    "caption-to-phrase-grounding": Task(input="text", summary="Find what each phrase of a caption refers to."),
    "referring-expression-segmentation": Task(input="text", summary="Outline the object that an expression refers to."),
    "region-to-segmentation": Task(input="region", summary="Outline the object in a region."),
    "open-vocabulary-detection": Task(input="labels", summary="Find the objects that you name."),
    "region-to-category": Task(input="region", summary="Name the object in a region."),
    "region-to-description": Task(input="region", summary="Describe a region."),
    "region-to-ocr": Task(input="region", summary="Read the text in a region."),
}
"""The tasks by their names in the API."""
