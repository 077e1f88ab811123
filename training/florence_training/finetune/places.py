"""Converts boxes in pixels to location tokens, and checks the location tokens of a text."""

from __future__ import annotations

import re

from florence_training.annotate.locations import locate
from florence_training.evaluate.location_text import LOCATION, LOCATION_RUN, OUTLINE, Shape, shape_of
from florence_training.finetune.lines import Corners, LineError

DELIMITERS = re.compile(r"</poly>|<sep>|<and>|\s")  # of the model, behind a place
SHOWN = 40  # characters of an answer in a message: enough to find it
Size = tuple[int, int]  # width and height in pixels


def locate_box(box: Corners, size: Size) -> str:
    """Returns a box as four location tokens. Raises LineError if it is not a box inside the image."""
    left, top, right, bottom = box
    if not (0 <= left < right <= size[0] and 0 <= top < bottom <= size[1]):
        raise LineError(
            f"the box {list(box)} is not left < right, top < bottom within a picture of {size[0]} x {size[1]} pixels: "
            "boxes are [left, top, right, bottom] in pixels, not widths or parts"
        )
    return locate(size, box)


def check_places(answer: str, task: str | None) -> None:
    """Checks the places in an answer whose locations are the model's tokens.

    Raises LineError, in a task that answers with places, for incomplete ones and for text that has none. An empty
    answer needs none: nothing is there.
    """
    shape = shape_of(task, answer)
    if shape is None or not answer:
        return
    runs = list(LOCATION_RUN.finditer(answer))
    if not runs:
        raise LineError(
            f"{_shown(answer)} has no location: {task} answers with places, {shape.numbers} location tokens for each "
            f"{shape.name} (<loc_x><loc_y>…), or with an empty suffix if nothing is there"
        )
    for run in runs:
        _check_run(len(LOCATION.findall(run[0])), task or "", shape)
    rest = DELIMITERS.sub("", answer[runs[-1].end() :])
    if rest:
        raise LineError(f"{_shown(rest)} is behind the last location: a label is before its place")


def _check_run(count: int, task: str, shape: Shape) -> None:
    if shape.fits(count):
        return
    pairs = ", always pairs of x and y" if shape is OUTLINE else ""
    needed = f"one {shape.name} of {task} has {shape.numbers}{pairs}"
    raise LineError(f"{count} locations stand together; {needed}, with nothing between them")


def _shown(text: str) -> str:
    return f'"{text[:SHOWN]}{"…" if len(text) > SHOWN else ""}"'
