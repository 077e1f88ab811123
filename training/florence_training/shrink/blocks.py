"""Stores matrices as int8 in blocks with a scale each, multiplied in float32: ONNX Runtime's `MatMulNBits`."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import onnx
from onnx import helper, numpy_helper

from florence_training.shrink.halves import store_halves

BLOCK = 64  # rows of a matrix that share a scale
MIDDLE, LARGEST = 128, 127  # in an unsigned byte: the value of zero, and the largest magnitude
IN_FLOAT32 = 1  # the operator's accuracy_level


def store_blocks(model: onnx.ModelProto) -> onnx.ModelProto:
    """Returns the graph with matrices that fill blocks of rows as int8, and the remaining weights as float16."""
    weights = {weight.name: weight for weight in model.graph.initializer}
    by_name: dict[str, list[onnx.NodeProto]] = {}
    for node in _nodes(model.graph):
        for name in node.input:
            by_name.setdefault(name, []).append(node)
    for name, users in by_name.items():
        weight = weights.get(name)
        if weight is not None and _fits(weight) and all(_multiplies_by(node, name) for node in users):
            _replace(model.graph, weight, users)
    model.opset_import.append(helper.make_opsetid("com.microsoft", 1))
    return store_halves(model)


def quantize(matrix: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Quantises a matrix [rows,columns] to bytes [columns,rows/64,64] and scales [columns,rows/64]."""
    blocks = matrix.T.reshape(matrix.shape[1], -1, BLOCK)
    scales = np.abs(blocks).max(axis=-1) / LARGEST
    scales[scales == 0] = 1
    return (np.rint(blocks / scales[..., None]) + MIDDLE).astype(np.uint8), scales.astype(np.float32)


def _nodes(graph: onnx.GraphProto) -> Iterator[onnx.NodeProto]:
    """Yields the nodes of a graph and of its branches."""
    for node in graph.node:
        yield node
        for attribute in node.attribute:
            yield from _nodes(attribute.g)


def _fits(weight: onnx.TensorProto) -> bool:
    return len(weight.dims) == 2 and weight.dims[0] % BLOCK == 0  # noqa: PLR2004 -- a matrix


def _multiplies_by(node: onnx.NodeProto, name: str) -> bool:
    return bool(node.op_type == "MatMul" and node.input[1] == name and node.input[0] != name)


def _replace(graph: onnx.GraphProto, weight: onnx.TensorProto, users: list[onnx.NodeProto]) -> None:
    values, scales = quantize(numpy_helper.to_array(weight))
    bytes_ = numpy_helper.from_array(values, f"{weight.name}.bytes")
    scale = numpy_helper.from_array(scales.ravel(), f"{weight.name}.scales")
    rows, columns = weight.dims
    graph.initializer.remove(weight)
    graph.initializer.extend([bytes_, scale])
    settings = {"K": rows, "N": columns, "bits": 8, "block_size": BLOCK, "accuracy_level": IN_FLOAT32}
    for node in users:
        node.op_type, node.domain = "MatMulNBits", "com.microsoft"
        del node.input[1:]
        node.input.extend([bytes_.name, scale.name])
        node.attribute.extend(helper.make_attribute(key, value) for key, value in settings.items())
