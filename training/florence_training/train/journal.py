"""Writes the log, the measurements and the curves of a training."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from florence_training.train.curves import draw_curves
from florence_training.train.log import COLUMNS, append_row, mean
from florence_training.train.measure import MEASURES, Examination
from florence_training.train.trainer import Trainer

SECONDS_A_MINUTE = 60


@dataclass
class Journal:
    """Collects the figures of steps and writes their means; `minutes` count from its creation."""

    out: Path
    clock: Callable[[], float] = time.monotonic
    rows: list[dict[str, float]] = field(default_factory=list)
    pictures: int = 0
    begun: float = field(init=False)
    since: float = field(init=False)

    def __post_init__(self) -> None:
        """Starts the clocks."""
        self.begun = self.since = self.clock()

    @property
    def minutes(self) -> float:
        """Returns the minutes since the creation of the journal."""
        return (self.clock() - self.begun) / SECONDS_A_MINUTE

    def add(self, figures: dict[str, float], pictures: int) -> None:
        """Adds the figures of a step."""
        self.rows.append(figures)
        self.pictures += pictures

    def write(self, step: int, stage: str) -> None:
        """Writes and prints the mean over the steps since the last row."""
        speed = self.pictures / max(1e-9, self.clock() - self.since)
        row = {"step": step, "stage": stage, "minutes": self.minutes, "pictures_a_second": speed, **mean(self.rows)}
        append_row(self.out / "log.csv", COLUMNS, row)
        _print(row)
        self.rows, self.pictures, self.since = [], 0, self.clock()

    def measure(self, trainer: Trainer, examination: Examination, step: int) -> None:
        """Writes a row of held-out figures, and draws all curves again; nothing without scenes to examine."""
        if not examination.scenes:
            return
        row = {"step": step, **examination.examine(trainer.model, trainer.tokenizer)}
        append_row(self.out / "measures.csv", ("step", *MEASURES), row)
        _print(row)
        for name in ("log", "measures"):
            draw_curves(self.out / f"{name}.csv", self.out / f"{name}.png")


def _print(row: Mapping[str, object]) -> None:
    words = (f"{name} {value:.3g}" if isinstance(value, float) else f"{name} {value}" for name, value in row.items())
    print(" ".join(words), flush=True)
