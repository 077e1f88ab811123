"""Reads recorded answers of the API: json lines of `{"id", "answer"}`, where `answer` is the response as sent."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from pydantic import BaseModel, Field, ValidationError

from florence_training.evaluate.answers import Answer, AnswersError, Found, Polygon
from florence_training.evaluate.questions import Question


class _Point(BaseModel):
    x: float
    y: float


class _Box(BaseModel):
    x1: float
    y1: float
    x2: float
    y2: float


class _Object(BaseModel):
    label: str
    score: float
    box: _Box
    quad: list[_Point] | None = None
    polygons: list[list[_Point]] | None = None

    def found(self) -> Found:
        """Returns the object in the form of every source."""
        polygons = self.polygons or ([self.quad] if self.quad else [])
        return Found(
            self.label,
            (self.box.x1, self.box.y1, self.box.x2, self.box.y2),
            tuple(_numbers(polygon) for polygon in polygons),
            self.score,
        )


class _Model(BaseModel):
    id: str
    revision: str
    dtype: str


class _Answer(BaseModel):
    model: _Model
    text: str = ""
    objects: list[_Object] = Field(default_factory=list)


class _Line(BaseModel):
    id: str
    answer: _Answer


@dataclass(frozen=True)
class Recorded:
    """Answers by question id, and the models that gave them: id, revision and dtype."""

    answers: Mapping[str, Answer]
    models: Sequence[str]

    @staticmethod
    def read(path: Path) -> Recorded:
        """Reads json lines. Raises AnswersError, which names the line."""
        answers, models = {}, set()
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
            try:
                parsed = _Line.model_validate_json(line)
            except ValidationError as error:
                raise AnswersError(f"{path}, line {number}: {error}") from error
            answers[parsed.id] = Answer(parsed.answer.text, tuple(thing.found() for thing in parsed.answer.objects))
            models.add(f"{parsed.answer.model.id} {parsed.answer.model.revision} {parsed.answer.model.dtype}")
        return Recorded(answers, sorted(models))

    def answer(self, questions: Sequence[Question]) -> list[Answer]:
        """Returns the recorded answers. Raises AnswersError for a question without one."""
        missing = next((question.id for question in questions if question.id not in self.answers), None)
        if missing is not None:
            raise AnswersError(f"no answer to {missing}: were other scenes or styles asked about?")
        return [self.answers[question.id] for question in questions]


def _numbers(points: list[_Point]) -> Polygon:
    return tuple(number for point in points for number in (point.x, point.y))
