"""Draws a CSV log as curves in a PNG file."""

from __future__ import annotations

import csv
from pathlib import Path

from matplotlib.figure import Figure

COLUMNS_OF_PLOTS = 4
PLOT_SIZE = (4.0, 2.6)  # inches
GAPS = {"left": 0.04, "right": 0.99, "bottom": 0.04, "top": 0.96, "hspace": 0.35}  # fixed: fitting them takes a second
TICKS = 4
NOT_DRAWN = {"step", "stage", "minutes"}


def draw_curves(log: Path, picture: Path) -> None:
    """Draws a plot for each column that has figures, over the steps."""
    with log.open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    names = [name for name in (rows[0] if rows else {}) if name not in NOT_DRAWN and any(row[name] for row in rows)]
    if not names:
        return
    rows_of_plots = -(-len(names) // COLUMNS_OF_PLOTS)
    figure = Figure(figsize=(PLOT_SIZE[0] * COLUMNS_OF_PLOTS, PLOT_SIZE[1] * rows_of_plots))
    plots = figure.subplots(rows_of_plots, COLUMNS_OF_PLOTS, squeeze=False, gridspec_kw=GAPS).flat
    for name, plot in zip(names, plots, strict=False):
        points = [(int(row["step"]), float(row[name])) for row in rows if row[name]]
        plot.plot(*zip(*points, strict=True))
        plot.set_title(name)
        plot.locator_params(nbins=TICKS)
    for plot in list(plots):
        plot.remove()
    figure.savefig(picture)
