"""An answer for a person at a terminal."""

from __future__ import annotations

from collections.abc import Sequence

from florence_edge._headers import ChargeReport
from florence_edge._models import Me, OwnAnswer, PolygonsAnswer, QuadsAnswer, TextAnswer

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
