"""A training learns, depends on its recipe alone, and resumes where it stopped as if it had not stopped."""

from __future__ import annotations

import csv
from pathlib import Path
from random import Random
from threading import Event

import pytest
import torch
from conftest import SIDE
from tokenizers import Tokenizer

from florence_training.__main__ import main
from florence_training.annotate.targets import OPEN_VOCABULARY
from florence_training.checkpoint import load_checkpoint
from florence_training.scenes.compose import make_scene
from florence_training.scenes.ground import COLOURS
from florence_training.train.checkpointing import go_on, saved
from florence_training.train.data import SEEDS_A_RECIPE, Batches, choose_tasks, pose
from florence_training.train.loop import Habits, train
from florence_training.train.recipe import Recipe, read_recipe
from florence_training.train.trainer import Trainer

RECIPE = """
seed = 5
[[stages]]
name = "both"
steps = {steps}
pictures = 2
rates = {{ vision = 3e-3, language = 3e-3, embeddings = 3e-3, heads = 3e-3 }}
weights = {{ sequence = 1, objects = 0.1, places = 0.1, letters = 0.1 }}
tasks = {{ "<OCR>" = 1, "<OD>" = 1, "<CAPTION>" = 1 }}
tasks_a_picture = 2
warm_up = 2
[[stages.sources]]
width = 128
height = 128
disturbed = 0.5
restyled = 0.5
writing = {{ counts = [0, 1, 1], gibberish = 0.5 }}
"""


def write_recipe(folder: Path, steps: int) -> Path:
    path = folder / f"{steps}.toml"
    path.write_text(RECIPE.format(steps=steps))
    return path


def read(folder: Path, steps: int) -> Recipe:
    return read_recipe(write_recipe(folder, steps))


def run(recipe: Path, out: Path, like: Path, *more: str) -> int:
    arguments = ["--recipe", str(recipe), "--out", str(out), "--workers", "0", "--measured-scenes", "0"]
    return main(["train", *arguments, "--like", str(like), *more])


def weights(folder: Path) -> dict[str, torch.Tensor]:
    found: dict[str, torch.Tensor] = load_checkpoint(folder).state_dict()
    return found


def test_the_loss_of_one_batch_falls(like: Path, tmp_path: Path) -> None:
    recipe = read(tmp_path, 40)
    tokenizer = Tokenizer.from_file(str(like / "tokenizer.json"))
    batch = Batches(recipe, tokenizer, SIDE, 2)[0]
    trainer = Trainer.begin(load_checkpoint(like), tokenizer, recipe)
    figures = [trainer.step(step, batch) for step in range(40)]
    for name in ("sequence", "letters", "objects", "places"):
        assert figures[-1][name] < 0.8 * figures[0][name], name


def test_a_part_with_a_rate_of_0_is_frozen_and_has_no_gradients(like: Path, tmp_path: Path) -> None:
    path = tmp_path / "still.toml"
    path.write_text(RECIPE.format(steps=2).replace("vision = 3e-3", "vision = 0.0"))
    recipe, tokenizer = read_recipe(path), Tokenizer.from_file(str(like / "tokenizer.json"))
    trainer = Trainer.begin(load_checkpoint(like), tokenizer, recipe)
    before = {name: each.detach().clone() for name, each in trainer.model.named_parameters()}
    trainer.step(0, Batches(recipe, tokenizer, SIDE, 2)[0])
    for name, each in trainer.model.named_parameters():
        is_vision = "vision_tower" in name or "multi_modal_projector" in name
        assert (each.grad is None) == is_vision, name
        assert torch.equal(each, before[name]) or not is_vision, name
    moved = trainer.model.model.language_model.encoder.layers[0].fc1.weight
    assert not torch.equal(moved, before["model.language_model.encoder.layers.0.fc1.weight"])


