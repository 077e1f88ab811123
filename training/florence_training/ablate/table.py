"""Writes the results of a plan's trainings: an image of curves for each comparison, and a table."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from pathlib import Path

from matplotlib.figure import Figure as Drawing

from florence_training.ablate.plan import Figure, Row, Variant
from florence_training.marked import BEGIN, END, fill, table_row

LAST = 4  # rows of the log; the result is their mean, as a single one is noisy
LOG_SCALE_RATIO = 3  # of the largest value to the least, above which a falling curve has a logarithmic axis
SIZE = (4.2, 2.8)  # inches of a plot
HEAD = ("choice", "other choice", "figure", "better", "choice", "other", "curves")


def write_comparison(variants: Sequence[Variant], trainings: Path, folder: Path) -> None:
    """Writes `<name>.png` for each comparison of trainings with logs, and the table between README.md's markers."""
    folder.mkdir(parents=True, exist_ok=True)
    rows = [line for variant in variants for line in _compare(variant, trainings, folder)]
    path = folder / "README.md"
    before = path.read_text(encoding="utf-8") if path.exists() else f"{BEGIN}\n{END}\n"
    path.write_text(fill(before, [table_row(HEAD), table_row(["---"] * len(HEAD)), *rows]), encoding="utf-8")


def _compare(variant: Variant, trainings: Path, folder: Path) -> Sequence[str]:
    row, beside = variant.row, variant.beside
    if beside is None or not all((trainings / each.name / "log.csv").exists() for each in (row, beside)):
        return []
    _draw(row, beside, trainings, folder / f"{row.name}.png")
    return [_line(row, beside, figure, trainings) for figure in row.figures]


def _line(row: Row, beside: Row, figure: Figure, trainings: Path) -> str:
    results = (f"{_result(trainings / each.name, figure.name):.3g}" for each in (beside, row))
    curves = f"[{row.name}.png]({row.name}.png)"
    return table_row([beside.title, row.title, figure.name, figure.better, *results, curves])


def _draw(row: Row, beside: Row, trainings: Path, picture: Path) -> None:
    drawing = Drawing(figsize=(SIZE[0] * len(row.figures), SIZE[1]), layout="constrained")
    plots = drawing.subplots(1, len(row.figures), squeeze=False).flat
    for figure, plot in zip(row.figures, plots, strict=True):
        curves = [_curve(trainings / each.name, figure) for each in (beside, row)]
        for curve in curves:
            plot.plot(*zip(*curve, strict=True))
        plot.set_title(figure.name)
        plot.set_xlabel(figure.over)
        values = [value for curve in curves for _, value in curve]
        if figure.better == "lower" and max(values) > LOG_SCALE_RATIO * min(values):
            plot.set_yscale("log")  # shows the end of the curve, which matters most
    drawing.legend([beside.title, row.title], loc="outside lower center", fontsize="small")
    drawing.savefig(picture)


def _curve(training: Path, figure: Figure) -> Sequence[tuple[float, float]]:
    return [(float(row[figure.over]), float(row[figure.name])) for row in _rows(training) if row[figure.name]]


def _result(training: Path, name: str) -> float:
    values = [float(row[name]) for row in _rows(training) if row[name]][-LAST:]
    return sum(values) / len(values)


def _rows(training: Path) -> Sequence[dict[str, str]]:
    with (training / "log.csv").open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))
