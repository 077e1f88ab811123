"""`questions`: writes the questions of `evaluate` as images and json lines, for models that run elsewhere."""

from __future__ import annotations

import argparse
import json
from pathlib import Path

from PIL import Image

from florence_training.evaluate.command import add_scene_arguments, read_styles
from florence_training.evaluate.questions import Question, ask_everything, draw_scenes


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Adds the arguments of `questions` to the parser."""
    add_scene_arguments(parser)
    parser.add_argument("--out", type=Path, required=True, help="the folder to write: PNG files and questions.jsonl")


def run(arguments: argparse.Namespace) -> int:
    """Draws the scenes and writes images and questions. Returns the exit status."""
    arguments.out.mkdir(parents=True, exist_ok=True)
    lines = []
    for seed, scene in draw_scenes(arguments.scenes, read_styles(arguments.style)):
        picture = f"{seed}.png"
        Image.fromarray(scene.image).save(arguments.out / picture)
        lines += [json.dumps(_describe(picture, question)) for question in ask_everything(seed, scene)]
    (arguments.out / "questions.jsonl").write_text("\n".join(lines) + "\n", encoding="utf-8")
    print(f"{arguments.out}: {len(lines)} questions")
    return 0


def _describe(picture: str, question: Question) -> dict[str, object]:
    """Returns a question as a json object; `input` is null for tasks that take none."""
    return {
        "id": question.id,
        "picture": picture,
        "task": question.example.task,
        "input": question.example.input,
    }
