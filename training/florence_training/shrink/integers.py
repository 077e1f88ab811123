"""Stores matrices as int8 and multiplies integers: ONNX Runtime's dynamic quantisation."""

from __future__ import annotations

import tempfile
from pathlib import Path

import onnx
from onnxruntime.quantization import QuantType, quantize_dynamic

from florence_training.shrink.halves import store_halves


def multiply_integers(model: onnx.ModelProto) -> onnx.ModelProto:
    """Returns the graph with int8 matrices, one scale per column; the other factor is quantised at run time.

    Convolutions and embeddings compute as before, with their weights stored as float16.
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
