"""Figures of the tasks that find things."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

import numpy as np

from florence_training.evaluate.answered import Answered, Figures
from florence_training.evaluate.answers import Found
from florence_training.evaluate.measures.masks import mask_overlaps
from florence_training.evaluate.measures.matching import LEAST_OVERLAP, Counts, box_overlaps, count_matches
from florence_training.evaluate.measures.precision import average_precision
from florence_training.evaluate.true_things import true_things

Overlaps = Callable[[Answered], np.ndarray]


def detect(answered: Sequence[Answered]) -> Figures:
    """Average precision, and what was found with and without its name."""
    precision = average_precision([each.answer.found for each in answered], [each.question.scene for each in answered])
    return {"ap50": precision.at_half, "ap50_95": precision.mean, **find_boxes(answered)}


def find_boxes(answered: Sequence[Answered]) -> Figures:
    """What was found at an overlap of one half; `labels_…` counts only what has its true label."""
    return _find(answered, _boxes)


def find_words(answered: Sequence[Answered]) -> Figures:
    """The same for words, by the overlap of their quads; a label is right letter for letter."""
    return _find(answered, _outlines)


def propose(answered: Sequence[Answered]) -> Figures:
    """What was found at an overlap of one half; there are no names."""
    return _counted("boxes", _sum(count_matches(_boxes(each)) for each in answered))


def find_named(answered: Sequence[Answered]) -> Figures:
    """Open vocabulary: boxes under the name that was asked for; what is found of an absent thing is wrong.

    `absent_silent` is the part of the questions for absent things that were answered with nothing.
    """
    absent = [each for each in answered if not each.question.subject.objects]
    counts = _counted("labels", _sum(_count_labelled(each, _boxes(each)) for each in answered))
    return {**counts, "absent_silent": float(np.mean([not each.answer.found for each in absent]))}


def ground(answered: Sequence[Answered]) -> Figures:
    """`recall1`: phrases whose first box covers one of their things by half (Flickr30k Entities); then all boxes."""
    recalls = [first for each in answered for first in _first_boxes(each)]
    return {"recall1": float(np.mean(recalls)), **find_boxes(answered)}


def outline(answered: Sequence[Answered]) -> Figures:
    """The mean overlap of masks, over questions about one thing each; and the part that overlaps by half."""
    overlaps = [_outline_overlap(each) for each in answered]
    return {"miou": float(np.mean(overlaps)), "at_half": float(np.mean(np.asarray(overlaps) >= LEAST_OVERLAP))}


def _find(answered: Sequence[Answered], overlaps: Overlaps) -> Figures:
    pairs = [(each, overlaps(each)) for each in answered]
    return {
        **_counted("boxes", _sum(count_matches(found) for _, found in pairs)),
        **_counted("labels", _sum(_count_labelled(each, found) for each, found in pairs)),
    }


def _count_labelled(each: Answered, overlaps: np.ndarray) -> Counts:
    return count_matches(overlaps, _labels(each.answer.found), _labels(true_things(each.question)))


def _labels(things: Iterable[Found]) -> list[str]:
    return [thing.label for thing in things]


def _boxes(each: Answered) -> np.ndarray:
    found, true = each.answer.found, true_things(each.question)
    return box_overlaps([thing.box for thing in found], [thing.box for thing in true])


def _outlines(each: Answered) -> np.ndarray:
    scene = each.question.scene
    found, true = each.answer.found, true_things(each.question)
    outlines = [thing.outline for thing in found], [thing.outline for thing in true]
    return mask_overlaps(*outlines, scene.width, scene.height)


def _outline_overlap(each: Answered) -> float:
    """Of everything that was outlined, with the one thing that was meant."""
    scene = each.question.scene
    found = [polygon for thing in each.answer.found for polygon in thing.outline]
    [true] = true_things(each.question)
    return float(mask_overlaps([found], [true.outline], scene.width, scene.height)[0, 0])


def _first_boxes(each: Answered) -> list[bool]:
    true = true_things(each.question)
    return [_covers(phrase, each.answer.found, true) for phrase in dict.fromkeys(_labels(true))]


def _covers(phrase: str, found: Sequence[Found], true: Sequence[Found]) -> bool:
    first = next(([thing.box] for thing in found if thing.label == phrase), [])
    overlaps = box_overlaps(first, [thing.box for thing in true if thing.label == phrase])
    return bool(overlaps.size and overlaps.max() >= LEAST_OVERLAP)


def _sum(counts: Iterable[Counts]) -> Counts:
    return sum(counts, start=Counts())


def _counted(name: str, counts: Counts) -> Figures:
    return {
        f"{name}_precision": counts.precision,
        f"{name}_recall": counts.recall,
        f"{name}_f1": counts.f1,
        f"{name}_wanted": counts.wanted,
    }
