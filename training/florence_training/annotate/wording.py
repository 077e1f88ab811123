"""Describes things, positions and whole scenes in words."""

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
FIRST_THIRD, LAST_THIRD = 0.38, 0.62  # fractions of width and height: left or top below, right or bottom above
SMALL, LARGE = 0.22, 0.38  # a thing's longer side as a fraction of the image's


def with_article(name: str, adjective: str = "") -> str:
    """Returns a name with its article: `a cat`, `an owl`, `a small owl`, `grapes`."""
    words = f"{adjective} {name}".strip()
    if name in ALWAYS_PLURAL:
        return words
    return f"{'an' if words[0] in 'aeiou' else 'a'} {words}"


def join(parts: Sequence[str]) -> str:
    """Joins parts in English: `a`, `a and b`, `a, b and c`."""
    return parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} and {parts[-1]}"


def group(scene: Scene) -> dict[str, list[SceneObject]]:
    """Returns the scene's objects by name, in the order in which the names first occur."""
    groups: dict[str, list[SceneObject]] = {}
    for thing in scene.objects:
        groups.setdefault(thing.name, []).append(thing)
    return groups


def phrases(scene: Scene) -> dict[str, list[SceneObject]]:
    """Returns the noun phrases of the caption with the objects that each refers to, the most numerous kind first.

    The order suits a decoder, which generates from left to right: the count of a kind precedes its name, and whether
    some thing occurs twice is easier to see than whether the leftmost one does.
    """
    groups = sorted(group(scene).items(), key=lambda named: -len(named[1]))
    return {_count(name, len(things)): things for name, things in groups}


def caption(scene: Scene) -> str:
    """Returns a caption such as `two cats and a dog on a blue background`."""
    return f"{join(list(phrases(scene)))} {_background(scene)}"


def detailed_caption(scene: Scene) -> str:
    """Returns a caption of every object with its size and position, and of the texts."""
    sentence = capitalise(join([description(scene, thing) for thing in scene.objects]))
    texts = f" The text reads {_quoted(scene.texts)}." if scene.texts else ""
    return f"{sentence} {_background(scene)}.{texts}"


def more_detailed_caption(scene: Scene) -> str:
    """Returns one sentence that counts the objects, one for each object, and one for the texts."""
    count = len(scene.objects)
    objects = "object" if count == 1 else "objects"
    first = f"The image shows {NUMBERS[count]} {objects} {_background(scene)}."
    middle = [f"There is {description(scene, thing)}." for thing in scene.objects]
    last = f"The text reads {_quoted(scene.texts)}." if scene.texts else "There is no text."
    return " ".join([first, *middle, last])


def description(scene: Scene, thing: SceneObject) -> str:
    """Returns a description such as `a small cat at the top left`."""
    position = _position(scene, thing)
    where = "in the center" if position == "center" else f"at the {position}"
    return f"{with_article(thing.name, _size(scene, thing))} {where}"


def capitalise(sentence: str) -> str:
    """Returns the sentence with its first letter in upper case and nothing else changed."""
    return sentence[0].upper() + sentence[1:]


def _background(scene: Scene) -> str:
    return f"on {with_article(scene.ground)} background"


def _count(name: str, count: int) -> str:
    return with_article(name) if count == 1 else f"{NUMBERS[count]} {IRREGULAR_PLURALS.get(name, name + 's')}"


def _quoted(texts: Sequence[SceneText]) -> str:
    return join([f'"{text.text}"' for text in texts])


def _position(scene: Scene, thing: SceneObject) -> str:
    x = (thing.box[0] + thing.box[2]) / 2 / scene.width
    y = (thing.box[1] + thing.box[3]) / 2 / scene.height
    column = "left" if x < FIRST_THIRD else "right" if x > LAST_THIRD else ""
    row = "top" if y < FIRST_THIRD else "bottom" if y > LAST_THIRD else ""
    return f"{row} {column}".strip() or "center"


def _size(scene: Scene, thing: SceneObject) -> str:
    left, top, right, bottom = thing.box
    fraction = max((right - left) / scene.width, (bottom - top) / scene.height)
    return "small" if fraction < SMALL else "large" if fraction > LARGE else ""
