"""Writes figures as rows of a CSV file; a row is the mean over some steps."""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from pathlib import Path

FIGURES = (
    "rate", "loss", "norm", "sequence", "word_loss", "location_loss", "objects", "class_accuracy", "places",
    "place_error", "outline_error", "letters", "fine_accuracy", "middle_accuracy", "slots_accuracy",
)  # fmt: skip
COLUMNS = ("step", "stage", "minutes", "pictures_a_second", *FIGURES)


def append_row(path: Path, columns: Sequence[str], row: Mapping[str, object]) -> None:
    """Appends a row, after a header with the names of the columns if the file is new."""
    new = not path.exists()
    with path.open("a", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, columns, restval="")
        if new:
            writer.writeheader()
        writer.writerow({name: _short(value) for name, value in row.items()})


def drop_after(path: Path, step: int) -> None:
    """Drops the rows of steps that a training which resumes from `step` will do again."""
    if not path.exists():
        return
    with path.open(newline="", encoding="utf-8") as file:
        reader = csv.DictReader(file)
        columns, rows = reader.fieldnames or (), [row for row in reader if int(row["step"]) <= step]
    path.unlink()
    for row in rows:
        append_row(path, columns, row)


def mean(rows: Sequence[Mapping[str, float]]) -> dict[str, float]:
    """Returns the mean of each figure over the rows that have it."""
    names = {name for row in rows for name in row}
    values = {name: [row[name] for row in rows if name in row] for name in names}
    return {name: sum(numbers) / len(numbers) for name, numbers in values.items()}


def _short(value: object) -> object:
    return f"{value:.4g}" if isinstance(value, float) else value
