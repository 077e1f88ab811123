"""Writes graph.onnx, which has both widths: `training/.venv/bin/python test/vectors/float16/make.py`.

present = past ‖ new, as a decoder's cache grows; shifted = float32(Σ present) + offset.
"""

from pathlib import Path

import onnx
from onnx import TensorProto, helper

inputs = [
    helper.make_tensor_value_info("past", TensorProto.FLOAT16, ["rows", "past"]),
    helper.make_tensor_value_info("new", TensorProto.FLOAT16, ["rows", "new"]),
    helper.make_tensor_value_info("offset", TensorProto.FLOAT, [1]),
]
outputs = [
    helper.make_tensor_value_info("present", TensorProto.FLOAT16, ["rows", "present"]),
    helper.make_tensor_value_info("shifted", TensorProto.FLOAT, [1]),
]
nodes = [
    helper.make_node("Concat", ["past", "new"], ["present"], axis=1),
    helper.make_node("ReduceSum", ["present"], ["sum"], keepdims=0),
    helper.make_node("Cast", ["sum"], ["wide"], to=TensorProto.FLOAT),
    helper.make_node("Add", ["wide", "offset"], ["shifted"]),
]
graph = helper.make_graph(nodes, "float16", inputs, outputs)
model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 20)], ir_version=9, producer_name="make.py")
onnx.checker.check_model(model, full_check=True)
onnx.save(model, Path(__file__).parent / "graph.onnx")
