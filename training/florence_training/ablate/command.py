"""`ablate`: runs the trainings of a plan in order, and writes the effect of each change as curves and a table."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from threading import Event

import torch
from tokenizers import Tokenizer

from florence_training.ablate.plan import Variant, read_plan
from florence_training.ablate.table import write_comparison
from florence_training.stopping import told_to_stop
from florence_training.train.checkpointing import CheckpointError, go_on
from florence_training.train.loop import Habits, train
from florence_training.train.start import load_start
from florence_training.train.trainer import Trainer


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Adds the arguments of `ablate` to the parser."""
    parser.add_argument("--plan", type=Path, required=True, help="a TOML file; recipes/ablations/plan.toml is one")
    parser.add_argument("--from", dest="start", type=Path, required=True, help="the from_pretrained folder of them all")
    parser.add_argument("--out", type=Path, required=True, help="a folder for the trainings; what is done is kept")
    parser.add_argument("--table", type=Path, required=True, help="a folder for curves and README.md")
    parser.add_argument("--workers", type=int, default=1, help="processes that draw scenes; 0: none")
    parser.add_argument("--threads", type=int, default=1, help="of PyTorch")


def run(arguments: argparse.Namespace) -> int:
    """Runs the trainings that are not finished, and writes the comparison. Returns the exit status."""
    torch.set_num_threads(arguments.threads)
    try:
        variants = read_plan(arguments.plan)
    except (OSError, ValueError, KeyError) as error:
        print(f"{arguments.plan}: {error}", file=sys.stderr)
        return 1
    try:
        with told_to_stop() as stop:
            for variant in variants:
                train_variant(variant, arguments, stop)
                if stop.is_set():
                    print("stopped: the table stays as it is until all are done")
                    return 0
    except CheckpointError as error:
        print(error, file=sys.stderr)
        return 1
    write_comparison(variants, arguments.out, arguments.table)
    return 0


def train_variant(variant: Variant, arguments: argparse.Namespace, stop: Event) -> None:
    """Runs or resumes the variant's training in its folder. Raises CheckpointError if it contains another."""
    out, start = arguments.out / variant.row.name, arguments.start
    out.mkdir(parents=True, exist_ok=True)
    model = load_start(start, variant.recipe, untrained=variant.row.untrained)
    trainer = Trainer.begin(model, Tokenizer.from_file(str(start / "tokenizer.json")), variant.recipe)
    first = go_on(trainer, out)
    if first == variant.recipe.steps:
        return
    print(f"{variant.row.name}: {variant.row.title}", flush=True)
    train(trainer, first, out, start, Habits(measured_scenes=0, workers=arguments.workers), stop)
