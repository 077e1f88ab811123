"""Counts the words and characters that were read correctly; case matters."""

from __future__ import annotations

from collections import Counter

from rapidfuzz.distance import Levenshtein

from florence_training.evaluate.measures.matching import Counts


def count_words(read: str, written: str) -> Counts:
    """Counts words that are read exactly, in any position, each at most as often as it is written."""
    given, wanted = Counter(read.split()), Counter(written.split())
    return Counts((given & wanted).total(), given.total(), wanted.total())


def count_characters(read: str, written: str) -> Counts:
    """Counts correct characters: recall is 1 - CER, with a lower limit of 0 for each text."""
    errors = Levenshtein.distance(read, written)
    return Counts(max(0, len(written) - errors), len(read), len(written))