def test_resuming_gives_the_weights_of_an_uninterrupted_training(like: Path, tmp_path: Path) -> None:
    """Two steps, a stop and two more give the weights of four, bit for bit."""
    recipe = write_recipe(tmp_path, 4)
    uninterrupted, interrupted = tmp_path / "whole", tmp_path / "parted"
    assert run(recipe, uninterrupted, like) == 0
    assert run(recipe, interrupted, like, "--stop-after", "2") == 0
    assert [folder.name for folder in saved(interrupted)] == ["step-00000002"]
    assert run(recipe, interrupted, like) == 0
    first, second = weights(saved(uninterrupted)[-1]), weights(saved(interrupted)[-1])
    assert all(torch.equal(first[name], second[name]) for name in first)
    assert not all(torch.equal(first[name], found) for name, found in weights(like).items())
    states = [
        torch.load(folder / "training.pt")["heads"] for folder in (saved(uninterrupted)[-1], saved(interrupted)[-1])
    ]
    assert all(torch.equal(states[0][name], states[1][name]) for name in states[0])


def test_a_stopped_training_saves_first(like: Path, tmp_path: Path) -> None:
    recipe, stop = read(tmp_path, 4), Event()
    tokenizer = Tokenizer.from_file(str(like / "tokenizer.json"))
    stop.set()
    trainer = Trainer.begin(load_checkpoint(like), tokenizer, recipe)
    folder = train(trainer, 0, tmp_path, like, Habits(measured_scenes=0, workers=0), stop)
    assert folder.name == "step-00000001"
    assert saved(tmp_path) == [folder]


def test_a_checkpoint_that_was_being_replaced_when_the_training_was_killed_is_found(like: Path, tmp_path: Path) -> None:
    recipe = write_recipe(tmp_path, 2)
    assert run(recipe, tmp_path / "out", like, "--stop-after", "1") == 0
    [folder] = saved(tmp_path / "out")
    before = weights(folder)
    folder.rename(folder.with_suffix(".old"))  # killed before the new one took its place
    tokenizer = Tokenizer.from_file(str(like / "tokenizer.json"))
    trainer = Trainer.begin(load_checkpoint(like), tokenizer, read_recipe(recipe))
    assert go_on(trainer, tmp_path / "out") == 1
    assert all(torch.equal(before[name], found) for name, found in weights(folder).items())


