"""Tables inside Markdown pages, between two marks."""

from __future__ import annotations

from collections.abc import Sequence

BEGIN, END = "<!-- figures -->", "<!-- /figures -->"


def is_marked(page: str) -> bool:
    """Whether the page has each mark once."""
    return page.count(BEGIN) == 1 and page.count(END) == 1


def fill(page: str, lines: Sequence[str]) -> str:
    """The page with these lines, and nothing else, between its marks."""
    before, _, rest = page.partition(BEGIN)
    _, _, after = rest.partition(END)
    return "\n".join([f"{before}{BEGIN}", *lines, f"{END}{after}"])


def table_row(cells: Sequence[str]) -> str:
    """A line of a table."""
    return f"| {' | '.join(cells)} |"
