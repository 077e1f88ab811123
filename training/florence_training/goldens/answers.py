"""Answers all fifteen tasks on one image, with greedy search and with three beams."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from random import Random

import torch
from PIL import Image

from florence_training.annotate.targets import Example, examples
from florence_training.annotate.tasks import TASKS
from florence_training.evaluate.generate import GREEDY, THREE_BEAMS, Reader
from florence_training.scenes.scene import Scene

# Least margin of a token over the next one, about ten times the effect of float32 sums in another order.
LEAST_MARGIN = 1e-4


@dataclass(frozen=True)
class Answer:
    """The token ids of one task on one image, without the decoder's start token."""

    example: Example
    prompt_ids: list[int]
    greedy: list[int]
    greedy_text: str
    beams: list[int]
    margin: float


def pose_all(scene: Scene, seed: int) -> list[Example] | None:
    """Returns all fifteen tasks with inputs from the scene, or None if the scene lacks a thing or a text."""
    posed = examples(scene, Random(seed))
    return posed if len(posed) == len(TASKS) else None


def answer_all(reader: Reader, exact: Reader, picture: Image.Image, posed: Sequence[Example]) -> list[Answer] | None:
    """Returns the answers, or None if one depends on rounding.

    One does if a margin is small, or if float64 (`exact`) gives another answer.
    """
    pixels = reader.pixels(picture)
    answers = []
    for example in posed:
        answer = _answer(reader, exact, pixels, example)
        if answer is None:
            return None
        answers.append(answer)
    return answers


def _answer(reader: Reader, exact: Reader, pixels: torch.Tensor, example: Example) -> Answer | None:
    greedy = reader.generate(pixels, example.prompt, GREEDY)
    if greedy.margin is None or greedy.margin < LEAST_MARGIN:
        return None
    beams = reader.generate(pixels, example.prompt, THREE_BEAMS)
    for decoding, found in ((GREEDY, greedy), (THREE_BEAMS, beams)):
        if exact.generate(pixels.double(), example.prompt, decoding).ids != found.ids:
            return None
    text = reader.decode(greedy.ids)
    return Answer(example, reader.encode(example.prompt), greedy.ids, text, beams.ids, greedy.margin)
