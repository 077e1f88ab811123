"""The old tasks on scenes, mixed in so that the small model does not forget them."""

from __future__ import annotations

from math import isqrt

from tokenizers import Tokenizer

from florence_training.annotate.tasks import TASKS
from florence_training.finetune.batches import Asked
from florence_training.train.data import Batches
from florence_training.train.recipe import Rates, Recipe, Source, Stage, Weights

TASKS_A_PICTURE = 3
ABSENT = 0.2  # fraction of open-vocabulary questions about absent things, as in the recipes
MEASURED = 24  # scenes for the loss that measures forgetting
NO_RATES = Rates(vision=0, language=0, embeddings=0, heads=0)  # unused: the options set the rate


class Rehearsal:
    """Batches of scenes with all fifteen tasks, drawn as in the recipes."""

    def __init__(self, tokenizer: Tokenizer, side: int, image_tokens: int, seed: int, steps: int) -> None:
        """Sets up `steps` steps, for a model with images of `side` pixels that become `image_tokens` visual tokens."""
        self.tokenizer, self.side, self.grid = tokenizer, side, isqrt(image_tokens - 1)
        self.seed, self.steps = seed, steps

    def draw(self, step: int, pictures: int) -> Asked:
        """Returns the scenes of a step."""
        batch = Batches(self._recipe(pictures), self.tokenizer, self.side, self.grid)[step]
        return Asked(batch.pictures, batch.posed)

    def draw_measured(self) -> Asked:
        """Returns scenes that no step draws."""
        return self.draw(self.steps, MEASURED)

    def _recipe(self, pictures: int) -> Recipe:
        stage = Stage(
            name="rehearsal",
            steps=self.steps + 1,
            pictures=pictures,
            rates=NO_RATES,
            weights=Weights(sequence=1),
            sources=[Source(self.side, self.side)],
            tasks=dict.fromkeys(TASKS, 1.0),
            tasks_a_picture=TASKS_A_PICTURE,
            absent=ABSENT,
        )
        return Recipe(seed=self.seed + 1, stages=[stage])  # seed 0 would draw the held-out scenes of the measurements
