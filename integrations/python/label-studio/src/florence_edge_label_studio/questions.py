"""What the API is asked to fill a control, and how its answers become results: one row for each kind of control."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from typing import Any, TypeAlias, TypeVar, cast

from florence_edge import AnalyzeItem, Box, BoxesAnswer, BoxObject, PolygonsAnswer, QuadsAnswer, TaskName, TextAnswer

from .config import BOX_TASKS, REGION_TAGS, WORD_TAGS, ConfiguredControl, LabelConfig
from .results import Control, Kind, located_results, text_results, word_results

Results: TypeAlias = list[dict[str, Any]]

Answered = TypeVar("Answered")

Filling: TypeAlias = Generator[Sequence[AnalyzeItem], list[Any], Answered]
"""Yields tasks about the picture and gets their answers, in the same order. So the tasks of several controls can be asked together."""

MAX_LABELS = 64
"""The API takes as many labels in a task."""

DEFAULT_CAPTION: TaskName = "detailed-caption"

_TEXT_NAMES = ("ocr", "text", "transcription")
"""A text area about the whole picture with one of these in its name gets the words in it, any other a caption."""


@dataclass(frozen=True)
class Question:
    """A control that is filled, and the text area for the words of its regions, if there is one."""

    control: ConfiguredControl
    transcription: str | None
    label_control: ConfiguredControl | None
    """`Labels`, which name the regions of controls that have none."""


def questions_of(config: LabelConfig, picture: str) -> Iterator[Question]:
    """Yield what is asked about a picture. A text area for each region means words: they go into one control of regions."""
    controls = [control for control in config.controls if control.to_name == picture]
    transcription = next((each.name for each in controls if each.tag == "TextArea" and each.is_per_region), None)
    words = _control_of_words(controls) if transcription is not None else None
    labels = next((control for control in controls if control.tag == "Labels"), None)
    for control in controls:
        if control is words:
            yield Question(control, transcription, labels)
        elif not control.is_per_region and (
            words is None or control.tag not in REGION_TAGS or control.task is not None
        ):
            yield Question(control, None, labels)


def _control_of_words(controls: Sequence[ConfiguredControl]) -> ConfiguredControl | None:
    candidates = [each for each in controls if each.tag in WORD_TAGS and each.task in (None, "ocr-with-region")]
    return min(candidates, key=lambda each: WORD_TAGS.index(each.tag), default=None)


def _own(control: ConfiguredControl) -> Control:
    labels = control.labels
    if control.task == "region-proposal" and labels:
        # Proposed regions have no names.
        labels = {"": next(iter(labels.values()))}
    return Control(control.name, control.to_name, cast("Kind", control.tag.lower()), labels or None)


def _found(control: ConfiguredControl) -> Filling[BoxesAnswer | None]:
    """Find what the control's labels name, or what its task finds; None without labels and without a task."""
    task = control.task or ("region-proposal" if control.tag == "Rectangle" else None)
    if task in BOX_TASKS:
        return cast("BoxesAnswer", (yield [{"task": task, "min_score": control.min_score}])[0])
    asked = list(control.labels)
    parts = [asked[at : at + MAX_LABELS] for at in range(0, len(asked), MAX_LABELS)]
    answers = yield [
        {"task": "open-vocabulary-detection", "labels": part, "min_score": control.min_score} for part in parts
    ]
    boxes = [answer for answer in answers if isinstance(answer, BoxesAnswer)]
    return _joined(boxes) if boxes else None


def _joined(answers: Sequence[BoxesAnswer]) -> BoxesAnswer:
    return replace(answers[0], objects=tuple(found for answer in answers for found in answer.objects))


def _rectangles(question: Question) -> Filling[Results]:
    found = yield from _found(question.control)
    return [] if found is None else located_results(found, _own(question.control), "")


def _outlines(question: Question) -> Filling[Results]:
    """Find boxes, then outline what is in each."""
    control = question.control
    found = yield from _found(control)
    if found is None:
        return []
    tasks = [_outline_task(each.box, is_brush=control.tag == "BrushLabels") for each in found.objects]
    outlines = yield tasks
    return [
        result
        for each, outline in zip(found.objects, outlines, strict=True)
        for result in located_results(_named(outline, each), _own(control), "")
    ]


