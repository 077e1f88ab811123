"""Parses the question of a line: one of the fifteen tasks, or a sentence of the user's own."""

from __future__ import annotations

import html
import re
from dataclasses import dataclass

from florence_training.annotate.tasks import TASKS
from florence_training.evaluate.location_text import LOCATION
from florence_training.finetune.lines import Line, LineError
from florence_training.finetune.places import Size, locate_box
from florence_training.finetune.spelling import normalise

TOKEN = re.compile(r"<(?!loc_)[^<>\s]+>")
MISSPELLED = re.compile(r"<\s*(\w+)\s*>")
REGIONS = frozenset({"object box", "text box"})  # kinds of input
REGION = re.compile(r"(?:<loc_[0-9]+>){4}")


@dataclass(frozen=True)
class Question:
    """A question about an image.

    `task` is None for a sentence that is not the prompt of a task; `input` is the text that was filled into the prompt.
    """

    task: str | None
    input: str | None
    prompt: str


def read_question(line: Line, size: Size) -> Question:
    """Returns the question of a line about an image of that size. Raises LineError."""
    if line.task is not None:
        region = None if line.region is None else locate_box(line.region, size)
        return fill(line.task, line.text if region is None else region)
    prefix = normalise((line.prefix or "").strip(), bare=False)
    if not prefix:
        raise LineError('the "prefix" is empty: give a task such as <OD>, or a question')
    token = TOKEN.match(prefix)
    if token is None:
        _check_token(prefix)
        return recognise(prefix)
    return fill(token[0], prefix[token.end() :].strip() or None)


def fill(token: str, value: str | None) -> Question:
    """Returns a task and its input as a question. Raises LineError for an unknown task or an unsuitable input."""
    task = TASKS.get(token)
    if task is None:
        raise LineError(
            f"unknown task {token}: there are {' '.join(TASKS)}. A task of your own is a sentence without < and >, "
            'such as "What does the label say?"'
        )
    if (task.input == "none") != (value is None):
        requirement = "takes no input" if task.input == "none" else f"wants its input ({task.input}) behind it"
        raise LineError(f"{token} {requirement}")
    takes_region = task.input in REGIONS
    value = None if value is None else normalise(value, bare=takes_region)
    if takes_region and not REGION.fullmatch(value or ""):
        raise LineError(
            f'{token} wants a region: four location tokens with nothing between them, or "region": '
            "[left, top, right, bottom] in pixels"
        )
    return Question(token, value, task.fill(value))


def _check_token(prefix: str) -> None:
    """Raises LineError for a task that is escaped as for HTML or has spaces in it, which would be learned as text."""
    found = MISSPELLED.match(html.unescape(html.unescape(prefix)))
    task = f"<{found[1].upper()}>" if found else ""
    if task in TASKS:
        raise LineError(f"the prefix begins with another spelling of {task}: write {task}")


def recognise(prompt: str) -> Question:
    """Returns a sentence as a question; the prompt of a task is that task. Raises LineError for an unsuitable input."""
    for token, task in sorted(TASKS.items(), key=lambda each: each[1].input != "none"):
        match = re.fullmatch(re.escape(task.prompt).replace(re.escape("{}"), "(.+)"), prompt)
        value = match[1] if match and match.re.groups else None
        is_word = task.input in REGIONS and not LOCATION.search(value or "")  # What is the region of Paris?
        if match is not None and not is_word:
            return fill(token, value)
    return Question(None, None, prompt)
