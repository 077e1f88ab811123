"""Writes folders completely or not at all."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def whole_folder(folder: Path) -> Iterator[Path]:
    """Yields a temporary path beside `folder` to write to, and renames it to `folder` at the end, over an older one.

    At every moment the older folder or the new one is there, complete. If the program is killed between the two last
    renames, `folder` itself is missing until `recover_folder` or the next call. What is incomplete is deleted then.
    """
    partial, old = folder.with_suffix(".partial"), folder.with_suffix(".old")
    recover_folder(folder)
    shutil.rmtree(partial, ignore_errors=True)
    yield partial
    if folder.exists():
        folder.rename(old)
    partial.rename(folder)
    shutil.rmtree(old, ignore_errors=True)


def recover_folder(folder: Path) -> None:
    """Ends what a killed `whole_folder` began: renames the new folder, else the older one, and deletes what is left.

    Does nothing to a folder that was written completely, or never.
    """
    partial, old = folder.with_suffix(".partial"), folder.with_suffix(".old")
    if old.exists() and not folder.exists():
        # The older folder is renamed only once the new one is complete.
        (partial if partial.exists() else old).rename(folder)
    shutil.rmtree(old, ignore_errors=True)
