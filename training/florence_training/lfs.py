"""Recognises the small text files that a clone without Git LFS has in place of large files."""

from __future__ import annotations

from pathlib import Path

# The first line of a pointer begins with `version` and one of the addresses that the format has had.
BEGINNINGS = tuple(
    f"version {address}".encode()
    for address in ("https://git-lfs.github.com/spec/", "https://hawser.github.com/spec/", "http://git-media.io/")
)
PULL = "Run `git lfs install` and `git lfs pull` in the clone"


def is_pointer(path: Path) -> bool:
    """Returns whether a file is a Git LFS pointer; a path without a file is none."""
    if not path.is_file():
        return False
    with path.open("rb") as file:
        return file.read(max(map(len, BEGINNINGS))).startswith(BEGINNINGS)


def find_pointers(folder: Path) -> list[str]:
    """Returns the names of the Git LFS pointers directly in a folder."""
    return sorted(path.name for path in folder.glob("*") if is_pointer(path))
