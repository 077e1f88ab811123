"""`python -m florence_training <command>`: runs one of the commands."""

from __future__ import annotations

import argparse
import sys

from florence_training.ablate import command as ablate
from florence_training.annotate import command as targets
from florence_training.checkpoint import CheckpointFileError
from florence_training.evaluate import card, question_files
from florence_training.evaluate import command as evaluate
from florence_training.export import command as export
from florence_training.export import restore
from florence_training.finetune import command as finetune
from florence_training.finetune import example, trial
from florence_training.goldens import command as goldens
from florence_training.goldens import samples
from florence_training.real_size import answers
from florence_training.real_size import command as random
from florence_training.scenes import command as scenes
from florence_training.shrink import command as shrink
from florence_training.train import command as train

COMMANDS = {
    "scenes": scenes,
    "targets": targets,
    "train": train,
    "ablate": ablate,
    "finetune": finetune,
    "finetune-measure": trial,
    "finetune-example": example,
    "export": export,
    "restore": restore,
    "shrink": shrink,
    "evaluate": evaluate,
    "questions": question_files,
    "card": card,
    "goldens": goldens,
    "samples": samples,
    "random": random,
    "answers": answers,
}


def main(argv: list[str] | None = None) -> int:
    """Runs the command that the command line names and returns its exit status."""
    parser = argparse.ArgumentParser(prog="florence_training", description=__doc__)
    subparsers = parser.add_subparsers(dest="command", required=True)
    for name, command in COMMANDS.items():
        command.add_arguments(subparsers.add_parser(name, description=command.__doc__))
    arguments = parser.parse_args(argv)
    try:
        return int(COMMANDS[arguments.command].run(arguments))
    except CheckpointFileError as error:
        print(error, file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main())
