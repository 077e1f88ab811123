"""One step of fine-tuning, and the loss on what is held out."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

import torch

from florence_training.finetune.adapting import Adapted
from florence_training.finetune.batches import Asked
from florence_training.finetune.options import Options
from florence_training.train.optimiser import BETAS
from florence_training.train.sequence import sequence_loss
from florence_training.train.vision import look

CLIP = 1.0
WARM_UP = 0.05  # of the steps, over which the rate rises
FLOOR = 0.02  # of the highest rate, at the end


@dataclass(frozen=True)
class Tuner:
    """What learns, and what changes it. Weights do not decay: that would pull them to zero, not to their start."""

    adapted: Adapted
    optimiser: torch.optim.AdamW
    options: Options
    first_location: int
    steps: int

    @staticmethod
    def begin(adapted: Adapted, options: Options, first_location: int, steps: int) -> Tuner:
        """A fine-tuning of so many steps at most that has done nothing yet."""
        adapted.model.train()
        optimiser = torch.optim.AdamW(adapted.learning().values(), lr=0.0, betas=BETAS, weight_decay=0.0)
        return Tuner(adapted, optimiser, options, first_location, steps)

    def step(self, step: int, asked: Asked) -> float:
        """Does a step and returns its loss. Dropout hangs on seed and step alone."""
        torch.manual_seed(self.options.seed * self.steps + step)
        for group in self.optimiser.param_groups:
            group["lr"] = self.options.learning_rate * factor_at(step, self.steps)
        loss = self._loss(asked)
        self.optimiser.zero_grad(set_to_none=True)
        loss.backward()  # type: ignore[no-untyped-call]
        torch.nn.utils.clip_grad_norm_(self.adapted.learning().values(), CLIP)
        self.optimiser.step()
        return loss.item()

    @torch.no_grad()
    def measure(self, batches: Iterable[Asked]) -> float:
        """The mean loss of a token over batches that are not learned from."""
        self.adapted.model.eval()
        found = [(self._loss(asked).item(), sum(len(each.answer) - 1 for each in asked.posed)) for asked in batches]
        self.adapted.model.train()
        return sum(loss * tokens for loss, tokens in found) / sum(tokens for _, tokens in found)

    def _loss(self, asked: Asked) -> torch.Tensor:
        model = self.adapted.model
        with torch.autocast(model.device.type, dtype=torch.bfloat16):
            sight = look(model, asked.pictures.to(model.device))
            return sequence_loss(model, sight, asked.posed, self.first_location, self.options.smoothing).value


def factor_at(step: int, steps: int) -> float:
    """Of the learning rate: up over the first steps, then down as a cosine."""
    rising = min(1.0, (step + 1) / max(1, round(steps * WARM_UP)))
    return rising * (FLOOR + (1 - FLOOR) * (1 + math.cos(math.pi * step / steps)) / 2)
