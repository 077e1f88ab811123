"""`random`: writes a model of the size of a published one, with random weights, as a `from_pretrained` folder."""

from __future__ import annotations

import argparse
import shutil
from pathlib import Path

from transformers import Florence2ForConditionalGeneration, GenerationConfig

from florence_training.real_size.configuration import read_configuration
from florence_training.real_size.weights import randomise

COPIED = ("tokenizer.json", "preprocessor_config.json")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Adds the arguments of `random` to the parser."""
    parser.add_argument(
        "--config", type=Path, required=True, help="the published json files, tokenizer.json among them"
    )
    parser.add_argument("--seed", type=int, default=0, help="of the weights (default: 0)")
    parser.add_argument("--out", type=Path, required=True, help="the from_pretrained folder to write")


def run(arguments: argparse.Namespace) -> int:
    """Draws the weights and writes the model. Returns the exit status."""
    model = Florence2ForConditionalGeneration(read_configuration(arguments.config))
    randomise(model, arguments.seed)
    model.generation_config = GenerationConfig.from_pretrained(arguments.config)
    model.save_pretrained(arguments.out)
    for name in COPIED:
        shutil.copyfile(arguments.config / name, arguments.out / name)
    print(f"{arguments.out}: {model.num_parameters():,} parameters, seed {arguments.seed}")
    return 0
