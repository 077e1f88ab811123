"""What a line wants the model to write."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from florence_training.finetune.lines import Labelled, Line, LineError
from florence_training.finetune.places import Size, check_locations, locate_box
from florence_training.finetune.questions import Question

Boxes = Sequence[tuple[str, str]]  # labels with their location tokens


def read_target(line: Line, question: Question, size: Size) -> str:
    """The target of a line; boxes in pixels stand from left to right. Raises LineError."""
    if line.objects is not None:
        return _write(line.objects, question, size)
    answer = (line.suffix or "").strip()
    check_locations(answer, question.task)
    return answer


def _write(things: Sequence[Labelled], question: Question, size: Size) -> str:
    write = WRITERS.get(question.task or "")
    if write is None:
        raise LineError(
            f'"objects" fit {" ".join(WRITERS)}; give {question.task or "a question of your own"} a "suffix"'
        )
    ordered = sorted(things, key=lambda thing: thing.box[0] + thing.box[2])  # as the scenes' things are
    return write([(thing.label, locate_box(thing.box, size)) for thing in ordered])


def _one_by_one(boxes: Boxes) -> str:
    return "".join(label + place for label, place in boxes)


def _by_label(boxes: Boxes) -> str:
    labels = dict.fromkeys(label for label, _ in boxes)
    return "".join(name + "".join(place for label, place in boxes if label == name) for name in labels)


def _nameless(boxes: Boxes) -> str:
    return "".join(place for _, place in boxes)


WRITERS: Mapping[str, Callable[[Boxes], str]] = {
    "<OD>": _one_by_one,
    "<DENSE_REGION_CAPTION>": _one_by_one,
    "<REGION_PROPOSAL>": _nameless,
    "<CAPTION_TO_PHRASE_GROUNDING>": _by_label,
    "<OPEN_VOCABULARY_DETECTION>": _by_label,
}
