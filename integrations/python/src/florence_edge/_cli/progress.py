"""A progress bar on stderr, so that answers can be read from stdout by another program."""

from __future__ import annotations

import threading
import time
from types import TracebackType
from typing import TextIO

WIDTH = 20
"""Characters of the bar."""

REDRAW_SECONDS = 0.1

MOVES_PER_SECOND = 10
"""How far the mark of one picture's bar moves, in characters: how long an answer takes is not known."""


def bar(done: int, total: int, seconds: float) -> str:
    """Return a bar: filled by the pictures that are done, or, for one, a mark that moves to and fro."""
    if total > 1:
        filled = WIDTH * done // total
        return f"[{'█' * filled}{'░' * (WIDTH - filled)}] {done}/{total}"
    span = WIDTH - 3
    at = int(seconds * MOVES_PER_SECOND) % (2 * span)
    at = at if at <= span else 2 * span - at
    return f"[{'░' * at}███{'░' * (span - at)}]"


class Progress:
    """Draws the bar again and again, until it ends. Where stderr is no terminal, it prints nothing: a log needs no bar."""

    def __init__(self, total: int, stream: TextIO) -> None:
        """Begin with nothing done of `total`."""
        self._total = total
        self._stream = stream
        self._done = 0
        self._label = ""
        self._started = time.monotonic()
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._redraw, daemon=True) if stream.isatty() else None

    def __enter__(self) -> Progress:
        """Show the bar."""
        if self._thread is not None:
            self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Remove the bar."""
        self._ended.set()
        if self._thread is not None:
            self._thread.join()
            self.clear()

    def begin(self, label: str) -> None:
        """Name what is being done."""
        self._label = label

    def advance(self) -> None:
        """Count one more as done."""
        self._done += 1

    def clear(self) -> None:
        """Remove the bar's line, so that something else can be printed."""
        if self._thread is not None:
            self._stream.write("\r\x1b[K")
            self._stream.flush()

    def _redraw(self) -> None:
        while not self._ended.wait(REDRAW_SECONDS):
            seconds = time.monotonic() - self._started
            self._stream.write(f"\r{bar(self._done, self._total, seconds)} {self._label} {seconds:.1f} s\x1b[K")
            self._stream.flush()
