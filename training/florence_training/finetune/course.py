"""What a fine-tuning learns from, step by step, and what it is measured on."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from florence_training.finetune.batches import Asked, Look, join, load, order
from florence_training.finetune.options import Options
from florence_training.finetune.rehearsal import Rehearsal


@dataclass(frozen=True)
class Course:
    """Looks at the user's pictures, to learn and held out; `side` is that of the model's pictures."""

    learned: Sequence[Look]
    held: Sequence[Look]
    side: int
    options: Options
    rehearsal: Rehearsal | None = None

    @property
    def new(self) -> int:
        """How many of a step's pictures are the user's."""
        return self.options.batch - self.options.rehearsed

    @property
    def steps_an_epoch(self) -> int:
        """In which every picture is seen once."""
        return -(-len(self.learned) // self.new)

    @property
    def steps(self) -> int:
        """Of all epochs."""
        return self.steps_an_epoch * self.options.epochs

    def batch(self, step: int) -> Asked:
        """The batch of a step of the whole fine-tuning, which hangs on the seed and the step alone."""
        epoch, within = divmod(step, self.steps_an_epoch)
        looks = order(self.learned, epoch, self.options.seed)[within * self.new : (within + 1) * self.new]
        asked = load(looks, self.side)
        if self.rehearsal is None:
            return asked
        return join(asked, self.rehearsal.draw(step, self.options.rehearsed))

    def held_out(self) -> Iterator[Asked]:
        """What is held out of the user's, batch by batch."""
        for start in range(0, len(self.held), self.options.batch):
            yield load(self.held[start : start + self.options.batch], self.side)

    def old(self) -> Iterator[Asked]:
        """Scenes that tell what of the old tasks is forgotten; none where nothing is rehearsed."""
        if self.rehearsal is not None:
            yield self.rehearsal.draw_measured()
