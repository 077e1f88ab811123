"""`answers`: writes what PyTorch generates for a few prompts on given images, for `tools/compare-answers.ts`.

Unlike `goldens`, it omits no answer. It also records what the same weights generate in float64: where that differs, the
answer depends on rounding, and float32 summed in another order may give either.
"""

from __future__ import annotations

import argparse
import dataclasses
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import torch
from PIL import Image

from florence_training.annotate.tasks import TASKS
from florence_training.evaluate.generate import GREEDY, THREE_BEAMS, Decoding, Reader

# Answers with text, boxes and quads, and a prompt that contains location tokens.
INPUTS = {
    "<CAPTION>": None,
    "<OD>": None,
    "<OCR_WITH_REGION>": None,
    "<REGION_TO_DESCRIPTION>": "<loc_52><loc_332><loc_932><loc_774>",
}
MAX_NEW_TOKENS = 32


@dataclass(frozen=True)
class Answer:
    """The answers to one prompt, as token ids without the decoder's start token.

    `margin` is the smallest difference, in logits, between a greedy token and the next one.
    """

    picture: str
    prompt: str
    prompt_ids: list[int]
    greedy: list[int]
    beams: list[int]
    exact_greedy: list[int]
    exact_beams: list[int]
    margin: float


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Adds the arguments of `answers` to the parser."""
    parser.add_argument("--checkpoint", type=Path, required=True, help="a from_pretrained folder with its tokenizer")
    parser.add_argument("--pictures", type=Path, nargs="+", required=True, help="PNG and JPEG files")
    parser.add_argument("--max-new-tokens", type=int, default=MAX_NEW_TOKENS, help="of each answer (default: 32)")
    parser.add_argument("--out", type=Path, required=True, help="the json file to write")


def run(arguments: argparse.Namespace) -> int:
    """Generates the answers and writes them. Returns the exit status."""
    reader, exact = (Reader.load(arguments.checkpoint, dtype) for dtype in (torch.float32, torch.float64))
    decodings = {
        "greedy": dataclasses.replace(GREEDY, max_new_tokens=arguments.max_new_tokens),
        "beams": dataclasses.replace(THREE_BEAMS, max_new_tokens=arguments.max_new_tokens),
    }
    answers: list[Answer] = []
    for path in arguments.pictures:
        found = [ask(reader, exact, path, task, decodings) for task in INPUTS]
        print(f"{path}: margin {min(answer.margin for answer in found):.1e}", flush=True)
        answers += found
    different = {tuple(answer.greedy) for answer in answers}
    print(f"{len(answers)} prompts, {len(different)} different greedy answers")
    rounded = [answer.greedy != answer.exact_greedy or answer.beams != answer.exact_beams for answer in answers]
    print(f"{sum(rounded)} of them hang on rounding: float64 answers otherwise")
    file = {
        "decodings": {name: dataclasses.asdict(decoding) for name, decoding in decodings.items()},
        "answers": [dataclasses.asdict(answer) for answer in answers],
    }
    arguments.out.parent.mkdir(parents=True, exist_ok=True)
    arguments.out.write_text(json.dumps(file) + "\n", encoding="utf-8")
    return 0


def ask(reader: Reader, exact: Reader, path: Path, task: str, decodings: Mapping[str, Decoding]) -> Answer:
    """Answers one task on one image, with greedy search and with beams, in float32 and in float64 (`exact`)."""
    with Image.open(path) as picture:
        pixels = reader.pixels(picture)
    prompt = TASKS[task].fill(INPUTS[task])
    in_float32 = {name: reader.generate(pixels, prompt, decoding) for name, decoding in decodings.items()}
    in_float64 = {name: exact.generate(pixels.double(), prompt, decoding) for name, decoding in decodings.items()}
    margin = in_float32["greedy"].margin
    if margin is None:
        raise ValueError("the greedy search has no margin")
    return Answer(
        picture=str(path.resolve()),
        prompt=prompt,
        prompt_ids=reader.encode(prompt),
        greedy=in_float32["greedy"].ids,
        beams=in_float32["beams"].ids,
        exact_greedy=in_float64["greedy"].ids,
        exact_beams=in_float64["beams"].ids,
        margin=margin,
    )
