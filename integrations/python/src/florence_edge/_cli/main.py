"""The command: what can be asked, as a table of arguments, which of its parts runs, and how it ends."""

from __future__ import annotations

import argparse
import os
import sys
from typing import NoReturn

from florence_edge._calls import KEY_VARIABLE, URL_VARIABLE
from florence_edge._errors import FlorenceError
from florence_edge._florence import Florence
from florence_edge._models import TASKS

from .ask import ask, describe, found_pictures
from .batch import ask_batch
from .terminal import account_table

LOCAL_URL = "http://127.0.0.1:8787"
"""Where `npm start` answers."""

INTERRUPTED = 130
"""The exit status after Ctrl+C, as in shells."""

_TASK_HELP = "\n".join(f"  {name:<34} {task.summary}" for name, task in TASKS.items())


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        """End with the short usage and what is wrong, as other commands do."""
        self.exit(2, f"{self.format_usage()}{message}\n")


def _four(text: str) -> str:
    numbers = text.split(",")
    if len(numbers) != 4:  # noqa: PLR2004 -- the corners of a box
        raise argparse.ArgumentTypeError(f"{text!r} is not x1,y1,x2,y2")
    try:
        for number in numbers:
            float(number)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is not x1,y1,x2,y2") from None
    return text


def _add_api(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--url", help=f"the API's URL; by default {URL_VARIABLE}, or {LOCAL_URL}")
    parser.add_argument(
        "--key", help=f"the key of an account; better in {KEY_VARIABLE}, where no list of processes shows it"
    )
    parser.add_argument("--timeout", type=float, metavar="SECONDS")


def _add_ask(parser: argparse.ArgumentParser) -> None:
    add = parser.add_argument
    add(
        "pictures",
        nargs="+",
        metavar="picture",
        help="files (jpg, png, webp, gif), folders of them, or https addresses",
    )
    add("--task", default="object-detection", choices=TASKS, metavar="TASK", help="by default object-detection")
    add("--text", help='what to find: "a red car"')
    add("--labels", action="append", metavar="LABEL", help="a name of what to find; may be repeated")
    add("--region", type=_four, metavar="x1,y1,x2,y2", help="in pixels")
    add("--normalized-region", type=_four, metavar="x1,y1,x2,y2", help="in 0..1")
    add("--max-new-tokens", type=int, metavar="N")
    add("--beams", type=int, metavar="N", help="1 to 5")
    add("--min-score", type=float, metavar="SCORE")
    add("--max-objects", type=int, metavar="N")
    add("--max-price", type=int, metavar="N", help="the most that an answer may cost, in micro-US-dollars")
    drawing = parser.add_mutually_exclusive_group()
    drawing.add_argument("--png", action="store_true", help="draw a PNG instead of an SVG")
    drawing.add_argument("--no-drawing", action="store_true", help="draw nothing")
    drawing.add_argument(
        "--json", action="store_true", help="print whole answers as JSON, one a line, and draw nothing"
    )
    drawing.add_argument(
        "--stream", action="store_true", help="print what is finished while the rest is still written; draws nothing"
    )
    drawing.add_argument(
        "--batch",
        action="store_true",
        help="ask about all of them at half the price, within a day; writes TASK.jsonl, draws nothing. "
        "Pictures that have an answer there are not asked about again",
    )
    add("--out", default=".", metavar="FOLDER", help="where files are written; by default the current folder")


def parse_arguments(arguments: list[str] | None = None) -> argparse.Namespace:
    """Return the command line. Exits with the status 2 if it is wrong, and with 0 after `--help`."""
    parser = _Parser(prog="florence-edge", description="Ask a florence-edge API about pictures.")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    ask = commands.add_parser(
        "ask",
        help="ask about pictures; the answer is printed as a table and drawn over the picture",
        description="The answer is printed as a table and drawn over the picture, into picture.TASK.svg.",
        epilog=f"tasks:\n{_TASK_HELP}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    _add_ask(ask)
    me = commands.add_parser("me", help="what the key's account has left, and the key's limits")
    server = commands.add_parser(
        "label-studio", help="serve as an ML backend of Label Studio: florence-edge[label-studio]"
    )
    server.add_argument("--host", default="127.0.0.1", help="by default 127.0.0.1")
    server.add_argument("--port", type=int, default=9090, help="by default 9090")
    for each in (ask, me, server):
        _add_api(each)
    return parser.parse_args(arguments)


def _florence(arguments: argparse.Namespace) -> Florence:
    url = arguments.url or os.environ.get(URL_VARIABLE) or LOCAL_URL
    return Florence(url, api_key=arguments.key, timeout=arguments.timeout)


def _serve(arguments: argparse.Namespace) -> int:
    try:
        from florence_edge_label_studio.serve import serve  # noqa: PLC0415 -- an extra
    except ImportError:
        print("The backend is missing: pip install 'florence-edge[label-studio]'", file=sys.stderr)
        return 1
    return serve(arguments.host, arguments.port, _florence(arguments))


def _run(arguments: argparse.Namespace) -> int:
    if arguments.command == "label-studio":
        return _serve(arguments)
    with _florence(arguments) as florence:
        if arguments.command == "ask":
            arguments.pictures = found_pictures(arguments.pictures)
            return (ask_batch if arguments.batch else ask)(florence, arguments)
        print(account_table(florence.me()))
        return 0


def main(arguments: list[str] | None = None) -> None:
    """Run the command and exit with its status: 1 if something failed, 2 if the command line is wrong."""
    parsed = parse_arguments(arguments)
    try:
        status = _run(parsed)
    except FlorenceError as error:
        print(describe(error), file=sys.stderr)
        status = 1
    except KeyboardInterrupt:
        print("Stopped by Ctrl+C.", file=sys.stderr)
        status = INTERRUPTED
    sys.exit(status)
