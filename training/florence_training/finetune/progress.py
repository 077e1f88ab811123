"""The progress of a fine-tuning, in memory and on disk; it resumes from there as if it had not stopped."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import torch

from florence_training.finetune.folder import Sample
from florence_training.finetune.options import Options
from florence_training.finetune.tuner import Tuner

STATE = "finetuning.pt"


class ProgressError(Exception):
    """Raised if a fine-tuning cannot resume from the state on disk; the message says what to do."""


@dataclass(frozen=True)
class Progress:
    """Steps done, losses of the current epoch, least held-out loss, and the epoch that reached it (0: none yet)."""

    step: int = 0
    losses: tuple[float, ...] = ()
    least: float = float("inf")
    best: int = 0


def digest(checkpoint: Path, options: Options, samples: Sequence[Sample]) -> str:
    """Returns a SHA-256 of all that a fine-tuning depends on: initial weights, options, samples and images."""
    sha256 = hashlib.sha256(options.model_dump_json().encode())
    for path in (*sorted(checkpoint.glob("*.safetensors")), *dict.fromkeys(sample.path for sample in samples)):
        with path.open("rb") as file:
            sha256.update(hashlib.file_digest(file, "sha256").digest())
    sha256.update(repr([(sample.image, sample.question.prompt, sample.answer) for sample in samples]).encode())
    return sha256.hexdigest()


def save(tuner: Tuner, progress: Progress, out: Path, source: str) -> None:
    """Writes the weights that train, the optimiser and the progress; `source` is the digest."""
    weights = {name: parameter.detach() for name, parameter in tuner.adapted.learning().items()}
    state = {
        "source": source,
        "progress": asdict(progress),
        "weights": weights,
        "optimiser": tuner.optimiser.state_dict(),
    }
    partial = out / f"{STATE}.partial"
    torch.save(state, partial)
    partial.replace(out / STATE)


def resume(tuner: Tuner, out: Path, source: str) -> Progress:
    """Restores the tuner, or leaves it as it is if nothing is saved. Raises ProgressError for another digest."""
    if not (out / STATE).exists():
        return Progress()
    state = torch.load(out / STATE, weights_only=True)
    if state["source"] != source:
        raise ProgressError(
            f"{out} was begun with another checkpoint, other options or other data: give those again to go on, "
            "or another --out to begin anew"
        )
    tuner.adapted.model.load_state_dict(state["weights"], strict=False)
    tuner.optimiser.load_state_dict(state["optimiser"])
    return Progress(**state["progress"])
