"""The losses: cross-entropy with softened places, and those of the scaffolding heads."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch.nn import functional

from florence_training.annotate.locations import BINS
from florence_training.train.cells import CLASSES, TEXT
from florence_training.train.heads import Heads
from florence_training.train.vision import Sight

EMPTY = 0.15  # what a cell without a letter counts beside one that has one: there are many
TYPICAL_SIZE = -1.5  # the logarithm of a box's side as a part of the picture, about which the head's outputs lie
REACH = 4  # deviations of the Gaussian beyond which a bin's part is nothing
FIRST_CHARACTER = 0.3  # what a token's place in its word counts beside its characters
NO_CHARACTER = -1


@dataclass(frozen=True)
class CellTargets:
    """`cells.Cells` of a batch, as tensors with a first axis B."""

    objects: torch.Tensor
    outlines: torch.Tensor
    letters: torch.Tensor
    slots: torch.Tensor
    first: torch.Tensor


@dataclass(frozen=True)
class Loss:
    """A loss and the figures to log beside it."""

    value: torch.Tensor
    figures: dict[str, float]


def soften(bins: torch.Tensor, deviation: float) -> torch.Tensor:
    """For bins [...] the weights [...,1000] of a Gaussian about each, of sum 1: near misses are nearly right."""
    distance = torch.arange(BINS) - bins[..., None]
    weights = torch.exp(-(distance.float() ** 2) / (2 * deviation**2))
    weights = weights * (distance.abs() <= REACH * deviation)
    return weights / weights.sum(-1, keepdim=True)


def are_places(targets: torch.Tensor, first_location: int) -> torch.Tensor:
    """Which of these ids are location tokens."""
    return (targets >= first_location) & (targets < first_location + BINS)


def token_losses(logits: torch.Tensor, targets: torch.Tensor, first_location: int, deviation: float) -> torch.Tensor:
    """The cross-entropy [n] of logits [n,vocabulary] with target ids [n]; a location's target is softened."""
    logs = functional.log_softmax(logits.float(), -1)
    hard = -logs.gather(1, targets[:, None])[:, 0]
    places = are_places(targets, first_location)
    soft = soften(targets[places] - first_location, deviation)
    values = -(logs[places, first_location : first_location + BINS] * soft).sum(-1)
    return hard.masked_scatter(places, values)


def mean_of_tokens(losses: torch.Tensor, places: torch.Tensor, location: float) -> torch.Tensor:
    """The mean of losses [n] in which a location token, where `places` [n] is true, counts `location`, any other 1."""
    counts = torch.where(places, location, 1.0)
    return (losses * counts).sum() / counts.sum()


def object_loss(heads: Heads, sight: Sight, targets: CellTargets) -> Loss:
    """Where the middle of a box lies, and for those cells its class, its middle and its size."""
    outputs = heads.objects(sight.tokens[:, 1:]).float()
    there = targets.objects[..., 0] > 0
    found = functional.binary_cross_entropy_with_logits(outputs[..., 0], targets.objects[..., 0], reduction="sum")
    guess, truth = outputs[there], targets.objects[there]
    kinds, kind = guess[:, 1 : 1 + CLASSES], truth[:, 1].long()
    middle = functional.l1_loss(torch.sigmoid(guess[:, -4:-2]), truth[:, 2:4])
    size = functional.l1_loss(guess[:, -2:] + TYPICAL_SIZE, truth[:, 4:6])
    value = found / there.sum() + functional.cross_entropy(kinds, kind) + 2 * middle + 2 * size
    return Loss(value, {"objects": value.item(), "class_accuracy": (kinds.argmax(1) == kind).float().mean().item()})


def place_loss(heads: Heads, sight: Sight, targets: CellTargets, embeddings: torch.Tensor, deviation: float) -> Loss:
    """The corners of the box in each cell that has one, by the products with the location tokens' embeddings.

    A thing's outline counts as much as its box: what a cell knows of a shape is all that a decoder can copy.
    """
    objects = targets.objects[..., 0] > 0
    things = objects & (targets.objects[..., 1] < TEXT)
    corners, outlines = corners_of(targets.objects), bins_of(targets.outlines)
    tokens = sight.tokens[:, 1:]
    box, box_error = _places(heads.read_corners(tokens[objects], embeddings), corners[objects], deviation)
    outline, outline_error = _places(heads.read_outlines(tokens[things], embeddings), outlines[things], deviation)
    value = box + outline
    figures = {"places": value.item(), "place_error": box_error.item(), "outline_error": outline_error.item()}
    return Loss(value, figures)


def letter_loss(heads: Heads, sight: Sight, targets: CellTargets, embeddings: torch.Tensor, finer: float = 1.0) -> Loss:
    """Characters on the finer maps, then those of each token in order, and where in its word the token begins.

    The finer maps count `finer`, the tokens 1.
    """
    fine, middle = heads.read_letters(sight.maps)
    slots = heads.read_slots(sight.tokens[:, 1:], embeddings)
    begins = heads.first(sight.tokens[:, 1:]).float().flatten(0, 1)
    parts = {
        "fine": _characters(fine.movedim(1, -1), targets.letters),
        "middle": _characters(middle.movedim(1, -1), targets.letters),
        "slots": _characters(slots, targets.slots),
    }
    first = functional.cross_entropy(begins, targets.first.flatten(), ignore_index=NO_CHARACTER)
    maps = parts["fine"][0] + parts["middle"][0]
    value = finer * maps + parts["slots"][0] + FIRST_CHARACTER * first.nan_to_num()
    figures = {f"{name}_accuracy": accuracy for name, (_, accuracy) in parts.items()}
    return Loss(value, {"letters": value.item(), **figures})


def corners_of(objects: torch.Tensor) -> torch.Tensor:
    """The bins [...,side²,4] of left, top, right and bottom of the boxes in `Cells.objects` [...,side²,6]."""
    side = round(objects.shape[-2] ** 0.5)
    cell = torch.arange(side * side)
    origin = torch.stack([cell % side, cell // side], dim=-1)
    middle, half = (origin + objects[..., 2:4]) / side, objects[..., 4:6].exp() / 2
    return bins_of(torch.cat([middle - half, middle + half], dim=-1))


def bins_of(parts: torch.Tensor) -> torch.Tensor:
    """The bins of coordinates given as parts of the picture."""
    return (parts * BINS).floor().clamp(0, BINS - 1)


def _places(logits: torch.Tensor, bins: torch.Tensor, deviation: float) -> tuple[torch.Tensor, torch.Tensor]:
    """The loss of logits [n,coordinates,bins], and how many bins their mean lies off."""
    logs = functional.log_softmax(logits.float(), -1)
    loss = -(soften(bins, deviation) * logs).sum(-1).mean()
    return loss.nan_to_num(), ((logs.exp() * torch.arange(BINS)).sum(-1) - bins).abs().mean().nan_to_num()


def _characters(logits: torch.Tensor, targets: torch.Tensor) -> tuple[torch.Tensor, float]:
    """The loss of logits [...,1+characters] and how often a character that is there is named."""
    flat, truth = logits.float().flatten(0, -2), targets.flatten()
    weights = torch.ones(flat.shape[-1])
    weights[0] = EMPTY
    there = truth > 0
    right = (flat[there].argmax(-1) == truth[there]).float().mean().nan_to_num()
    return functional.cross_entropy(flat, truth, weight=weights), right.item()
