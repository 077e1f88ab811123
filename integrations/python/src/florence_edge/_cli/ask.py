"""`florence-edge ask`: asks about pictures one after the other, prints each answer and draws it."""

from __future__ import annotations

import json
import re
import sys
from argparse import Namespace
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from florence_edge._answers import OwnAnswer
from florence_edge._errors import FlorenceError
from florence_edge._florence import Florence
from florence_edge._json import to_json
from florence_edge._models import DeltaEvent, DoneEvent, ObjectEvent, TextAnswer

from .progress import Progress
from .table import charge_line, table

_OPTIONS = "text labels region normalized_region max_new_tokens beams min_score max_objects max_price".split()


def options_of(arguments: Namespace) -> dict[str, Any]:
    """Return the options of the command line that were given."""
    given = {name: getattr(arguments, name) for name in _OPTIONS if getattr(arguments, name) is not None}
    regions = {
        name: [float(side) for side in value.split(",")] for name, value in given.items() if name.endswith("region")
    }
    return {**given, **regions}


def drawing_path(arguments: Namespace, picture: str) -> Path:
    """Return where a picture's drawing is written: beside nothing of the same name of another picture's folder."""
    name = Path(re.sub(r"[?#].*", "", picture)).stem or "picture"
    return Path(arguments.out) / f"{name}.{arguments.task}.{'png' if arguments.png else 'svg'}"


def _draw(florence: Florence, arguments: Namespace, picture: str, options: Mapping[str, Any]) -> Path:
    """Ask for the drawing of an answer that the server has in its cache, and write it."""
    overlay = "png" if arguments.png else "svg"
    path = drawing_path(arguments, picture)
    path.parent.mkdir(parents=True, exist_ok=True)
    saved: Path = florence.ask(arguments.task, picture, overlay=overlay, **options).save(path)
    return saved


def _print_stream(florence: Florence, arguments: Namespace, picture: str, options: Mapping[str, Any]) -> None:
    with florence.ask(arguments.task, picture, stream=True, **options) as stream:
        for event in stream:
            if isinstance(event, DeltaEvent):
                print(event.text, end="", flush=True)
            if isinstance(event, ObjectEvent):
                print(json.dumps(to_json(event.object)), flush=True)
            if isinstance(event, DoneEvent) and isinstance(event.answer, TextAnswer):
                print()


def _show(answer: OwnAnswer, arguments: Namespace, draw: Callable[[], Path]) -> None:
    if arguments.json:
        print(json.dumps(answer.to_dict(), ensure_ascii=False))
        return
    print(table(answer))
    if answer.charge is not None:
        print(charge_line(answer.charge))
    if not arguments.no_drawing and not isinstance(answer, TextAnswer):
        print(f"\nDrawn in {draw()}")


def _ask_one(florence: Florence, arguments: Namespace, picture: str, progress: Progress) -> None:
    options = options_of(arguments)
    progress.begin(picture)
    if arguments.stream:
        progress.clear()
        _print_stream(florence, arguments, picture, options)
        return
    answer = florence.ask(arguments.task, picture, **options)
    progress.clear()
    if len(arguments.pictures) > 1 and not arguments.json:
        print(f"\n{picture}")
    _show(answer, arguments, lambda: _draw(florence, arguments, picture, options))


def ask(florence: Florence, arguments: Namespace) -> int:
    """Ask about all pictures. One that fails does not stop the others; the exit status is then 1."""
    status = 0
    with Progress(len(arguments.pictures), sys.stderr) as progress:
        for picture in arguments.pictures:
            try:
                _ask_one(florence, arguments, picture, progress)
            except (FlorenceError, OSError) as error:
                progress.clear()
                print(f"{picture}: {describe(error)}", file=sys.stderr)
                status = 1
            progress.advance()
    return status


def describe(error: FlorenceError | OSError) -> str:
    """Return what went wrong and what to do, without a stack trace."""
    if isinstance(error, FlorenceError):
        return f"{error.detail}\n{error.fix}".strip()
    return error.strerror or str(error)
