"""A question with its answer, and the figures of many."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from florence_training.evaluate.answers import Answer
from florence_training.evaluate.questions import Question


@dataclass(frozen=True)
class Answered:
    """What was asked and what was said."""

    question: Question
    answer: Answer


Figures = dict[str, float]  # parts in 0 … 1; `…_wanted` counts what a figure is a part of
Measure = Callable[[Sequence[Answered]], Figures]
