"""Makes batches from samples: the held-out split, the order of an epoch, one vision pass for several questions."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch

from florence_training.chance import stream
from florence_training.finetune.folder import Sample
from florence_training.finetune.pictures import fit, open_picture
from florence_training.train.data import Posed

MOST_QUESTIONS = 8  # in one vision pass; an image with more is encoded again, so that memory is bounded


@dataclass(frozen=True)
class Look:
    """One vision pass: an image, and the questions about it that share the pass."""

    samples: Sequence[Sample]


@dataclass(frozen=True)
class Asked:
    """A batch: images uint8 [B,3,S,S] and the questions about them."""

    pictures: torch.Tensor
    posed: Sequence[Posed]


def gather(samples: Sequence[Sample]) -> list[Look]:
    """Groups the questions by image, in the order in which the images first occur."""
    by_image: dict[str, list[Sample]] = {}
    for sample in samples:
        by_image.setdefault(str(sample.path), []).append(sample)
    starts = ((of_image, start) for of_image in by_image.values() for start in range(0, len(of_image), MOST_QUESTIONS))
    return [Look(of_image[start : start + MOST_QUESTIONS]) for of_image, start in starts]


def split(samples: Sequence[Sample], part: float, seed: int) -> tuple[list[Sample], list[Sample]]:
    """Splits samples into those to learn from and those held out: whole images, by a hash of their names.

    At least one image is learned from, and at least one is held out unless `part` is 0 or there is only one image.
    """
    names = sorted(
        {sample.image for sample in samples}, key=lambda name: hashlib.sha256(f"{seed} {name}".encode()).digest()
    )
    count = min(len(names) - 1, max(1, round(len(names) * part))) if part else 0
    held = set(names[:count])
    return [each for each in samples if each.image not in held], [each for each in samples if each.image in held]


def order(looks: Sequence[Look], epoch: int, seed: int) -> list[Look]:
    """Returns the vision passes of an epoch, shuffled by seed and epoch alone."""
    shuffled = list(looks)
    stream(seed, f"{epoch}").shuffle(shuffled)
    return shuffled


def load(looks: Sequence[Look], side: int) -> Asked:
    """Opens the images, and resizes them for a model with images of `side` × `side` pixels."""
    images = np.stack([fit(open_picture(look.samples[0].path), side) for look in looks])
    posed = [
        Posed(index, sample.prompt_ids, sample.answer_ids)
        for index, look in enumerate(looks)
        for sample in look.samples
    ]
    return Asked(torch.from_numpy(images).permute(0, 3, 1, 2).contiguous(), posed)


def join(first: Asked, second: Asked) -> Asked:
    """Concatenates two batches."""
    shifted = [Posed(each.picture + len(first.pictures), each.prompt, each.answer) for each in second.posed]
    return Asked(torch.cat([first.pictures, second.pictures]), [*first.posed, *shifted])
