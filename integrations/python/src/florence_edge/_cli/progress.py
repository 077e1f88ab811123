"""A progress bar on stderr, so that answers can be read from stdout by another program."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from types import TracebackType
from typing import TYPE_CHECKING, TextIO

if TYPE_CHECKING:
    from typing_extensions import Self

WIDTH = 20
"""Characters of the bar."""

MARK = 3
"""Characters of the mark that moves where it is not known how long something takes."""

REDRAW_SECONDS = 0.1

MOVES_PER_SECOND = 10
"""How far the mark moves, in characters."""

_CLEAR = "\r\x1b[K"
"""To the beginning of the line, which is then empty."""


def bar(done: int, total: int, seconds: float) -> str:
    """Return a bar: filled by the pictures that are done, or, for one, a mark that moves to and fro."""
    if total > 1:
        filled = WIDTH * done // total
        return f"[{'█' * filled}{'░' * (WIDTH - filled)}] {done}/{total}"
    span = WIDTH - MARK
    moved = int(seconds * MOVES_PER_SECOND) % (2 * span)
    at = min(moved, 2 * span - moved)
    return f"[{'░' * at}{'█' * MARK}{'░' * (span - at)}]"


class Progress:
    """Draws the bar again and again, until it ends."""

    def __init__(self, total: int, stream: TextIO, *, is_shown: bool) -> None:
        """Begin with nothing done of `total`. Nothing is drawn if it is not shown, as in a log."""
        self._total = total
        self._stream = stream
        self._done = 0
        self._label = ""
        self._started = time.monotonic()
        self._ended = threading.Event()
        self._lock = threading.Lock()
        self._thread = threading.Thread(target=self._redraw, daemon=True) if is_shown else None

    def __enter__(self) -> Self:
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
            self._write(_CLEAR)

    def begin(self, label: str) -> None:
        """Name what is being done."""
        self._label = label

    def advance(self) -> None:
        """Count one more as done."""
        self._done += 1

    @contextmanager
    def hidden(self) -> Iterator[None]:
        """Hide the bar while something else is printed."""
        with self._lock:
            if self._thread is not None:
                self._write(_CLEAR)
            yield

    def _write(self, text: str) -> None:
        self._stream.write(text)
        self._stream.flush()

    def _redraw(self) -> None:
        while not self._ended.wait(REDRAW_SECONDS):
            seconds = time.monotonic() - self._started
            with self._lock:
                self._write(f"\r{bar(self._done, self._total, seconds)} {self._label} {seconds:.1f} s\x1b[K")
