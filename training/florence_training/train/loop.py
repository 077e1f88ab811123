"""Runs a training from its first step, or from where it stopped, to its last."""

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
    """Settings of a training that do not change the weights.

    It saves and measures at these intervals in minutes, and at the end. It ends after `stop_after` steps of the whole
    training.
    """

    log_steps: int = 25
    save_minutes: float = 5.0
    measure_minutes: float = 15.0
    measured_scenes: int = SCENES
    workers: int = 1
    stop_after: int | None = None


def train(trainer: Trainer, first: int, out: Path, settings: Path, habits: Habits, stop: Event) -> Path:
    """Does the steps from `first` on and returns the last checkpoint; the end of the recipe also writes `model`.

    `settings` is the folder with the tokenizer and the image processor's settings. Once `stop` is set, the current step
    is the last.
    """
    image_size = read_image_size(settings)
    batches = Batches(trainer.recipe, trainer.tokenizer, image_size, tokens_a_side(trainer, image_size))
    last = min(habits.stop_after or trainer.recipe.steps, trainer.recipe.steps)
    examination, journal = Examination.draw(habits.measured_scenes, image_size), Journal(out)
    last_saved = last_measured = 0.0
    for step, batch in enumerate(load_batches(batches, range(first, last), habits.workers), first + 1):
        journal.add(trainer.step(step - 1, batch), len(batch.pictures))
        if step % habits.log_steps == 0 or step == last:
            journal.write(step, trainer.recipe.at(step - 1)[0].name)
        if stop.is_set():
            return save(trainer, step, out, settings)
        if journal.minutes - last_measured >= habits.measure_minutes:
            journal.measure(trainer, examination, step)
            last_measured = journal.minutes
        if journal.minutes - last_saved >= habits.save_minutes:
            save(trainer, step, out, settings)
            last_saved = journal.minutes
    journal.measure(trainer, examination, last)
    if last == trainer.recipe.steps:
        finish(trainer, out, settings)
    return save(trainer, last, out, settings)


def tokens_a_side(trainer: Trainer, image_size: int) -> int:
    """Returns the side of the grid of visual tokens. Raises ValueError if the strides do not divide the image size."""
    stride = 1
    for factor in trainer.model.config.vision_config.patch_stride:
        stride *= factor
    if image_size % stride:
        raise ValueError(f"pictures of {image_size} pixels: training wants a multiple of {stride}")
    return image_size // stride
