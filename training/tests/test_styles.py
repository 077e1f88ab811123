"""Restyled sprites keep their outline, degraded images their size, and SVG drawings are complete."""

from __future__ import annotations

from random import Random

import numpy as np
import pytest

from florence_training.scenes.art import DRAWINGS, load_sprite, styles_of
from florence_training.scenes.compose import SceneSettings, make_scene
from florence_training.scenes.restyle import WAYS as STYLINGS
from florence_training.scenes.restyle import restyle
from florence_training.train.disturb import WAYS, disturb


def test_restyling_changes_colours_and_keeps_the_outline() -> None:
    sprite = load_sprite("google", "owl")
    for seed in range(20):
        found = restyle(Random(seed), sprite)
        assert found.dtype == np.uint8
        assert np.array_equal(found[..., 3], sprite[..., 3])
        assert (found[..., :3] <= found[..., 3:]).all()
        assert not np.array_equal(found, sprite)


@pytest.mark.parametrize("way", STYLINGS, ids=lambda way: way.__name__)
def test_every_styling_changes_something(way: object) -> None:
    assert callable(way)
    sprite = load_sprite("twitter", "bus")
    assert np.abs(way(Random(1), sprite) - sprite[..., :3].astype(float)).mean() > 1


@pytest.mark.parametrize("way", WAYS, ids=lambda way: way.__name__)
def test_every_disturbance_changes_a_picture_and_leaves_it_recognisable(way: object) -> None:
    assert callable(way)
    image = make_scene(1).image
    found = way(Random(1), image)
    assert (found.shape, found.dtype) == (image.shape, image.dtype)
    assert 0 < np.abs(found.astype(float) - image).mean() < 50


def test_the_same_seed_disturbs_in_the_same_way() -> None:
    image = make_scene(1).image
    assert np.array_equal(disturb(Random(3), image), disturb(Random(3), image))


def test_a_style_that_lacks_a_thing_is_not_used_for_it() -> None:
    assert styles_of("banana", ["streamline", "flat"]) == ["flat"]
    with pytest.raises(ValueError, match="no banana"):
        load_sprite("streamline", "banana")
    for seed in range(20):
        assert make_scene(seed, SceneSettings(styles=("streamline",))).objects


@pytest.mark.parametrize("style", DRAWINGS)
def test_drawings_fill_their_canvas(style: str) -> None:
    assert max(load_sprite(style, "apple").shape) > 90
