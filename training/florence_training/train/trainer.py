"""One training step: a vision pass, the losses of the stage, and an update."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import torch
from tokenizers import Tokenizer
from transformers import Florence2ForConditionalGeneration

from florence_training.train.data import Batch
from florence_training.train.heads import Heads
from florence_training.train.losses import Loss, letter_loss, object_loss, place_loss
from florence_training.train.optimiser import make_optimiser, set_rates
from florence_training.train.recipe import Recipe, Stage
from florence_training.train.sequence import sequence_loss
from florence_training.train.vision import look
from florence_training.train.vocabulary import first_location


@dataclass(frozen=True)
class Trainer:
    """The model and the heads in training, with their optimiser."""

    model: Florence2ForConditionalGeneration
    heads: Heads
    optimiser: torch.optim.AdamW
    tokenizer: Tokenizer
    recipe: Recipe

    @staticmethod
    def begin(model: Florence2ForConditionalGeneration, tokenizer: Tokenizer, recipe: Recipe) -> Trainer:
        """Returns a training before its first step; the initial weights of the heads depend on the recipe's seed."""
        torch.manual_seed(recipe.seed)
        heads = Heads(model.config, tokenizer)
        return Trainer(model.train(), heads, make_optimiser(model, heads, recipe), tokenizer, recipe)

    def step(self, step: int, batch: Batch) -> dict[str, float]:
        """Does a step of the whole training and returns its figures."""
        stage, within = self.recipe.at(step)
        factor = set_rates(self.optimiser, stage, within)
        with torch.autocast("cpu", dtype=torch.bfloat16):
            parts = list(self.losses(stage, batch))
        total = torch.stack([weight * loss.value for weight, loss in parts]).sum()
        self.optimiser.zero_grad(set_to_none=True)
        total.backward()  # type: ignore[no-untyped-call]
        parameters = [*self.model.parameters(), *self.heads.parameters()]
        norm = torch.nn.utils.clip_grad_norm_(parameters, self.recipe.clip)
        self.optimiser.step()
        figures = {name: figure for _, loss in parts for name, figure in loss.figures.items()}
        return {"rate": factor, "loss": total.item(), "norm": norm.item(), **figures}

    def losses(self, stage: Stage, batch: Batch) -> Iterator[tuple[float, Loss]]:
        """Yields the losses of the stage on a batch, each after its weight."""
        weights, cells = stage.weights, batch.cells
        sight = look(self.model, batch.pictures)
        embeddings = self.model.get_input_embeddings().weight
        if weights.objects:
            yield weights.objects, object_loss(self.heads, sight, cells)
        if weights.places:
            yield weights.places, place_loss(self.heads, sight, cells, embeddings, stage.smoothing)
        if weights.letters:
            loss = letter_loss(self.heads, sight, cells, embeddings, weights.finer_letters)
            yield weights.letters, loss
        if weights.sequence:
            first = first_location(self.tokenizer)
            loss = sequence_loss(self.model, sight, batch.posed, first, stage.smoothing, stage.location)
            yield weights.sequence, loss
