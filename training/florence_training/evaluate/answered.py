"""A question with its answer, and the metrics of many such pairs."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from florence_training.evaluate.answers import Answer
from florence_training.evaluate.questions import Question


@dataclass(frozen=True)
class Answered:
    """A question and its answer."""

    question: Question
    answer: Answer


Figures = dict[str, float]  # fractions in 0 … 1, but `…_wanted` is a number of true items
Measure = Callable[[Sequence[Answered]], Figures]
