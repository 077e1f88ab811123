"""Parses Florence-2's text with location tokens into things with coordinates in pixels."""

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
# Location tokens per thing; an outline (None) takes all consecutive ones.
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
LEAST_OUTLINE = 6  # location tokens: a triangle
NO_TEXT = re.compile(r"</?s>|<pad>|</?poly>")
LABEL_AND_LOCATIONS = re.compile(r"([^<]*)((?:<loc_\d+>)+)")
LOCATION = re.compile(r"<loc_(\d+)>")


def read_answer(task: str, text: str, size: tuple[int, int], logprobs: Sequence[float] | None = None) -> Answer:
    """Parses the answer to a task on an image of `size` = (width, height); a bin stands for its middle.

    `logprobs` are those of the text's location tokens, in their order. A thing's score is the geometric mean of its
    tokens' probabilities, as in the API; without `logprobs` it is 1.
    """
    plain = NO_TEXT.sub("", text).strip()
    if task not in NUMBERS:
        return Answer(text=plain)
    remaining = iter(logprobs) if logprobs is not None else cycle([0.0])
    found: list[Found] = []
    for label, tokens in LABEL_AND_LOCATIONS.findall(plain):
        locations = [(int(bin_), next(remaining)) for bin_ in LOCATION.findall(tokens)]
        found += _things(label.strip(), locations, NUMBERS[task], size)
    return Answer(found=tuple(found))


def _things(
    label: str, locations: Sequence[tuple[int, float]], numbers: int | None, size: tuple[int, int]
) -> Iterator[Found]:
    """Yields one thing per `numbers` locations, or a single outline of all; an incomplete remainder is ignored."""
    step = numbers or len(locations)
    for start in range(0, len(locations), step):
        group = locations[start : start + step]
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
