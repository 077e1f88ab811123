"""Matrices as int8, multiplied as integers: ONNX Runtime's dynamic quantisation."""

from __future__ import annotations

import tempfile
from pathlib import Path

import onnx
from onnxruntime.quantization import QuantType, quantize_dynamic

from florence_training.shrink.halves import store_halves


def multiply_integers(model: onnx.ModelProto) -> onnx.ModelProto:
    """The graph with a scale for each column of a matrix; what it is multiplied by is quantised as it comes.

    Convolutions and embeddings stay as they compute, their weights as float16.
    """
    with tempfile.TemporaryDirectory() as folder:
        before, after = (Path(folder) / name for name in ("before.onnx", "after.onnx"))
        onnx.save(model, before)
        quantize_dynamic(
            before,
            after,
            op_types_to_quantize=["MatMul"],
            per_channel=True,
            weight_type=QuantType.QInt8,
            extra_options={"EnableSubgraph": True, "MatMulConstBOnly": True},
        )
        return store_halves(onnx.load(after))
