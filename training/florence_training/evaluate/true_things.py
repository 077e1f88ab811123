"""The expected things of a question: the scene's own boxes and outlines, not quantised to bins."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from florence_training.annotate.wording import description, phrases
from florence_training.evaluate.answers import Found
from florence_training.evaluate.questions import Question
from florence_training.scenes.scene import SceneObject, SceneText


def true_things(question: Question) -> tuple[Found, ...]:
    """Returns what a task that finds things should find, with the labels that its answer should have."""
    return TRUE_THINGS[question.example.task](question)


def _thing(label: str, thing: SceneObject) -> Found:
    return Found(label, thing.box, (tuple(thing.outline.ravel().tolist()),))


def _word(text: SceneText) -> Found:
    return Found(text.text, text.box, (text.quad,))


def _named(question: Question) -> tuple[Found, ...]:
    return tuple(_thing(thing.name, thing) for thing in question.subject.objects)


def _unnamed(question: Question) -> tuple[Found, ...]:
    return tuple(_thing("", thing) for thing in question.subject.objects)


def _described(question: Question) -> tuple[Found, ...]:
    return tuple(_thing(description(question.scene, thing), thing) for thing in question.subject.objects)


def _phrased(question: Question) -> tuple[Found, ...]:
    return tuple(_thing(phrase, thing) for phrase, things in phrases(question.scene).items() for thing in things)


def _written(question: Question) -> tuple[Found, ...]:
    return tuple(_word(text) for text in question.subject.texts)


TRUE_THINGS: Mapping[str, Callable[[Question], tuple[Found, ...]]] = {
    "<OD>": _named,
    "<OPEN_VOCABULARY_DETECTION>": _named,
    "<REGION_PROPOSAL>": _unnamed,
    "<DENSE_REGION_CAPTION>": _described,
    "<CAPTION_TO_PHRASE_GROUNDING>": _phrased,
    "<OCR_WITH_REGION>": _written,
    "<REFERRING_EXPRESSION_SEGMENTATION>": _unnamed,
    "<REGION_TO_SEGMENTATION>": _unnamed,
}
