"""How things, places and whole scenes are put into words."""

from __future__ import annotations

from collections.abc import Sequence

from florence_training.scenes.scene import Scene, SceneObject, SceneText

NUMBERS = ("zero", "one", "two", "three", "four", "five", "six")
ALWAYS_PLURAL = {"grapes"}
IRREGULAR_PLURALS = {
    "bus": "buses",
    "butterfly": "butterflies",
    "fish": "fish",
    "grapes": "grapes",
    "octopus": "octopuses",
    "sheep": "sheep",
    "strawberry": "strawberries",
    "wine glass": "wine glasses",
}
FIRST_THIRD, LAST_THIRD = 0.38, 0.62  # of the width and height: left or top before, right or bottom after
SMALL, LARGE = 0.22, 0.38  # a thing's longer side as a part of the picture's


def with_article(name: str, adjective: str = "") -> str:
    """`a cat`, `an owl`, `a small owl`, `grapes`."""
    words = f"{adjective} {name}".strip()
    if name in ALWAYS_PLURAL:
        return words
    return f"{'an' if words[0] in 'aeiou' else 'a'} {words}"


def join(parts: Sequence[str]) -> str:
    """`a`, `a and b`, `a, b and c`."""
    return parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} and {parts[-1]}"


def group(scene: Scene) -> dict[str, list[SceneObject]]:
    """The scene's objects by name, in the order in which the names first occur."""
    groups: dict[str, list[SceneObject]] = {}
    for thing in scene.objects:
        groups.setdefault(thing.name, []).append(thing)
    return groups


def phrases(scene: Scene) -> dict[str, list[SceneObject]]:
    """The noun phrases of the caption and the objects that each means, first the kind of which there are most.

    The order is for a reader that writes from left to right: how many there are of a kind is said before its name, and
    that something is there twice is easier to see than whether the leftmost thing is.
    """
    groups = sorted(group(scene).items(), key=lambda named: -len(named[1]))
    return {_count(name, len(things)): things for name, things in groups}


def caption(scene: Scene) -> str:
    """`two cats and a dog on a blue background`."""
    return f"{join(list(phrases(scene)))} {_ground(scene)}"


def detailed_caption(scene: Scene) -> str:
    """Every object with its size and place, and the text."""
    sentence = capitalise(join([description(scene, thing) for thing in scene.objects]))
    written = f" The text reads {_quoted(scene.texts)}." if scene.texts else ""
    return f"{sentence} {_ground(scene)}.{written}"


def more_detailed_caption(scene: Scene) -> str:
    """A sentence for each object, after one that counts them."""
    count = len(scene.objects)
    objects = "object" if count == 1 else "objects"
    first = f"The image shows {NUMBERS[count]} {objects} {_ground(scene)}."
    middle = [f"There is {description(scene, thing)}." for thing in scene.objects]
    last = f"The text reads {_quoted(scene.texts)}." if scene.texts else "There is no text."
    return " ".join([first, *middle, last])


def description(scene: Scene, thing: SceneObject) -> str:
    """`a small cat at the top left`."""
    place = _place(scene, thing)
    where = "in the center" if place == "center" else f"at the {place}"
    return f"{with_article(thing.name, _size(scene, thing))} {where}"


def capitalise(sentence: str) -> str:
    """The sentence with its first letter in upper case and nothing else changed."""
    return sentence[0].upper() + sentence[1:]


def _ground(scene: Scene) -> str:
    return f"on {with_article(scene.ground)} background"


def _count(name: str, count: int) -> str:
    return with_article(name) if count == 1 else f"{NUMBERS[count]} {IRREGULAR_PLURALS.get(name, name + 's')}"


def _quoted(texts: Sequence[SceneText]) -> str:
    return join([f'"{text.text}"' for text in texts])


def _place(scene: Scene, thing: SceneObject) -> str:
    across = (thing.box[0] + thing.box[2]) / 2 / scene.width
    down = (thing.box[1] + thing.box[3]) / 2 / scene.height
    column = "left" if across < FIRST_THIRD else "right" if across > LAST_THIRD else ""
    row = "top" if down < FIRST_THIRD else "bottom" if down > LAST_THIRD else ""
    return f"{row} {column}".strip() or "center"


def _size(scene: Scene, thing: SceneObject) -> str:
    left, top, right, bottom = thing.box
    part = max((right - left) / scene.width, (bottom - top) / scene.height)
    return "small" if part < SMALL else "large" if part > LARGE else ""
