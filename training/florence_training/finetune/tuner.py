"""One step of fine-tuning, and the loss on held-out questions."""

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
WARM_UP = 0.05  # fraction of the steps over which the learning rate rises
FLOOR = 0.02  # fraction of the highest learning rate, at the end


@dataclass(frozen=True)
class Tuner:
    """The model and its optimiser. Weights do not decay: that would pull them to zero, not to their initial values."""

    adapted: Adapted
    optimiser: torch.optim.AdamW
    options: Options
    first_location: int
    steps: int

    @staticmethod
    def begin(adapted: Adapted, options: Options, first_location: int, steps: int) -> Tuner:
        """Returns a fine-tuning of at most `steps` steps, before its first step."""
        adapted.model.train()
        optimiser = torch.optim.AdamW(adapted.learning().values(), lr=0.0, betas=BETAS, weight_decay=0.0)
        return Tuner(adapted, optimiser, options, first_location, steps)

    def step(self, step: int, asked: Asked) -> float:
        """Does a step and returns its loss. Dropout depends on seed and step alone."""
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
        """Returns the mean loss per token over batches that are not learned from."""
        self.adapted.model.eval()
        losses = [(self._loss(asked).item(), sum(len(each.answer) - 1 for each in asked.posed)) for asked in batches]
        self.adapted.model.train()
        return sum(loss * tokens for loss, tokens in losses) / sum(tokens for _, tokens in losses)

    def _loss(self, asked: Asked) -> torch.Tensor:
        model = self.adapted.model
        with torch.autocast(model.device.type, dtype=torch.bfloat16):
            sight = look(model, asked.pictures.to(model.device))
            return sequence_loss(model, sight, asked.posed, self.first_location, self.options.smoothing).value


def factor_at(step: int, steps: int) -> float:
    """Returns the factor of the learning rate: linear warm-up over the first steps, then cosine decay."""
    rising = min(1.0, (step + 1) / max(1, round(steps * WARM_UP)))
    return rising * (FLOOR + (1 - FLOOR) * (1 + math.cos(math.pi * step / steps)) / 2)
