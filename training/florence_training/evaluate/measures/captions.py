"""Parses what a caption states: how many of which things, the background colour, and which texts."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from florence_training.annotate.wording import IRREGULAR_PLURALS, NUMBERS
from florence_training.scenes.art import NAMES

QUOTED = re.compile(r'"([^"]*)"')
GROUND = re.compile(r"\bon an? (\w+) background\b")
FORMS = {form: name for name in NAMES for form in (name, IRREGULAR_PLURALS.get(name, f"{name}s"))}
LONGEST_FIRST = "|".join(sorted(map(re.escape, FORMS), key=len, reverse=True))  # so that "hot dog" is not read as "dog"
THING = re.compile(rf"(?:\b({'|'.join(NUMBERS)}) )?(?:(?:small|large) )?\b({LONGEST_FIRST})\b", re.IGNORECASE)


@dataclass(frozen=True)
class Said:
    """What a caption states: counts of things by name, background colour, texts; None or empty if unstated."""

    things: Mapping[str, int]
    ground: str | None
    texts: tuple[str, ...]


def understand(caption: str) -> Said:
    """Parses a caption of any of the three lengths. Things that are mentioned one by one are added up."""
    texts = tuple(QUOTED.findall(caption))
    plain = QUOTED.sub("", caption)
    ground = GROUND.search(plain)
    things: Counter[str] = Counter()
    for number, form in THING.findall(GROUND.sub("", plain)):
        things[FORMS[form.lower()]] += NUMBERS.index(number.lower()) if number else 1
    return Said(dict(things), ground[1].lower() if ground else None, texts)
