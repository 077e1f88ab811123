"""Stores weights as float16; everything is computed in float32 as before."""

from __future__ import annotations

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

from florence_training.export.names import CONSTANT, HALF

# Smaller constants stay float32: graphs are optimised by their values, and their total size is negligible.
LEAST_BYTES = 1024


def store_halves(model: onnx.ModelProto) -> onnx.ModelProto:
    """Returns the graph with every large float32 weight as float16 and a cast, which ONNX Runtime runs once at load.

    Constants stay float32: a checkpoint does not contain them, so after a restore they would be unrounded again.
    """
    graph = model.graph
    stored, casts = [], []
    for weight in graph.initializer:
        values = numpy_helper.to_array(weight)
        if values.dtype != np.float32 or values.nbytes < LEAST_BYTES or weight.name.startswith(CONSTANT):
            stored.append(weight)
            continue
        half = numpy_helper.from_array(values.astype(np.float16), weight.name + HALF)
        stored.append(half)
        casts.append(helper.make_node("Cast", [half.name], [weight.name], name=half.name, to=TensorProto.FLOAT))
    nodes = helper.make_graph([*casts, *graph.node], graph.name, graph.input, graph.output, stored)
    return helper.make_model(nodes, opset_imports=model.opset_import, ir_version=model.ir_version)
