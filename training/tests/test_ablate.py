"""The trainings of a plan differ only in its changes, run once, and are compared in a table."""

from __future__ import annotations

from contextlib import nullcontext
from pathlib import Path
from threading import Event

import pytest
import torch
from PIL import Image

from florence_training.__main__ import main
from florence_training.ablate.plan import read_plan
from florence_training.checkpoint import load_checkpoint
from florence_training.train.checkpointing import saved

PLANS = Path(__file__).resolve().parents[1] / "recipes"
RECIPE = """
seed = 5
[[stages]]
name = "see"
steps = 2
pictures = 2
rates = { vision = 3e-3, language = 0, embeddings = 1e-3, heads = 3e-3 }
weights = { objects = 0.1, places = 0.1, letters = 0.1 }
sources = [{ writing = { counts = [0, 1] } }]
"""
PLAN = """
[[trainings]]
name = "base"
title = "as always"
recipe = "base.toml"
[[trainings]]
name = "other"
title = "otherwise"
beside = "base"
stage = { smoothing = 0.1, weights = { objects = 0.2 } }
change = { locations = "unrelated" }
figures = [{ name = "place_error", better = "lower" }]
"""


@pytest.fixture
def plan(tmp_path: Path) -> Path:
    (tmp_path / "base.toml").write_text(RECIPE)
    (tmp_path / "plan.toml").write_text(PLAN)
    return tmp_path / "plan.toml"


def test_a_variant_equals_its_baseline_except_for_its_changes(plan: Path) -> None:
    base, other = read_plan(plan)
    assert other.beside == base.row
    assert (base.recipe.locations, other.recipe.locations) == (None, "unrelated")
    [before], [after] = base.recipe.stages, other.recipe.stages
    assert (before.smoothing, after.smoothing) == (4.0, 0.1)
    assert (before.weights.objects, after.weights.objects) == (0.1, 0.2)
    assert after.model_copy(update={"smoothing": 4.0, "weights": before.weights}) == before


def test_a_variant_can_change_settings_of_the_table_every(plan: Path) -> None:
    every = "seed = 5\nevery = { weights = { objects = 0.1, places = 0.1, letters = 0.1 } }"
    recipe = RECIPE.replace("seed = 5", every).replace(RECIPE.splitlines()[7] + "\n", "")
    assert "weights" not in recipe.split("[[stages]]")[1]
    before = read_plan(plan)
    (plan.parent / "base.toml").write_text(recipe)
    assert read_plan(plan) == before


def test_a_plan_is_trained_and_writes_curves_and_a_table(plan: Path, like: Path, tmp_path: Path) -> None:
    out, table = tmp_path / "out", tmp_path / "table"
    command = ["ablate", "--plan", str(plan), "--out", str(out), "--table", str(table)]
    assert main([*command, "--from", str(like), "--workers", "0"]) == 0
    first, second = (load_checkpoint(out / name / "model").get_input_embeddings().weight for name in ("base", "other"))
    assert not torch.equal(first, second)
    assert Image.open(table / "other.png").size[0] > 100
    lines = (table / "README.md").read_text().splitlines()
    assert [line.split(" | ")[:4] for line in lines if "otherwise" in line] == [
        ["| as always", "otherwise", "place_error", "lower"]
    ]
    done = (out / "other" / "log.csv").read_text()
    assert main([*command, "--from", str(like), "--workers", "0"]) == 0
    assert (out / "other" / "log.csv").read_text() == done


def test_a_stopped_plan_does_not_write_the_table(
    plan: Path, like: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A table of unfinished trainings would look like one of finished trainings."""
    stop = Event()
    stop.set()
    monkeypatch.setattr("florence_training.ablate.command.told_to_stop", lambda: nullcontext(stop))
    out, table = tmp_path / "out", tmp_path / "table"
    paths = ["--plan", str(plan), "--from", str(like), "--out", str(out), "--table", str(table)]
    assert main(["ablate", *paths, "--workers", "0"]) == 0
    assert [folder.name for folder in saved(out / "base")] == ["step-00000001"]
    assert not (out / "other").exists()
    assert not table.exists()


def test_text_around_the_table_is_unchanged(plan: Path, like: Path, tmp_path: Path) -> None:
    table = tmp_path / "table"
    table.mkdir()
    (table / "README.md").write_text("# Before\n<!-- figures -->\nold\n<!-- /figures -->\nAfter\n")
    arguments = ["--plan", str(plan), "--out", str(tmp_path / "out"), "--table", str(table), "--workers", "0"]
    assert main(["ablate", *arguments, "--from", str(like)]) == 0
    text = (table / "README.md").read_text()
    assert text.startswith("# Before\n<!-- figures -->\n| choice")
    assert text.endswith("<!-- /figures -->\nAfter\n")
    assert "old" not in text


def test_a_training_of_another_plan_is_refused(
    plan: Path, like: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    arguments = ["--plan", str(plan), "--out", str(tmp_path / "out"), "--table", str(tmp_path / "table")]
    assert main(["ablate", *arguments, "--from", str(like), "--workers", "0"]) == 0
    plan.write_text(PLAN.replace("smoothing = 0.1", "smoothing = 0.2"))
    assert main(["ablate", *arguments, "--from", str(like), "--workers", "0"]) == 1
    assert "other/step-00000002 was trained by another recipe" in capsys.readouterr().err


def test_the_plan_in_the_repository_is_valid() -> None:
    variants = read_plan(PLANS / "ablations" / "plan.toml")
    assert sum(variant.beside is not None for variant in variants) >= 4


def test_an_unknown_baseline_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    plan = tmp_path / "plan.toml"
    plan.write_text('[[trainings]]\nname = "a"\ntitle = "a"\nbeside = "b"\n')
    assert main(["ablate", "--plan", str(plan), "--from", "x", "--out", "x", "--table", "x"]) == 1
    assert "plan.toml" in capsys.readouterr().err
