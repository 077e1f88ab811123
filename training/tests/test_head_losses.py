"""The heads learn what their cells show: each loss is what it should be for heads that know nothing, all, or half."""

from __future__ import annotations

import math

import conftest
import numpy as np
import pytest
import torch
from tokenizers import Tokenizer
from torch.nn import functional

from florence_training.annotate.locations import BINS
from florence_training.checkpoint import SHIPPED
from florence_training.scenes.art import NAMES
from florence_training.scenes.scene import Scene, SceneObject, SceneText
from florence_training.train.cells import CHARACTERS, CLASSES, FINENESS, INDICES, SLOTS, TEXT, mark_cells
from florence_training.train.heads import CORNERS, Heads
from florence_training.train.losses import (
    EMPTY_WEIGHT,
    FIRST_CHARACTER,
    TYPICAL_SIZE,
    CellTargets,
    bins_of,
    corners_of,
    letter_loss,
    object_loss,
    place_loss,
)
from florence_training.train.vision import Sight

SIDE = 4  # tokens
DEVIATION = 4.0
CONFIG = conftest.make_model().config
TOKENIZER = Tokenizer.from_file(str(SHIPPED / "tokenizer.json"))
SIZE = CONFIG.vision_config.projection_dim
KINDS = len(CHARACTERS) + 1


def quad(left: float, top: float, right: float, bottom: float) -> tuple[float, ...]:
    return (left, top, right, top, right, bottom, left, bottom)


AROUND = np.array([[0.0, 0], [40, 0], [40, 20], [0, 20]])
OWL = SceneObject("owl", (0, 0, 40, 20), AROUND)  # its middle is in the middle of the first token
WORD = SceneText("Ab", quad(80, 40, 120, 60), (80, 40, 120, 60), (quad(80, 40, 100, 60), quad(100, 40, 120, 60)))
WORD_TOKEN = 2 * SIDE + 2


def targets_of(*scenes: tuple[tuple[SceneObject, ...], tuple[SceneText, ...]]) -> CellTargets:
    """Returns the targets of scenes of 160 x 80 pixels: a token covers 40 x 20 of them."""
    image = np.zeros((80, 160, 3), np.uint8)
    cells = [mark_cells(Scene(image, "blue", objects, texts), SIDE) for objects, texts in scenes]
    names = ("objects", "outlines", "letters", "slots", "first")
    return CellTargets(**{name: torch.from_numpy(np.stack([getattr(each, name) for each in cells])) for name in names})


def silent_heads() -> Heads:
    """Returns heads whose outputs are all 0."""
    heads = Heads(CONFIG, TOKENIZER)
    for parameter in heads.parameters():
        torch.nn.init.zeros_(parameter)
    return heads


