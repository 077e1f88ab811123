"""The command's start: which of its parts runs, and how it ends."""

from __future__ import annotations

import os
import sys
from argparse import Namespace

from florence_edge._calls import URL_VARIABLE
from florence_edge._errors import FlorenceError
from florence_edge._florence import Florence

from .arguments import LOCAL_URL, parse_arguments
from .ask import ask, describe
from .table import account_table

INTERRUPTED = 130
"""The exit status after Ctrl+C, as in shells."""


def _florence(arguments: Namespace) -> Florence:
    url = arguments.url or os.environ.get(URL_VARIABLE) or LOCAL_URL
    return Florence(url, api_key=arguments.key, timeout=arguments.timeout)


def _serve(arguments: Namespace) -> int:
    try:
        from florence_edge_label_studio.serve import serve  # noqa: PLC0415 -- an extra
    except ImportError:
        print("The backend is missing: pip install 'florence-edge[label-studio]'", file=sys.stderr)
        return 1
    return serve(arguments.host, arguments.port, _florence(arguments))


def _run(arguments: Namespace) -> int:
    if arguments.command == "label-studio":
        return _serve(arguments)
    with _florence(arguments) as florence:
        if arguments.command == "ask":
            return ask(florence, arguments)
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
