"""The options that determine the weights of a fine-tuned model, and no others."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from florence_training.checkpoint import SHIPPED

Part = Annotated[float, Field(ge=0, lt=1)]
HARD = 0.1  # bins; so narrow that the right bin has all the weight
FULL_RATE, LORA_RATE = 3e-4, 1e-3  # adapters start at zero and take larger steps


class OptionsError(Exception):
    """Raised for invalid options; the message names them."""


class Options(BaseModel):
    """The options of a fine-tuning.

    `batch` is the number of images of a step, `rehearsal` the fraction of them that are scenes with the old tasks.
    `lora_rank` 0 trains all weights. `holdout` is the fraction of images that measures, `patience` the number of epochs
    without improvement that ends the training. `smoothing` is the standard deviation, in bins, of a location's target.
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
        """Returns how many of a step's images are rehearsal; at least one is new."""
        return min(self.batch - 1, round(self.batch * self.rehearsal))


@dataclass(frozen=True)
class Usual:
    """The defaults for a kind of model, where the command line sets nothing."""

    lora_rank: int
    rehearsal: float
    smoothing: float


OURS = Usual(lora_rank=0, rehearsal=0.5, smoothing=2.5)  # it was trained on these scenes, with this smoothing
OTHERS = Usual(lora_rank=8, rehearsal=0.0, smoothing=HARD)


def usual(checkpoint: Path) -> Usual:
    """Returns the defaults for a checkpoint; one with the vocabulary of the shipped model is one of ours."""
    ours = (SHIPPED / "tokenizer.json").read_bytes() == (checkpoint / "tokenizer.json").read_bytes()
    return OURS if ours else OTHERS


def read_options(given: Mapping[str, object], checkpoint: Path) -> Options:
    """Returns the options of the command line, completed with the defaults. Raises OptionsError."""
    defaults = usual(checkpoint)
    merged = {**vars(defaults), **{name: value for name, value in given.items() if value is not None}}
    merged.setdefault("learning_rate", LORA_RATE if merged["lora_rank"] else FULL_RATE)
    try:
        return Options.model_validate(merged)
    except ValidationError as error:
        faults = (f"--{str(fault['loc'][0]).replace('_', '-')}: {fault['msg']}" for fault in error.errors())
        raise OptionsError("\n".join(faults)) from error
