"""Fine-tuning learns its data, keeps the best epoch, resumes where it stopped, and writes what `export` reads."""

from __future__ import annotations

import argparse
import csv
import json
import shutil
from pathlib import Path
from threading import Event

import conftest
import pytest
import torch
from PIL import Image
from test_finetune_data import POINTER
from tokenizers import Tokenizer

from florence_training.__main__ import main
from florence_training.checkpoint import load_checkpoint
from florence_training.evaluate.measures.matching import Counts
from florence_training.finetune import command
from florence_training.finetune.adapting import HEAD, VISION, Adapted, adapt
from florence_training.finetune.batches import Asked, gather, load
from florence_training.finetune.command import read_bounds
from florence_training.finetune.folder import read_folder
from florence_training.finetune.loop import finetune
from florence_training.finetune.options import HARD, OTHERS, OURS, Options, read_options, usual
from florence_training.finetune.rehearsal import Rehearsal
from florence_training.finetune.trial import Tried, describe, tally
from florence_training.finetune.tuner import Tuner
from florence_training.train.vocabulary import first_location

checkpoint = conftest.like  # a tiny model with the shipped vocabulary
SIDE = conftest.SIDE
QUICK = ("--epochs", "2", "--batch", "2", "--rehearsal", "0", "--learning-rate", "3e-3", "--patience", "9")


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Returns a data set of four images, each with a box and a question about its colour."""
    folder = tmp_path_factory.mktemp("data")
    lines = []
    for index, colour in enumerate(("red", "green", "blue", "white")):
        Image.new("RGB", (80, 40), colour).save(folder / f"{index}.png")
        thing = {"label": colour, "box": [10 * index, 0, 10 * index + 10, 20]}
        lines += [{"image": f"{index}.png", "prefix": "<OD>", "objects": [thing]}]
        lines += [{"image": f"{index}.png", "prefix": "Which colour?", "suffix": colour}]
    (folder / "annotations.jsonl").write_text("\n".join(map(json.dumps, lines)))
    return folder


def options(**changes: object) -> Options:
    defaults = {
        "epochs": 1, "learning_rate": 3e-3, "batch": 4, "lora_rank": 0, "freeze_vision": False, "holdout": 0,
        "patience": 1, "rehearsal": 0, "smoothing": 2.5, "seed": 0,
    }  # fmt: skip
    return Options.model_validate({**defaults, **changes})


def make_tuner(folder: Path, *, rank: int, steps: int, freeze_vision: bool = False) -> Tuner:
    adapted = adapt(load_checkpoint(folder), rank, freeze_vision=freeze_vision, seed=0)
    first = first_location(Tokenizer.from_file(str(folder / "tokenizer.json")))
    return Tuner.begin(adapted, options(lora_rank=rank, learning_rate=1e-2), first, steps)


def read_all(data: Path, checkpoint: Path) -> Asked:
    bounds, side = read_bounds(checkpoint)
    return load(gather(read_folder(data, bounds)), side)


def parse(*arguments: str) -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    command.add_arguments(parser)
    return parser.parse_args(arguments)


def run(checkpoint: Path, data: Path, out: Path, *more: str) -> int:
    paths = ("--checkpoint", str(checkpoint), "--data", str(data), "--out", str(out))
    return main(["finetune", *paths, *QUICK, *more])


def weights(folder: Path) -> dict[str, torch.Tensor]:
    found: dict[str, torch.Tensor] = load_checkpoint(folder).state_dict()
    return found


@pytest.mark.parametrize("rank", [0, 4])
def test_two_steps_lower_the_loss(rank: int, checkpoint: Path, data: Path) -> None:
    tuner, asked = make_tuner(checkpoint, rank=rank, steps=2), read_all(data, checkpoint)
    before = tuner.measure([asked])
    for step in range(2):
        tuner.step(step, asked)
    assert tuner.measure([asked]) < before


def test_merged_weights_compute_what_the_adapted_model_does(checkpoint: Path, data: Path) -> None:
    tuner, asked = make_tuner(checkpoint, rank=4, steps=4), read_all(data, checkpoint)
    for step in range(4):
        tuner.step(step, asked)
    merged = tuner.adapted.merged()
    assert merged.state_dict().keys() == load_checkpoint(checkpoint).state_dict().keys()
    found, expected, before = (logits(each) for each in (merged, tuner.adapted.model, load_checkpoint(checkpoint)))
    assert (found - expected).abs().max() < 1e-5
    assert (found - before).abs().max() > 1e-3


@torch.inference_mode()
def logits(model: torch.nn.Module) -> torch.Tensor:
    pixels = torch.randn(1, 3, SIDE, SIDE, generator=torch.Generator().manual_seed(0))
    ids = torch.tensor([[1725] * 5 + [0, 68, 2]])
    output: torch.Tensor = model.eval()(input_ids=ids, pixel_values=pixels, decoder_input_ids=ids[:, -3:]).logits
    return output


@pytest.mark.parametrize("rank", [0, 4])
def test_frozen_weights_do_not_train(rank: int, checkpoint: Path) -> None:
    def learning(*, freeze_vision: bool) -> list[str]:
        adapted: Adapted = adapt(load_checkpoint(checkpoint), rank, freeze_vision=freeze_vision, seed=0)
        return list(adapted.learning())

    everything, rest = learning(freeze_vision=False), learning(freeze_vision=True)
    assert [name for name in everything if not name.startswith(VISION)] == rest
    assert len(rest) < len(everything)
    assert rank == 0 or not [name for name in everything if name.startswith(HEAD) or "lora" not in name]


@pytest.mark.parametrize("more", [("--epochs", "1", "--rehearsal", "0.5"), ("--lora-rank", "4")])
def test_resuming_gives_the_weights_of_an_uninterrupted_training(
    more: tuple[str, ...], checkpoint: Path, data: Path, tmp_path: Path
) -> None:
    """Stopped within an epoch and resumed: the weights of an uninterrupted training, bit for bit."""
    uninterrupted, interrupted = tmp_path / "whole", tmp_path / "parted"
    assert run(checkpoint, data, uninterrupted, *more) == 0
    paths = ("--checkpoint", str(checkpoint), "--data", str(data), "--out", str(interrupted))
    ready = command.prepare(parse(*paths, *QUICK, *more))
    stopped = finetune(ready.tuner, ready.course, ready.progress, ready.setting, StopsAfter(2))
    assert stopped.step == 2
    assert run(checkpoint, data, interrupted, *more) == 0
    first, second = weights(uninterrupted / "model"), weights(interrupted / "model")
    assert all(torch.equal(first[name], second[name]) for name in first)
    assert rows(uninterrupted) == rows(interrupted)


def test_a_model_that_was_being_replaced_when_the_program_was_killed_is_found(
    checkpoint: Path, data: Path, tmp_path: Path
) -> None:
    assert run(checkpoint, data, tmp_path) == 0
    before = weights(tmp_path / "model")
    (tmp_path / "model").rename(tmp_path / "model.old")
    assert run(checkpoint, data, tmp_path) == 0  # all epochs are done
    assert all(torch.equal(before[name], found) for name, found in weights(tmp_path / "model").items())


class StopsAfter(Event):
    """An event that is set after some steps."""

    def __init__(self, steps: int) -> None:
        """Starts unset."""
        super().__init__()
        self.left = 2 * steps  # it is called before and after each step

    def is_set(self) -> bool:
        """Counts the calls, and returns whether the steps are done."""
        self.left -= 1
        return self.left <= 0


def rows(out: Path) -> list[dict[str, str]]:
    with (out / "log.csv").open() as file:
        return [{**row, "minutes": ""} for row in csv.DictReader(file)]


def test_the_result_is_exported_unchanged(checkpoint: Path, data: Path, tmp_path: Path) -> None:
    """`export` writes only graphs that compute what PyTorch does with the merged weights."""
    assert (
        run(checkpoint, data, tmp_path / "out", "--lora-rank", "2", "--holdout", "0.25", "--learning-rate", "0.1") == 0
    )
    model = tmp_path / "out" / "model"
    assert (model / "tokenizer.json").read_bytes() == (checkpoint / "tokenizer.json").read_bytes()
    assert main(["export", "--checkpoint", str(model), "--out", str(tmp_path / "exported")]) == 0
    assert [row["epoch"] for row in rows(tmp_path / "out")] == ["0", "1", "2"]
    assert all(float(row["held_out"]) > 0 for row in rows(tmp_path / "out"))


def test_a_finished_training_is_unchanged_and_another_is_refused(
    checkpoint: Path, data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(checkpoint, data, tmp_path, "--epochs", "1") == 0
    before = weights(tmp_path / "model")
    assert run(checkpoint, data, tmp_path, "--epochs", "1") == 0
    assert all(torch.equal(before[name], found) for name, found in weights(tmp_path / "model").items())
    assert run(checkpoint, data, tmp_path, "--epochs", "1", "--seed", "1") == 1
    assert "another --out" in capsys.readouterr().err


def test_it_ends_without_improvement(
    checkpoint: Path, data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    more = ("--epochs", "9", "--learning-rate", "1e-30", "--holdout", "0.5", "--patience", "2")
    assert run(checkpoint, data, tmp_path, *more) == 1
    assert [row["epoch"] for row in rows(tmp_path)] == ["0", "1", "2"]
    assert not (tmp_path / "model").exists()
    assert "--learning-rate" in capsys.readouterr().err


def test_rehearsal_adds_scenes_that_no_other_step_draws(checkpoint: Path, data: Path, tmp_path: Path) -> None:
    paths = ("--checkpoint", str(checkpoint), "--data", str(data), "--out", str(tmp_path))
    course = command.prepare(parse(*paths, *QUICK, "--batch", "4", "--rehearsal", "0.75")).course
    assert (course.new, course.options.rehearsed, course.steps_an_epoch) == (1, 3, 3)
    batch = course.batch(1)
    assert len(batch.pictures) == 4
    assert {each.picture for each in batch.posed} == {0, 1, 2, 3}
    assert torch.equal(batch.pictures, course.batch(1).pictures)
    assert isinstance(course.rehearsal, Rehearsal)
    assert not torch.equal(course.rehearsal.draw(0, 3).pictures, course.rehearsal.draw(1, 3).pictures)


def test_the_defaults_are_rehearsal_for_our_model_and_adapters_for_others(checkpoint: Path, tmp_path: Path) -> None:
    assert usual(checkpoint) == OURS
    (tmp_path / "tokenizer.json").write_text("{}")
    assert usual(tmp_path) == OTHERS
    given = {"epochs": 1, "batch": 8, "freeze_vision": False, "holdout": 0.1, "patience": 1, "seed": 0}
    read = read_options({**given, "learning_rate": None, "rehearsal": None}, tmp_path)
    assert (read.lora_rank, read.learning_rate, read.rehearsed, read.smoothing) == (8, 1e-3, 0, HARD)


@pytest.mark.parametrize(
    ("more", "said"),
    [
        (("--learning-rate", "-1"), "--learning-rate"),
        (("--holdout", "1"), "--holdout"),
        (("--batch", "257"), "--batch"),
        (("--lora-rank", "257"), "--lora-rank"),
        (("--checkpoint", "nowhere"), "config.json"),
    ],
)
def test_bad_options_are_refused(
    more: tuple[str, str], said: str, checkpoint: Path, data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(checkpoint, data, tmp_path / "out", *more) == 1
    assert said in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


def test_a_tokenizer_without_locations_is_refused(
    checkpoint: Path, data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    other = tmp_path / "other"
    shutil.copytree(checkpoint, other)
    tokenizer = json.loads((other / "tokenizer.json").read_text())
    tokenizer["added_tokens"] = [each for each in tokenizer["added_tokens"] if each["content"] != "<loc_0>"]
    tokenizer["model"]["vocab"].pop("<loc_0>", None)
    (other / "tokenizer.json").write_text(json.dumps(tokenizer))
    assert run(other, data, tmp_path / "out") == 1
    assert "<loc_0>" in capsys.readouterr().err


@pytest.mark.parametrize("name", ["model.safetensors", "tokenizer.json", "preprocessor_config.json"])
@pytest.mark.parametrize("command", ["finetune", "export"])
def test_a_checkpoint_cloned_without_git_lfs_is_refused(
    command: str, name: str, checkpoint: Path, data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    clone = tmp_path / "clone"
    shutil.copytree(checkpoint, clone)
    (clone / name).write_text(POINTER)
    more = ("--data", str(data), *QUICK) if command == "finetune" else ()
    assert main([command, "--checkpoint", str(clone), "--out", str(tmp_path / "out"), *more]) == 1
    message = capsys.readouterr().err
    assert name in message
    assert "git lfs pull" in message
    assert not (tmp_path / "out").exists()


def test_bad_data_is_refused_before_anything_is_written(
    checkpoint: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "annotations.jsonl").write_text("{}\n{")
    assert run(checkpoint, tmp_path, tmp_path / "out") == 1
    assert "2 lines" in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


def test_answers_are_counted_by_task_and_name(checkpoint: Path, data: Path) -> None:
    """The models are one that is right, one that gives another label, and one that answers nothing."""
    od, colour = read_folder(data, read_bounds(checkpoint)[0])[:2]
    right, misnamed, silent = (
        tally([Tried(od, text), Tried(colour, text)])
        for text in (f"</s><s>{od.answer}</s>", f"<s>{od.answer.replace('red', 'blue')}</s>", "<s></s>")
    )
    assert right["<OD>"] == {"(boxes)": Counts(1, 1, 1), "(names)": Counts(1, 1, 1), "red": Counts(1, 1, 1)}
    assert misnamed["<OD>"]["(boxes)"] == Counts(1, 1, 1)
    assert misnamed["<OD>"]["(names)"] == Counts(0, 1, 1)
    assert silent["<OD>"]["(boxes)"] == Counts(0, 0, 1)
    assert tally([Tried(colour, "</s><s>red</s>")]) == {"(own questions)": {"(exact)": Counts(1, 1, 1)}}
    assert list(describe(misnamed)["<OD>"]) == ["(boxes)", "(names)", "red"]


def test_every_line_is_measured(
    checkpoint: Path, data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    paths = ("--checkpoint", str(checkpoint), "--data", str(data), "--out", str(tmp_path / "figures.json"))
    assert main(["finetune-measure", *paths]) == 0
    figures = json.loads((tmp_path / "figures.json").read_text())
    assert figures["<OD>"]["(boxes)"]["wanted"] == 4
    assert figures["(own questions)"]["(exact)"]["wanted"] == 4
    assert "(own questions)" in capsys.readouterr().out
