"""The training from its first step to its last, or from where it stopped."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from threading import Event

from florence_training.checkpoint import read_image_size
from florence_training.train.checkpointing import finish, save
from florence_training.train.data import Batches, load_batches
from florence_training.train.journal import Journal
from florence_training.train.measure import SCENES, Examination
from florence_training.train.trainer import Trainer


@dataclass(frozen=True)
class Habits:
    """How a training works, beside what it learns: none of it changes the weights.

    It saves and measures after so many minutes each, and at the end. `stop_after` steps of the whole training it ends.
    """

    log_steps: int = 25
    save_minutes: float = 5.0
    measure_minutes: float = 15.0
    measured_scenes: int = SCENES
    workers: int = 1
    stop_after: int | None = None


def train(trainer: Trainer, first: int, out: Path, settings: Path, habits: Habits, stop: Event) -> Path:
    """Does the steps from `first` on and returns the last checkpoint; the end of the recipe leaves `model` beside it.

    `settings` holds the tokenizer and the image processor's settings. Once `stop` is set, the present step is the last.
    """
    image_size = read_image_size(settings)
    batches = Batches(trainer.recipe, trainer.tokenizer, image_size, tokens_a_side(trainer, image_size))
    last = min(habits.stop_after or trainer.recipe.steps, trainer.recipe.steps)
    examination, journal = Examination.draw(habits.measured_scenes, image_size), Journal(out)
    saved = measured = 0.0
    for step, batch in enumerate(load_batches(batches, range(first, last), habits.workers), first + 1):
        journal.add(trainer.step(step - 1, batch), len(batch.pictures))
        if step % habits.log_steps == 0 or step == last:
            journal.write(step, trainer.recipe.at(step - 1)[0].name)
        if stop.is_set():
            return save(trainer, step, out, settings)
        if journal.minutes - measured >= habits.measure_minutes:
            journal.measure(trainer, examination, step)
            measured = journal.minutes
        if journal.minutes - saved >= habits.save_minutes:
            save(trainer, step, out, settings)
            saved = journal.minutes
    journal.measure(trainer, examination, last)
    if last == trainer.recipe.steps:
        finish(trainer, out, settings)
    return save(trainer, last, out, settings)


def tokens_a_side(trainer: Trainer, image_size: int) -> int:
    """The side of the grid of visual tokens. Raises ValueError for a picture that the tower's strides do not divide."""
    stride = 1
    for factor in trainer.model.config.vision_config.patch_stride:
        stride *= factor
    if image_size % stride:
        raise ValueError(f"pictures of {image_size} pixels: training wants a multiple of {stride}")
    return image_size // stride
