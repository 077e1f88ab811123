"""`finetune-measure`: measures how well a checkpoint answers the lines of a data set, by task and label."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import torch

from florence_training.evaluate.answers import Answer
from florence_training.evaluate.generate import GREEDY, Reader
from florence_training.evaluate.location_text import SHAPES, read_answer
from florence_training.evaluate.measures.matching import Counts, box_overlaps, count_matches
from florence_training.finetune.command import read_bounds
from florence_training.finetune.folder import FolderError, Sample, read_folder
from florence_training.finetune.options import OptionsError
from florence_training.finetune.pictures import open_picture

BOXES, NAMES, EXACT, OWN = "(boxes)", "(names)", "(exact)", "(own questions)"
Tally = dict[str, dict[str, Counts]]  # by task, then by label


@dataclass(frozen=True)
class Tried:
    """A sample with the text that the model generated."""

    sample: Sample
    text: str


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Adds the arguments of `finetune-measure` to the parser."""
    parser.add_argument("--checkpoint", type=Path, required=True, help="a from_pretrained folder")
    parser.add_argument("--data", type=Path, required=True, help="a .jsonl file, or a folder with one")
    parser.add_argument("--out", type=Path, help="a json file to write the figures to, too")
    parser.add_argument("--threads", type=int, help="of PyTorch (default: its own choice)")


def run(arguments: argparse.Namespace) -> int:
    """Generates answers with greedy search and prints the metrics. Returns the exit status."""
    if arguments.threads:
        torch.set_num_threads(arguments.threads)
    try:
        samples = read_folder(arguments.data, read_bounds(arguments.checkpoint)[0])
    except (FolderError, OptionsError) as error:
        print(error, file=sys.stderr)
        return 1
    figures = describe(tally(list(ask(samples, Reader.load(arguments.checkpoint)))))
    for task, rows in figures.items():
        for label, row in rows.items():
            print(f"{task} {label}: {' '.join(f'{name} {value:g}' for name, value in row.items())}")
    if arguments.out:
        arguments.out.write_text(json.dumps(figures, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    return 0


def ask(samples: Sequence[Sample], reader: Reader) -> Iterator[Tried]:
    """Yields each sample with the text that the model generates."""
    for sample in samples:
        generation = reader.generate(reader.pixels(open_picture(sample.path)), sample.question.prompt, GREEDY)
        yield Tried(sample, reader.decode(generation.ids))


def tally(tried: Sequence[Tried]) -> Tally:
    """Counts by task: boxes under any label, under their own, and per label; or texts that are equal."""
    counts: Tally = {}
    for each in tried:
        rows = counts.setdefault(each.sample.question.task or OWN, {})
        for label, new in _count(each).items():
            rows[label] = rows.get(label, Counts()) + new
    return counts


def describe(counts: Tally) -> dict[str, dict[str, dict[str, float]]]:
    """Returns the counts as metrics, the most frequent label first; labels without true boxes are in `(names)` only."""
    return {
        task: {
            label: {
                "wanted": count.wanted,
                "right": count.right,
                "precision": round(count.precision, 3),
                "recall": round(count.recall, 3),
                "f1": round(count.f1, 3),
            }
            for label, count in sorted(rows.items(), key=lambda row: -row[1].wanted)
            if count.wanted or label.startswith("(")
        }
        for task, rows in counts.items()
    }


def _count(each: Tried) -> dict[str, Counts]:
    task, size = each.sample.question.task, each.sample.size
    found, expected = (read_answer(task or "", text, size) for text in (each.text, each.sample.answer))
    if task not in SHAPES:
        return {EXACT: Counts(int(found.text == expected.text), 1, 1)}
    labels = {thing.label for answer in (found, expected) for thing in answer.found} - {""}
    by_label = {label: _match(_only(found, label), _only(expected, label)) for label in labels}
    total = {NAMES: sum(by_label.values(), start=Counts())} if by_label else {}
    return {BOXES: _match(found, expected), **total, **by_label}


def _only(answer: Answer, label: str) -> Answer:
    return Answer(found=tuple(thing for thing in answer.found if thing.label == label))


def _match(found: Answer, expected: Answer) -> Counts:
    return count_matches(box_overlaps([thing.box for thing in found.found], [thing.box for thing in expected.found]))
