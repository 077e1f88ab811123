"""`finetune-measure`: how well a checkpoint answers the lines of a data set, by task and label."""

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
from florence_training.evaluate.location_text import NUMBERS, read_answer
from florence_training.evaluate.measures.matching import Counts, box_overlaps, count_matches
from florence_training.finetune.command import read_bounds
from florence_training.finetune.folder import FolderError, Sample, read_folder
from florence_training.finetune.options import OptionsError
from florence_training.finetune.pictures import open_picture

BOXES, NAMES, EXACT, OWN = "(boxes)", "(names)", "(exact)", "(own questions)"
Tally = dict[str, dict[str, Counts]]  # by task, then by label


@dataclass(frozen=True)
class Tried:
    """A sample and what the model wrote."""

    sample: Sample
    text: str


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The command line of `finetune-measure`."""
    parser.add_argument("--checkpoint", type=Path, required=True, help="a from_pretrained folder")
    parser.add_argument("--data", type=Path, required=True, help="a .jsonl file, or a folder with one")
    parser.add_argument("--out", type=Path, help="a json file to write the figures to, too")
    parser.add_argument("--threads", type=int, help="of PyTorch (default: its own choice)")


def run(arguments: argparse.Namespace) -> int:
    """Asks greedily and prints. Returns the exit status."""
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
    """What the model writes for each sample."""
    for sample in samples:
        generation = reader.generate(reader.pixels(open_picture(sample.path)), sample.question.prompt, GREEDY)
        yield Tried(sample, reader.decode(generation.ids))


def tally(tried: Sequence[Tried]) -> Tally:
    """Counts by task: of boxes under any name, under their own, under each; or of texts right to the letter."""
    counts: Tally = {}
    for each in tried:
        rows = counts.setdefault(each.sample.question.task or OWN, {})
        for label, found in _count(each).items():
            rows[label] = rows.get(label, Counts()) + found
    return counts


def describe(counts: Tally) -> dict[str, dict[str, dict[str, float]]]:
    """The counts as figures, the most frequent label first; a label that nobody wanted counts among `(names)` only."""
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
    given, wanted = (read_answer(task or "", text, size) for text in (each.text, each.sample.answer))
    if task not in NUMBERS:
        return {EXACT: Counts(int(given.text == wanted.text), 1, 1)}
    labels = {thing.label for answer in (given, wanted) for thing in answer.found} - {""}
    named = {label: _match(_only(given, label), _only(wanted, label)) for label in labels}
    total = {NAMES: sum(named.values(), start=Counts())} if named else {}
    return {BOXES: _match(given, wanted), **total, **named}


def _only(answer: Answer, label: str) -> Answer:
    return Answer(found=tuple(thing for thing in answer.found if thing.label == label))


def _match(given: Answer, wanted: Answer) -> Counts:
    return count_matches(box_overlaps([thing.box for thing in given.found], [thing.box for thing in wanted.found]))