def sight(batch: int = 1) -> Sight:
    """Returns a sight in which token n is the n-th unit vector, so that a linear head says anything about each."""
    fine, middle = CONFIG.vision_config.embed_dim[-3:-1]
    maps = (
        torch.zeros(batch, fine, SIDE * FINENESS, SIDE * FINENESS),
        torch.zeros(batch, middle, SIDE * FINENESS // 2, SIDE * FINENESS // 2),
    )
    return Sight(maps, torch.eye(1 + SIDE * SIDE, SIZE).expand(batch, -1, -1))


def embeddings() -> torch.Tensor:
    """Returns an embedding for each id: random, of length 1."""
    table = torch.randn(TOKENIZER.get_vocab_size(), SIZE, generator=torch.Generator().manual_seed(0))
    return functional.normalize(table, dim=1)


def test_silent_heads_know_nothing_of_objects() -> None:
    """Each part of the loss is that of a guess: of a coin, of all classes, of a middle and a size at 0."""
    targets = targets_of(((OWL,), (WORD,)))
    loss = object_loss(silent_heads(), sight(), targets)
    presence = SIDE * SIDE * math.log(2) / 2  # all cells, over the two that have an object
    middle = 0.0  # sigmoid(0) is one half, and both middles are the middles of their tokens
    size = np.abs(np.log([1 / 4, 1 / 4]) - TYPICAL_SIZE).mean()
    assert loss.value.item() == pytest.approx(presence + math.log(CLASSES) + 2 * middle + 2 * size, rel=1e-5)
    assert loss.figures["objects"] == pytest.approx(loss.value.item())


def right_objects(heads: Heads) -> None:
    """Lets the heads say what and where the owl and the word are, with certainty."""
    with torch.no_grad():
        heads.objects.bias[0] = -30  # no object in a cell
        heads.objects.bias[-2:] = math.log(1 / 4) - TYPICAL_SIZE
        for token, kind in ((0, NAMES.index("owl")), (WORD_TOKEN, TEXT)):
            heads.objects.weight[0, 1 + token] = 60
            heads.objects.weight[1 + kind, 1 + token] = 60


def test_heads_that_are_right_about_objects_have_no_loss() -> None:
    heads, targets = silent_heads(), targets_of(((OWL,), (WORD,)))
    right_objects(heads)
    loss = object_loss(heads, sight(), targets)
    assert loss.value.item() == pytest.approx(0, abs=1e-5)
    assert loss.figures["class_accuracy"] == 1


@pytest.mark.parametrize(
    ("row", "change", "added"),
    [
        (0, -60.0, 30 / 2),  # the owl's cell has nothing: a logit of -30, over two objects
        (1 + NAMES.index("owl"), -60.0, math.log(CLASSES) / 2),  # its class is any
        (-4, 60.0, 2 * 0.5 / 4),  # its middle is at the right of its token: one of four coordinates, weighed by 2
        (-1, 1.0, 2 * 1.0 / 4),  # it is e times as high
    ],
)
def test_each_mistake_about_an_object_costs_its_own_part(row: int, change: float, added: float) -> None:
    heads, targets = silent_heads(), targets_of(((OWL,), (WORD,)))
    right_objects(heads)
    with torch.no_grad():
        heads.objects.weight[row, 1] += change
    assert object_loss(heads, sight(), targets).value.item() == pytest.approx(added, rel=1e-4)


def test_silent_heads_know_nothing_of_places() -> None:
    """A place is one of 1000 bins; a text has a box and no outline."""
    targets = targets_of(((OWL,), (WORD,)))
    loss = place_loss(silent_heads(), sight(), targets, embeddings(), DEVIATION)
    assert loss.value.item() == pytest.approx(2 * math.log(BINS), rel=1e-5)
    corners = corners_of(targets.objects)[targets.objects[..., 0] > 0]
    middle = (BINS - 1) / 2
    assert loss.figures["place_error"] == pytest.approx((corners - middle).abs().mean().item(), rel=1e-4)
    owl = bins_of(targets.outlines[:, 0])
    assert loss.figures["outline_error"] == pytest.approx((owl - middle).abs().mean().item(), rel=1e-4)


def test_a_scene_of_words_alone_has_a_loss_of_boxes_alone() -> None:
    loss = place_loss(silent_heads(), sight(), targets_of(((), (WORD,))), embeddings(), DEVIATION)
    assert loss.value.item() == pytest.approx(math.log(BINS), rel=1e-5)
    assert loss.figures["outline_error"] == 0


def test_a_scene_without_anything_teaches_that_cells_are_empty_and_nothing_else() -> None:
    targets = targets_of(((), ()))
    assert place_loss(silent_heads(), sight(), targets, embeddings(), DEVIATION).value.item() == 0
    loss = object_loss(silent_heads(), sight(), targets)
    assert loss.value.item() == pytest.approx(SIDE * SIDE * math.log(2), rel=1e-5)
    assert loss.figures["class_accuracy"] == 0


def test_heads_that_name_the_right_location_tokens_lose_only_the_smoothing() -> None:
    """A vector that is the embedding of a location selects it; what is left is the entropy of the softened target."""
    heads, targets, table = silent_heads(), targets_of(((OWL,), ())), embeddings()
    table[heads.locations] = 0
    coordinates = [*corners_of(targets.objects)[0, 0].tolist(), *bins_of(targets.outlines)[0, 0].tolist()]
    used = sorted({int(each) for each in coordinates})
    assert len(used) <= SIZE
    table[heads.locations[used]] = torch.eye(len(used), SIZE)
    certain = 40.0
    with torch.no_grad():
        for head, bins in ((heads.places, coordinates[:CORNERS]), (heads.outlines, coordinates[CORNERS:])):
            for index, bin_ in enumerate(bins):
                head.weight[index * SIZE + used.index(int(bin_)), 1] = certain
    hard = place_loss(heads, sight(), targets, table, 0.1)  # so narrow that the right bin has all the weight
    assert hard.value.item() == pytest.approx(0, abs=1e-4)
    assert hard.figures["place_error"] == pytest.approx(0, abs=1e-3)
    assert hard.figures["outline_error"] == pytest.approx(0, abs=1e-3)
    with torch.no_grad():
        heads.places.weight[used.index(int(coordinates[0])), 1] = 0
    wrong = place_loss(heads, sight(), targets, table, 0.1)
    assert wrong.value.item() == pytest.approx(math.log(BINS) / CORNERS, rel=1e-4)


def test_silent_heads_know_nothing_of_letters() -> None:
    """Every cell and slot is any of the characters or none; cells without one weigh less, but a mean is a mean."""
    loss = letter_loss(silent_heads(), sight(), targets_of(((OWL,), (WORD,))), embeddings())
    guess = math.log(KINDS)
    assert loss.value.item() == pytest.approx(3 * guess + FIRST_CHARACTER * math.log(INDICES), rel=1e-5)
    assert loss.figures["letters"] == pytest.approx(loss.value.item())
    finer = letter_loss(silent_heads(), sight(), targets_of(((OWL,), (WORD,))), embeddings(), 0.5)
    assert finer.value.item() == pytest.approx(2 * guess + FIRST_CHARACTER * math.log(INDICES), rel=1e-5)


def test_a_scene_without_texts_has_no_loss_of_first_characters() -> None:
    loss = letter_loss(silent_heads(), sight(), targets_of(((OWL,), ())), embeddings())
    assert loss.value.item() == pytest.approx(3 * math.log(KINDS), rel=1e-5)


def test_a_head_that_sees_no_letters_is_charged_for_the_letters_that_there_are() -> None:
    """Cells without a letter weigh 0.15 of the others; the figures count the cells with one."""
    heads, targets = silent_heads(), targets_of(((), (WORD,)))
    certain = 10.0
    with torch.no_grad():
        heads.fine.bias[0] = certain
    silent = letter_loss(silent_heads(), sight(), targets, embeddings())
    blind = letter_loss(heads, sight(), targets, embeddings())
    letters = int((targets.letters > 0).sum())
    empty = (SIDE * FINENESS) ** 2 - letters
    scale = math.log(math.exp(certain) + KINDS - 1)
    mean = (letters * scale + EMPTY_WEIGHT * empty * (scale - certain)) / (letters + EMPTY_WEIGHT * empty)
    assert blind.value.item() - silent.value.item() == pytest.approx(mean - math.log(KINDS), rel=1e-4)
    assert blind.figures["fine_accuracy"] == 0


def test_heads_that_read_the_characters_of_a_token_in_order_have_no_loss_of_slots() -> None:
    heads, targets, table = silent_heads(), targets_of(((), (WORD,))), embeddings()
    table[heads.characters] = 0
    spoken = [CHARACTERS.index(character) for character in WORD.text]
    certain = 40.0
    with torch.no_grad():
        heads.nothing[0, 0] = 1
        for axis, character in enumerate(spoken, 1):
            table[heads.characters[character], axis] = 1
        for slot in range(SLOTS):
            heads.slots.bias[slot * SIZE] = certain  # no character
        for slot in range(len(spoken)):
            heads.slots.weight[slot * SIZE, 1 + WORD_TOKEN] = -certain
            heads.slots.weight[slot * SIZE + 1 + slot, 1 + WORD_TOKEN] = certain
        heads.first.weight[0, 1 + WORD_TOKEN] = certain  # the first of its characters begins the word
    loss = letter_loss(heads, sight(), targets, table)
    assert loss.figures["slots_accuracy"] == 1
    assert loss.value.item() == pytest.approx(2 * math.log(KINDS), rel=1e-4)  # the maps are still silent


def test_the_losses_of_the_heads_reach_the_tower_and_the_embeddings() -> None:
    """Each loss has a gradient at what it should teach: the tower's tokens and maps, and the tied embeddings."""
    torch.manual_seed(0)
    heads, targets, seen, table = Heads(CONFIG, TOKENIZER), targets_of(((OWL,), (WORD,))), sight(), embeddings()
    tokens, maps = torch.randn_like(seen.tokens), tuple(torch.randn_like(each) for each in seen.maps)
    for each in (tokens, table, *maps):
        each.requires_grad_()
    live = Sight(maps, tokens)
    for loss, taught in (
        (object_loss(heads, live, targets), (tokens,)),
        (place_loss(heads, live, targets, table, DEVIATION), (tokens, table)),
        (letter_loss(heads, live, targets, table), (tokens, table, *maps)),
    ):
        gradients = torch.autograd.grad(loss.value, taught)
        assert all(gradient.abs().sum() > 0 for gradient in gradients)
        assert not gradients[0][:, 0].any()  # the pooled token is of the whole image, and has no cell
