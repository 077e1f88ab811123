"""The questions of an evaluation: scenes that no training draws, and every task on each."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import count, islice
from random import Random

from florence_training.annotate.subjects import CHOOSE, Subject
from florence_training.annotate.targets import (
    OPEN_VOCABULARY,
    Example,
    can_pose,
    make_absent_example,
    make_example_about,
)
from florence_training.annotate.tasks import TASKS
from florence_training.chance import stream
from florence_training.scenes.compose import SceneSettings, make_scene
from florence_training.scenes.scene import Scene

# The seeds of recipes begin at 10⁹, of measurements during a training at 4·10⁸, of goldens at 5·10⁸.
FIRST_SEED = 600_000_000
ABSENT = "absent"


@dataclass(frozen=True)
class Question:
    """A task on a scene, and the part of the scene that it is about; `id` identifies it in files of answers."""

    id: str
    scene: Scene
    subject: Subject
    example: Example


def draw_scenes(number: int, styles: Sequence[str]) -> Iterator[tuple[int, Scene]]:
    """Yields the first scenes from `FIRST_SEED` on that support every task, each after its seed."""
    settings = SceneSettings(styles=tuple(styles))
    drawn = ((seed, make_scene(seed, settings)) for seed in count(FIRST_SEED))
    return islice(((seed, scene) for seed, scene in drawn if all(can_pose(scene, task) for task in TASKS)), number)


def ask_everything(seed: int, scene: Scene) -> list[Question]:
    """Returns every task once, and open-vocabulary detection once more, for an absent thing."""
    random = stream(seed, "questions")
    present = [_ask(seed, scene, task, random) for task in TASKS]
    absent = make_absent_example(scene, random)
    return [*present, Question(f"{seed} {OPEN_VOCABULARY} {ABSENT}", scene, Subject(absent.input, (), ()), absent)]


def _ask(seed: int, scene: Scene, task: str, random: Random) -> Question:
    subject = CHOOSE[TASKS[task].input](scene, random)
    return Question(f"{seed} {task}", scene, subject, make_example_about(subject, scene, task))
