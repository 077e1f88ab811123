"""Parses one line of a data set: `image`, `prefix`, `suffix`, as is common for Florence-2, or boxes in pixels."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, FiniteFloat, ValidationError, model_validator

Corners = tuple[FiniteFloat, FiniteFloat, FiniteFloat, FiniteFloat]  # left, top, right, bottom in pixels


class LineError(Exception):
    """Raised for a line that cannot be learned from; the message says why and what to do."""


class Labelled(BaseModel):
    """A label with its box."""

    model_config = ConfigDict(frozen=True)
    label: Annotated[str, Field(min_length=1)]
    box: Corners


class Line(BaseModel):
    """A line: `prefix`, or `task` with its `text` or `region`; `suffix`, or `objects`. Other keys are ignored."""

    model_config = ConfigDict(frozen=True)
    image: Annotated[str, Field(min_length=1)]
    prefix: str | None = None
    task: str | None = None
    text: str | None = None
    region: Corners | None = None
    suffix: str | None = None
    objects: Sequence[Labelled] | None = None

    @model_validator(mode="after")
    def _one_question_one_answer(self) -> Self:
        if (self.prefix is None) == (self.task is None):
            raise ValueError('give either "prefix" or "task"')
        if self.prefix is not None and (self.text is not None or self.region is not None):
            raise ValueError('"text" and "region" go with "task"; a "prefix" has them inside')
        if self.text is not None and self.region is not None:
            raise ValueError('give "text" or "region", not both')
        if (self.suffix is None) == (self.objects is None):
            raise ValueError('give either "suffix", what the model shall write (it may be empty), or "objects"')
        return self


def read_line(text: str) -> Line:
    """Parses one json object. Raises LineError."""
    try:
        return Line.model_validate_json(text)
    except ValidationError as error:
        faults = ("".join((*(f"{key}: " for key in fault["loc"]), fault["msg"])) for fault in error.errors())
        raise LineError("; ".join(faults)) from error
