"""How much of what is written was read. Case counts."""

from __future__ import annotations

from collections import Counter

from rapidfuzz.distance import Levenshtein

from florence_training.evaluate.measures.matching import Counts


def count_words(read: str, written: str) -> Counts:
    """Words read letter for letter, wherever they stand, each as often as it is written."""
    given, wanted = Counter(read.split()), Counter(written.split())
    return Counts((given & wanted).total(), given.total(), wanted.total())


def count_characters(read: str, written: str) -> Counts:
    """Characters that are not wrong: recall is 1 - CER, and never below 0 for one text."""
    wrong = Levenshtein.distance(read, written)
    return Counts(max(0, len(written) - wrong), len(read), len(written))
