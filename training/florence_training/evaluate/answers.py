"""What was answered, whoever answered it: texts, and things with their places in pixels."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from florence_training.evaluate.questions import Question
from florence_training.scenes.scene import Box

Polygon = tuple[float, ...]  # x, y, x, y, … in pixels


@dataclass(frozen=True)
class Found:
    """A thing, phrase or word with its place; quads are outlines of four corners. `score` is in 0 … 1."""

    label: str
    box: Box
    outline: tuple[Polygon, ...] = ()
    score: float = 1.0


@dataclass(frozen=True)
class Answer:
    """A task that answers with text fills `text`, every other one `found`."""

    text: str = ""
    found: tuple[Found, ...] = ()


class Source(Protocol):
    """Whoever answers: a checkpoint, what the API has answered, or the truth itself."""

    def answer(self, questions: Sequence[Question]) -> list[Answer]:
        """The answers to questions about one scene, in their order. Raises AnswersError where there is none."""
        ...


class AnswersError(Exception):
    """Answers that can't be measured; the message says why."""
