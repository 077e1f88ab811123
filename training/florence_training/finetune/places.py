"""Converts boxes in pixels to location tokens, and checks the location tokens of a text."""

from __future__ import annotations

import re

from florence_training.annotate.locations import BINS, locate
from florence_training.evaluate.location_text import LEAST_OUTLINE, LOCATION, NUMBERS
from florence_training.finetune.lines import Corners, LineError

LOCATION_LIKE = re.compile(r"<loc_[^>]*>?")
LOCATION_RUN = re.compile(r"(?:<loc_\d+>)+")
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


def check_locations(text: str, task: str | None) -> None:
    """Checks the location tokens of a text.

    Raises LineError if the model does not have one of them, or if a box, quad or outline has too few or too many.
    """
    for token in LOCATION_LIKE.findall(text):
        found = LOCATION.fullmatch(token)
        if found is None or int(found[1]) >= BINS:
            raise LineError(f"{token} is no location: they are whole numbers from <loc_0> to <loc_{BINS - 1}>")
    if task not in NUMBERS:
        return
    for run in LOCATION_RUN.findall(text):
        _check_run(len(LOCATION.findall(run)), task)


def _check_run(count: int, task: str) -> None:
    numbers = NUMBERS[task]
    if numbers is not None and count % numbers:
        raise LineError(f"{count} locations stand together; a place of {task} has {numbers}")
    if numbers is None and (count % 2 or count < LEAST_OUTLINE):
        raise LineError(
            f"{count} locations stand together; an outline has pairs of x and y, {LEAST_OUTLINE // 2} or more"
        )
