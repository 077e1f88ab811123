"""Answers with the targets themselves; no model can exceed the figures of this source."""

from __future__ import annotations

from collections.abc import Sequence

from florence_training.evaluate.answers import Answer
from florence_training.evaluate.location_text import read_answer
from florence_training.evaluate.questions import Question


class Truth:
    """A source that answers with the targets of training."""

    def answer(self, questions: Sequence[Question]) -> list[Answer]:
        """Returns the targets, parsed like a model's answers."""
        return [
            read_answer(each.example.task, each.example.target, (each.scene.width, each.scene.height))
            for each in questions
        ]
