"""`shrink`: stores exported graphs with smaller weights. `bench/dtypes.ts` measures what that costs."""

from __future__ import annotations

import argparse
import shutil
from collections.abc import Callable, Mapping
from pathlib import Path

import onnx

from florence_training.shrink.blocks import store_blocks
from florence_training.shrink.halves import store_halves
from florence_training.shrink.integers import multiply_integers

WAYS: Mapping[str, Callable[[onnx.ModelProto], onnx.ModelProto]] = {
    "fp16": store_halves,
    "int8": multiply_integers,
    "q8": store_blocks,
}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Adds the arguments of `shrink` to the parser."""
    parser.add_argument("--model", type=Path, required=True, help="a folder that `export` has written")
    parser.add_argument("--dtype", choices=WAYS, required=True, help="fp16, int8 (dynamic) or q8 (int8 in blocks)")
    parser.add_argument("--out", type=Path, required=True, help="the folder to write")


def run(arguments: argparse.Namespace) -> int:
    """Writes the graphs, and copies the json files. Returns the exit status."""
    (arguments.out / "onnx").mkdir(parents=True, exist_ok=True)
    for path in arguments.model.glob("*.json"):
        shutil.copyfile(path, arguments.out / path.name)
    for path in sorted((arguments.model / "onnx").glob("*.onnx")):
        out = arguments.out / "onnx" / path.name
        onnx.save(WAYS[arguments.dtype](onnx.load(path)), out)
        print(f"{out}: {path.stat().st_size:,} → {out.stat().st_size:,} bytes", flush=True)
    return 0
