"""The metrics equal the values that are computed by hand."""

from __future__ import annotations

import numpy as np
import pytest

from florence_training.evaluate.answers import Found
from florence_training.evaluate.measures.captions import understand
from florence_training.evaluate.measures.masks import mask_overlaps
from florence_training.evaluate.measures.matching import Counts, box_overlaps, count_matches, match
from florence_training.evaluate.measures.precision import average_precision
from florence_training.evaluate.measures.texts import count_characters, count_words
from florence_training.scenes.scene import Box, Scene, SceneObject

LEFT: Box = (0, 0, 50, 50)
RIGHT: Box = (60, 60, 100, 100)


def _scene(*things: tuple[str, Box]) -> Scene:
    objects = tuple(SceneObject(name, box, np.zeros((1, 2))) for name, box in things)
    return Scene(np.zeros((100, 100, 3), np.uint8), "blue", objects, ())


def test_boxes_overlap_by_intersection_over_union() -> None:
    assert box_overlaps([(0, 0, 2, 2), (5, 5, 6, 6)], [(1, 0, 3, 2)]).tolist() == [[pytest.approx(1 / 3)], [0]]
    assert box_overlaps([], [LEFT]).shape == (0, 1)
    assert box_overlaps([LEFT], []).shape == (1, 0)


def test_matches_are_one_to_one_and_the_best_first() -> None:
    assert match(np.array([[0.6, 0.9], [0.0, 0.7]])) == [(0, 1)]  # the second has no match left
    assert match(np.array([[0.5], [0.6]])) == [(1, 0)]
    assert match(np.array([[0.49]])) == []
    assert match(np.zeros((0, 3))) == []


def test_a_match_needs_the_right_label_if_labels_are_given() -> None:
    overlaps = box_overlaps([LEFT, RIGHT], [LEFT, RIGHT])
    assert count_matches(overlaps) == Counts(right=2, given=2, wanted=2)
    assert count_matches(overlaps, ["owl", "bus"], ["owl", "car"]) == Counts(right=1, given=2, wanted=2)
    assert count_matches(box_overlaps([], [LEFT]), [], ["owl"]) == Counts(right=0, given=0, wanted=1)


def test_counts() -> None:
    counts = Counts(1, 2, 4) + Counts(2, 2, 2)
    assert counts == Counts(3, 4, 6)
    assert (counts.precision, counts.recall, counts.f1) == (0.75, 0.5, 0.6)
    assert (Counts().precision, Counts().recall, Counts().f1) == (0, 0, 0)


def test_masks_overlap_by_their_pixels() -> None:
    square, half = (10, 10, 50, 10, 50, 50, 10, 50), (10, 10, 30, 10, 30, 50, 10, 50)
    other_half = (30, 10, 50, 10, 50, 50, 30, 50)
    assert mask_overlaps([[half], [half, other_half]], [[square]], 100, 100)[:, 0] == pytest.approx([0.5, 1])
    assert mask_overlaps([[(1, 1, 2, 2)], []], [[square]], 100, 100).tolist() == [[0], [0]]  # no area at all


def test_average_precision_of_two_names_one_of_them_missed() -> None:
    scenes = [_scene(("owl", LEFT), ("bus", RIGHT))]
    found = average_precision([[Found("owl", LEFT)]], scenes)
    assert (found.at_half, found.mean) == pytest.approx((0.5, 0.5))


def test_average_precision_is_higher_if_correct_boxes_come_first() -> None:
    scenes = [_scene(("owl", LEFT))]
    wrong_first = [[Found("owl", RIGHT, score=0.9), Found("owl", LEFT, score=0.1)]]
    right_first = [[Found("owl", RIGHT, score=0.1), Found("owl", LEFT, score=0.9)]]
    assert average_precision(wrong_first, scenes).at_half == pytest.approx(0.5)
    assert average_precision(right_first, scenes).at_half == pytest.approx(1)


def test_average_precision_counts_ten_overlaps() -> None:
    # 50 x 50 of 50 x 72 pixels are shared: 0.694, so correct at 0.5, 0.55, 0.6 and 0.65.
    found = average_precision([[Found("owl", (0, 0, 50, 72))]], [_scene(("owl", LEFT))])
    assert (found.at_half, found.mean) == pytest.approx((1, 0.4))


def test_a_name_that_no_scene_has_is_ignored() -> None:
    found = average_precision([[Found("owl", LEFT), Found("cat", RIGHT)]], [_scene(("owl", LEFT))])
    assert found.at_half == pytest.approx(1)
    assert average_precision([[]], [_scene(("owl", LEFT))]).at_half == 0


def test_words_are_counted_as_often_as_they_are_written() -> None:
    assert count_words("GO GO no", "GO no GO") == Counts(3, 3, 3)
    assert count_words("GO GO", "GO no") == Counts(1, 2, 2)
    assert count_words("go", "GO") == Counts(0, 1, 1)
    assert count_words("", "GO") == Counts(0, 0, 1)


def test_correct_characters_are_counted() -> None:
    assert count_characters("STOP", "STOP").recall == 1
    assert count_characters("STEP", "STOP").recall == 0.75
    assert count_characters("STOPPED", "STOP").recall == 0.25
    assert count_characters("everything else", "STOP").recall == 0


@pytest.mark.parametrize(
    ("caption", "things", "ground", "texts"),
    [
        ("a dog and two cats on a blue background", {"dog": 1, "cat": 2}, "blue", ()),
        ("an orange on an orange background", {"orange": 1}, "orange", ()),
        ("a hot dog, three buses and grapes on a red background", {"hot dog": 1, "bus": 3, "grapes": 1}, "red", ()),
        ("two fish, a starfish and a carrot", {"fish": 2, "carrot": 1}, None, ()),
        (
            'A small owl at the top and a large owl in the center on a gray background. The text reads "BUS" and "7".',
            {"owl": 2},
            "gray",
            ("BUS", "7"),
        ),
        (
            "The image shows two objects on a pink background. There is a bus. There is a small bus. There is no text.",
            {"bus": 2},
            "pink",
            (),
        ),
        ("", {}, None, ()),
    ],
)
def test_a_caption_is_parsed(caption: str, things: dict[str, int], ground: str | None, texts: tuple[str, ...]) -> None:
    said = understand(caption)
    assert (said.things, said.ground, said.texts) == (things, ground, texts)
