"""Writes folders completely or not at all."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def whole_folder(folder: Path) -> Iterator[Path]:
    """Yields a temporary path beside `folder` to write to, and renames it to `folder` at the end, over an older one.

    If the program is killed meanwhile, no incomplete `folder` remains, and the next call deletes the temporary one.
    """
    partial = folder.with_suffix(".partial")
    shutil.rmtree(partial, ignore_errors=True)
    yield partial
    shutil.rmtree(folder, ignore_errors=True)
    partial.rename(folder)
