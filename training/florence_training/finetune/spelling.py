"""Finds location tokens in texts that people and converters write, and refuses spellings that the model does not have.

A tokenizer takes any text: a location in another spelling would be learned as pieces of text, without a warning.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

from florence_training.annotate.locations import BINS
from florence_training.evaluate.location_text import LOCATION
from florence_training.finetune.lines import LineError

LAST = f"<loc_{BINS - 1}>"

# Angle brackets: plain, of other scripts, as entities of HTML (also escaped twice), as escapes of JSON and Markdown, or
# as in URLs.
OPENING = r"(?:<|[‹〈⟨«]|&(?:amp;)*(?:lt|\#0*60|\#x0*3c);?|\\+(?:u003c|x3c|<)|%3c)"
CLOSING = r"(?:>|[›〉⟩»]|&(?:amp;)*(?:gt|\#0*62|\#x0*3e);?|\\+(?:u003e|x3e|>)|%3e)"
LONGEST = 24  # characters behind `loc` that are still shown as one token
SPELLINGS = (
    # <loc52>, <LOC_52>, < loc_52 >, <loc_-1>, <loc_52 with any end
    rf"{OPENING}[\s/|\\]*loc(?![a-z])(?:[^<>]{{0,{LONGEST}}}?{CLOSING}|[^<>\s]{{0,{LONGEST}}})",
    rf"{OPENING}[\s/|\\]*loc(?:ation)?s?[\s_:=\\-]*\d+\s*{CLOSING}?",  # <location_52>
    r"[\[({|]\s*loc(?:ation)?_?\d+\s*[\])}|]",  # [loc_52]
    rf"(?:(?<![a-z])loc(?:ation)?|loc_)[\\_]*\d+\s*{CLOSING}",  # loc_52>
)
LIKE_A_LOCATION = re.compile("|".join(SPELLINGS), re.IGNORECASE)
BARE = re.compile(r"(?<![a-z0-9])loc_\d+", re.IGNORECASE)  # without brackets it may be a word of the picture
BRACKETS = re.compile(f"{OPENING}|{CLOSING}", re.IGNORECASE)
NUMBER = re.compile(r"\W*loc(?:ation)?s?(?:[\s\\_]*|[:=-])0*([0-9]+)\W*", re.IGNORECASE)
PALIGEMMA = re.compile(r"loc[0-9]{4}")


def normalise(text: str, *, bare: bool) -> str:
    """Returns the text with each location as the model's token: `<loc_007>` becomes `<loc_7>`.

    Raises LineError for any other spelling, and for numbers beyond 999. `bare`: also for `loc_7` without brackets,
    which in an answer that is text may be a word.
    """
    for start, end in _others(text):
        found = _find(text[start:end], bare=bare)
        if found is not None:
            raise LineError(_explain(*found))
    return LOCATION.sub(lambda match: f"<loc_{int(match[1])}>", text)


def _others(text: str) -> Iterator[tuple[int, int]]:
    """Yields where the text between the right tokens starts and ends."""
    start = 0
    for match in LOCATION.finditer(text):
        yield start, match.start()
        start = match.end()
    yield start, len(text)


def _find(text: str, *, bare: bool) -> tuple[str, str] | None:
    """Returns the first wrong spelling: as it is in the text, and simplified."""
    simple, origins = _simplify(text)
    matches = [pattern.search(simple) for pattern in ((LIKE_A_LOCATION, BARE) if bare else (LIKE_A_LOCATION,))]
    first = min((match for match in matches if match), key=lambda match: match.start(), default=None)
    if first is None:
        return None
    return text[origins[first.start()] : origins[first.end() - 1] + 1], first[0]


def _simplify(text: str) -> tuple[str, list[int]]:
    """Returns the text with wide letters made plain and invisible characters left out, and where each character was."""
    pairs = [
        (plain, index)
        for index, character in enumerate(text)
        if unicodedata.category(character) != "Cf"
        for plain in unicodedata.normalize("NFKC", character)
    ]
    return "".join(plain for plain, _ in pairs), [index for _, index in pairs]


def _explain(found: str, simple: str) -> str:
    """Returns what was found, and what to write in its place."""
    inner = BRACKETS.sub("", simple)
    number = NUMBER.fullmatch(inner)
    if PALIGEMMA.fullmatch(inner):
        advice = (
            "it is PaliGemma's, which has y before x and 1024 steps. Write <loc_x1><loc_y1><loc_x2><loc_y2>, "
            f"each x in thousandths of the width and y of the height, at most {LAST}"
        )
    elif number is None:
        advice = f"locations are whole numbers from <loc_0> to {LAST}"
    elif len(number[1]) < len(str(BINS)):
        advice = f"write <loc_{int(number[1])}>"
    else:
        advice = f"locations are thousandths of the width or height, rounded down, from <loc_0> to {LAST}"
    shown = found if found.isascii() and found.isprintable() else ascii(found)
    return f"{shown} is no location of the model: {advice}"
