"""The targets of the auxiliary heads record where boxes and letters are."""

from __future__ import annotations

import math
from collections import Counter

import numpy as np
import torch

from florence_training.annotate.locations import OUTLINE_POINTS
from florence_training.scenes.art import NAMES
from florence_training.scenes.compose import SceneSettings, make_scene
from florence_training.scenes.scene import Scene, SceneObject, SceneText
from florence_training.scenes.texts import Writing
from florence_training.train.cells import CHARACTERS, INDICES, SLOTS, TEXT, mark_cells
from florence_training.train.losses import corners_of

SIDE = 8
OUTLINE = np.zeros((1, 2))


def quad(left: float, top: float, right: float, bottom: float) -> tuple[float, ...]:
    return (left, top, right, top, right, bottom, left, bottom)


# 320 × 160 pixels: a token covers 40 × 20 of them, a cell of the finest map 10 × 5.
SCENE = Scene(
    image=np.zeros((160, 320, 3), np.uint8),
    ground="blue",
    objects=(
        SceneObject("owl", (80, 40, 160, 80), OUTLINE),  # its middle (120, 60) is at the corner of token (3, 3)
        SceneObject("bus", (200, 100, 209, 109), OUTLINE),
        SceneObject("cat", (200, 90, 220, 118), OUTLINE),  # in one token with the bus, and larger
    ),
    texts=(
        SceneText(
            "Ab1",
            quad(0, 0, 60, 20),
            (0, 0, 60, 20),
            (quad(0, 0, 20, 20), quad(20, 0, 40, 20), quad(40, 0, 60, 20)),
        ),
    ),
)


def test_a_box_is_in_the_token_of_its_middle_and_the_larger_one_wins() -> None:
    objects = mark_cells(SCENE, SIDE).objects
    assert [int(token) for token in np.flatnonzero(objects[:, 0])] == [0, 27, 45]
    owl, cat, text = objects[3 * SIDE + 3], objects[5 * SIDE + 5], objects[0]
    assert [NAMES[int(owl[1])], NAMES[int(cat[1])], int(text[1])] == ["owl", "cat", TEXT]
    assert np.allclose(owl[2:], [0, 0, math.log(80 / 320), math.log(40 / 160)])
    assert np.allclose(cat[2:4], [0.25, 0.2])


def test_boxes_are_recovered_as_bins() -> None:
    objects = torch.from_numpy(mark_cells(SCENE, SIDE).objects)
    expected = torch.tensor([250, 250, 500, 500])  # of 320 × 160 pixels, in thousandths
    assert (corners_of(objects[None])[0, 27] - expected).abs().max() <= 1  # rounding of a logarithm and back


def test_an_outline_is_in_the_cell_of_its_box_as_fractions_of_the_image() -> None:
    around = np.array([[80.0, 40], [160, 40], [160, 80], [80, 80]])
    owl = SceneObject("owl", (80, 40, 160, 80), around)
    outlines = mark_cells(Scene(SCENE.image, SCENE.ground, (owl,), SCENE.texts), SIDE).outlines
    assert outlines.shape == (SIDE * SIDE, 2 * OUTLINE_POINTS)
    assert np.flatnonzero(outlines.any(axis=1)).tolist() == [27]  # a text has none
    assert np.allclose(outlines[27, :2], [120 / 320, 40 / 160])
    assert np.allclose(outlines[27, 4:6], [160 / 320, 40 / 160])


def test_letters_cover_their_cells() -> None:
    letters = mark_cells(SCENE, SIDE).letters
    assert letters.shape == (32, 32)
    row = [CHARACTERS[index - 1] if index else "-" for index in letters[0, :8]]
    assert "".join(row) == "AAbb11--"
    assert np.array_equal(letters[:4, :6], np.tile(letters[0, :6], (4, 1)))
    assert np.count_nonzero(letters) == 4 * 6


def test_a_token_has_the_letters_with_their_middles_in_it() -> None:
    cells = mark_cells(SCENE, SIDE)
    read = ["".join(CHARACTERS[index - 1] for index in slots if index) for slots in cells.slots[:3]]
    assert read == ["Ab", "1", ""]
    assert cells.first[:3].tolist() == [0, 2, -1]


def test_a_fifth_letter_of_a_token_is_left_out() -> None:
    letters = tuple(quad(8 * index, 0, 8 * index + 8, 20) for index in range(6))  # five middles in 40 pixels
    text = SceneText("illij1", quad(0, 0, 48, 20), (0, 0, 48, 20), letters)
    cells = mark_cells(Scene(SCENE.image, SCENE.ground, (), (text,)), SIDE)
    read = ["".join(CHARACTERS[index - 1] for index in slots if index) for slots in cells.slots[:2]]
    assert read == ["illi", "1"]
    assert cells.first[:2].tolist() == [0, 5]


def _written(scene: Scene) -> Counter[tuple[int, int]]:
    """Returns how many characters have their middle in each token: by column and row."""
    middles = [np.array(each).reshape(4, 2).mean(axis=0) for text in scene.texts for each in text.characters]
    places = [np.clip(middle / scene.size * SIDE, 0, SIDE - 1).astype(int).tolist() for middle in middles]
    return Counter((column, row) for column, row in places)


def test_targets_of_real_scenes_are_in_their_ranges() -> None:
    settings = SceneSettings(300, 200, writing=Writing((0, 1, 1, 1, 1), gibberish=0.5))
    for seed in range(30):
        scene = make_scene(seed, settings)
        cells = mark_cells(scene, SIDE)
        kept = {token: min(SLOTS, count) for token, count in _written(scene).items()}
        expected = [kept.get((token % SIDE, token // SIDE), 0) for token in range(SIDE * SIDE)]
        assert np.count_nonzero(cells.slots, axis=1).tolist() == expected
        assert ((cells.first >= 0) == (cells.slots[:, 0] > 0)).all()
        assert cells.first.max() < INDICES
        assert cells.slots.shape[1] == SLOTS
        assert cells.letters.max() <= len(CHARACTERS)


def test_characters_are_side_by_side_in_their_word() -> None:
    texts = [text for seed in range(30) for text in make_scene(seed).texts]
    assert texts
    for text in texts:
        assert len(text.characters) == len(text.text)
        word, characters = (np.array(quads).reshape(-1, 4, 2) for quads in (text.quad, text.characters))
        assert np.allclose(characters[1:, 0], characters[:-1, 1])
        width = np.linalg.norm(word[0, 1] - word[0, 0])
        assert np.linalg.norm(characters[0, 0] - word[0, 0]) < 0.25 * width
        assert np.linalg.norm(characters[-1, 1] - word[0, 1]) < 0.25 * width
