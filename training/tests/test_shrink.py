"""Smaller weights equal the original ones as far as their type allows, and the graphs around them still run."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import pytest
from conftest import IMAGE_SIZE
from onnx import TensorProto, helper, numpy_helper
from transformers import Florence2ForConditionalGeneration

from florence_training.__main__ import main
from florence_training.export.command import build_graphs
from florence_training.export.compare import compare, open_sessions
from florence_training.shrink.blocks import BLOCK, quantize, store_blocks
from florence_training.shrink.command import WAYS

MATRIX = np.random.default_rng(0).normal(size=(2 * BLOCK, 24)).astype(np.float32)
ROWS = np.random.default_rng(1).normal(size=(3, 2 * BLOCK)).astype(np.float32)


def _product() -> onnx.ModelProto:
    """Returns a graph of rows times a matrix, in one branch of an `If` that is always taken."""
    product = helper.make_node("MatMul", ["rows", "matrix"], ["product"])
    branch = helper.make_graph([product], "b", [], [helper.make_tensor_value_info("product", TensorProto.FLOAT, None)])
    graph = helper.make_graph(
        [helper.make_node("If", ["yes"], ["out"], then_branch=branch, else_branch=branch)],
        "graph",
        [helper.make_tensor_value_info("rows", TensorProto.FLOAT, [3, 2 * BLOCK])],
        [helper.make_tensor_value_info("out", TensorProto.FLOAT, None)],
        [numpy_helper.from_array(MATRIX, "matrix"), numpy_helper.from_array(np.array(True), "yes")],
    )
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 20)], ir_version=10)


@pytest.mark.parametrize(("dtype", "tolerance"), [("fp16", 2e-3), ("int8", 3e-2), ("q8", 1e-2)])
def test_products_stay_close_and_weights_become_smaller(dtype: str, tolerance: float) -> None:
    small = WAYS[dtype](_product()).SerializeToString()
    [found] = onnxruntime.InferenceSession(small, providers=["CPUExecutionProvider"]).run(None, {"rows": ROWS})
    exact = ROWS @ MATRIX
    assert 0 < np.abs(found - exact).max() < tolerance * np.abs(exact).max()
    assert len(small) < 0.65 * MATRIX.nbytes


def test_a_block_of_a_column_shares_a_scale() -> None:
    values, scales = quantize(MATRIX)
    assert (values.shape, scales.shape) == ((24, 2, BLOCK), (24, 2))
    again = ((values.astype(np.float32) - 128) * scales[..., None]).reshape(24, -1).T
    assert (np.abs(again - MATRIX) <= np.repeat(scales.T, BLOCK, axis=0) / 2 + 1e-6).all()
    assert quantize(np.zeros((BLOCK, 1), np.float32))[0].tolist() == [[[128] * BLOCK]]


def test_a_matrix_that_does_not_fill_blocks_stays_a_product() -> None:
    model = _product()
    model.graph.initializer[0].CopyFrom(numpy_helper.from_array(MATRIX[: BLOCK + 1], "matrix"))
    assert {weight.name for weight in store_blocks(model).graph.initializer} == {"matrix.float16", "yes"}


def test_constants_that_no_checkpoint_contains_are_not_rounded() -> None:
    model = _product()
    model.graph.initializer.append(numpy_helper.from_array(MATRIX, "constant_0"))
    kept = {each.name: each.data_type for each in WAYS["fp16"](model).graph.initializer}
    assert kept["constant_0"] == TensorProto.FLOAT
    assert kept["matrix.float16"] == TensorProto.FLOAT16


def test_float16_graphs_compute_nearly_what_pytorch_does(tiny: Florence2ForConditionalGeneration) -> None:
    graphs = {name: WAYS["fp16"](graph) for name, graph in build_graphs(tiny, IMAGE_SIZE).items()}
    for difference in compare(tiny, open_sessions(graphs), IMAGE_SIZE):
        assert difference.largest < 1e-2 * max(1, difference.magnitude), difference.what


def test_a_folder_is_shrunk(tmp_path: Path) -> None:
    source, out = tmp_path / "a", tmp_path / "b"
    (source / "onnx").mkdir(parents=True)
    (source / "config.json").write_text("{}", encoding="utf-8")
    onnx.save(_product(), source / "onnx" / "embed_tokens.onnx")
    assert main(["shrink", "--model", str(source), "--dtype", "fp16", "--out", str(out)]) == 0
    assert (out / "config.json").read_text(encoding="utf-8") == "{}"
    assert (out / "onnx" / "embed_tokens.onnx").stat().st_size < (source / "onnx" / "embed_tokens.onnx").stat().st_size
