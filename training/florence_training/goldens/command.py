"""`goldens`: writes pictures and the token ids that `generate` gives for all fifteen tasks on each."""

from __future__ import annotations

import argparse
import dataclasses
import hashlib
import importlib.metadata
import json
from collections.abc import Iterable
from itertools import count
from pathlib import Path

import torch

from florence_training.evaluate.generate import GREEDY, THREE_BEAMS, Reader
from florence_training.goldens.answers import LEAST_MARGIN, Answer, answer_all, pose_all
from florence_training.goldens.pictures import GOLDEN_SHAPES, Shape, decode, draw
from florence_training.goldens.smoke import smoke

FIRST_SEED = 500_000_000  # far from the seeds that training begins with
SEEDS_A_SHAPE = 1000


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The command line of `goldens`."""
    parser.add_argument("--checkpoint", type=Path, required=True, help="a from_pretrained folder with its tokenizer")
    parser.add_argument("--out", type=Path, required=True, help="the folder to write")


def run(arguments: argparse.Namespace) -> int:
    """Draws, asks and writes. Returns the exit status."""
    reader, exact = (Reader.load(arguments.checkpoint, dtype) for dtype in (torch.float32, torch.float64))
    pictures = arguments.out / "pictures"
    pictures.mkdir(parents=True, exist_ok=True)
    rows: list[dict[str, object]] = []
    for index, shape in enumerate(GOLDEN_SHAPES):
        seed, data, answers = find_picture(reader, exact, shape, FIRST_SEED + index * SEEDS_A_SHAPE)
        name = shape.file_name(f"{index:02d}-{shape.width}x{shape.height}")
        (pictures / name).write_bytes(data)
        rows += [to_row(name, answer) for answer in answers]
        print(f"{name}: seed {seed}, {len(data):,} bytes, margin {min(a.margin for a in answers):.1e}", flush=True)
        if index == 0:
            text = json.dumps({"picture": name, **smoke(reader, decode(data), answers[0])}, indent=2) + "\n"
            (arguments.out / "smoke.json").write_text(text, encoding="utf-8")
    write_goldens(arguments.out / "goldens.json", provenance(arguments.checkpoint), rows)
    return 0


def find_picture(reader: Reader, exact: Reader, shape: Shape, first_seed: int) -> tuple[int, bytes, list[Answer]]:
    """The first seed whose scene can pose every task and whose answers hang on no rounding error."""
    for seed in count(first_seed):
        scene, data = draw(seed, shape)
        posed = pose_all(scene, seed)
        answers = answer_all(reader, exact, decode(data), posed) if posed else None
        if answers:
            return seed, data, answers
    raise AssertionError("unreachable")


def to_row(picture: str, answer: Answer) -> dict[str, object]:
    """One golden; `input` is there only for the tasks that take one."""
    given = {} if answer.example.input is None else {"input": answer.example.input}
    return {
        "picture": picture,
        "task": answer.example.task,
        **given,
        "prompt": answer.example.prompt,
        "prompt_ids": answer.prompt_ids,
        "greedy": answer.greedy,
        "beams": answer.beams,
        "greedy_text": answer.greedy_text,
        "margin": round(answer.margin, 6),
    }


def provenance(checkpoint: Path) -> dict[str, object]:
    """What made the goldens."""
    packages = ("torch", "transformers", "tokenizers", "pillow", "numpy")
    weights = hashlib.sha256((checkpoint / "model.safetensors").read_bytes()).hexdigest()
    return {
        "command": "florence-training goldens",
        "checkpoint_sha256": weights,
        "versions": {name: importlib.metadata.version(name) for name in packages},
        "greedy": dataclasses.asdict(GREEDY),
        "beams": dataclasses.asdict(THREE_BEAMS),
        "least_margin": LEAST_MARGIN,
        "first_seed": FIRST_SEED,
    }


def write_goldens(path: Path, source: dict[str, object], rows: Iterable[dict[str, object]]) -> None:
    """One golden a line, so that a difference is readable."""
    lines = ",\n".join(json.dumps(row, ensure_ascii=False) for row in rows)
    path.write_text(f'{{"provenance": {json.dumps(source)},\n"goldens": [\n{lines}\n]}}\n', encoding="utf-8")
