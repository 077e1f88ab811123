"""Runs a fine-tuning from its first step, or from where it stopped, until it ends or no longer improves."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from threading import Event

from florence_training.finetune.adapting import Adapted
from florence_training.finetune.course import Course
from florence_training.finetune.progress import Progress, save
from florence_training.finetune.tuner import Tuner
from florence_training.train.log import append_row
from florence_training.train.start import copy_settings
from florence_training.whole import recover_folder, whole_folder

BEST = "model"  # the folder of the best epoch's weights
LOG = "log.csv"
COLUMNS = ("epoch", "step", "minutes", "loss", "held_out", "rehearsal")
SECONDS_A_MINUTE = 60


@dataclass(frozen=True)
class Setting:
    """The environment of a fine-tuning: its folders, its clock, and how often it saves.

    The tokenizer and settings come from `checkpoint`; `source` is the digest that marks the saved state.
    """

    out: Path
    checkpoint: Path
    source: str
    save_minutes: float = 5.0
    clock: Callable[[], float] = time.monotonic


def finetune(tuner: Tuner, course: Course, progress: Progress, setting: Setting, stop: Event) -> Progress:
    """Does the remaining steps and returns the progress.

    Once `stop` is set, the current step is the last; a later call resumes from there.
    """
    recover_folder(setting.out / BEST)
    started = last_saved = setting.clock()
    if progress.step == 0:
        progress = replace(progress, least=_measure(tuner, course, progress, setting, started))
    while not is_done(progress, course) and not stop.is_set():
        loss = tuner.step(progress.step, course.batch(progress.step))
        progress = replace(progress, step=progress.step + 1, losses=(*progress.losses, loss))
        epoch_ends = progress.step % course.steps_an_epoch == 0
        if epoch_ends:
            progress = _end_epoch(tuner, course, progress, setting, started)
        if epoch_ends or stop.is_set() or setting.clock() - last_saved >= setting.save_minutes * SECONDS_A_MINUTE:
            save(tuner, progress, setting.out, setting.source)
            last_saved = setting.clock()
    return progress


def is_done(progress: Progress, course: Course) -> bool:
    """Returns whether all epochs are done, or `patience` epochs have passed since the best one."""
    epochs = progress.step // course.steps_an_epoch
    epoch_measured = course.held and progress.step % course.steps_an_epoch == 0
    return progress.step >= course.steps or bool(epoch_measured and epochs - progress.best >= course.options.patience)


def write_model(adapted: Adapted, out: Path, checkpoint: Path) -> None:
    """Writes a plain `from_pretrained` folder, adapters merged, as `export` reads it, in place of an older one."""
    with whole_folder(out) as partial:
        adapted.merged().save_pretrained(partial)
        copy_settings(checkpoint, partial)


def _end_epoch(tuner: Tuner, course: Course, progress: Progress, setting: Setting, started: float) -> Progress:
    """Measures, and writes the model if it is the best so far; without held-out questions, the last is the best."""
    loss = _measure(tuner, course, progress, setting, started)
    after = replace(progress, losses=())
    if course.held and not loss < progress.least:
        return after
    write_model(tuner.adapted, setting.out / BEST, setting.checkpoint)
    return replace(after, least=loss, best=progress.step // course.steps_an_epoch)


def _measure(tuner: Tuner, course: Course, progress: Progress, setting: Setting, started: float) -> float:
    """Writes a row of the log and returns the held-out loss, which is infinite without held-out questions."""
    old = {"rehearsal": tuner.measure(course.old())} if course.rehearsal else {}
    held = {"held_out": tuner.measure(course.held_out())} if course.held else {}
    mean = {"loss": sum(progress.losses) / len(progress.losses)} if progress.losses else {}
    row = {
        "epoch": progress.step // course.steps_an_epoch,
        "step": progress.step,
        "minutes": (setting.clock() - started) / SECONDS_A_MINUTE,
        **mean,
        **held,
        **old,
    }
    append_row(setting.out / LOG, COLUMNS, row)
    print(" ".join(f"{name} {value:.4g}" for name, value in row.items()), flush=True)
    return held.get("held_out", float("inf"))
