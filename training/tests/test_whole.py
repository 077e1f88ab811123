"""A folder is there, complete, whenever the program that replaces it is killed."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from florence_training.whole import recover_folder, whole_folder

OLD, NEW, NEWEST = "old", "new", "newest"


class Killed(BaseException):
    """Ends the program at a chosen moment: no handler of the program runs on what a kill leaves."""


def replace(folder: Path, content: str) -> None:
    """Writes a folder of two files."""
    with whole_folder(folder) as partial:
        partial.mkdir()
        (partial / "one").write_text(content)
        (partial / "two").write_text(content)


def contents(folder: Path) -> list[str]:
    return [(folder / name).read_text() for name in ("one", "two")]


def complete(parent: Path) -> list[str]:
    """Returns the contents of the complete folders, under any name."""
    found = (folder for folder in parent.iterdir() if (folder / "two").exists())
    return [content for folder in found for content in set(contents(folder))]


def kill_at(moment: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Kills the program instead of its change of the disk with this index: something made, renamed or deleted."""
    left = [moment]

    def counted(change: Callable[..., object]) -> Callable[..., object]:
        def changed(*arguments: object, **options: object) -> object:
            left[0] -= 1
            if left[0] < 0:
                raise Killed
            return change(*arguments, **options)

        return changed

    for owner, name in ((Path, "mkdir"), (Path, "write_text"), (Path, "rename"), (shutil, "rmtree")):
        monkeypatch.setattr(owner, name, counted(getattr(owner, name)))


def replace_and_die(folder: Path, content: str, moment: int, monkeypatch: pytest.MonkeyPatch) -> bool:
    """Replaces a folder, and returns whether the program was killed at that moment."""
    with monkeypatch.context() as patch:
        kill_at(moment, patch)
        try:
            replace(folder, content)
        except Killed:
            return True
    return False


# The changes of the disk in `replace` where there is an older folder: two deletions of what a kill left, three of the
# body, two renames, and the deletion of the older folder.
MOMENTS = 8


def test_these_moments_are_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    replace(tmp_path / "model", OLD)
    assert not replace_and_die(tmp_path / "model", NEW, MOMENTS, monkeypatch)
    assert contents(tmp_path / "model") == [NEW, NEW]
    assert [path.name for path in tmp_path.iterdir()] == ["model"]


@pytest.mark.parametrize("moment", range(MOMENTS))
def test_a_kill_leaves_one_of_both_and_a_later_call_finds_it(
    moment: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "out" / "model"
    folder.parent.mkdir()
    replace(folder, OLD)
    assert replace_and_die(folder, NEW, moment, monkeypatch)
    assert complete(folder.parent)
    copy = shutil.copytree(folder.parent, tmp_path / "copy") / "model"
    recover_folder(folder)
    assert contents(folder) in ([OLD, OLD], [NEW, NEW])
    assert not folder.with_suffix(".old").exists()
    replace(copy, NEWEST)
    assert contents(copy) == [NEWEST, NEWEST]
    assert [path.name for path in copy.parent.iterdir()] == ["model"]


@pytest.mark.parametrize("second", range(MOMENTS + 1))
@pytest.mark.parametrize("first", range(MOMENTS))
def test_a_second_kill_leaves_one_too(first: int, second: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "model"
    replace(folder, OLD)
    for moment, content in ((first, NEW), (second, NEWEST)):
        replace_and_die(folder, content, moment, monkeypatch)
        assert complete(tmp_path)
    recover_folder(folder)
    assert len(set(contents(folder))) == 1


def test_a_body_that_fails_keeps_the_older_folder(tmp_path: Path) -> None:
    folder = tmp_path / "model"
    replace(folder, OLD)
    (folder.parent / "one").write_text("a file, where the body makes a folder")
    with pytest.raises(FileExistsError), whole_folder(folder):
        (folder.parent / "one").mkdir()
    assert contents(folder) == [OLD, OLD]
    recover_folder(folder)
    assert contents(folder) == [OLD, OLD]


def test_nothing_to_recover_is_left_as_it_is(tmp_path: Path) -> None:
    recover_folder(tmp_path / "model")
    assert list(tmp_path.iterdir()) == []
