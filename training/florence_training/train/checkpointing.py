"""Stores a training in folders `step-00001200`, each a `from_pretrained` folder with all that is needed to resume.

A folder is written beside its final path and renamed when it is complete, so a training that is killed leaves no
incomplete one.
"""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from pathlib import Path

import torch
from pydantic import ValidationError

from florence_training.checkpoint import load_checkpoint
from florence_training.train.log import drop_after
from florence_training.train.recipe import Recipe
from florence_training.train.start import copy_settings
from florence_training.train.trainer import Trainer
from florence_training.whole import recover_folder, whole_folder

STATE = "training.pt"
FINISHED = "model"
LOGS = ("log.csv", "measures.csv")
KEPT = 2  # the newest, and the one before in case the disk failed


class CheckpointError(Exception):
    """Raised if a training cannot resume from what is on disk; the message says why and what to do."""


def save(trainer: Trainer, step: int, out: Path, settings: Path) -> Path:
    """Writes the training as it is after `step` steps, deletes old checkpoints and returns the new folder.

    `settings` is the folder with the tokenizer and the image processor's settings.
    """
    folder = out / f"step-{step:08d}"
    state = {
        "step": step,
        "recipe": trainer.recipe.model_dump_json(),
        "heads": trainer.heads.state_dict(),
        "optimiser": trainer.optimiser.state_dict(),
    }
    with whole_folder(folder) as partial:
        write_model(trainer, partial, settings)
        torch.save(state, partial / STATE)
    for old in saved(out)[:-KEPT]:
        shutil.rmtree(old)
    return folder


def write_model(trainer: Trainer, folder: Path, settings: Path) -> None:
    """Writes a plain `from_pretrained` folder, as `export` reads it."""
    trainer.model.save_pretrained(folder)
    copy_settings(settings, folder)


def finish(trainer: Trainer, out: Path, settings: Path) -> None:
    """Writes the folder `model`, the result of the recipe."""
    with whole_folder(out / FINISHED) as partial:
        write_model(trainer, partial, settings)


def saved(out: Path) -> Sequence[Path]:
    """Returns the complete checkpoints in a folder, the oldest first."""
    return [folder for folder in sorted(out.glob("step-*")) if folder.suffix == ""]


def resume(trainer: Trainer, folder: Path) -> int:
    """Restores the trainer and returns its number of steps. Raises CheckpointError for another recipe.

    The part of a recipe that has not run yet may be changed.
    """
    state = torch.load(folder / STATE, weights_only=True)
    step, recipe = int(state["step"]), _parse(state["recipe"], folder)
    done = (each.until(step).model_dump_json() for each in (recipe, trainer.recipe))  # as text: lists equal tuples
    if len(set(done)) > 1 or step > trainer.recipe.steps:
        raise CheckpointError(
            f"{folder} was trained by another recipe: give one that is the same up to step {step}, or begin a "
            f"training in another --out with --from {folder}"
        )
    trainer.model.load_state_dict(load_checkpoint(folder).state_dict())
    trainer.heads.load_state_dict(state["heads"])
    trainer.optimiser.load_state_dict(state["optimiser"])
    return step


def go_on(trainer: Trainer, out: Path) -> int:
    """Restores the trainer from the newest checkpoint in a folder and returns its number of steps; 0 without one.

    Drops the rows of the folder's logs that will be written again. Raises CheckpointError as `resume` does.
    """
    for left in out.glob("step-*.old"):
        recover_folder(left.with_suffix(""))
    checkpoints = saved(out)
    first = resume(trainer, checkpoints[-1]) if checkpoints else 0
    for name in LOGS:
        drop_after(out / name, first)
    return first


def _parse(recipe: str, folder: Path) -> Recipe:
    try:
        return Recipe.model_validate_json(recipe)
    except ValidationError as error:
        message = f"{folder} has a recipe of another version of this program: begin anew with --from {folder}"
        raise CheckpointError(message) from error


def warm_heads(trainer: Trainer, folder: Path) -> bool:
    """Loads the heads of the training that wrote a checkpoint, and returns whether it has any.

    Heads that it lacks keep their initial weights.
    """
    if not (folder / STATE).exists():
        return False
    trainer.heads.load_state_dict(torch.load(folder / STATE, weights_only=True)["heads"], strict=False)
    return True
