"""Exported models are restored bit for bit, with the commands that a user runs."""

from __future__ import annotations

from pathlib import Path

import onnx
import pytest
import torch
from conftest import IMAGE_SIZE, make_model
from transformers import Florence2ForConditionalGeneration

from florence_training.__main__ import main
from florence_training.export.command import build_graphs
from florence_training.export.restore import GRAPHS, build_model, read_weights
from florence_training.shrink.halves import LEAST_BYTES


@pytest.mark.parametrize("tied", [False, True])
def test_export_and_restore_return_every_weight(tmp_path: Path, *, tied: bool) -> None:
    checkpoint, exported, restored, again = (tmp_path / name for name in ("a", "b", "c", "d"))
    model = make_model(tied=tied)
    model.save_pretrained(checkpoint)
    (checkpoint / "tokenizer.json").write_text("{}")
    size = ["--image-size", str(IMAGE_SIZE)]
    assert main(["export", "--checkpoint", str(checkpoint), "--out", str(exported), *size]) == 0
    assert main(["restore", "--model", str(exported), "--out", str(restored)]) == 0
    returned = Florence2ForConditionalGeneration.from_pretrained(restored)
    assert set(returned.state_dict()) == set(model.state_dict())
    for name, tensor in model.state_dict().items():
        assert torch.equal(returned.state_dict()[name], tensor), name
    assert main(["export", "--checkpoint", str(restored), "--out", str(again)]) == 0
    for name in GRAPHS:
        path = Path("onnx") / f"{name}.onnx"
        assert (again / path).read_bytes() == (exported / path).read_bytes()


def test_float16_weights_are_restored_as_rounded_and_shrink_to_the_same_bytes(tmp_path: Path) -> None:
    model = make_model()
    checkpoint, exported, halves, restored, again, same = (tmp_path / name for name in "abcdef")
    model.save_pretrained(checkpoint)
    (checkpoint / "tokenizer.json").write_text("{}")
    size = ["--image-size", str(IMAGE_SIZE)]
    assert main(["export", "--checkpoint", str(checkpoint), "--out", str(exported), *size]) == 0
    assert main(["shrink", "--model", str(exported), "--dtype", "fp16", "--out", str(halves)]) == 0
    assert main(["restore", "--model", str(halves), "--out", str(restored)]) == 0
    returned = Florence2ForConditionalGeneration.from_pretrained(restored).state_dict()
    for name, tensor in model.named_parameters():
        rounded = tensor.half().float() if tensor.nbytes >= LEAST_BYTES else tensor
        assert torch.equal(returned[name], rounded), name
    assert main(["export", "--checkpoint", str(restored), "--out", str(again)]) == 0
    assert main(["shrink", "--model", str(again), "--dtype", "fp16", "--out", str(same)]) == 0
    for name in GRAPHS:
        path = Path("onnx") / f"{name}.onnx"
        assert (same / path).read_bytes() == (halves / path).read_bytes()


def test_a_graph_that_differs_is_not_written(tmp_path: Path) -> None:
    checkpoint, exported = tmp_path / "a", tmp_path / "b"
    make_model().save_pretrained(checkpoint)
    arguments = ["--checkpoint", str(checkpoint), "--out", str(exported), "--image-size", str(IMAGE_SIZE)]
    assert main(["export", *arguments, "--tolerance", "0"]) == 1
    assert not exported.exists()


def test_a_missing_weight_is_reported_by_name(tiny: Florence2ForConditionalGeneration) -> None:
    weights = _weights(build_graphs(tiny, IMAGE_SIZE))
    del weights["model.language_model.encoder.layers.0.fc1.bias"]
    with pytest.raises(ValueError, match=r"encoder\.layers\.0\.fc1\.bias"):
        build_model(tiny.config, weights)


def _weights(graphs: dict[str, onnx.ModelProto]) -> dict[str, object]:
    return {name: array for graph in graphs.values() for name, array in read_weights(graph)}
