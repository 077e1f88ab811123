"""Reads and checks a folder of images and json lines completely, before training starts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from tokenizers import Tokenizer

from florence_training.finetune.answers import read_target
from florence_training.finetune.lines import LineError, read_line
from florence_training.finetune.pictures import find, open_picture
from florence_training.finetune.places import Size, check_places
from florence_training.finetune.questions import Question, read_question

MOST_FAULTS = 20  # largest number that is listed; more add no information
SPECIAL = frozenset(range(4))  # <s> <pad> </s> <unk>, in every Florence-2


class FolderError(Exception):
    """Raised for a data set that cannot be learned from; the message lists its faults, each with its line."""


@dataclass(frozen=True)
class Sample:
    """A question about an image with its answer, as text and as token ids from `<s>` to `</s>`."""

    image: str
    path: Path
    size: Size
    question: Question
    answer: str
    prompt_ids: Sequence[int]
    answer_ids: Sequence[int]


@dataclass(frozen=True)
class Bounds:
    """The limits of a model: `positions` for visual tokens and prompt together, and for an answer."""

    tokenizer: Tokenizer
    image_tokens: int
    positions: int


@dataclass
class _Reader:
    """Reads lines; remembers images and prompts, so that no image is opened twice and no question is repeated."""

    folder: Path
    bounds: Bounds
    sizes: dict[Path, Size] = field(default_factory=dict)
    asked: dict[tuple[Path, str], int] = field(default_factory=dict)

    def read(self, number: int, text: str) -> Sample:
        """Parses a line. Raises LineError."""
        line = read_line(text)
        path = find(self.folder, line.image)
        if path not in self.sizes:
            self.sizes[path] = open_picture(path).size
        size = self.sizes[path]
        question = read_question(line, size)
        first = self.asked.setdefault((path, question.prompt), number)
        if first != number:
            raise LineError(f"line {first} asks the same of the same picture: keep one of the two")
        answer = read_target(line, question, size)
        prompt_ids, answer_ids = _encode(question, answer, self.bounds)
        check_places(answer, question.task)
        image = path.relative_to(self.folder.resolve()).as_posix()  # one name, however the lines spell it
        return Sample(image, path, size, question, answer, prompt_ids, answer_ids)


def read_folder(data: Path, bounds: Bounds) -> list[Sample]:
    """Reads every line of a `.jsonl` file, or of the only one in a folder. Raises FolderError."""
    lines = find_lines(data)
    reader = _Reader(lines.parent, bounds)
    samples: list[Sample] = []
    faults: dict[int, str] = {}
    for number, text in _numbered(lines):
        try:
            samples.append(reader.read(number, text))
        except LineError as error:
            faults[number] = str(error)
    if faults:
        raise FolderError(_list(lines, faults))
    if not samples:
        raise FolderError(f'{lines} is empty: one json object a line, {{"image": …, "prefix": …, "suffix": …}}')
    return samples


def find_lines(data: Path) -> Path:
    """Returns the path of the json lines. Raises FolderError."""
    if data.is_file():
        return data
    found = sorted(data.glob("*.jsonl"))
    if len(found) != 1:
        names = ", ".join(path.name for path in found) or "none"
        raise FolderError(
            f"{data}: a folder has one .jsonl file beside its pictures; found {names}. Name the file itself"
        )
    return found[0]


def _numbered(path: Path) -> Iterator[tuple[int, str]]:
    """Yields the lines that are not blank with their numbers, from 1."""
    try:
        with path.open(encoding="utf-8-sig") as file:
            yield from ((number, line) for number, line in enumerate(file, 1) if line.strip())
    except UnicodeDecodeError as error:
        raise FolderError(f"{path} is not UTF-8: {error}") from error


def _encode(question: Question, answer: str, bounds: Bounds) -> tuple[list[int], list[int]]:
    prompt, target = (list(bounds.tokenizer.encode(text).ids) for text in (question.prompt, answer))
    for ids, key in ((prompt, "prefix"), (target, "suffix")):
        if SPECIAL & set(ids[1:-1]):
            raise LineError(f"the {key} has a token such as <s>, </s> or <pad> in it: training adds them")
    limit = bounds.positions - bounds.image_tokens
    if len(prompt) > limit:
        raise LineError(f"the prefix is {len(prompt)} tokens long; beside the picture the model takes {limit}")
    if len(target) > bounds.positions:
        raise LineError(
            f"the suffix is {len(target)} tokens long; the model writes at most {bounds.positions}: shorten it"
        )
    return prompt, target


def _list(lines: Path, faults: Mapping[int, str]) -> str:
    rows = [f"  line {number}: {fault}" for number, fault in list(faults.items())[:MOST_FAULTS]]
    more = [f"  and {len(faults) - MOST_FAULTS} more"] if len(faults) > MOST_FAULTS else []
    return "\n".join([f"{lines}: {len(faults)} lines can't be learned from", *rows, *more])
