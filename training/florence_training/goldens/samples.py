"""`samples`: draws the two images of the first command in the documentation."""

from __future__ import annotations

import argparse
from pathlib import Path

from florence_training.goldens.pictures import Shape, draw

# Chosen by eye among those that the first mini model detects and captions without error. One style: Fluent, MIT.
SAMPLES = {"street": (942, Shape(640, 480, "JPEG")), "garden": (587, Shape(512, 512, "PNG"))}
STYLES = ("fluent",)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Adds the arguments of `samples` to the parser."""
    parser.add_argument("--out", type=Path, required=True, help="the folder to write")


def run(arguments: argparse.Namespace) -> int:
    """Draws the images. Returns the exit status."""
    arguments.out.mkdir(parents=True, exist_ok=True)
    for stem, (seed, shape) in SAMPLES.items():
        _, data = draw(seed, shape, STYLES)
        path = arguments.out / shape.file_name(stem)
        path.write_bytes(data)
        print(f"{path}: {len(data):,} bytes")
    return 0
