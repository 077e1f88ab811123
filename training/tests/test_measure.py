"""The cheap metrics of a training count what they are named after."""

from __future__ import annotations

import numpy as np
import pytest

from florence_training.scenes.scene import Scene, SceneObject, SceneText
from florence_training.train.measure import find, read

OUTLINE = np.zeros((1, 2))
SCENE = Scene(
    image=np.zeros((100, 100, 3), np.uint8),
    ground="blue",
    objects=(SceneObject("owl", (0, 0, 50, 50), OUTLINE), SceneObject("bus", (60, 60, 100, 100), OUTLINE)),
    texts=(SceneText("GO", (), (0, 0, 1, 1)), SceneText("GO", (), (0, 0, 1, 1)), SceneText("no", (), (0, 0, 1, 1))),
)


def test_words_are_counted_letter_for_letter_and_as_often_as_they_are_written() -> None:
    assert read([SCENE], ["GO GO no"]) == pytest.approx({"words_read": 1})
    assert read([SCENE], ["GO NO"]) == pytest.approx({"words_read": 1 / 3})
    assert read([SCENE], [""]) == pytest.approx({"words_read": 0})


@pytest.mark.parametrize(
    ("answer", "boxes", "labels"),
    [
        ("owl<loc_0><loc_0><loc_500><loc_500>bus<loc_600><loc_600><loc_999><loc_999>", 1, 1),
        ("owl<loc_0><loc_0><loc_500><loc_500>owl<loc_600><loc_600><loc_999><loc_999>", 1, 0.5),
        ("owl<loc_0><loc_0><loc_500><loc_500>owl<loc_0><loc_0><loc_500><loc_500>", 0.5, 0.5),  # one thing, found once
        ("owl<loc_0><loc_0><loc_100><loc_500>", 0, 0),
        ("", 0, 0),
    ],
)
def test_each_thing_is_found_once_with_or_without_its_label(answer: str, boxes: float, labels: float) -> None:
    assert find([SCENE], [answer]) == pytest.approx({"boxes_f1": boxes, "labels_f1": labels})
