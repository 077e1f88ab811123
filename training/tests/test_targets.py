"""Prompts and targets describe the scene correctly, in Florence-2's format."""

from __future__ import annotations

import math
import re
from random import Random

import numpy as np
import pytest

from florence_training.annotate.locations import OUTLINE_POINTS, locate, outline_points, quantize
from florence_training.annotate.targets import Example, examples, make_absent_example, make_example
from florence_training.annotate.tasks import TASKS
from florence_training.annotate.wording import join, with_article
from florence_training.scenes.compose import make_scene
from florence_training.scenes.scene import Scene, SceneObject, SceneText

SQUARE = np.array([[0.0, 0.0], [20.0, 0.0], [20.0, 20.0], [0.0, 20.0]])


def _thing(name: str, left: float, top: float, size: float) -> SceneObject:
    return SceneObject(name, (left, top, left + size, top + size), SQUARE * size / 20 + [left, top])


SCENE = Scene(
    image=np.zeros((100, 200, 3), np.uint8),
    ground="blue",
    objects=(_thing("owl", 0, 0, 20), _thing("bus", 60, 20, 60), _thing("bus", 150, 70, 30)),
    texts=(SceneText("STOP", (100, 10, 140, 10, 140, 20, 100, 20), (100, 10, 140, 20)),),
)


def _target(task: str, seed: int = 0) -> Example:
    return make_example(SCENE, task, Random(seed))


@pytest.mark.parametrize(
    ("task", "target"),
    [
        ("<CAPTION>", "two buses and an owl on a blue background"),
        (
            "<DETAILED_CAPTION>",
            (
                "A small owl at the top left, a large bus in the center and a bus at the bottom right "
                'on a blue background. The text reads "STOP".'
            ),
        ),
        (
            "<MORE_DETAILED_CAPTION>",
            (
                "The image shows three objects on a blue background. There is a small owl at the top left. "
                'There is a large bus in the center. There is a bus at the bottom right. The text reads "STOP".'
            ),
        ),
        ("<OCR>", "STOP"),
        (
            "<OCR_WITH_REGION>",
            "STOP<loc_500><loc_100><loc_700><loc_100><loc_700><loc_200><loc_500><loc_200>",
        ),
        (
            "<OD>",
            (
                "owl<loc_0><loc_0><loc_100><loc_200>"
                "bus<loc_300><loc_200><loc_600><loc_800>"
                "bus<loc_750><loc_700><loc_900><loc_999>"
            ),
        ),
        (
            "<REGION_PROPOSAL>",
            "<loc_0><loc_0><loc_100><loc_200><loc_300><loc_200><loc_600><loc_800><loc_750><loc_700><loc_900><loc_999>",
        ),
        (
            "<CAPTION_TO_PHRASE_GROUNDING>",
            (
                "two buses<loc_300><loc_200><loc_600><loc_800><loc_750><loc_700><loc_900><loc_999>"
                "an owl<loc_0><loc_0><loc_100><loc_200>"
            ),
        ),
    ],
)
def test_the_target_of_a_task(task: str, target: str) -> None:
    assert _target(task).target == target


def test_grounding_asks_about_the_caption() -> None:
    example = _target("<CAPTION_TO_PHRASE_GROUNDING>")
    assert example.input == "Two buses and an owl on a blue background"
    assert example.prompt == f"Locate the phrases in the caption: {example.input}"


def test_open_vocabulary_answers_with_every_box_of_the_name() -> None:
    answers = {
        example.input: example.target for example in (_target("<OPEN_VOCABULARY_DETECTION>", s) for s in range(9))
    }
    assert answers == {
        "owl": "owl<loc_0><loc_0><loc_100><loc_200>",
        "bus": "bus<loc_300><loc_200><loc_600><loc_800><loc_750><loc_700><loc_900><loc_999>",
    }


def test_the_category_of_a_region_is_the_thing_in_it() -> None:
    answers = {example.input: example.target for example in (_target("<REGION_TO_CATEGORY>", s) for s in range(19))}
    assert answers == {locate(SCENE.size, thing.box): thing.name for thing in SCENE.objects}


