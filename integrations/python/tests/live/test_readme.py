"""The README's examples are one program: it is run, and prints what the page shows."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

README = Path(__file__).parents[2] / "README.md"
SHOWN_URL = "http://127.0.0.1:8787"
MARK = "\f"
"""Printed after each example; no example prints it."""

blocks = re.findall(r"```(\w+)\n(.*?)```", README.read_text(), re.DOTALL)
pairs = list(zip(blocks, [*blocks[1:], ("", "")], strict=True))


@pytest.fixture
def folder(street: Path, tmp_path: Path) -> Path:
    shutil.copy(street, tmp_path)
    return tmp_path


def run(arguments: list[str], folder: Path, url: str) -> str:
    path = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
    environment = {"PATH": path, "FLORENCE_EDGE_URL": url, "PYTHONIOENCODING": "utf-8"}
    done = subprocess.run(arguments, cwd=folder, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_the_examples_print_what_the_page_shows(folder: Path, url: str) -> None:
    examples = [(text, after) for (language, text), after in pairs if language == "python"]
    assert all(language == "text" for _, (language, _) in examples)
    program = "".join(f"{text}print({MARK!r}, end='')\n" for text, _ in examples)
    (folder / "page.py").write_text(program.replace(SHOWN_URL, url))
    printed = run([sys.executable, "page.py"], folder, url).split(MARK)[:-1]
    assert printed == [shown for _, (_, shown) in examples]


def test_the_command_prints_what_the_page_shows(folder: Path, url: str) -> None:
    ((command, shown),) = [(text, after[1]) for (language, text), after in pairs if text.startswith("florence-edge ")]
    assert run(["bash", "-c", command], folder, url) == shown
    assert (folder / "street.object-detection.svg").read_bytes().startswith(b"<svg")
