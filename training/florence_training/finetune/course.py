"""The batches of a fine-tuning, step by step, and the batches that measure it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from florence_training.finetune.batches import Asked, Look, join, load, order
from florence_training.finetune.options import Options
from florence_training.finetune.rehearsal import Rehearsal


@dataclass(frozen=True)
class Course:
    """The user's images, to learn from and held out; `side` is the side of the model's images in pixels."""

    learned: Sequence[Look]
    held: Sequence[Look]
    side: int
    options: Options
    rehearsal: Rehearsal | None = None

    @property
    def new(self) -> int:
        """Returns how many of a step's images are the user's."""
        return self.options.batch - self.options.rehearsed

    @property
    def steps_an_epoch(self) -> int:
        """Returns the number of steps in which every image is used once."""
        return -(-len(self.learned) // self.new)

    @property
    def steps(self) -> int:
        """Returns the number of steps of all epochs."""
        return self.steps_an_epoch * self.options.epochs

    def batch(self, step: int) -> Asked:
        """Returns the batch of a step of the whole fine-tuning; it depends on the seed and the step alone."""
        epoch, within = divmod(step, self.steps_an_epoch)
        looks = order(self.learned, epoch, self.options.seed)[within * self.new : (within + 1) * self.new]
        asked = load(looks, self.side)
        if self.rehearsal is None:
            return asked
        return join(asked, self.rehearsal.draw(step, self.options.rehearsed))

    def held_out(self) -> Iterator[Asked]:
        """Yields the held-out questions of the user, batch by batch."""
        for start in range(0, len(self.held), self.options.batch):
            yield load(self.held[start : start + self.options.batch], self.side)

    def old(self) -> Iterator[Asked]:
        """Yields scenes that measure how much of the old tasks is forgotten; nothing without rehearsal."""
        if self.rehearsal is not None:
            yield self.rehearsal.draw_measured()
