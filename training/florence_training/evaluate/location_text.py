"""From Florence-2's text with location tokens to things in pixels."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Sequence
from itertools import cycle

import numpy as np

from florence_training.annotate.locations import BINS
from florence_training.evaluate.answers import Answer, Found
from florence_training.scenes.placing import box_around

BOX, QUAD = 4, 8
# How many numbers make one place. An outline takes all that stand together.
NUMBERS = {
    "<OD>": BOX,
    "<DENSE_REGION_CAPTION>": BOX,
    "<REGION_PROPOSAL>": BOX,
    "<CAPTION_TO_PHRASE_GROUNDING>": BOX,
    "<OPEN_VOCABULARY_DETECTION>": BOX,
    "<OCR_WITH_REGION>": QUAD,
    "<REFERRING_EXPRESSION_SEGMENTATION>": None,
    "<REGION_TO_SEGMENTATION>": None,
}
LEAST_OUTLINE = 6  # numbers: a triangle
NO_TEXT = re.compile(r"</?s>|<pad>|</?poly>")
PLACES = re.compile(r"([^<]*)((?:<loc_\d+>)+)")
LOCATION = re.compile(r"<loc_(\d+)>")


def read_answer(task: str, text: str, size: tuple[int, int], logprobs: Sequence[float] | None = None) -> Answer:
    """The answer to a task on a picture of that width and height; a bin means its middle.

    `logprobs` are those of the text's location tokens, in their order; a thing's score is the geometric mean of its
    tokens' probabilities, as the API's is. Without them it is 1.
    """
    plain = NO_TEXT.sub("", text).strip()
    if task not in NUMBERS:
        return Answer(text=plain)
    left = iter(logprobs) if logprobs is not None else cycle([0.0])
    found: list[Found] = []
    for label, tokens in PLACES.findall(plain):
        places = [(int(bin_), next(left)) for bin_ in LOCATION.findall(tokens)]
        found += _things(label.strip(), places, NUMBERS[task], size)
    return Answer(found=tuple(found))


def _things(
    label: str, places: Sequence[tuple[int, float]], numbers: int | None, size: tuple[int, int]
) -> Iterator[Found]:
    """Things of so many numbers each, or one of all; what is left over at the end is none."""
    step = numbers or len(places)
    for at in range(0, len(places), step):
        group = places[at : at + step]
        if len(group) < (numbers or LEAST_OUTLINE):
            return
        pixels = tuple((bin_ + 0.5) / BINS * side for (bin_, _), side in zip(group, cycle(size), strict=False))
        score = math.exp(sum(logprob for _, logprob in group) / len(group))
        if numbers == BOX:
            left, top, right, bottom = pixels
            yield Found(label, (left, top, right, bottom), score=score)
        else:
            outline = pixels[: len(pixels) // 2 * 2]
            yield Found(label, box_around(np.reshape(outline, (-1, 2))), (outline,), score)
