"""Checks that every limit of deploy/triton's models refuses a value just above it, with its code."""

from __future__ import annotations

import io
import sys
from pathlib import Path

from PIL import Image

ROOT = Path(__file__).parents[2]
MODELS = ROOT / "deploy/triton/models"
sys.path[:0] = [str(MODELS / "florence2"), str(MODELS / "florence2_generate")]
from generation import MAX_SEQUENCES, Prompt, batches  # noqa: E402 - the models are files of a repository, not a package
from preparation import MAX_BEAMS, MAX_IMAGE_PIXELS, MAX_PROMPTS, Preparation, RefusalError  # noqa: E402


def main() -> int:
    """Raises if a limit does not hold."""
    mini = Preparation.load(ROOT / "model-shards/mini")
    side = int(MAX_IMAGE_PIXELS**0.5) + 1
    refused("image-too-many-pixels", lambda: mini.pixels(png(side)))
    refused("invalid-request", lambda: mini.encode(["a"] * (MAX_PROMPTS + 1)))
    refused("invalid-request", lambda: mini.encode([]))
    refused("invalid-request", lambda: mini.decoding({"num_beams": MAX_BEAMS + 1}, {}))
    refused("invalid-request", lambda: mini.decoding({"max_new_tokens": 0}, {}))
    refused("invalid-request", lambda: mini.decoding({}, {"early_stopping": "soon"}))
    refused("invalid-request", lambda: mini.decoding({}, {"length_penalty": "long"}))
    mini.encode(["a"] * MAX_PROMPTS)
    same([len(each) for each in batches([Prompt(0, [0], "3")] * 50, {"3": 3})], [21, 21, 8])
    same([len(each) for each in batches([Prompt(0, [0], "1")] * (MAX_SEQUENCES + 1), {"1": 1})], [MAX_SEQUENCES, 1])
    same(mini.decoding({"max_new_tokens": 5000}, {})["max_new_tokens"], mini.positions)
    same([mini.finish_reason(ids, 4) for ids in ([0, 9, 2], [0, 9, 9, 2], [0, 9, 9, 9])], ["stop", "length", "length"])
    print("limits: all hold")
    return 0


def refused(code: str, call: object) -> None:
    """Raises unless the call is refused with this code."""
    try:
        call()
    except RefusalError as refusal:
        same(refusal.code, code)
        return
    raise ValueError(f"{code} was let through")


def same(actual: object, expected: object) -> None:
    """Raises if the two differ."""
    if actual != expected:
        raise ValueError(f"{actual} instead of {expected}")


def png(side: int) -> bytes:
    """Returns a white square with one bit per pixel: few bytes, many pixels."""
    buffer = io.BytesIO()
    Image.new("1", (side, side), 1).save(buffer, "PNG")
    return buffer.getvalue()


if __name__ == "__main__":
    sys.exit(main())
