"""`targets`: prints the prompts and targets of a scene's tasks, one json object per line."""

from __future__ import annotations

import argparse
import dataclasses
import json

from florence_training.annotate.targets import examples
from florence_training.chance import stream
from florence_training.scenes.compose import make_scene


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Adds the arguments of `targets` to the parser."""
    parser.add_argument("--first", type=int, default=0, help="the first seed")
    parser.add_argument("--count", type=int, default=1)


def run(arguments: argparse.Namespace) -> int:
    """Prints the prompts and targets. Returns the exit status."""
    for seed in range(arguments.first, arguments.first + arguments.count):
        for example in examples(make_scene(seed), stream(seed, "targets")):
            print(json.dumps({"seed": seed, **dataclasses.asdict(example)}, ensure_ascii=False))
    return 0
