"""A recipe: everything that determines what a training does, read from one TOML file."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError, field_validator, model_validator
from pydantic.dataclasses import dataclass

from florence_training.annotate.tasks import TASKS
from florence_training.scenes.art import STYLES
from florence_training.scenes.compose import SceneSettings
from florence_training.scenes.things import MOST_THINGS

STRICT = ConfigDict(extra="forbid", frozen=True)
Count = Annotated[int, Field(ge=1)]
Weight = Annotated[float, Field(ge=0)]
Part = Annotated[float, Field(ge=0, le=1)]
MOST_PICTURES = 1000  # per step: each image has a seed, and each step reserves that many
TaskName = Annotated[str, Field(pattern=f"^({'|'.join(TASKS)})$")]


@dataclass(frozen=True, config=ConfigDict(extra="forbid"))
class Source(SceneSettings):
    """Scenes to draw from, one of several sources; `share` is its weight among them.

    `disturbed` is the probability that an image is blurred, shifted in colour, made noisy or degraded by JPEG after it
    is drawn.
    """

    share: Weight = 1.0
    disturbed: Part = 0.0

    @field_validator("styles")
    @classmethod
    def _only_trained_styles(cls, styles: Sequence[str]) -> Sequence[str]:
        unknown = set(styles) - set(STYLES)
        if unknown:
            raise ValueError(f"no style to train on: {', '.join(sorted(unknown))}; there are {', '.join(STYLES)}")
        return styles

    @model_validator(mode="after")
    def _drawable_counts_of_things(self) -> Self:
        if not 1 <= self.fewest_things <= self.most_things <= MOST_THINGS:
            raise ValueError(f"from {self.fewest_things} to {self.most_things} things: draw from 1 to {MOST_THINGS}")
        return self


class Rates(BaseModel):
    """The highest learning rate of each part; a part at 0 is frozen."""

    model_config = STRICT
    vision: Weight
    language: Weight
    embeddings: Weight
    heads: Weight


class Weights(BaseModel):
    """The weight of each loss; one at 0 is not computed. `sequence` trains a Florence-2, the others auxiliary heads.

    `finer_letters` is the weight of the letters on the finer maps within `letters`, relative to those of the tokens.
    """

    model_config = STRICT
    sequence: Weight = 0.0
    objects: Weight = 0.0
    places: Weight = 0.0
    letters: Weight = 0.0
    finer_letters: Weight = 1.0


class Stage(BaseModel):
    """Some steps with the same settings.

    `absent` is the probability that open-vocabulary detection asks for a thing that is not there. `smoothing` is the
    standard deviation, in bins, of the Gaussian around a location token's bin. `location` is the weight of such a token
    relative to a word token: an outline has thirty-two of them, which would outweigh the names. The rates rise over
    `warm_up` steps and fall as a cosine over the last `decay` steps to `floor` times their highest.
    """

    model_config = STRICT
    name: str
    steps: Count
    pictures: Annotated[int, Field(ge=1, le=MOST_PICTURES)]
    rates: Rates
    weights: Weights
    sources: Annotated[Sequence[Source], Field(min_length=1)]
    tasks: Mapping[TaskName, Weight] = {}
    tasks_a_picture: Annotated[int, Field(ge=0)] = 0
    absent: Part = 0.0
    smoothing: Annotated[float, Field(gt=0)] = 4.0
    location: Annotated[float, Field(gt=0)] = 1.0
    warm_up: Count = 100
    decay: Annotated[int, Field(ge=0)] = 0
    floor: Part = 0.02

    def until(self, step: int) -> Stage:
        """Returns what the stage's first `step` steps depend on: not its length, unless its rates already fall."""
        if step > self.steps - self.decay:
            return self
        return self.model_copy(update={"steps": min(step, self.steps), "decay": 0, "floor": 0})

    @model_validator(mode="after")
    def _sequences_have_tasks(self) -> Self:
        if self.weights.sequence and not (self.tasks and self.tasks_a_picture):
            raise ValueError("a stage with a sequence loss wants tasks and tasks_a_picture")
        return self


class Recipe(BaseModel):
    """The stages of a training; `seed` determines the scenes, the tasks on them and the initial weights.

    In a file, a stage takes the settings that it omits from the table `every`, if that has them. `locations` sets the
    initial embeddings of the location tokens: related to those of their neighbours, or unrelated. Without it they stay
    as they are, and those of an untrained model are related.
    """

    model_config = STRICT
    seed: int
    stages: Annotated[Sequence[Stage], Field(min_length=1)]
    locations: Literal["related", "unrelated"] | None = None
    weight_decay: Weight = 0.03
    clip: Annotated[float, Field(gt=0)] = 1.0

    @model_validator(mode="before")
    @classmethod
    def _stages_take_from_every(cls, given: object) -> object:
        return written_out(given)

    @property
    def steps(self) -> int:
        """Returns the number of steps of all stages."""
        return sum(stage.steps for stage in self.stages)

    def at(self, step: int) -> tuple[Stage, int]:
        """Returns the stage of a step of the whole training, and the index of the step in that stage."""
        for stage in self.stages:
            if step < stage.steps:
                return stage, step
            step -= stage.steps
        raise IndexError("the recipe has fewer steps")

    def until(self, step: int) -> Recipe:
        """Returns what the first `step` steps depend on: two recipes with the same part train alike up to there."""
        started, first = [], 0
        for stage in self.stages:
            if first < step:
                started.append(stage.until(step - first))
            first += stage.steps
        return self.model_copy(update={"stages": started})


def written_out(given: object) -> object:
    """Returns a recipe as it is in a file, with the settings of the table `every` in each stage that omits them."""
    match given:
        case {"every": dict(every), "stages": list(stages), **others}:
            return {**others, "stages": [every | stage if isinstance(stage, dict) else stage for stage in stages]}
        case _:
            return given


class RecipeError(Exception):
    """Raised for a recipe that cannot be read; the message says where and why."""


def read_recipe(path: Path) -> Recipe:
    """Reads a TOML file. Raises RecipeError."""
    try:
        return TypeAdapter(Recipe).validate_python(tomllib.loads(path.read_text(encoding="utf-8")))
    except (OSError, tomllib.TOMLDecodeError) as error:
        raise RecipeError(f"{path}: {error}") from error
    except ValidationError as error:
        faults = (f"  {'.'.join(map(str, fault['loc']))}: {fault['msg']}" for fault in error.errors())
        raise RecipeError("\n".join([f"{path} is no recipe:", *faults])) from error
