"""`finetune-example`: writes a data set of a thing that the small model has never seen, to try fine-tuning on.

The thing is an emoji that is not among the sixty-four. Every image of `train` and `test` shows it, none of `old` does.
"""

from __future__ import annotations

import argparse
import dataclasses
import json
import math
from collections.abc import Callable, Iterator
from pathlib import Path
from random import Random

import numpy as np
from PIL import Image

from florence_training.annotate.targets import examples
from florence_training.chance import stream
from florence_training.scenes.art import DRAWINGS, UNSEEN, load_sprite, shrink_softly, styles_of
from florence_training.scenes.compose import SceneSettings, make_scene
from florence_training.scenes.placing import Placement, box_around, paste
from florence_training.scenes.scene import Box, Scene, SceneObject, overlap
from florence_training.scenes.things import LARGEST, LARGEST_ANGLE, LARGEST_OVERLAP, SMALLEST, VISIBLE

NEWCOMER = "mushroom"
STYLES = tuple(style for style in DRAWINGS if style != UNSEEN)  # these need no code point
TRAIN, TEST, OLD = 700_000_000, 710_000_000, 720_000_000  # first seeds, far from all others
OTHERS = 3  # largest number of other things in an image
MOST = 2  # largest number of new things in an image
ATTEMPTS = 40
OLD_TASKS = ("<OD>", "<OPEN_VOCABULARY_DETECTION>", "<REGION_TO_CATEGORY>", "<CAPTION>")
Lines = Iterator[dict[str, object]]


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Adds the arguments of `finetune-example` to the parser."""
    parser.add_argument("--out", type=Path, required=True, help="the folder to write: train, test and old in it")
    parser.add_argument("--train", type=int, default=40, help="pictures (default: 40)")
    parser.add_argument("--test", type=int, default=20, help="pictures, and as many of old things (default: 20)")


def run(arguments: argparse.Namespace) -> int:
    """Writes the data sets. Returns the exit status."""
    parts = ((TRAIN, arguments.train, "train"), (TEST, arguments.test, "test"))
    for first, count, name in parts:
        write(arguments.out / name, first, count, draw_with_newcomer, describe_newcomer)
    write(arguments.out / "old", OLD, arguments.test, draw_without, describe_old)
    print(f"{arguments.out}: {arguments.train} pictures to learn {NEWCOMER} from, {arguments.test} to measure")
    return 0


def write(
    folder: Path, first: int, count: int, draw: Callable[[int], Scene], describe: Callable[[Scene, Random], Lines]
) -> None:
    """Writes images and `annotations.jsonl`; the same seeds give the same bytes."""
    folder.mkdir(parents=True, exist_ok=True)
    lines: list[str] = []
    for index in range(count):
        scene, image = draw(first + index), f"{index:03}.png"
        Image.fromarray(scene.image).save(folder / image)
        lines += [json.dumps({"image": image, **line}) for line in describe(scene, stream(first + index, "questions"))]
    (folder / "annotations.jsonl").write_text("\n".join(lines) + "\n", encoding="utf-8")


def draw_without(seed: int) -> Scene:
    """Returns a scene with at least one of the things that the model knows, and without the new thing."""
    settings = SceneSettings(styles=STYLES, most_things=OTHERS)
    return next(scene for attempt in range(ATTEMPTS) if (scene := make_scene(seed + attempt * 1000, settings)).objects)


def draw_with_newcomer(seed: int) -> Scene:
    """Returns a scene that shows the new thing once or twice."""
    scene, random = draw_without(seed), stream(seed, "newcomer")
    canvas = scene.image.astype(np.float32)
    taken = [*(thing.box for thing in scene.objects), *(text.box for text in scene.texts)]
    placed = [thing for _ in range(random.randint(1, MOST)) for thing in _add(random, canvas, taken)]
    if not placed:
        return draw_with_newcomer(seed + ATTEMPTS * 1000)
    things = sorted((*scene.objects, *placed), key=lambda thing: thing.box[0] + thing.box[2])
    return dataclasses.replace(scene, image=np.clip(canvas, 0, 255).astype(np.uint8), objects=tuple(things))


def describe_newcomer(scene: Scene, _: Random) -> Lines:
    """Yields three questions with answers in pixels: everything, the new thing alone, and what is in a region."""
    new = [thing for thing in scene.objects if thing.name == NEWCOMER]
    yield {"task": "<OD>", "objects": [_boxed(thing) for thing in scene.objects]}
    yield {"task": "<OPEN_VOCABULARY_DETECTION>", "text": NEWCOMER, "objects": [_boxed(thing) for thing in new]}
    yield {"task": "<REGION_TO_CATEGORY>", "region": new[0].box, "suffix": NEWCOMER}


def describe_old(scene: Scene, random: Random) -> Lines:
    """Yields questions about things that the model knows, with the keys that are common for Florence-2."""
    for example in examples(scene, random):
        if example.task in OLD_TASKS:
            yield {"prefix": example.prompt, "suffix": example.target}


def _boxed(thing: SceneObject) -> dict[str, object]:
    return {"label": thing.name, "box": thing.box}


def _add(random: Random, canvas: np.ndarray, taken: list[Box]) -> Iterator[SceneObject]:
    """Draws the new thing in a free area and adds its box to `taken`; yields nothing if there is no room."""
    sprite = load_sprite(random.choice(styles_of(NEWCOMER, STYLES)), NEWCOMER)
    (height, width), (rows, columns) = canvas.shape[:2], sprite.shape[:2]
    for _ in range(ATTEMPTS):
        size = min(width, height) * math.exp(random.uniform(math.log(SMALLEST), math.log(LARGEST)))
        centre = random.uniform(size / 2, width - size / 2), random.uniform(size / 2, height - size / 2)
        placement = Placement(centre, size / max(rows, columns), random.uniform(-LARGEST_ANGLE, LARGEST_ANGLE))
        bounds = box_around(np.clip(placement.corners(columns, rows), 0, [width, height]))
        if any(overlap(bounds, other) >= LARGEST_OVERLAP for other in taken):
            continue
        alpha = paste(canvas, shrink_softly(sprite, placement.scale), placement)
        down, across = np.where(alpha > VISIBLE)
        box = (float(across.min()), float(down.min()), float(across.max() + 1), float(down.max() + 1))
        taken.append(box)
        outline = np.array([[box[0], box[1]], [box[2], box[1]], [box[2], box[3]], [box[0], box[3]]])
        yield SceneObject(NEWCOMER, box, outline)
        return
