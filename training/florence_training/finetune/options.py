"""How a model is fine-tuned: what decides its weights, and nothing else."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from florence_training.checkpoint import SHIPPED

Part = Annotated[float, Field(ge=0, lt=1)]
HARD = 0.1  # bins: so narrow that the right bin has all of the weight
FULL_RATE, LORA_RATE = 3e-4, 1e-3  # adapters begin at nothing and take larger steps


class OptionsError(Exception):
    """Options that make no sense; the message says which."""


class Options(BaseModel):
    """`batch` counts the pictures of a step, `rehearsal` is the part of them that are scenes with the old tasks.

    `lora_rank` 0 trains all weights. `holdout` is the part of the pictures that measures, and `patience` how many
    epochs without a better figure end the training. `smoothing` is the deviation, in bins, of a location's target.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)
    epochs: Annotated[int, Field(ge=1)]
    learning_rate: Annotated[float, Field(gt=0, le=1)]
    batch: Annotated[int, Field(ge=1, le=256)]
    lora_rank: Annotated[int, Field(ge=0, le=256)]
    freeze_vision: bool
    holdout: Part
    patience: Annotated[int, Field(ge=1)]
    rehearsal: Part
    smoothing: Annotated[float, Field(ge=HARD, le=20)]
    seed: Annotated[int, Field(ge=0, lt=2**31)]

    @property
    def rehearsed(self) -> int:
        """How many of a step's pictures are rehearsal: at least one is new."""
        return min(self.batch - 1, round(self.batch * self.rehearsal))


@dataclass(frozen=True)
class Usual:
    """What is right for a kind of model, where the command line does not say."""

    lora_rank: int
    rehearsal: float
    smoothing: float


OURS = Usual(lora_rank=0, rehearsal=0.5, smoothing=2.5)  # the scenes are what it was trained on, softened like that
OTHERS = Usual(lora_rank=8, rehearsal=0.0, smoothing=HARD)


def usual(checkpoint: Path) -> Usual:
    """A checkpoint with the vocabulary of the shipped model is one of ours."""
    ours = (SHIPPED / "tokenizer.json").read_bytes() == (checkpoint / "tokenizer.json").read_bytes()
    return OURS if ours else OTHERS


def read_options(given: Mapping[str, object], checkpoint: Path) -> Options:
    """The options that the command line gives, and the usual ones where it gives none. Raises OptionsError."""
    kind = usual(checkpoint)
    filled = {**vars(kind), **{name: value for name, value in given.items() if value is not None}}
    filled.setdefault("learning_rate", LORA_RATE if filled["lora_rank"] else FULL_RATE)
    try:
        return Options.model_validate(filled)
    except ValidationError as error:
        faults = (f"--{str(fault['loc'][0]).replace('_', '-')}: {fault['msg']}" for fault in error.errors())
        raise OptionsError("\n".join(faults)) from error
