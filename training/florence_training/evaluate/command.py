"""`evaluate`: measures a checkpoint, or recorded answers of the API, on scenes that no training draws."""

from __future__ import annotations

import argparse
import hashlib
import importlib.metadata
import json
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import torch

from florence_training.evaluate.answered import Answered, Figures
from florence_training.evaluate.answers import AnswersError, Source
from florence_training.evaluate.asked_checkpoint import AskedCheckpoint
from florence_training.evaluate.generate import Decoding, Reader
from florence_training.evaluate.measure import ask_all, measure
from florence_training.evaluate.questions import FIRST_SEED, ask_everything, draw_scenes
from florence_training.evaluate.recorded import Recorded
from florence_training.evaluate.truth import Truth
from florence_training.scenes.art import STYLES, UNSEEN

SCENES = 64
PACKAGES = ("torch", "transformers", "tokenizers", "pillow", "numpy", "pycocotools", "rapidfuzz")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Adds the arguments of `evaluate` to the parser."""
    source = parser.add_mutually_exclusive_group(required=True)
    source.add_argument("--checkpoint", type=Path, help="a from_pretrained folder with its tokenizer")
    source.add_argument("--answers", type=Path, help="json lines that bench/quality.ts has written")
    source.add_argument("--truth", action="store_true", help="the targets themselves: what the format can say at most")
    add_scene_arguments(parser)
    parser.add_argument(
        "--beams", type=int, default=1, help="that --checkpoint follows, or --answers was asked for (default: 1)"
    )
    parser.add_argument("--threads", type=int, help="of PyTorch (default: its own choice)")
    parser.add_argument("--out", type=Path, required=True, help="the json file to write")


def add_scene_arguments(parser: argparse.ArgumentParser) -> None:
    """Adds the arguments that select the scenes."""
    parser.add_argument("--scenes", type=int, default=SCENES, help=f"how many (default: {SCENES})")
    parser.add_argument(
        "--style",
        nargs="+",
        default=["trained"],
        choices=("trained", "unseen", *STYLES),
        help="styles by name, all that recipes may train on (default), or the one that none trains on",
    )


def read_styles(names: Sequence[str]) -> tuple[str, ...]:
    """Returns the styles that the values of `--style` stand for."""
    groups = {"trained": STYLES, "unseen": (UNSEEN,)}
    return tuple(style for name in names for style in groups.get(name, (name,)))


def run(arguments: argparse.Namespace) -> int:
    """Asks all questions, measures the answers and writes the figures. Returns the exit status."""
    if arguments.threads:
        torch.set_num_threads(arguments.threads)
    styles = read_styles(arguments.style)
    started = time.monotonic()
    try:
        source, origin = _open_source(arguments)
        answered = list(_ask(source, arguments.scenes, styles))
    except AnswersError as error:
        print(error, file=sys.stderr)
        return 1
    provenance = {
        **origin,
        "scenes": arguments.scenes,
        "first_seed": FIRST_SEED,
        "styles": styles,
        "seconds": round(time.monotonic() - started),
        "versions": {name: importlib.metadata.version(name) for name in PACKAGES},
    }
    write_figures(arguments.out, provenance, measure(answered))
    return 0


def write_figures(path: Path, provenance: dict[str, object], figures: dict[str, Figures]) -> None:
    """Prints the figures, and writes them with their provenance to a json file."""
    rounded = {task: {name: round(value, 4) for name, value in values.items()} for task, values in figures.items()}
    for task, values in rounded.items():
        print(task, " ".join(f"{name} {value:g}" for name, value in values.items()))
    path.parent.mkdir(parents=True, exist_ok=True)
    document = {"provenance": provenance, "figures": rounded}
    path.write_text(json.dumps(document, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")


def _ask(source: Source, scenes: int, styles: Sequence[str]) -> Iterator[Answered]:
    for done, (seed, scene) in enumerate(draw_scenes(scenes, styles), 1):
        yield from ask_all(ask_everything(seed, scene), source)
        if sys.stderr.isatty():
            print(f"\r{done} of {scenes} scenes", end="", file=sys.stderr, flush=True)


def _open_source(arguments: argparse.Namespace) -> tuple[Source, dict[str, object]]:
    """Returns the source and its provenance."""
    if arguments.truth:
        return Truth(), {"source": "truth"}
    if arguments.answers:
        recorded = Recorded.read(arguments.answers)
        return recorded, {"source": "api", "models": recorded.models, "beams": arguments.beams}
    decoding = Decoding(num_beams=arguments.beams)
    weights = hashlib.sha256((arguments.checkpoint / "model.safetensors").read_bytes()).hexdigest()
    origin = {"source": "checkpoint", "sha256": weights, "beams": arguments.beams}
    return AskedCheckpoint(Reader.load(arguments.checkpoint), decoding), origin
