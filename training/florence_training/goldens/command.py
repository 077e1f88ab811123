"""`goldens`: writes images and the token ids that `generate` returns for all fifteen tasks on each."""

from __future__ import annotations

import argparse
import dataclasses
import hashlib
import importlib.metadata
import json
from collections.abc import Iterable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from itertools import count
from multiprocessing import get_context
from pathlib import Path

import torch

from florence_training.evaluate.generate import GREEDY, THREE_BEAMS, Reader
from florence_training.goldens.answers import LEAST_MARGIN, Answer, answer_all, pose_all
from florence_training.goldens.pictures import GOLDEN_SHAPES, Shape, decode, draw
from florence_training.goldens.smoke import smoke

FIRST_SEED = 500_000_000  # far from the seeds of training
SEEDS_A_SHAPE = 1000


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Adds the arguments of `goldens` to the parser."""
    parser.add_argument("--checkpoint", type=Path, required=True, help="a from_pretrained folder with its tokenizer")
    parser.add_argument("--out", type=Path, required=True, help="the folder to write")
    parser.add_argument("--workers", type=int, default=2, help="processes, each with one thread")


def run(arguments: argparse.Namespace) -> int:
    """Draws the images, generates and writes the goldens. Returns the exit status."""
    pictures = arguments.out / "pictures"
    pictures.mkdir(parents=True, exist_ok=True)
    goldens: list[Golden] = []
    with ProcessPoolExecutor(arguments.workers, get_context("spawn"), load, (arguments.checkpoint,)) as pool:
        for golden in pool.map(make_golden, range(len(GOLDEN_SHAPES))):
            (pictures / golden.name).write_bytes(golden.data)
            margin = min(answer.margin for answer in golden.answers)
            print(f"{golden.name}: seed {golden.seed}, {len(golden.data):,} bytes, margin {margin:.1e}", flush=True)
            goldens.append(golden)
    steps = smoke(Reader.load(arguments.checkpoint, torch.float32), decode(goldens[0].data), goldens[0].answers[0])
    text = json.dumps({"picture": goldens[0].name, **steps}, indent=2) + "\n"
    (arguments.out / "smoke.json").write_text(text, encoding="utf-8")
    rows = [to_row(golden.name, answer) for golden in goldens for answer in golden.answers]
    write_goldens(arguments.out / "goldens.json", provenance(arguments.checkpoint), rows)
    return 0


@dataclass(frozen=True)
class Golden:
    """An image file and the answers to all tasks on it."""

    name: str
    seed: int
    data: bytes
    answers: list[Answer]


def load(checkpoint: Path) -> None:
    """Loads the checkpoint, in float32 and float64, for `make_golden` in this process."""
    torch.set_num_threads(1)  # more threads only wait for each other
    _readers[:] = [Reader.load(checkpoint, dtype) for dtype in (torch.float32, torch.float64)]


_readers: list[Reader] = []


def make_golden(index: int) -> Golden:
    """Returns the golden of a shape, with the readers that `load` has loaded."""
    shape = GOLDEN_SHAPES[index]
    reader, exact = _readers
    seed, data, answers = find_picture(reader, exact, shape, FIRST_SEED + index * SEEDS_A_SHAPE)
    return Golden(shape.file_name(f"{index:02d}-{shape.width}x{shape.height}"), seed, data, answers)


def find_picture(reader: Reader, exact: Reader, shape: Shape, first_seed: int) -> tuple[int, bytes, list[Answer]]:
    """Returns the first seed with answers to every task that do not depend on rounding, its image and the answers."""
    for seed in count(first_seed):
        scene, data = draw(seed, shape)
        posed = pose_all(scene, seed)
        answers = answer_all(reader, exact, decode(data), posed) if posed else None
        if answers:
            return seed, data, answers
    raise AssertionError("unreachable")


def to_row(picture: str, answer: Answer) -> dict[str, object]:
    """Returns one golden as a json object; `input` is present only for tasks that take one."""
    optional = {} if answer.example.input is None else {"input": answer.example.input}
    return {
        "picture": picture,
        "task": answer.example.task,
        **optional,
        "prompt": answer.example.prompt,
        "prompt_ids": answer.prompt_ids,
        "greedy": answer.greedy,
        "beams": answer.beams,
        "greedy_text": answer.greedy_text,
        "margin": round(answer.margin, 6),
    }


def provenance(checkpoint: Path) -> dict[str, object]:
    """Returns the software, checkpoint and settings that made the goldens."""
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
    """Writes one golden per line, so that diffs are readable."""
    lines = ",\n".join(json.dumps(row, ensure_ascii=False) for row in rows)
    path.write_text(f'{{"provenance": {json.dumps(source)},\n"goldens": [\n{lines}\n]}}\n', encoding="utf-8")
