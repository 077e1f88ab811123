"""`florence-edge ask --batch`: asks about all pictures as a batch, and writes the answers as lines of JSON. It goes on where it was stopped."""

from __future__ import annotations

import json
import sys
from argparse import Namespace
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TextIO

from florence_edge._batch_lines import BatchLine
from florence_edge._batch_results import BatchResults
from florence_edge._batches import Batch, BatchResult
from florence_edge._errors import FlorenceError
from florence_edge._florence import Florence

from .ask import describe, options_of
from .terminal import Progress


def _lines_of(path: Path) -> list[dict[str, Any]]:
    """Return what was written before. A line that was not finished, because the machine was switched off, is left out."""
    lines = []
    for line in path.read_text("utf-8").splitlines() if path.exists() else []:
        with suppress(ValueError):
            lines.append(json.loads(line))
    return lines


def _line(picture: str, result: BatchResult[Any]) -> str:
    told: dict[str, Any] = {"picture": picture}
    if result.error is None:
        told["answer"] = result.unwrap().to_dict()
    else:
        code = result.error.code if isinstance(result.error, FlorenceError) else type(result.error).__name__
        told["error"] = {"code": code, "detail": describe(result.error)}
    return json.dumps(told, ensure_ascii=False) + "\n"


@dataclass
class _Writer:
    """Writes a line for each result as it comes, and shows how many there are."""

    pictures: list[str]
    """By the ids of their lines: a path may be longer than an id."""
    file: TextIO
    progress: Progress
    written: int = 0
    failed: int = 0

    def show(self, batch: Batch) -> None:
        """Show how far a batch is."""
        counts = batch.request_counts
        self.progress.begin(batch.status)
        self.progress.reach(self.written + counts.completed + counts.failed)

    def write(self, result: BatchResult[Any]) -> None:
        """Write a result. Those of a batch come when all of it is done, which is shown already."""
        picture = self.pictures[int(result.custom_id or 0)]
        self.file.write(_line(picture, result))
        self.file.flush()
        self.written += 1
        if result.error is not None:
            self.failed += 1
            with self.progress.hidden():
                print(f"{picture}: {describe(result.error)}", file=sys.stderr)


def _cancel(florence: Florence, results: BatchResults[Any]) -> None:
    """End the batch that is waited for, so that nobody pays for what nobody reads."""
    if results.batch is not None:
        with suppress(FlorenceError):
            florence.batches.cancel(results.batch.id)


def _kept(path: Path) -> set[str]:
    """Leave in the file the answers that are there, and return the names of their pictures. Those that failed are asked about again."""
    answers = [line for line in _lines_of(path) if "answer" in line]
    beside = path.with_suffix(".new")
    beside.write_text("".join(json.dumps(line, ensure_ascii=False) + "\n" for line in answers), "utf-8")
    beside.replace(path)  # At once: whatever happens, the answers are there.
    return {str(line.get("picture")) for line in answers}


def ask_batch(florence: Florence, arguments: Namespace) -> int:
    """Ask about the pictures that have no answer in the file. The exit status is 1 if one failed."""
    path = Path(arguments.out) / f"{arguments.task}.jsonl"
    path.parent.mkdir(parents=True, exist_ok=True)
    before = _kept(path)
    pictures = [each for each in dict.fromkeys(arguments.pictures) if each not in before]
    progress = Progress(len(pictures), sys.stderr, is_shown=sys.stderr.isatty())
    with progress, path.open("a", encoding="utf-8") as file:
        writer = _Writer(pictures, file, progress)
        lines: Iterator[BatchLine] = ({"custom_id": str(at), "image": each} for at, each in enumerate(pictures))
        results = florence.batches.run(arguments.task, lines, on_change=writer.show, **options_of(arguments))
        try:
            for result in results:
                writer.write(result)
        except KeyboardInterrupt:
            _cancel(florence, results)
            raise
    print(
        f"{writer.written - writer.failed} answers written to {path}; {writer.failed} failed, {len(before)} were there."
    )
    return 1 if writer.failed else 0
