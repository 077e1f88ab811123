"""Replaces tables between two markers in Markdown pages."""

from __future__ import annotations

from collections.abc import Sequence

BEGIN, END = "<!-- figures -->", "<!-- /figures -->"


def is_marked(page: str) -> bool:
    """Returns whether the page has each marker exactly once."""
    return page.count(BEGIN) == 1 and page.count(END) == 1


def fill(page: str, lines: Sequence[str]) -> str:
    """Returns the page with these lines, and nothing else, between its markers."""
    before, _, rest = page.partition(BEGIN)
    _, _, after = rest.partition(END)
    return "\n".join([f"{before}{BEGIN}", *lines, f"{END}{after}"])


def table_row(cells: Sequence[str]) -> str:
    """Returns one row of a Markdown table."""
    return f"| {' | '.join(cells)} |"
