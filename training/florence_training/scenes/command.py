"""`scenes`: renders scenes to PNG files, each with a json file of its ground truth."""

from __future__ import annotations

import argparse
import json
from pathlib import Path

from PIL import Image

from florence_training.scenes.art import STYLES, UNSEEN
from florence_training.scenes.compose import SceneSettings, make_scene
from florence_training.scenes.scene import Scene


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Adds the arguments of `scenes` to the parser."""
    parser.add_argument("--out", type=Path, required=True, help="the folder to write")
    parser.add_argument("--first", type=int, default=0, help="the first seed")
    parser.add_argument("--count", type=int, default=16)
    parser.add_argument("--width", type=int, default=256)
    parser.add_argument("--height", type=int, default=256)
    parser.add_argument("--styles", nargs="+", choices=(*STYLES, UNSEEN), default=STYLES)


def run(arguments: argparse.Namespace) -> int:
    """Renders the scenes. Returns the exit status."""
    arguments.out.mkdir(parents=True, exist_ok=True)
    settings = SceneSettings(arguments.width, arguments.height, tuple(arguments.styles))
    for seed in range(arguments.first, arguments.first + arguments.count):
        scene = make_scene(seed, settings)
        Image.fromarray(scene.image).save(arguments.out / f"{seed}.png")
        truth = json.dumps(describe(scene), indent=2) + "\n"
        (arguments.out / f"{seed}.json").write_text(truth, encoding="utf-8")
    print(f"{arguments.out}: {arguments.count} scenes")
    return 0


def describe(scene: Scene) -> dict[str, object]:
    """Returns the ground truth of a scene as plain data; coordinates are in pixels."""
    return {
        "width": scene.width,
        "height": scene.height,
        "ground": scene.ground,
        "objects": [
            {"name": thing.name, "box": thing.box, "outline": thing.outline.tolist()} for thing in scene.objects
        ],
        "texts": [{"text": text.text, "box": text.box, "quad": text.quad} for text in scene.texts],
    }
