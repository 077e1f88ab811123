"""From samples to batches: what is held out, the order of an epoch, one look at a picture for several questions."""

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

MOST_QUESTIONS = 8  # about one look at a picture: a picture with more is looked at again, so that memory is bounded


@dataclass(frozen=True)
class Look:
    """A picture and questions about it."""

    samples: Sequence[Sample]


@dataclass(frozen=True)
class Asked:
    """Pictures uint8 [B,3,S,S] and the questions posed on them."""

    pictures: torch.Tensor
    posed: Sequence[Posed]


def gather(samples: Sequence[Sample]) -> list[Look]:
    """The questions about each picture together, the pictures in the order in which they first occur."""
    pictures: dict[str, list[Sample]] = {}
    for sample in samples:
        pictures.setdefault(str(sample.path), []).append(sample)
    starts = ((found, start) for found in pictures.values() for start in range(0, len(found), MOST_QUESTIONS))
    return [Look(found[start : start + MOST_QUESTIONS]) for found, start in starts]


def split(samples: Sequence[Sample], part: float, seed: int) -> tuple[list[Sample], list[Sample]]:
    """What is learned and what is held out: whole pictures, by a hash of their names.

    Something is always learned, and something held out unless the part is 0 or there is only one picture.
    """
    names = sorted(
        {sample.image for sample in samples}, key=lambda name: hashlib.sha256(f"{seed} {name}".encode()).digest()
    )
    count = min(len(names) - 1, max(1, round(len(names) * part))) if part else 0
    held = set(names[:count])
    return [each for each in samples if each.image not in held], [each for each in samples if each.image in held]


def order(looks: Sequence[Look], epoch: int, seed: int) -> list[Look]:
    """The looks of an epoch, shuffled by seed and epoch alone."""
    shuffled = list(looks)
    stream(seed, f"{epoch}").shuffle(shuffled)
    return shuffled


def load(looks: Sequence[Look], side: int) -> Asked:
    """Opens the pictures, for a model whose pictures have that side."""
    pictures = np.stack([fit(open_picture(look.samples[0].path), side) for look in looks])
    posed = [
        Posed(picture, sample.prompt_ids, sample.answer_ids)
        for picture, look in enumerate(looks)
        for sample in look.samples
    ]
    return Asked(torch.from_numpy(pictures).permute(0, 3, 1, 2).contiguous(), posed)


def join(first: Asked, second: Asked) -> Asked:
    """Both in one batch."""
    moved = [Posed(each.picture + len(first.pictures), each.prompt, each.answer) for each in second.posed]
    return Asked(torch.cat([first.pictures, second.pictures]), [*first.posed, *moved])
