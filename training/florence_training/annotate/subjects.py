"""Chooses what a prompt is about: its input, and the objects and texts that the input refers to."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from random import Random

from florence_training.annotate.locations import locate
from florence_training.annotate.tasks import InputKind
from florence_training.annotate.wording import capitalise, caption, description, group
from florence_training.scenes.scene import Scene, SceneObject, SceneText

BARE_NAME = 0.5  # probability that the only thing of its kind is referred to by its name alone


@dataclass(frozen=True)
class Subject:
    """What a prompt is about; `input` is None for tasks that take none."""

    input: str | None
    objects: tuple[SceneObject, ...]
    texts: tuple[SceneText, ...]


def _everything(scene: Scene, _: Random) -> Subject:
    return Subject(None, scene.objects, scene.texts)


def _caption(scene: Scene, _: Random) -> Subject:
    return Subject(capitalise(caption(scene)), scene.objects, scene.texts)


def _category(scene: Scene, random: Random) -> Subject:
    groups = group(scene)
    name = random.choice(list(groups))
    return Subject(name, tuple(groups[name]), ())


def _expression(scene: Scene, random: Random) -> Subject:
    thing = random.choice(scene.objects)
    is_only_one = len(group(scene)[thing.name]) == 1
    name_only = is_only_one and random.random() < BARE_NAME
    return Subject(f"the {thing.name}" if name_only else description(scene, thing), (thing,), ())


def _object_box(scene: Scene, random: Random) -> Subject:
    thing = random.choice(scene.objects)
    return Subject(locate(scene.size, thing.box), (thing,), ())


def _text_box(scene: Scene, random: Random) -> Subject:
    text = random.choice(scene.texts)
    return Subject(locate(scene.size, text.box), (), (text,))


CHOOSE: Mapping[InputKind, Callable[[Scene, Random], Subject]] = {
    "none": _everything,
    "caption": _caption,
    "category": _category,
    "expression": _expression,
    "object box": _object_box,
    "text box": _text_box,
}
