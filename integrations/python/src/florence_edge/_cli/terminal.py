"""What a person at a terminal sees: an answer as a table, and a progress bar on stderr, so that another program can read the answers from stdout."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from types import TracebackType
from typing import TYPE_CHECKING, TextIO

from florence_edge._headers import ChargeReport
from florence_edge._models import Me, OwnAnswer, PolygonsAnswer, QuadsAnswer, TextAnswer

if TYPE_CHECKING:
    from typing_extensions import Self

HEAD = ("label", "score", "x1", "y1", "x2", "y2")

MICRO = 1_000_000
"""Micro-US-dollars of a dollar."""


def aligned(rows: Sequence[Sequence[str]]) -> str:
    """Return rows with columns of equal width."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]
    return "\n".join(lines)


def table(answer: OwnAnswer) -> str:
    """Return an answer's text, or one line for each object with its box in pixels."""
    if isinstance(answer, TextAnswer):
        return answer.text
    if not answer.objects:
        return "Nothing was found."
    rows = [
        (found.label or "(no name)", f"{found.score:.3f}", *(f"{side:.1f}" for side in found.box.xyxy))
        for found in answer.objects
    ]
    note = ""
    if isinstance(answer, QuadsAnswer):
        note = "\n\nThe columns are the boxes around the words; their four corners are in the drawing, and in --json."
    if isinstance(answer, PolygonsAnswer):
        note = "\n\nThe columns are the boxes around the outlines; those are in the drawing, and in --json."
    return aligned([HEAD, *rows]) + note


def dollars(amount: int) -> str:
    """Return micro-US-dollars as dollars, exactly."""
    sign = "-" if amount < 0 else ""
    whole, rest = divmod(abs(amount), MICRO)
    return f"{sign}${whole}.{f'{rest:06}'.rstrip('0').ljust(2, '0')}"


def charge_line(charge: ChargeReport) -> str:
    """Return what an answer cost, in a line."""
    cost = "free: paid for before" if charge.is_repeat else f"cost {dollars(charge.amount)}"
    return cost if charge.balance is None else f"{cost}; {dollars(charge.balance)} left"


def account_table(me: Me) -> str:
    """Return what an account has left, and a key's limits."""
    caps = [(name, cap) for name, cap in (("day", me.caps.day), ("month", me.caps.month), ("total", me.caps.total))]
    rows = [
        ("account", f"{me.account.name} ({me.account.id}, {me.account.status})"),
        ("key", f"{me.key.name} (…{me.key.last4}, expires {me.key.expires or 'never'})"),
        ("balance", dollars(me.balance)),
        ("held", dollars(me.held)),
        *(
            (f"spent, {name}", f"{dollars(cap.spent)} of {'any' if cap.cap is None else dollars(cap.cap)}")
            for name, cap in caps
        ),
        ("tasks", "all" if me.tasks is None else ", ".join(me.tasks)),
        ("scopes", ", ".join(me.scopes)),
    ]
    return aligned(rows)


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

    def reach(self, done: int) -> None:
        """Say how many are done."""
        self._done = done

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