def test_an_expression_uses_the_bare_name_only_for_a_thing_alone_of_its_kind() -> None:
    inputs = {_target("<REFERRING_EXPRESSION_SEGMENTATION>", seed).input for seed in range(40)}
    assert inputs == {
        "the owl",
        "a small owl at the top left",
        "a large bus in the center",
        "a bus at the bottom right",
    }


def test_a_scene_without_texts_does_not_support_a_text_region() -> None:
    silent = Scene(SCENE.image, SCENE.ground, SCENE.objects, ())
    assert {example.task for example in examples(silent, Random(0))} == set(TASKS) - {"<REGION_TO_OCR>"}
    empty = Scene(SCENE.image, SCENE.ground, (), SCENE.texts)
    tasks = {example.task for example in examples(empty, Random(0))}
    assert tasks == {"<OCR>", "<OCR_WITH_REGION>", "<REGION_TO_OCR>"}


def test_outlines_have_sixteen_points_inside_the_box_from_the_top_clockwise() -> None:
    for seed in range(40):
        for thing in make_scene(seed).objects:
            points = outline_points(thing.outline, thing.box)
            assert points.shape == (OUTLINE_POINTS, 2)
            left, top, right, bottom = thing.box
            assert (points >= np.array([left, top]) - 1e-9).all()
            assert (points <= np.array([right, bottom]) + 1e-9).all()
            assert _clockwise_area(points) > 0
            assert math.isclose(points[0, 0], (left + right) / 2)


def test_the_points_are_on_rays_that_reach_the_corners_of_a_square() -> None:
    square = np.array([[10.0, 20], [30, 20], [30, 40], [10, 40]])
    points = outline_points(square, (10, 20, 30, 40))
    assert np.allclose(points[[0, 2, 4, 6, 8]], [[20, 20], [30, 20], [30, 30], [30, 40], [20, 40]])


def test_a_box_twice_as_wide_moves_the_points_with_it() -> None:
    outline = make_scene(3).objects[0].outline
    box = [*outline.min(axis=0), *outline.max(axis=0)]
    wide = outline_points(outline * [2, 1], np.array(box) * [2, 1, 2, 1])
    assert np.allclose(wide, outline_points(outline, box) * [2, 1])


def test_a_ray_without_an_intersection_gives_the_middle() -> None:
    corner = np.array([[0.0, 0], [10, 0], [0, 10]])  # the middle of its box is on its longest side
    points = outline_points(corner - 1e-6, (0, 0, 10, 10))
    assert np.allclose(points[5:8], [5, 5])


def test_an_absent_thing_has_an_empty_target() -> None:
    for seed in range(20):
        example = make_absent_example(SCENE, Random(seed))
        assert example.target == ""
        assert example.input not in {"owl", "bus"}
        assert example.prompt == f"Locate {example.input} in the image."


def test_locations_of_real_scenes_stay_inside_the_bins() -> None:
    for seed in range(40):
        for example in examples(make_scene(seed), Random(seed)):
            bins = [int(found) for found in re.findall(r"<loc_(\d+)>", example.prompt + example.target)]
            assert all(0 <= bin_ <= 999 for bin_ in bins)
            assert "<" not in re.sub(r"<loc_\d+>", "", example.prompt + example.target)


@pytest.mark.parametrize(("value", "bin_"), [(-1, 0), (0, 0), (0.19, 0), (0.2, 1), (199.9, 999), (200, 999)])
def test_a_coordinate_falls_into_its_bin(value: float, bin_: int) -> None:
    assert quantize(value, 200) == bin_


def test_wording() -> None:
    assert [with_article(*words) for words in (("owl",), ("owl", "large"), ("grapes",), ("grapes", "small"))] == [
        "an owl",
        "a large owl",
        "grapes",
        "small grapes",
    ]
    assert [join(parts) for parts in (["a"], ["a", "b"], ["a", "b", "c"])] == ["a", "a and b", "a, b and c"]


def _clockwise_area(points: np.ndarray) -> float:
    """Returns the shoelace sum; positive means clockwise on a screen, where y points down."""
    following = np.roll(points, -1, axis=0)
    return float((points[:, 0] * following[:, 1] - following[:, 0] * points[:, 1]).sum())
