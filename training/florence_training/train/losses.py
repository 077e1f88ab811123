"""The losses: cross-entropy with softened locations, and those of the auxiliary heads."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch.nn import functional

from florence_training.annotate.locations import BINS
from florence_training.train.cells import CLASSES, TEXT
from florence_training.train.heads import Heads
from florence_training.train.vision import Sight

EMPTY_WEIGHT = 0.15  # of a cell without a letter, relative to one with a letter: there are many
TYPICAL_SIZE = -1.5  # log of a box's side as a fraction of the image; the head predicts the difference
CUTOFF = 4  # standard deviations of the Gaussian beyond which the weight of a bin is 0
FIRST_CHARACTER = 0.3  # weight of the first character's index in its word, relative to the characters
NO_CHARACTER = -1


@dataclass(frozen=True)
class CellTargets:
    """The `cells.Cells` of a batch, as tensors with a first axis B."""

    objects: torch.Tensor
    outlines: torch.Tensor
    letters: torch.Tensor
    slots: torch.Tensor
    first: torch.Tensor


@dataclass(frozen=True)
class Loss:
    """A loss, and the figures to log with it."""

    value: torch.Tensor
    figures: dict[str, float]


def soften(bins: torch.Tensor, deviation: float) -> torch.Tensor:
    """Returns for bins [...] the weights [...,1000] of a Gaussian around each.

    Their sum is 1; near misses are nearly right.
    """
    distance = torch.arange(BINS) - bins[..., None]
    weights = torch.exp(-(distance.float() ** 2) / (2 * deviation**2))
    weights = weights * (distance.abs() <= CUTOFF * deviation)
    return weights / weights.sum(-1, keepdim=True)


def are_places(targets: torch.Tensor, first_location: int) -> torch.Tensor:
    """Returns which of these ids are location tokens."""
    return (targets >= first_location) & (targets < first_location + BINS)


def token_losses(logits: torch.Tensor, targets: torch.Tensor, first_location: int, deviation: float) -> torch.Tensor:
    """Returns the cross-entropy [n] of logits [n,vocabulary] and target ids [n]; targets of locations are softened."""
    logs = functional.log_softmax(logits.float(), -1)
    hard = -logs.gather(1, targets[:, None])[:, 0]
    places = are_places(targets, first_location)
    soft = soften(targets[places] - first_location, deviation)
    values = -(logs[places, first_location : first_location + BINS] * soft).sum(-1)
    return hard.masked_scatter(places, values)


def mean_of_tokens(losses: torch.Tensor, places: torch.Tensor, location: float) -> torch.Tensor:
    """Returns the weighted mean of losses [n]: `location` at location tokens, where `places` [n] is true, else 1."""
    counts = torch.where(places, location, 1.0)
    return (losses * counts).sum() / counts.sum()


def object_loss(heads: Heads, sight: Sight, targets: CellTargets) -> Loss:
    """Returns the loss of where the middles of boxes are, and in those cells of class, middle and size.

    A batch may have no boxes: its means are 0.
    """
    outputs = heads.objects(sight.tokens[:, 1:]).float()
    present = targets.objects[..., 0] > 0
    presence = functional.binary_cross_entropy_with_logits(outputs[..., 0], targets.objects[..., 0], reduction="sum")
    predicted, true = outputs[present], targets.objects[present]
    class_logits, classes = predicted[:, 1 : 1 + CLASSES], true[:, 1].long()
    middle = functional.l1_loss(torch.sigmoid(predicted[:, -4:-2]), true[:, 2:4])
    size = functional.l1_loss(predicted[:, -2:] + TYPICAL_SIZE, true[:, 4:6])
    described = functional.cross_entropy(class_logits, classes) + 2 * middle + 2 * size
    count = int(present.sum())
    value = presence / max(1, count) + (described if count else 0)
    accuracy = (class_logits.argmax(1) == classes).float().mean().nan_to_num()
    return Loss(value, {"objects": value.item(), "class_accuracy": accuracy.item()})


def place_loss(heads: Heads, sight: Sight, targets: CellTargets, embeddings: torch.Tensor, deviation: float) -> Loss:
    """Returns the loss of the box corners and outline of each cell that has them, by products with the location tokens.

    A thing's outline counts as much as its box: a decoder can copy only what a cell knows of the shape.
    """
    has_box = targets.objects[..., 0] > 0
    has_outline = has_box & (targets.objects[..., 1] < TEXT)
    corners, outlines = corners_of(targets.objects), bins_of(targets.outlines)
    tokens = sight.tokens[:, 1:]
    box, box_error = _places(heads.read_corners(tokens[has_box], embeddings), corners[has_box], deviation)
    outline, outline_error = _places(
        heads.read_outlines(tokens[has_outline], embeddings), outlines[has_outline], deviation
    )
    value = box + outline
    figures = {"places": value.item(), "place_error": box_error.item(), "outline_error": outline_error.item()}
    return Loss(value, figures)


def letter_loss(heads: Heads, sight: Sight, targets: CellTargets, embeddings: torch.Tensor, finer: float = 1.0) -> Loss:
    """Returns the loss of the characters on the finer maps and in each token.

    The characters of a token are predicted in order, together with the index of the first one in its word. The finer
    maps weigh `finer`, the tokens 1.
    """
    fine, middle = heads.read_letters(sight.maps)
    slots = heads.read_slots(sight.tokens[:, 1:], embeddings)
    first_logits = heads.first(sight.tokens[:, 1:]).float().flatten(0, 1)
    parts = {
        "fine": _characters(fine.movedim(1, -1), targets.letters),
        "middle": _characters(middle.movedim(1, -1), targets.letters),
        "slots": _characters(slots, targets.slots),
    }
    first = functional.cross_entropy(first_logits, targets.first.flatten(), ignore_index=NO_CHARACTER)
    maps = parts["fine"][0] + parts["middle"][0]
    value = finer * maps + parts["slots"][0] + FIRST_CHARACTER * first.nan_to_num()
    figures = {f"{name}_accuracy": accuracy for name, (_, accuracy) in parts.items()}
    return Loss(value, {"letters": value.item(), **figures})


def corners_of(objects: torch.Tensor) -> torch.Tensor:
    """Returns the bins [...,side²,4] of left, top, right and bottom of the boxes in `Cells.objects` [...,side²,6]."""
    side = round(objects.shape[-2] ** 0.5)
    cell = torch.arange(side * side)
    origin = torch.stack([cell % side, cell // side], dim=-1)
    middle, half = (origin + objects[..., 2:4]) / side, objects[..., 4:6].exp() / 2
    return bins_of(torch.cat([middle - half, middle + half], dim=-1))


def bins_of(parts: torch.Tensor) -> torch.Tensor:
    """Returns the bins of coordinates given as fractions of the image."""
    return (parts * BINS).floor().clamp(0, BINS - 1)


def _places(logits: torch.Tensor, bins: torch.Tensor, deviation: float) -> tuple[torch.Tensor, torch.Tensor]:
    """Returns the loss of logits [n,coordinates,bins], and the mean absolute error of their expected bins."""
    logs = functional.log_softmax(logits.float(), -1)
    loss = -(soften(bins, deviation) * logs).sum(-1).mean()
    return loss.nan_to_num(), ((logs.exp() * torch.arange(BINS)).sum(-1) - bins).abs().mean().nan_to_num()


def _characters(logits: torch.Tensor, targets: torch.Tensor) -> tuple[torch.Tensor, float]:
    """Returns the loss of logits [...,1+characters], and their accuracy where there is a character."""
    flat, true = logits.float().flatten(0, -2), targets.flatten()
    weights = torch.ones(flat.shape[-1])
    weights[0] = EMPTY_WEIGHT
    present = true > 0
    right = (flat[present].argmax(-1) == true[present]).float().mean().nan_to_num()
    return functional.cross_entropy(flat, true, weight=weights), right.item()
