"""Parses Florence-2's text with location tokens into things with coordinates in pixels."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import cycle

import numpy as np

from florence_training.annotate.locations import BINS
from florence_training.evaluate.answers import Answer, Found
from florence_training.scenes.placing import box_around


@dataclass(frozen=True)
class Shape:
    """A kind of place: how many location tokens it has.

    There are `least` or more, always a multiple of `step`. Consecutive tokens are several boxes or quads, but one
    outline.
    """

    name: str
    least: int
    step: int

    @property
    def numbers(self) -> str:
        """Returns how many location tokens a place has, in words."""
        return f"{self.least}" if self.least == self.step else f"{self.least} or more"

    def fits(self, count: int) -> bool:
        """Returns whether `count` consecutive location tokens are whole places of this kind."""
        return count >= self.least and count % self.step == 0


BOX, QUAD, OUTLINE = Shape("box", 4, 4), Shape("quad", 8, 8), Shape("outline", 6, 2)  # an outline is a triangle or more
# The tasks whose answers are places. All other tasks answer with text.
SHAPES = {
    "<OD>": BOX,
    "<DENSE_REGION_CAPTION>": BOX,
    "<REGION_PROPOSAL>": BOX,
    "<CAPTION_TO_PHRASE_GROUNDING>": BOX,
    "<OPEN_VOCABULARY_DETECTION>": BOX,  # or OUTLINE: see `shape_of`
    "<OCR_WITH_REGION>": QUAD,
    "<REFERRING_EXPRESSION_SEGMENTATION>": OUTLINE,
    "<REGION_TO_SEGMENTATION>": OUTLINE,
}
POLYGON = "<poly>"
NO_TEXT = re.compile(r"</?s>|<pad>|</?poly>")
# A location token as the API reads it: 0 to 999, in ASCII digits, with any number of zeros before it.
LOCATION = re.compile(r"<loc_0*([0-9]{1,3})>")
LOCATION_RUN = re.compile(r"(?:<loc_0*[0-9]{1,3}>)+")
LABEL_AND_LOCATIONS = re.compile(rf"([^<]*)({LOCATION_RUN.pattern})")


def shape_of(task: str | None, text: str) -> Shape | None:
    """Returns the kind of the places in an answer; None if the task answers with text.

    Open-vocabulary detection answers with boxes or, if there is a `<poly>` anywhere in the text, with outlines.
    """
    shape = SHAPES.get(task or "")
    return OUTLINE if task == "<OPEN_VOCABULARY_DETECTION>" and POLYGON in text else shape


def read_answer(task: str, text: str, size: tuple[int, int], logprobs: Sequence[float] | None = None) -> Answer:
    """Parses the answer to a task on an image of `size` = (width, height); a bin stands for its middle.

    `logprobs` are those of the text's location tokens, in their order. A thing's score is the geometric mean of its
    tokens' probabilities, as in the API; without `logprobs` it is 1.
    """
    plain, shape = NO_TEXT.sub("", text).strip(), shape_of(task, text)
    if shape is None:
        return Answer(text=plain)
    remaining = iter(logprobs) if logprobs is not None else cycle([0.0])
    found: list[Found] = []
    for label, tokens in LABEL_AND_LOCATIONS.findall(plain):
        locations = [(int(bin_), next(remaining)) for bin_ in LOCATION.findall(tokens)]
        found += _things(label.strip(), locations, shape, size)
    return Answer(found=tuple(found))


def _things(label: str, locations: Sequence[tuple[int, float]], shape: Shape, size: tuple[int, int]) -> Iterator[Found]:
    """Yields the boxes or quads of consecutive locations, or a single outline of all; a remainder is ignored."""
    numbers = len(locations) if shape is OUTLINE else shape.step
    for start in range(0, len(locations), numbers):
        group = locations[start : start + numbers]
        if len(group) < shape.least:
            return
        pixels = tuple((bin_ + 0.5) / BINS * side for (bin_, _), side in zip(group, cycle(size), strict=False))
        score = math.exp(sum(logprob for _, logprob in group) / len(group))
        if shape is BOX:
            left, top, right, bottom = pixels
            yield Found(label, (left, top, right, bottom), score=score)
        else:
            outline = pixels[: len(pixels) // 2 * 2]
            yield Found(label, box_around(np.reshape(outline, (-1, 2))), (outline,), score)
