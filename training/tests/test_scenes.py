"""A scene depends on its seed alone, and its ground truth is correct."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from florence_training.__main__ import main
from florence_training.scenes.art import NAMES, STYLES, load_sprite, styles_of
from florence_training.scenes.compose import SceneSettings, make_scene
from florence_training.scenes.scene import overlap
from florence_training.scenes.texts import LARGEST_OVERLAP
from florence_training.scenes.words import FONTS, as_drawn, load_font

SEEDS = range(40)
SHAPES = (SceneSettings(), SceneSettings(320, 240), SceneSettings(101, 203))


@pytest.mark.parametrize("style", STYLES)
def test_every_style_draws_most_things(style: str) -> None:
    drawn = [name for name in NAMES if styles_of(name, [style])]
    assert len(drawn) >= 40
    for name in drawn:
        sprite = load_sprite(style, name)
        assert sprite.shape[2] == 4
        assert min(sprite.shape[:2]) > 10
        assert (sprite[..., :3] <= sprite[..., 3:]).all()  # premultiplied alpha


def test_every_font_can_be_loaded() -> None:
    assert len({load_font(font, 20).getname() for font in FONTS}) == len(FONTS)


@pytest.mark.parametrize("font", FONTS)
def test_small_letters_that_look_like_capitals_are_labelled_as_capitals(font: str) -> None:
    """Otherwise the ground truth of a scene could not be read from its image."""
    small, large = (bytes(load_font(font, 40).getmask(text)) for text in ("help", "HELP"))
    assert as_drawn("help", font) == ("HELP" if small == large else "help")


def test_a_seed_gives_the_same_scene() -> None:
    for seed in range(5):
        first, second = make_scene(seed), make_scene(seed)
        assert np.array_equal(first.image, second.image)
        assert [thing.box for thing in first.objects] == [thing.box for thing in second.objects]
        assert first.texts == second.texts
    assert not np.array_equal(make_scene(0).image, make_scene(1).image)


@pytest.mark.parametrize("settings", SHAPES, ids=lambda settings: f"{settings.width}x{settings.height}")
def test_boxes_are_inside_the_image(settings: SceneSettings) -> None:
    for seed in SEEDS:
        scene = make_scene(seed, settings)
        assert (scene.width, scene.height) == (settings.width, settings.height)
        for left, top, right, bottom in [each.box for each in (*scene.objects, *scene.texts)]:
            assert 0 <= left < right <= scene.width
            assert 0 <= top < bottom <= scene.height


def test_a_scene_has_as_many_things_as_its_settings_allow() -> None:
    """If there is room: no image of these seeds is too full for four."""
    full = SceneSettings(fewest_things=3, most_things=4)
    assert {len(make_scene(seed, full).objects) for seed in SEEDS} == {3, 4}
    assert {len(make_scene(seed).objects) for seed in SEEDS} >= {1, 2, 3, 4}


def test_outlines_are_inside_their_boxes() -> None:
    for seed in SEEDS:
        for thing in make_scene(seed).objects:
            left, top, right, bottom = thing.box
            assert (thing.outline >= [left, top]).all()
            assert (thing.outline <= [right, bottom]).all()


def test_texts_cover_nothing() -> None:
    for seed in SEEDS:
        scene = make_scene(seed)
        for text in scene.texts:
            others = [each.box for each in (*scene.objects, *scene.texts) if each is not text]
            assert all(overlap(text.box, other) < LARGEST_OVERLAP for other in others)


def test_objects_are_ordered_from_left_to_right_and_texts_from_top_to_bottom() -> None:
    for seed in SEEDS:
        scene = make_scene(seed)
        across = [thing.box[0] + thing.box[2] for thing in scene.objects]
        down = [text.box[1] + text.box[3] for text in scene.texts]
        assert across == sorted(across)
        assert down == sorted(down)


def test_the_command_writes_images_and_their_ground_truth(tmp_path: Path) -> None:
    assert main(["scenes", "--out", str(tmp_path), "--first", "7", "--count", "2", "--width", "96"]) == 0
    assert sorted(path.name for path in tmp_path.iterdir()) == ["7.json", "7.png", "8.json", "8.png"]
    truth = json.loads((tmp_path / "7.json").read_text())
    assert (truth["width"], truth["height"]) == (96, 256)
