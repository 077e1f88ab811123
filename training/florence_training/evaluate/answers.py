"""The answers of any source: texts, and things with their locations in pixels."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from florence_training.evaluate.questions import Question
from florence_training.scenes.scene import Box

Polygon = tuple[float, ...]  # x, y, x, y, … in pixels


@dataclass(frozen=True)
class Found:
    """A thing, phrase or word with its location; quads are outlines of four corners. `score` is in 0 … 1."""

    label: str
    box: Box
    outline: tuple[Polygon, ...] = ()
    score: float = 1.0


@dataclass(frozen=True)
class Answer:
    """The answer to one task: tasks that answer with text fill `text`, all others `found`."""

    text: str = ""
    found: tuple[Found, ...] = ()


class Source(Protocol):
    """A source of answers: a checkpoint, recorded answers of the API, or the ground truth itself."""

    def answer(self, questions: Sequence[Question]) -> list[Answer]:
        """Returns the answers to questions about one scene, in their order. Raises AnswersError if one is missing."""
        ...


class AnswersError(Exception):
    """Raised for answers that cannot be measured; the message says why."""
