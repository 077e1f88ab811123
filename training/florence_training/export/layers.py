"""The layers that the vision tower and the language model share, as ONNX nodes."""

from __future__ import annotations

from florence_training.export.builder import GraphBuilder

LAYER_NORM_EPSILON = 1e-5  # PyTorch's default, which Florence-2 uses everywhere


def linear(graph: GraphBuilder, value: str, name: str) -> str:
    """Adds `nn.Linear` over the last axis, with the bias if the checkpoint has one."""
    product = graph.op("MatMul", value, graph.weight(f"{name}.weight", transposed=True))
    bias = f"{name}.bias"
    return graph.op("Add", product, graph.weight(bias)) if graph.has_weight(bias) else product


def layer_norm(graph: GraphBuilder, value: str, name: str, output: str | None = None) -> str:
    """Adds `nn.LayerNorm` over the last axis; `output` names its result."""
    scale, bias = graph.weight(f"{name}.weight"), graph.weight(f"{name}.bias")
    return graph.op("LayerNormalization", value, scale, bias, name=output, axis=-1, epsilon=LAYER_NORM_EPSILON)


def feed_forward(graph: GraphBuilder, value: str, name: str) -> str:
    """Adds two linear layers, `{name}fc1` and `{name}fc2`, with an exact (erf) GELU between them."""
    hidden = graph.op("Gelu", linear(graph, value, f"{name}fc1"))
    return linear(graph, hidden, f"{name}fc2")


def attention(
    graph: GraphBuilder, query: str, key_transposed: str, value: str, scale: float, mask: str | None = None
) -> str:
    """Adds softmax(query · keyᵀ · scale + mask) · value; the mask contains 0 or the smallest float."""
    scores = graph.op("MatMul", graph.op("Mul", query, graph.number(scale)), key_transposed)
    masked = scores if mask is None else graph.op("Add", scores, mask)
    return graph.op("MatMul", graph.op("Softmax", masked, axis=-1), value)
