"""`card`: writes a model card with the figures of several runs of `evaluate` side by side in one table."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from florence_training.evaluate.answered import Figures
from florence_training.marked import BEGIN, END, fill, is_marked, table_row

DIGEST_CHARACTERS = 16  # of a SHA-256, as shown in the card


@dataclass(frozen=True)
class Row:
    """A row of the table.

    `aim` is the value to reach in the styles that the model was trained on.
    """

    title: str
    task: str
    figure: str
    aim: float | None = None


ROWS = (
    Row("object detection: AP at 0.5", "<OD>", "ap50", 0.95),
    Row("AP at 0.5 … 0.95", "<OD>", "ap50_95"),
    Row("F1 of boxes", "<OD>", "boxes_f1"),
    Row("F1 of boxes with the right name", "<OD>", "labels_f1", 0.97),
    Row("open-vocabulary detection: F1, present and absent things", "<OPEN_VOCABULARY_DETECTION>", "labels_f1"),
    Row("silent about an absent thing", "<OPEN_VOCABULARY_DETECTION>", "absent_silent"),
    Row("region proposal: recall", "<REGION_PROPOSAL>", "boxes_recall"),
    Row("dense region caption: recall of boxes", "<DENSE_REGION_CAPTION>", "boxes_recall"),
    Row("with the description to the letter", "<DENSE_REGION_CAPTION>", "labels_recall"),
    Row("phrase grounding: recall@1", "<CAPTION_TO_PHRASE_GROUNDING>", "recall1"),
    Row("referring-expression segmentation: mIoU", "<REFERRING_EXPRESSION_SEGMENTATION>", "miou", 0.75),
    Row("region to segmentation: mIoU", "<REGION_TO_SEGMENTATION>", "miou", 0.75),
    Row("region to category: accuracy", "<REGION_TO_CATEGORY>", "accuracy", 0.98),
    Row("region to description: the right name", "<REGION_TO_DESCRIPTION>", "names"),
    Row("OCR: words", "<OCR>", "words", 0.85),
    Row("OCR: 1 − CER", "<OCR>", "characters"),
    Row("OCR with regions: F1 of quads", "<OCR_WITH_REGION>", "boxes_f1"),
    Row("with the right word", "<OCR_WITH_REGION>", "labels_f1"),
    Row("region to OCR: words", "<REGION_TO_OCR>", "words", 0.85),
    Row("caption: all things named and counted", "<CAPTION>", "counts", 0.85),
    Row("and the ground's colour", "<CAPTION>", "correct"),
    Row("detailed caption: all things named and counted", "<DETAILED_CAPTION>", "counts"),
    Row("more detailed caption: all things named and counted", "<MORE_DETAILED_CAPTION>", "counts"),
)


@dataclass(frozen=True)
class Column:
    """A column of the table: one measurement."""

    title: str
    provenance: Mapping[str, Any]
    figures: Mapping[str, Figures]

    @staticmethod
    def read(argument: str) -> Column:
        """Reads `TITLE=PATH`, where PATH is a file that `evaluate` has written."""
        title, _, path = argument.partition("=")
        document = json.loads(Path(path).read_text(encoding="utf-8"))
        return Column(title, document["provenance"], document["figures"])


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Adds the arguments of `card` to the parser."""
    parser.add_argument("--card", type=Path, required=True, help=f"a text with {BEGIN} and {END}")
    parser.add_argument("--figures", nargs="+", required=True, metavar="TITLE=PATH", help="files of `evaluate`")
    parser.add_argument("--out", type=Path, required=True, help="the card to write")


def run(arguments: argparse.Namespace) -> int:
    """Writes the card and returns the exit status."""
    card = arguments.card.read_text(encoding="utf-8")
    if not is_marked(card):
        print(f"{arguments.card}: put {BEGIN} and {END} once where the table goes", file=sys.stderr)
        return 1
    columns = [Column.read(argument) for argument in arguments.figures]
    lines = [*tabulate(columns), "", *(describe(column) for column in columns)]
    arguments.out.write_text(fill(card, lines), encoding="utf-8")
    return 0


def tabulate(columns: Sequence[Column]) -> list[str]:
    """Returns a Markdown table with one row for each of `ROWS`."""
    return [
        table_row(["", *(column.title for column in columns), "aim"]),
        table_row(["---"] * (len(columns) + 2)),
        *(
            table_row([row.title, *(f"{column.figures[row.task][row.figure]:.3f}" for column in columns), _aim(row)])
            for row in ROWS
        ),
    ]


def describe(column: Column) -> str:
    """Returns one line that says what was measured."""
    facts = column.provenance
    things, words = (int(column.figures[task]["boxes_wanted"]) for task in ("<OD>", "<OCR_WITH_REGION>"))
    scenes = f"{facts['scenes']} scenes in {', '.join(facts['styles'])} with {things} things and {words} words"
    beams = f"; beams: {facts['beams']}" if "beams" in facts else ""
    return f"- {column.title}: {SOURCES[facts['source']](facts)}; {scenes}{beams}"


SOURCES: Mapping[str, Callable[[Mapping[str, Any]], str]] = {
    "api": lambda facts: f"the HTTP API, {' and '.join(facts['models'])}",
    "checkpoint": lambda facts: f"PyTorch, weights {facts['sha256'][:DIGEST_CHARACTERS]}…",
    "truth": lambda _: "the targets themselves, which no model surpasses",
}


def _aim(row: Row) -> str:
    return "" if row.aim is None else f"{row.aim:g}"
