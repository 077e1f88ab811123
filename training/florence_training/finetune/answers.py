"""Makes the target text of a line."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from florence_training.evaluate.location_text import SHAPES
from florence_training.finetune.lines import Labelled, Line, LineError
from florence_training.finetune.places import Size, locate_box
from florence_training.finetune.questions import Question
from florence_training.finetune.spelling import normalise

Boxes = Sequence[tuple[str, str]]  # labels with their location tokens


def read_target(line: Line, question: Question, size: Size) -> str:
    """Returns the target of a line, with the model's location tokens; boxes in pixels are ordered from left to right.

    Raises LineError.
    """
    written = (line.suffix or "").strip() if line.objects is None else _format(line.objects, question, size)
    return normalise(written, bare=question.task in SHAPES)


def _format(things: Sequence[Labelled], question: Question, size: Size) -> str:
    format_boxes = FORMATS.get(question.task or "")
    if format_boxes is None:
        raise LineError(
            f'"objects" fit {" ".join(FORMATS)}; give {question.task or "a question of your own"} a "suffix"'
        )
    ordered = sorted(things, key=lambda thing: thing.box[0] + thing.box[2])  # the order of the things in a scene
    return format_boxes([(thing.label, locate_box(thing.box, size)) for thing in ordered])


def _one_by_one(boxes: Boxes) -> str:
    return "".join(label + locations for label, locations in boxes)


def _by_label(boxes: Boxes) -> str:
    labels = dict.fromkeys(label for label, _ in boxes)
    return "".join(name + "".join(locations for label, locations in boxes if label == name) for name in labels)


def _without_labels(boxes: Boxes) -> str:
    return "".join(locations for _, locations in boxes)


FORMATS: Mapping[str, Callable[[Boxes], str]] = {
    "<OD>": _one_by_one,
    "<DENSE_REGION_CAPTION>": _one_by_one,
    "<REGION_PROPOSAL>": _without_labels,
    "<CAPTION_TO_PHRASE_GROUNDING>": _by_label,
    "<OPEN_VOCABULARY_DETECTION>": _by_label,
}
