"""`goldens`: writes pictures and the token ids that `generate` gives for all fifteen tasks on each."""

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

FIRST_SEED = 500_000_000  # far from the seeds that training begins with
SEEDS_A_SHAPE = 1000


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The command line of `goldens`."""
    parser.add_argument("--checkpoint", type=Path, required=True, help="a from_pretrained folder with its tokenizer")
    parser.add_argument("--out", type=Path, required=True, help="the folder to write")
    parser.add_argument("--workers", type=int, default=2, help="processes, each with one thread")


def run(arguments: argparse.Namespace) -> int:
    """Draws, asks and writes. Returns the exit status."""
    pictures = arguments.out / "pictures"
    pictures.mkdir(parents=True, exist_ok=True)
    found: list[Golden] = []
    with ProcessPoolExecutor(arguments.workers, get_context("spawn"), load, (arguments.checkpoint,)) as pool:
        for golden in pool.map(make_golden, range(len(GOLDEN_SHAPES))):
            (pictures / golden.name).write_bytes(golden.data)
            margin = min(answer.margin for answer in golden.answers)
            print(f"{golden.name}: seed {golden.seed}, {len(golden.data):,} bytes, margin {margin:.1e}", flush=True)
            found.append(golden)
    steps = smoke(Reader.load(arguments.checkpoint, torch.float32), decode(found[0].data), found[0].answers[0])
    text = json.dumps({"picture": found[0].name, **steps}, indent=2) + "\n"
    (arguments.out / "smoke.json").write_text(text, encoding="utf-8")
    rows = [to_row(golden.name, answer) for golden in found for answer in golden.answers]
    write_goldens(arguments.out / "goldens.json", provenance(arguments.checkpoint), rows)
    return 0


@dataclass(frozen=True)
class Golden:
    """A picture's file and the answers to all tasks on it."""

    name: str
    seed: int
    data: bytes
    answers: list[Answer]


def load(checkpoint: Path) -> None:
    """Loads the checkpoint, in float32 and float64, for `make_golden` in this process."""
    torch.set_num_threads(1)  # more of them only wait for each other
    _readers[:] = [Reader.load(checkpoint, dtype) for dtype in (torch.float32, torch.float64)]


_readers: list[Reader] = []


def make_golden(index: int) -> Golden:
    """The golden of a shape, by the readers that `load` has loaded."""
    shape = GOLDEN_SHAPES[index]
    reader, exact = _readers
    seed, data, answers = find_picture(reader, exact, shape, FIRST_SEED + index * SEEDS_A_SHAPE)
    return Golden(shape.file_name(f"{index:02d}-{shape.width}x{shape.height}"), seed, data, answers)


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
