"""The goldens in the repository are complete, and were made with the shipped model."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from florence_training.__main__ import main
from florence_training.annotate.tasks import TASKS
from florence_training.evaluate.generate import GREEDY, MAX_NEW_TOKENS, THREE_BEAMS, Reader
from florence_training.export.restore import GRAPHS
from florence_training.goldens.answers import LEAST_MARGIN
from florence_training.goldens.pictures import GOLDEN_SHAPES
from florence_training.goldens.samples import SAMPLES

ROOT = Path(__file__).resolve().parents[2]
VECTORS = ROOT / "test" / "vectors" / "mini"
SHIPPED = ROOT / "model-shards" / "mini"
TOKENS = {"<s>": 0, "</s>": 2}


@pytest.fixture(scope="module")
def goldens() -> dict[str, Any]:
    document: dict[str, Any] = json.loads((VECTORS / "goldens.json").read_text(encoding="utf-8"))
    return document


@pytest.fixture(scope="module")
def checkpoint(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Returns the shipped graphs restored to a `from_pretrained` folder."""
    folder = tmp_path_factory.mktemp("checkpoint")
    assert main(["restore", "--model", str(SHIPPED), "--out", str(folder)]) == 0
    return folder


def test_every_image_has_every_task(goldens: dict[str, Any]) -> None:
    rows = goldens["goldens"]
    pictures = sorted({row["picture"] for row in rows})
    assert [(row["picture"], row["task"]) for row in rows] == [(name, task) for name in pictures for task in TASKS]
    assert len(pictures) == len(GOLDEN_SHAPES)


def test_images_have_their_sizes_and_formats() -> None:
    found = [Image.open(path) for path in sorted((VECTORS / "pictures").iterdir())]
    assert [(image.width, image.height, image.format) for image in found] == [
        (shape.width, shape.height, shape.format) for shape in GOLDEN_SHAPES
    ]


def test_answers_begin_and_end_with_their_special_tokens(goldens: dict[str, Any]) -> None:
    for row in goldens["goldens"]:
        assert row["prompt"] == TASKS[row["task"]].fill(row.get("input"))
        for ids in (row["prompt_ids"], row["greedy"], row["beams"]):
            assert (ids[0], ids[-1]) == (TOKENS["<s>"], TOKENS["</s>"])
            assert TOKENS["</s>"] not in ids[:-1]
            assert len(ids) <= MAX_NEW_TOKENS
        assert row["margin"] >= LEAST_MARGIN


def test_beams_repeat_no_three_tokens(goldens: dict[str, Any]) -> None:
    for row in goldens["goldens"]:
        triples = list(zip(row["beams"], row["beams"][1:], row["beams"][2:], strict=False))
        assert len(triples) == len(set(triples))


def test_the_shipped_model_has_the_weights_of_the_goldens(goldens: dict[str, Any], checkpoint: Path) -> None:
    weights = (checkpoint / "model.safetensors").read_bytes()
    assert hashlib.sha256(weights).hexdigest() == goldens["provenance"]["checkpoint_sha256"]


def test_the_shipped_graphs_are_what_export_and_shrink_make(checkpoint: Path, tmp_path: Path) -> None:
    exported, shrunk = tmp_path / "exported", tmp_path / "shrunk"
    assert main(["export", "--checkpoint", str(checkpoint), "--out", str(exported)]) == 0
    assert main(["shrink", "--model", str(exported), "--dtype", "fp16", "--out", str(shrunk)]) == 0
    for name in GRAPHS:
        path = Path("onnx") / f"{name}.onnx"
        assert (shrunk / path).read_bytes() == (SHIPPED / path).read_bytes()


def test_the_goldens_of_an_image_are_reproduced(goldens: dict[str, Any], checkpoint: Path) -> None:
    reader = Reader.load(checkpoint)
    rows = goldens["goldens"][: len(TASKS)]
    pixels = reader.pixels(Image.open(VECTORS / "pictures" / rows[0]["picture"]))
    for row in rows:
        assert reader.encode(row["prompt"]) == row["prompt_ids"]
        assert reader.generate(pixels, row["prompt"], GREEDY).ids == row["greedy"]
        assert reader.decode(row["greedy"]) == row["greedy_text"]
    assert reader.generate(pixels, rows[0]["prompt"], THREE_BEAMS).ids == rows[0]["beams"]


def test_samples_are_what_the_command_draws(tmp_path: Path) -> None:
    assert main(["samples", "--out", str(tmp_path)]) == 0
    assert len(list(tmp_path.iterdir())) == len(SAMPLES)
    for path in tmp_path.iterdir():
        assert path.read_bytes() == (ROOT / "test" / "pictures" / path.name).read_bytes()
