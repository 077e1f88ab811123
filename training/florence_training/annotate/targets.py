"""Makes the target of each task on a scene, in Florence-2's output format."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from random import Random

from florence_training.annotate.locations import locate, locate_all, outline_points
from florence_training.annotate.subjects import CHOOSE, Subject
from florence_training.annotate.tasks import TASKS
from florence_training.annotate.wording import caption, description, detailed_caption, more_detailed_caption, phrases
from florence_training.scenes.art import NAMES
from florence_training.scenes.scene import Scene

OPEN_VOCABULARY = "<OPEN_VOCABULARY_DETECTION>"


@dataclass(frozen=True)
class Example:
    """A task on a scene with its prompt and target; `input` is the text that was filled into the prompt."""

    task: str
    input: str | None
    prompt: str
    target: str


def examples(scene: Scene, random: Random) -> list[Example]:
    """Returns an example of every task that the scene supports; `random` chooses the regions and phrases."""
    return [make_example(scene, task, random) for task in TASKS if can_pose(scene, task)]


def make_example(scene: Scene, task: str, random: Random) -> Example:
    """Returns an example of one task that the scene supports."""
    return make_example_about(CHOOSE[TASKS[task].input](scene, random), scene, task)


def make_example_about(subject: Subject, scene: Scene, task: str) -> Example:
    """Returns the example of a task about a subject that fits the task's input."""
    return Example(task, subject.input, TASKS[task].fill(subject.input), TARGETS[task](scene, subject))


def make_absent_example(scene: Scene, random: Random) -> Example:
    """Returns an open-vocabulary detection of a thing that is not in the scene; its target is empty."""
    present = {thing.name for thing in scene.objects}
    name = random.choice([name for name in NAMES if name not in present])
    return Example(OPEN_VOCABULARY, name, TASKS[OPEN_VOCABULARY].fill(name), "")


def can_pose(scene: Scene, task: str) -> bool:
    """Returns whether the scene supports the task.

    Reading is always possible (the target may be empty); a text region needs a text, every other task an object.
    """
    if TASKS[task].input == "text box":
        return bool(scene.texts)
    return "OCR" in task or bool(scene.objects)


def _detection(scene: Scene, subject: Subject) -> str:
    return "".join(thing.name + locate(scene.size, thing.box) for thing in subject.objects)


def _dense_captions(scene: Scene, subject: Subject) -> str:
    return "".join(description(scene, thing) + locate(scene.size, thing.box) for thing in subject.objects)


def _boxes(scene: Scene, subject: Subject) -> str:
    return locate_all(scene.size, (thing.box for thing in subject.objects))


def _grounding(scene: Scene, _: Subject) -> str:
    found = phrases(scene).items()
    return "".join(phrase + locate_all(scene.size, (thing.box for thing in things)) for phrase, things in found)


def _open_vocabulary(scene: Scene, subject: Subject) -> str:
    return f"{subject.input}{_boxes(scene, subject)}"


def _polygon(scene: Scene, subject: Subject) -> str:
    thing = subject.objects[0]
    return locate(scene.size, outline_points(thing.outline, thing.box).ravel().tolist())


def _reading(_: Scene, subject: Subject) -> str:
    return " ".join(text.text for text in subject.texts)


def _reading_with_quads(scene: Scene, subject: Subject) -> str:
    return "".join(text.text + locate(scene.size, text.quad) for text in subject.texts)


TARGETS: Mapping[str, Callable[[Scene, Subject], str]] = {
    "<CAPTION>": lambda scene, _: caption(scene),
    "<DETAILED_CAPTION>": lambda scene, _: detailed_caption(scene),
    "<MORE_DETAILED_CAPTION>": lambda scene, _: more_detailed_caption(scene),
    "<OCR>": _reading,
    "<OCR_WITH_REGION>": _reading_with_quads,
    "<OD>": _detection,
    "<DENSE_REGION_CAPTION>": _dense_captions,
    "<REGION_PROPOSAL>": _boxes,
    "<CAPTION_TO_PHRASE_GROUNDING>": _grounding,
    OPEN_VOCABULARY: _open_vocabulary,
    "<REFERRING_EXPRESSION_SEGMENTATION>": _polygon,
    "<REGION_TO_SEGMENTATION>": _polygon,
    "<REGION_TO_CATEGORY>": lambda _, subject: subject.objects[0].name,
    "<REGION_TO_DESCRIPTION>": lambda scene, subject: description(scene, subject.objects[0]),
    "<REGION_TO_OCR>": _reading,
}