def _outline_task(region: Box, *, is_brush: bool) -> AnalyzeItem:
    if is_brush:
        return {"task": "region-to-segmentation", "region": region, "include": ["coco_rle"]}
    return {"task": "region-to-segmentation", "region": region}


def _named(outline: PolygonsAnswer, found: BoxObject) -> PolygonsAnswer:
    """Give an outline the name and the score of the box in which it was found."""
    objects = tuple(replace(each, label=found.label, score=found.score) for each in outline.objects)
    return replace(outline, objects=objects)


def _words(question: Question) -> Filling[Results]:
    control, transcription = question.control, question.transcription or ""
    answer = cast("QuadsAnswer", (yield [{"task": "ocr-with-region", "min_score": control.min_score}])[0])
    label = next(iter(control.labels.values()), None)
    results = word_results(answer, _own(control), transcription, label)
    if question.label_control is None or not question.label_control.labels:
        return results
    return results + list(_labelled(results, question.label_control, control.name))


def _labelled(results: Results, labels: ConfiguredControl, region_name: str) -> Iterator[dict[str, Any]]:
    """Yield the first of the separate labels for each region: as one region with another result."""
    label = next(iter(labels.labels.values()))
    for result in results:
        if result["from_name"] == region_name:
            yield {
                **result,
                "from_name": labels.name,
                "type": "labels",
                "value": {**result["value"], "labels": [label]},
            }


def _text(question: Question) -> Filling[Results]:
    control = question.control
    is_words = any(word in control.name.lower() for word in _TEXT_NAMES)
    task = control.task or ("ocr" if is_words else DEFAULT_CAPTION)
    answer = cast("TextAnswer", (yield [{"task": task}])[0])
    return text_results(answer.text, Control(control.name, control.to_name)) if answer.text else []


def _choices(question: Question) -> Filling[Results]:
    """Choose what is found in the picture: the choice with the best score, or all."""
    control = question.control
    found = yield from _found(control)
    ranked = sorted(found.objects if found else (), key=lambda each: -each.score)
    own = Control(control.name, control.to_name, labels=control.labels)
    names = list(dict.fromkeys(name for name in (own.label_of(each.label) for each in ranked) if name is not None))
    chosen = names if control.is_multiple else names[:1]
    results = text_results("", own)
    return [
        {**each, "type": "choices", "value": {"choices": chosen}, "score": ranked[0].score}
        for each in results
        if chosen
    ]


_FILLERS: dict[str, Callable[[Question], Filling[Results]]] = {
    "Rectangle": _rectangles,
    "RectangleLabels": _rectangles,
    "PolygonLabels": _outlines,
    "BrushLabels": _outlines,
    "TextArea": _text,
    "Choices": _choices,
}
"""What fills each kind of control. A `Polygon` without labels is filled only with words: nothing says what else to look for."""


def _nothing(_: Question) -> Filling[Results]:
    yield from ()
    return []


def filling_of(question: Question) -> Filling[Results]:
    """Return what asks about a picture and then returns the results for a control."""
    fill = _words if question.transcription is not None else _FILLERS.get(question.control.tag, _nothing)
    return fill(question)


def fill_all(questions: Sequence[Question], ask: Callable[[Sequence[AnalyzeItem]], list[Any]]) -> Results:
    """Fill several controls: in each round, what all of them ask is asked together."""
    fillings = [filling_of(question) for question in questions]
    results: list[Results] = [[] for _ in fillings]
    answers: dict[int, list[Any] | None] = dict.fromkeys(range(len(fillings)))
    while answers:
        asked: dict[int, Sequence[AnalyzeItem]] = {}
        for at, answer in answers.items():
            try:
                asked[at] = next(fillings[at]) if answer is None else fillings[at].send(answer)
            except StopIteration as ended:
                results[at] = ended.value
        given = iter(ask([task for tasks in asked.values() for task in tasks]))
        answers = {at: list(islice(given, len(tasks))) for at, tasks in asked.items()}
    return [result for each in results for result in each]
