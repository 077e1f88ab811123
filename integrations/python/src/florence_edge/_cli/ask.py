"""`florence-edge ask`: asks about pictures one after the other, prints each answer and draws it."""

from __future__ import annotations

import json
import re
import sys
from argparse import Namespace
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from florence_edge._calls import KEY_VARIABLE
from florence_edge._errors import FlorenceError
from florence_edge._florence import Florence
from florence_edge._json import to_json
from florence_edge._models import DeltaEvent, DoneEvent, ObjectEvent, OwnAnswer, TextAnswer

from .terminal import Progress, charge_line, table

_OPTIONS = "text labels region normalized_region max_new_tokens beams min_score max_objects max_price".split()


_SUFFIXES = frozenset({".jpg", ".jpeg", ".png", ".webp", ".gif"})
"""What the API reads."""


@dataclass(frozen=True)
class Question:
    """What is asked about one picture, and where its drawing goes."""

    florence: Florence
    arguments: Namespace
    picture: str
    drawing: Path

    def ask(self, **form: Any) -> Any:
        """Ask for the answer in a form."""
        return self.florence.ask(self.arguments.task, self.picture, **options_of(self.arguments), **form)


def options_of(arguments: Namespace) -> Mapping[str, Any]:
    """Return the options of the command line that were given."""
    given = {name: getattr(arguments, name) for name in _OPTIONS if getattr(arguments, name) is not None}
    regions = {name: [float(side) for side in value.split(",")] for name, value in given.items() if "region" in name}
    return {**given, **regions}


def found_pictures(named: Iterable[str]) -> list[str]:
    """Return the pictures that are named, and those in folders that are named, by their names."""
    found: list[str] = []
    for name in named:
        if Path(name).is_dir():
            found.extend(sorted(str(each) for each in Path(name).iterdir() if each.suffix.lower() in _SUFFIXES))
        else:
            found.append(name)
    return found


def drawing_paths(pictures: Iterable[str], arguments: Namespace) -> list[Path]:
    """Return where the drawings go: beside each other, with a number where two pictures have the same name."""
    paths: list[Path] = []
    for picture in pictures:
        stem = Path(re.sub(r"[?#].*", "", picture)).stem or "picture"
        kind = f"{arguments.task}.{'png' if arguments.png else 'svg'}"
        names = (
            f"{stem}{number}.{kind}"
            for number in ("", *(f"-{count}" for count in range(2, len(arguments.pictures) + 2)))
        )
        paths.append(next(path for path in (Path(arguments.out) / name for name in names) if path not in paths))
    return paths


def _draw(question: Question) -> Path:
    """Ask for the drawing of an answer that the server has in its cache, and write it."""
    question.drawing.parent.mkdir(parents=True, exist_ok=True)
    path: Path = question.ask(overlay=question.drawing.suffix[1:]).save(question.drawing)
    return path


def _print_stream(question: Question) -> None:
    with question.ask(stream=True) as stream:
        for event in stream:
            if isinstance(event, DeltaEvent):
                print(event.text, end="", flush=True)
            if isinstance(event, ObjectEvent):
                print(json.dumps(to_json(event.object)), flush=True)
            if isinstance(event, DoneEvent) and isinstance(event.answer, TextAnswer):
                print()


def _lines(answer: OwnAnswer, question: Question) -> list[str]:
    """Return what is printed about an answer, and draw it."""
    arguments = question.arguments
    if arguments.json:
        return [json.dumps(answer.to_dict(), ensure_ascii=False)]
    name = [f"{question.picture}"] if len(arguments.pictures) > 1 else []
    cost = [charge_line(answer.charge)] if answer.charge else []
    is_drawn = not arguments.no_drawing and not isinstance(answer, TextAnswer)
    drawn = ["", f"Drawn in {_draw(question)}"] if is_drawn else []
    return [*name, table(answer), *cost, *drawn, *([""] if name else [])]


def _ask_one(question: Question, progress: Progress) -> None:
    if question.arguments.stream:
        _print_stream(question)
        return
    lines = _lines(question.ask(), question)
    with progress.hidden():
        print("\n".join(lines))


def ask(florence: Florence, arguments: Namespace) -> int:
    """Ask about all pictures. One that fails does not stop the others; the exit status is then 1."""
    status = 0
    is_shown = sys.stderr.isatty() and not arguments.stream
    with Progress(len(arguments.pictures), sys.stderr, is_shown=is_shown) as progress:
        for picture, drawing in zip(arguments.pictures, drawing_paths(arguments.pictures, arguments), strict=True):
            progress.begin(picture)
            try:
                _ask_one(Question(florence, arguments, picture, drawing), progress)
            except (FlorenceError, OSError) as error:
                with progress.hidden():
                    print(f"{picture}: {describe(error)}", file=sys.stderr)
                status = 1
            progress.advance()
    return status


def describe(error: FlorenceError | OSError) -> str:
    """Return what went wrong and what to do, without a stack trace."""
    if isinstance(error, FlorenceError):
        where = f"\nGive it as --key, or in the variable {KEY_VARIABLE}." if error.code == "key-missing" else ""
        return f"{error.detail}\n{error.fix}{where}".strip()
    return error.strerror or str(error)
