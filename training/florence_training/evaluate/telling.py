"""Metrics of the tasks that answer with text."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from florence_training.annotate.wording import group
from florence_training.evaluate.answered import Answered, Figures
from florence_training.evaluate.measures.captions import understand
from florence_training.evaluate.measures.matching import Counts
from florence_training.evaluate.measures.texts import count_characters, count_words


def name(answered: Sequence[Answered]) -> Figures:
    """Returns `accuracy`: the fraction of answers that equal the thing's name."""
    return {"accuracy": _exact(answered)}


def describe(answered: Sequence[Answered]) -> Figures:
    """Returns the fractions of descriptions with the right name, and of exact ones.

    In `names`, the description names that thing and no other; in `exact`, size and position are right, too, letter for
    letter.
    """
    names = [understand(each.answer.text).things == {each.question.subject.objects[0].name: 1} for each in answered]
    return {"names": float(np.mean(names)), "exact": _exact(answered)}


def read(answered: Sequence[Answered]) -> Figures:
    """Returns word and character accuracy.

    `words` is the fraction of written words that were read (word accuracy), `characters` is 1 - CER of all texts.
    """
    pairs = [(each.answer.text, each.question.example.target) for each in answered]
    words = sum((count_words(*pair) for pair in pairs), start=Counts())
    characters = sum((count_characters(*pair) for pair in pairs), start=Counts())
    return {
        "words": words.recall,
        "words_precision": words.precision,
        "words_wanted": words.wanted,
        "characters": characters.recall,
        "exact": _exact(answered),
    }


def caption(answered: Sequence[Answered]) -> Figures:
    """Returns the fractions of captions with exactly the scene's things, their counts, and the background colour."""
    kinds, counts, colours = ([judge(each) for each in answered] for judge in (_kinds, _counts, _colour))
    correct = np.all([kinds, counts, colours], axis=0)
    return {
        "objects": float(np.mean(kinds)),
        "counts": float(np.mean(counts)),
        "colour": float(np.mean(colours)),
        "correct": float(np.mean(correct)),
        "exact": _exact(answered),
    }


def caption_with_texts(answered: Sequence[Answered]) -> Figures:
    """Returns the metrics of `caption`, and the fraction of captions that quote all texts correctly."""
    return {**caption(answered), "texts": float(np.mean([_texts(each) for each in answered]))}


def _exact(answered: Sequence[Answered]) -> float:
    return float(np.mean([each.answer.text == each.question.example.target for each in answered]))


def _kinds(each: Answered) -> bool:
    return understand(each.answer.text).things.keys() == group(each.question.scene).keys()


def _counts(each: Answered) -> bool:
    expected = {name: len(things) for name, things in group(each.question.scene).items()}
    return understand(each.answer.text).things == expected


def _colour(each: Answered) -> bool:
    return understand(each.answer.text).ground == each.question.scene.ground


def _texts(each: Answered) -> bool:
    return understand(each.answer.text).texts == tuple(text.text for text in each.question.scene.texts)
