"""A recipe determines a training, and an invalid one is refused with the position of the fault."""

from __future__ import annotations

from pathlib import Path

import pytest

from florence_training.train.optimiser import factor_at
from florence_training.train.recipe import Recipe, RecipeError, read_recipe

RECIPES = Path(__file__).resolve().parents[1] / "recipes"
SMALL = """
seed = 3
[[stages]]
name = "first"
steps = 10
pictures = 2
rates = { vision = 1e-3, language = 0, embeddings = 0, heads = 1e-3 }
weights = { letters = 1 }
warm_up = 4
decay = 5
floor = 0.1
[[stages.sources]]
styles = ["google"]
writing = { counts = [0, 1], gibberish = 0.5 }
[[stages]]
name = "second"
steps = 5
pictures = 2
rates = { vision = 1e-4, language = 1e-3, embeddings = 0, heads = 0 }
weights = { sequence = 1 }
tasks = { "<OCR>" = 1 }
tasks_a_picture = 1
sources = [{ share = 1 }]
"""


def write(folder: Path, text: str) -> Path:
    path = folder / "recipe.toml"
    path.write_text(text)
    return path


@pytest.fixture
def small(tmp_path: Path) -> Recipe:
    return read_recipe(write(tmp_path, SMALL))


@pytest.mark.parametrize("path", sorted(RECIPES.glob("*.toml")), ids=lambda path: path.stem)
def test_every_recipe_in_the_repository_is_valid(path: Path) -> None:
    assert read_recipe(path).stages[-1].weights.sequence > 0


def test_omitted_settings_have_defaults(small: Recipe) -> None:
    source = small.stages[0].sources[0]
    assert (source.writing.gibberish, source.writing.smallest, source.width) == (0.5, 0.075, 256)
    assert small.stages[0].weights.sequence == 0


def test_a_stage_takes_omitted_settings_from_the_table_every(tmp_path: Path) -> None:
    every = SMALL.replace("pictures = 2\n", "").replace("seed = 3", "seed = 3\nevery = { pictures = 2, warm_up = 7 }")
    stages = read_recipe(write(tmp_path, every)).stages
    assert [(stage.pictures, stage.warm_up) for stage in stages] == [(2, 4), (2, 7)]


def test_a_step_belongs_to_a_stage(small: Recipe) -> None:
    assert small.steps == 15
    assert [(small.at(step)[0].name, small.at(step)[1]) for step in (0, 9, 10, 14)] == [
        ("first", 0),
        ("first", 9),
        ("second", 0),
        ("second", 4),
    ]
    with pytest.raises(IndexError):
        small.at(15)


def test_rates_rise_stay_and_fall(small: Recipe) -> None:
    factors = [factor_at(small.stages[0], step) for step in range(10)]
    assert factors[:5] == [0.25, 0.5, 0.75, 1, 1]
    assert factors[5:] == sorted(factors[5:], reverse=True)
    assert factors[-1] == pytest.approx(0.1)


@pytest.mark.parametrize(
    ("wrong", "where"),
    [
        ("seed = 3", "stages"),
        (SMALL.replace("steps = 10", "steps = 0"), "stages.0.steps"),
        (SMALL.replace("letters = 1", "leters = 1"), "stages.0.weights.leters"),
        (SMALL.replace("<OCR>", "<READ>"), "stages.1.tasks.<READ>"),
        (SMALL.replace('["google"]', '["openmoji"]'), "stages.0.sources.0.styles"),
        (SMALL.replace("seed = 3", "seed = 3\nevery = { picures = 2 }"), "stages.0.picures"),
        (SMALL.replace("seed = 3", "seed = 3\nevery = 2"), "every"),
        (SMALL.replace("share = 1", "most_things = 6"), "stages.1.sources.0"),
        (SMALL.replace("share = 1", "fewest_things = 0"), "stages.1.sources.0"),
        (SMALL.replace("share = 1", "fewest_things = 3, most_things = 2"), "stages.1.sources.0"),
        (SMALL.replace("tasks_a_picture = 1", ""), "stages.1"),
        (SMALL.replace("pictures = 2", "pictures = 2000"), "stages.0.pictures"),
        ("seed = 3\nsteps =", "Invalid value"),
    ],
)
def test_an_invalid_recipe_is_refused_with_the_position(tmp_path: Path, wrong: str, where: str) -> None:
    with pytest.raises(RecipeError) as refusal:
        read_recipe(write(tmp_path, wrong))
    assert where in str(refusal.value)


def test_a_missing_recipe_is_refused(tmp_path: Path) -> None:
    with pytest.raises(RecipeError, match=r"none\.toml"):
        read_recipe(tmp_path / "none.toml")


def test_the_remaining_part_may_change_and_the_finished_part_may_not(small: Recipe) -> None:
    first, second = small.stages
    longer = small.model_copy(update={"stages": [first.model_copy(update={"steps": 20}), second]})
    warmer = small.model_copy(update={"stages": [first.model_copy(update={"smoothing": 9.0}), second]})
    shorter = small.model_copy(update={"stages": [first]})
    assert small.until(5).model_dump_json() == longer.until(5).model_dump_json()
    assert small.until(6).model_dump_json() != longer.until(6).model_dump_json()  # the rates have begun to fall
    assert small.until(5).model_dump_json() != warmer.until(5).model_dump_json()
    assert small.until(10).model_dump_json() == shorter.until(10).model_dump_json()
    assert small.until(11).model_dump_json() != shorter.until(11).model_dump_json()
