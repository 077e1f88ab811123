"""Builds an ONNX graph node by node.

The graphs are written by hand, not traced, because the memory of an isolate is the product's hardest limit: every
weight is stored once and keeps its name in the checkpoint (so that the checkpoint can be restored from the graphs), and
every size that the configuration fixes is a constant instead of a chain of `Shape` nodes.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

from florence_training.export.names import CONSTANT

OPSET = 20  # the first with a Gelu operator; LayerNormalization came with 17
IR_VERSION = 9  # the format of opset 20, which every runtime with that opset reads

Dimension = int | str
Weights = Mapping[str, np.ndarray]


@dataclass
class _Store:
    """What a graph and its branches share: initialisers and the counter of value names."""

    weights: Weights
    initializers: dict[str, TensorProto] = field(default_factory=dict)
    constants: dict[tuple[str, tuple[int, ...], bytes], str] = field(default_factory=dict)
    values: int = 0


class GraphBuilder:
    """A graph under construction. Every method that adds a node returns the name of its output value."""

    def __init__(self, name: str, weights: Weights, *, _store: _Store | None = None) -> None:
        """Starts an empty graph that takes its weights from the checkpoint's tensors `weights`."""
        self._name = name
        self._store = _store if _store is not None else _Store(weights)
        self._nodes: list[onnx.NodeProto] = []
        self._inputs: list[onnx.ValueInfoProto] = []
        self._outputs: list[onnx.ValueInfoProto] = []

    def input(self, name: str, element_type: int, shape: Sequence[Dimension]) -> str:
        """Declares an input; a dimension given as text is dynamic."""
        self._inputs.append(helper.make_tensor_value_info(name, element_type, shape))
        return name

    def output(self, name: str, element_type: int, shape: Sequence[Dimension]) -> None:
        """Declares the value called `name` as an output; a dimension given as text is dynamic."""
        self._outputs.append(helper.make_tensor_value_info(name, element_type, shape))

    def op(self, op_type: str, *inputs: str, name: str | None = None, **attributes: object) -> str:
        """Adds a node with one output, called `name` if given."""
        value = name if name is not None else self._fresh(op_type)
        self._nodes.append(helper.make_node(op_type, list(inputs), [value], name=value, **attributes))
        return value

    def constant(self, array: np.ndarray) -> str:
        """Returns a constant that is not a weight (a shape, a scale); equal constants are stored once."""
        key = (str(array.dtype), array.shape, array.tobytes())
        if key not in self._store.constants:
            name = f"{CONSTANT}{len(self._store.constants)}"
            self._store.constants[key] = name
            self._store.initializers[name] = numpy_helper.from_array(array, name)
        return self._store.constants[key]

    def integers(self, *values: int) -> str:
        """Returns a constant vector of int64, as `Reshape` and `Slice` require."""
        return self.constant(np.array(values, dtype=np.int64))

    def number(self, value: float) -> str:
        """Returns a constant float32 scalar."""
        return self.constant(np.array(value, dtype=np.float32))

    def has_weight(self, name: str) -> bool:
        """Returns whether the checkpoint has a tensor of that name."""
        return name in self._store.weights

    def weight(self, name: str, *, transposed: bool = False) -> str:
        """Returns the checkpoint's tensor of that name; `transposed` for the right-hand side of a `MatMul`."""
        if name not in self._store.initializers:
            array = self._store.weights[name]
            stored = np.ascontiguousarray(array.T if transposed else array)
            self._store.initializers[name] = numpy_helper.from_array(stored, name)
        return name

    def branch(self, name: str) -> GraphBuilder:
        """Returns a graph for one side of an `If`; it sees this graph's values and stores its weights in this graph."""
        return GraphBuilder(name, self._store.weights, _store=self._store)

    def choose(self, condition: str, then: GraphBuilder, otherwise: GraphBuilder, outputs: Sequence[str]) -> None:
        """Adds an `If` node with outputs named `outputs`, in the order in which both branches declare theirs."""
        branches = {"then_branch": then.graph(), "else_branch": otherwise.graph()}
        self._nodes.append(helper.make_node("If", [condition], list(outputs), name=f"{self._name}_if", **branches))

    def graph(self) -> onnx.GraphProto:
        """Returns the nodes so far, without initialisers."""
        return helper.make_graph(self._nodes, self._name, self._inputs, self._outputs)

    def model(self) -> onnx.ModelProto:
        """Returns the complete model, after the checker of ONNX has accepted it."""
        graph = self.graph()
        graph.initializer.extend(self._store.initializers.values())
        opsets = [helper.make_opsetid("", OPSET)]
        model = helper.make_model(graph, opset_imports=opsets, ir_version=IR_VERSION, producer_name="florence_training")
        onnx.checker.check_model(model)
        return model

    def _fresh(self, op_type: str) -> str:
        self._store.values += 1
        return f"{op_type}_{self._store.values}"
