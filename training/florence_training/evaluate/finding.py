"""Metrics of the tasks that answer with boxes or outlines."""

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
    """Returns average precision, and the metrics of `find_boxes`."""
    precision = average_precision([each.answer.found for each in answered], [each.question.scene for each in answered])
    return {"ap50": precision.at_half, "ap50_95": precision.mean, **find_boxes(answered)}


def find_boxes(answered: Sequence[Answered]) -> Figures:
    """Returns the metrics of boxes at an IoU of 0.5; `labels_…` counts only boxes with their true label."""
    return _find(answered, _boxes)


def find_words(answered: Sequence[Answered]) -> Figures:
    """Returns the same metrics for words, by the IoU of their quads; labels must match letter for letter."""
    return _find(answered, _outlines)


def propose(answered: Sequence[Answered]) -> Figures:
    """Returns the metrics of boxes without labels at an IoU of 0.5."""
    return _to_figures("boxes", _sum(count_matches(_boxes(each)) for each in answered))


def find_named(answered: Sequence[Answered]) -> Figures:
    """Returns the metrics of open-vocabulary detection, for boxes under the requested name.

    Every box that is found for an absent thing is wrong. `absent_silent` is the fraction of questions about absent
    things that were answered with no box.
    """
    absent = [each for each in answered if not each.question.subject.objects]
    counts = _to_figures("labels", _sum(_count_labelled(each, _boxes(each)) for each in answered))
    return {**counts, "absent_silent": float(np.mean([not each.answer.found for each in absent]))}


def ground(answered: Sequence[Answered]) -> Figures:
    """Returns the metrics of phrase grounding: `recall1`, and those of `find_boxes`.

    `recall1` is the fraction of phrases with a first box that has an IoU of at least 0.5 with one of their things
    (Flickr30k Entities).
    """
    recalls = [first for each in answered for first in _first_boxes(each)]
    return {"recall1": float(np.mean(recalls)), **find_boxes(answered)}


def outline(answered: Sequence[Answered]) -> Figures:
    """Returns the mean IoU of masks, over questions about one thing each, and the fraction that is at least 0.5."""
    overlaps = [_outline_overlap(each) for each in answered]
    return {"miou": float(np.mean(overlaps)), "at_half": float(np.mean(np.asarray(overlaps) >= LEAST_OVERLAP))}


def _find(answered: Sequence[Answered], overlap_of: Overlaps) -> Figures:
    pairs = [(each, overlap_of(each)) for each in answered]
    return {
        **_to_figures("boxes", _sum(count_matches(overlaps) for _, overlaps in pairs)),
        **_to_figures("labels", _sum(_count_labelled(each, overlaps) for each, overlaps in pairs)),
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
    """Returns the IoU of everything that was outlined with the one thing that the question is about."""
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


def _to_figures(name: str, counts: Counts) -> Figures:
    return {
        f"{name}_precision": counts.precision,
        f"{name}_recall": counts.recall,
        f"{name}_f1": counts.f1,
        f"{name}_wanted": counts.wanted,
    }
