"""Makes the batch of a step: scenes, the targets of their cells, and tasks on them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from random import Random

import cv2
import numpy as np
import torch
from tokenizers import Tokenizer
from torch.utils.data import DataLoader, Dataset

from florence_training.annotate.targets import OPEN_VOCABULARY, Example, can_pose, make_absent_example, make_example
from florence_training.chance import stream
from florence_training.scenes.compose import make_scene
from florence_training.scenes.scene import Scene
from florence_training.train.cells import mark_cells
from florence_training.train.disturb import disturb
from florence_training.train.losses import CellTargets
from florence_training.train.recipe import MOST_PICTURES, Recipe, Stage

NO_TEXT_FACTOR = 0.15  # factor for the weight of a reading task on a scene without text
SEEDS_A_RECIPE = 10**9  # more than any training uses
PREFETCHED = 4


@dataclass(frozen=True)
class Posed:
    """A task on one of the batch's images, as token ids from `<s>` to `</s>`."""

    picture: int
    prompt: Sequence[int]
    answer: Sequence[int]


@dataclass(frozen=True)
class Batch:
    """Images uint8 [B,3,S,S], the targets of their cells, and the tasks on them."""

    pictures: torch.Tensor
    cells: CellTargets
    posed: Sequence[Posed]


class Batches(Dataset[Batch]):
    """The batch of every step. It depends on recipe and step alone, so a resumed training gets the same batches."""

    def __init__(self, recipe: Recipe, tokenizer: Tokenizer, image_size: int, side: int) -> None:
        """Sets up the batches of a recipe, for a model of that image size with `side` × `side` visual tokens."""
        self.recipe, self.tokenizer, self.image_size, self.side = recipe, tokenizer, image_size, side

    def __len__(self) -> int:
        """Returns the number of steps of the recipe."""
        return self.recipe.steps

    def __getitem__(self, step: int) -> Batch:
        """Returns the batch of a step of the whole training."""
        stage, _ = self.recipe.at(step)
        first = self.recipe.seed * SEEDS_A_RECIPE + step * MOST_PICTURES
        drawn = [self.draw(stage, seed) for seed in range(first, first + stage.pictures)]
        cells = [mark_cells(scene, self.side) for scene, _ in drawn]
        stacked = (np.stack([getattr(each, field.name) for each in cells]) for field in fields(CellTargets))
        return Batch(
            torch.from_numpy(np.stack([image for _, image in drawn])).permute(0, 3, 1, 2).contiguous(),
            CellTargets(*(torch.from_numpy(array) for array in stacked)),
            [
                self.encode(picture, pose(scene, task, stage, random))
                for picture, (scene, _) in enumerate(drawn)
                for random in [stream(first + picture, "tasks")]
                for task in choose_tasks(scene, stage, random)
            ],
        )

    def draw(self, stage: Stage, seed: int) -> tuple[Scene, np.ndarray]:
        """Returns a scene of one of the stage's sources, and its image at the model's size."""
        random = stream(seed, "picture")
        [source] = random.choices(stage.sources, [source.share for source in stage.sources])
        scene = make_scene(seed, source)
        image = scene.image
        if image.shape[:2] != (self.image_size, self.image_size):
            image = cv2.resize(image, (self.image_size, self.image_size), interpolation=cv2.INTER_AREA)
        return scene, disturb(random, image) if random.random() < source.disturbed else image

    def encode(self, picture: int, example: Example) -> Posed:
        """Returns a task on the image with that index, as token ids."""
        return Posed(picture, self.tokenizer.encode(example.prompt).ids, self.tokenizer.encode(example.target).ids)


def choose_tasks(scene: Scene, stage: Stage, random: Random) -> list[str]:
    """Draws as many different tasks as the stage sets for an image, or as many as the scene supports."""
    weights = {task: weight for task, weight in stage.tasks.items() if weight and can_pose(scene, task)}
    if not scene.texts:
        weights = {task: weight * (NO_TEXT_FACTOR if "OCR" in task else 1) for task, weight in weights.items()}
    # Sorting by u^(1/w) draws without replacement with these weights (Efraimidis and Spirakis, 2006).
    ranked = sorted(weights, key=lambda task: random.random() ** (1 / weights[task]), reverse=True)
    return ranked[: stage.tasks_a_picture]


def pose(scene: Scene, task: str, stage: Stage, random: Random) -> Example:
    """Returns a task on the scene.

    Open-vocabulary detection asks for an absent thing with probability `stage.absent`.
    """
    if task == OPEN_VOCABULARY and stage.absent and random.random() < stage.absent:
        return make_absent_example(scene, random)
    return make_example(scene, task, random)


def load_batches(batches: Batches, steps: range, workers: int) -> DataLoader[Batch]:
    """Returns the batches of those steps, made by `workers` processes beside the training."""
    return DataLoader(
        batches,
        batch_size=None,
        sampler=steps,
        num_workers=workers,
        prefetch_factor=PREFETCHED if workers else None,
        worker_init_fn=_use_one_thread,
        multiprocessing_context="spawn" if workers else None,  # a forked OpenCV waits for threads that do not exist
    )


def _use_one_thread(_: int) -> None:
    torch.set_num_threads(1)
    cv2.setNumThreads(1)
