"""`train`: trains a `from_pretrained` folder by a recipe, from the beginning or from where it stopped."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

import torch
from tokenizers import Tokenizer

from florence_training.checkpoint import SHIPPED
from florence_training.stopping import told_to_stop
from florence_training.train.checkpointing import CheckpointError, finish, go_on, saved, warm_heads
from florence_training.train.loop import Habits, train
from florence_training.train.recipe import Recipe, RecipeError, read_recipe
from florence_training.train.start import load_start
from florence_training.train.trainer import Trainer


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Adds the arguments of `train` to the parser."""
    defaults = Habits()
    parser.add_argument("--recipe", type=Path, required=True, help="a TOML file; training/recipes/ has some")
    parser.add_argument("--out", type=Path, required=True, help="the folder to write; a training that is there goes on")
    parser.add_argument("--from", dest="start", type=Path, help="a from_pretrained folder (default: nothing learned)")
    parser.add_argument("--like", type=Path, default=SHIPPED, help="without --from: json files of sizes and words")
    parser.add_argument("--workers", type=int, default=defaults.workers, help="processes that draw scenes; 0: none")
    parser.add_argument("--threads", type=int, help="of PyTorch (default: its own choice)")
    parser.add_argument("--log-steps", type=int, default=defaults.log_steps)
    parser.add_argument("--save-minutes", type=float, default=defaults.save_minutes)
    parser.add_argument("--measure-minutes", type=float, default=defaults.measure_minutes)
    parser.add_argument("--measured-scenes", type=int, default=defaults.measured_scenes, help="0: measure nothing")
    parser.add_argument("--stop-after", type=int, help="save and end after that step of the recipe")


def run(arguments: argparse.Namespace) -> int:
    """Trains the model. Returns the exit status."""
    if arguments.threads:
        torch.set_num_threads(arguments.threads)
    arguments.out.mkdir(parents=True, exist_ok=True)
    try:
        trainer, first = prepare(arguments, read_recipe(arguments.recipe))
    except (RecipeError, CheckpointError) as error:
        print(error, file=sys.stderr)
        return 1
    settings = arguments.start or arguments.like
    if first == trainer.recipe.steps:
        # Not written yet if the training was stopped in its last step, or if the recipe was shortened.
        finish(trainer, arguments.out, settings)
        print("the recipe is done")
        return 0
    with told_to_stop() as stop:
        folder = train(trainer, first, arguments.out, settings, read_habits(arguments), stop)
    print(f"{folder} of {trainer.recipe.steps} steps")
    return 0


def read_habits(arguments: argparse.Namespace) -> Habits:
    """Returns the habits that the command line sets."""
    return Habits(**{name: getattr(arguments, name) for name in Habits.__dataclass_fields__})


def prepare(arguments: argparse.Namespace, recipe: Recipe) -> tuple[Trainer, int]:
    """Returns the trainer and the number of steps that it has done."""
    folder = arguments.start or arguments.like
    model = load_start(folder, recipe, untrained=arguments.start is None)
    trainer = Trainer.begin(model, Tokenizer.from_file(str(folder / "tokenizer.json")), recipe)
    first = go_on(trainer, arguments.out)
    if first:
        print(f"goes on from {saved(arguments.out)[-1]}, step {first} of {recipe.steps}", flush=True)
    elif arguments.start and warm_heads(trainer, arguments.start):
        print(f"begins with the weights and heads of {arguments.start}", flush=True)
    return trainer, first