def test_another_recipe_cannot_resume(like: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "out"
    recipe = write_recipe(tmp_path, 1)
    assert run(recipe, out, like) == 0
    recipe.write_text(recipe.read_text().replace("warm_up = 2", "warm_up = 3"))
    assert run(recipe, out, like) == 1
    assert "another recipe" in capsys.readouterr().err
    assert run(recipe, tmp_path / "other", like, "--from", str(saved(out)[-1])) == 0


def test_a_checkpoint_of_another_version_is_refused(
    like: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(write_recipe(tmp_path, 1), tmp_path / "out", like) == 0
    path = saved(tmp_path / "out")[-1] / "training.pt"
    torch.save({**torch.load(path), "recipe": '{"seed": 5, "unknown": 1}'}, path)
    assert run(write_recipe(tmp_path, 2), tmp_path / "out", like) == 1
    assert "another version" in capsys.readouterr().err


def test_a_longer_recipe_resumes(like: Path, tmp_path: Path) -> None:
    assert run(write_recipe(tmp_path, 1), tmp_path / "out", like) == 0
    assert run(write_recipe(tmp_path, 2), tmp_path / "out", like) == 0
    assert saved(tmp_path / "out")[-1].name == "step-00000002"


def test_a_training_stopped_in_its_last_step_writes_its_model_when_called_again(like: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    assert run(write_recipe(tmp_path, 2), out, like, "--stop-after", "1") == 0
    assert not (out / "model").exists()
    assert run(write_recipe(tmp_path, 1), out, like) == 0
    first, second = weights(out / "model"), weights(saved(out)[-1])
    assert all(torch.equal(first[name], second[name]) for name in second)


def test_a_training_writes_what_export_takes_and_a_log(like: Path, tmp_path: Path) -> None:
    recipe, out, exported = write_recipe(tmp_path, 2), tmp_path / "out", tmp_path / "exported"
    assert run(recipe, out, like, "--log-steps", "1", "--measured-scenes", "2") == 0
    assert main(["export", "--checkpoint", str(out / "model"), "--out", str(exported)]) == 0
    with (out / "log.csv").open() as file:
        rows = list(csv.DictReader(file))
    assert [row["step"] for row in rows] == ["1", "2"]
    assert all(float(row["sequence"]) > 0 for row in rows)
    with (out / "measures.csv").open() as file:
        [row] = csv.DictReader(file)
    assert float(row["ocr"]) > 0
    assert (out / "log.png").read_bytes().startswith(b"\x89PNG")


def test_a_batch_depends_on_its_step_alone(like: Path, tmp_path: Path) -> None:
    recipe = read(tmp_path, 4)
    tokenizer = Tokenizer.from_file(str(like / "tokenizer.json"))
    first, second = (Batches(recipe, tokenizer, SIDE, 2) for _ in range(2))
    second[0]
    assert torch.equal(first[3].pictures, second[3].pictures)
    assert first[3].posed == second[3].posed
    assert not torch.equal(first[2].pictures, first[3].pictures)
    other = Batches(replace_seed(recipe, 6), tokenizer, SIDE, 2)
    assert not torch.equal(first[3].pictures, other[3].pictures)


def test_tasks_do_not_depend_on_the_background(like: Path, tmp_path: Path) -> None:
    """A scene's own random numbers choose the background first; those for tasks choose the task first."""
    recipe = read(tmp_path, 1)
    stage = recipe.stages[0].model_copy(update={"pictures": 150, "tasks_a_picture": 1})
    tokenizer = Tokenizer.from_file(str(like / "tokenizer.json"))
    batches = Batches(recipe.model_copy(update={"stages": [stage]}), tokenizer, SIDE, 2)
    seeds = range(recipe.seed * SEEDS_A_RECIPE, recipe.seed * SEEDS_A_RECIPE + stage.pictures)
    grounds = [batches.draw(stage, seed)[0].ground for seed in seeds]
    reading = tokenizer.encode("What is the text in the image?").ids
    reads = {posed.picture for posed in batches[0].posed if posed.prompt == reading}
    first = {index for index, ground in enumerate(grounds) if ground in list(COLOURS)[: len(COLOURS) // 2]}
    second = set(range(stage.pictures)) - first
    assert len(reads & first) / len(first) == pytest.approx(len(reads & second) / len(second), abs=0.15)


def replace_seed(recipe: Recipe, seed: int) -> Recipe:
    return recipe.model_copy(update={"seed": seed})


def test_tasks_are_drawn_by_weight_and_none_twice(tmp_path: Path) -> None:
    stage = read(tmp_path, 1).stages[0].model_copy(update={"tasks": {"<OCR>": 8.0, "<OD>": 1.0, "<CAPTION>": 1.0}})
    scene = next(scene for scene in map(make_scene, range(50)) if scene.texts)
    drawn = [choose_tasks(scene, stage, Random(seed)) for seed in range(400)]
    assert all(len(set(tasks)) == stage.tasks_a_picture for tasks in drawn)
    first = [tasks[0] for tasks in drawn]
    assert first.count("<OCR>") / len(first) == pytest.approx(0.8, abs=0.08)


def test_absent_things_are_asked_for_with_the_probability_of_the_stage(tmp_path: Path) -> None:
    stage = read(tmp_path, 1).stages[0].model_copy(update={"absent": 0.25})
    scene = make_scene(0)
    asked = [pose(scene, OPEN_VOCABULARY, stage, Random(seed)) for seed in range(400)]
    assert sum(example.target == "" for example in asked) / len(asked) == pytest.approx(0.25, abs=0.08)
