"""The source that is always right, as far as the targets can say it: what its figures lack, no model reaches."""

from __future__ import annotations

from collections.abc import Sequence

from florence_training.evaluate.answers import Answer
from florence_training.evaluate.location_text import read_answer
from florence_training.evaluate.questions import Question


class Truth:
    """Answers with the targets that a model is trained on."""

    def answer(self, questions: Sequence[Question]) -> list[Answer]:
        """The targets, read as a model's answers are."""
        return [
            read_answer(each.example.task, each.example.target, (each.scene.width, each.scene.height))
            for each in questions
        ]
