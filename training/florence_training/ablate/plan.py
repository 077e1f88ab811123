"""A plan: the trainings to compare, each a recipe, or the recipe of another training with one change."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict

from florence_training.train.recipe import Recipe, written_out


class Figure(BaseModel):
    """A column of the log, and which direction is better; `over` is the x axis of its curve."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    name: str
    better: Literal["lower", "higher"]
    over: Literal["step", "minutes"] = "step"


class Row(BaseModel):
    """A training. One with `recipe` is a baseline; one with `beside` is a copy of that baseline with changes.

    `change` is merged into the recipe, `stage` into each of its stages. One that is `untrained` starts from random
    weights.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)
    name: str
    title: str
    recipe: str | None = None
    beside: str | None = None
    untrained: bool = False
    figures: Sequence[Figure] = ()
    change: Mapping[str, Any] = {}
    stage: Mapping[str, Any] = {}


class Plan(BaseModel):
    """The trainings in the order in which they run."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    trainings: Sequence[Row]


@dataclass(frozen=True)
class Variant:
    """A training with everything that determines it; `beside` is the row that it is compared with."""

    row: Row
    beside: Row | None
    recipe: Recipe


def read_plan(path: Path) -> Sequence[Variant]:
    """Reads a TOML file. Raises OSError, ValueError (pydantic's, too), and KeyError for an unknown `beside`."""
    rows = Plan.model_validate(tomllib.loads(path.read_text(encoding="utf-8"))).trainings
    by_name = {row.name: row for row in rows}
    return [_resolve(row, by_name[row.beside] if row.beside else None, path.parent) for row in rows]


def _resolve(row: Row, beside: Row | None, folder: Path) -> Variant:
    base = beside or row
    if base.recipe is None:
        raise ValueError(f"{row.name}: neither a recipe nor beside one that has a recipe")
    given: Any = written_out(tomllib.loads((folder / base.recipe).read_text(encoding="utf-8")))
    stages = [_merge(stage, row.stage) for stage in given["stages"]]
    recipe = Recipe.model_validate({**given, **row.change, "stages": stages})
    return Variant(row, beside, recipe)


def _merge(stage: Mapping[str, Any], changes: Mapping[str, Any]) -> dict[str, Any]:
    """Returns the stage with the changes; tables (such as `weights`) keep the keys that the change does not set."""
    return {
        **stage,
        **{key: {**stage[key], **value} if isinstance(value, dict) else value for key, value in changes.items()},
    }
