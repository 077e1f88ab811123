"""Builds `embed_tokens` and `encoder_model` (embedding and BART's encoder), and layers shared with the decoder."""

from __future__ import annotations

import math

import numpy as np
import onnx
from onnx import TensorProto
from transformers import BartConfig, Florence2Config

from florence_training.export.builder import GraphBuilder, Weights
from florence_training.export.layers import attention, feed_forward, layer_norm, linear

LANGUAGE = "model.language_model"
POSITION_OFFSET = 2  # BART has two unused rows at the start of its position tables
SMALLEST = float(np.finfo(np.float32).min)


def embed_tokens(config: Florence2Config, weights: Weights) -> onnx.ModelProto:
    """Returns the graph `input_ids` int64 [B,S] → `inputs_embeds` [B,S,D]."""
    text = config.text_config
    scale = math.sqrt(text.d_model) if text.scale_embedding else 1.0
    graph = GraphBuilder("embed_tokens", weights)
    graph.input("input_ids", TensorProto.INT64, ["batch_size", "sequence_length"])
    table = graph.weight(f"{LANGUAGE}.shared.weight")
    if scale == 1.0:
        graph.op("Gather", table, "input_ids", name="inputs_embeds")
    else:
        graph.op("Mul", graph.op("Gather", table, "input_ids"), graph.number(scale), name="inputs_embeds")
    graph.output("inputs_embeds", TensorProto.FLOAT, ["batch_size", "sequence_length", text.d_model])
    return graph.model()


def encoder_model(config: Florence2Config, weights: Weights) -> onnx.ModelProto:
    """Returns the graph `attention_mask` int64 [B,S], `inputs_embeds` [B,S,D] → `last_hidden_state` [B,S,D]."""
    text, encoder = config.text_config, f"{LANGUAGE}.encoder"
    shape = ["batch_size", "encoder_sequence_length", text.d_model]
    graph = GraphBuilder("encoder_model", weights)
    graph.input("attention_mask", TensorProto.INT64, shape[:2])
    graph.input("inputs_embeds", TensorProto.FLOAT, shape)
    mask = padding_mask(graph, "attention_mask")
    length = graph.op("Shape", "inputs_embeds", start=1, end=2)
    hidden = embed_positions(graph, "inputs_embeds", encoder, graph.integers(0), length)
    for index in range(text.encoder_layers):
        layer = f"{encoder}.layers.{index}"
        hidden = _encoder_layer(graph, hidden, layer, text, mask)
    graph.op("Identity", hidden, name="last_hidden_state")
    graph.output("last_hidden_state", TensorProto.FLOAT, shape)
    return graph.model()


def _encoder_layer(graph: GraphBuilder, hidden: str, layer: str, text: BartConfig, mask: str) -> str:
    name, heads, width = (
        f"{layer}.self_attn",
        text.encoder_attention_heads,
        text.d_model // text.encoder_attention_heads,
    )
    query, key, value = (project_heads(graph, hidden, f"{name}.{part}_proj", heads, width) for part in "qkv")
    attended = attend(graph, query, key, value, name, width, mask)
    hidden = layer_norm(graph, graph.op("Add", hidden, attended), f"{layer}.self_attn_layer_norm")
    return close_layer(graph, hidden, layer)


def padding_mask(graph: GraphBuilder, mask: str) -> str:
    """Returns [B,1,1,S]: 0 where `mask` [B,S] is 1, and the smallest float where it is 0."""
    absent = graph.op("Sub", graph.number(1.0), graph.op("Cast", mask, to=TensorProto.FLOAT))
    return graph.op("Unsqueeze", graph.op("Mul", absent, graph.number(SMALLEST)), graph.integers(1, 2))


def embed_positions(graph: GraphBuilder, embeds: str, stack: str, first: str, length: str) -> str:
    """Adds the learned positions `first` … `first + length` (vectors of one element) and normalises."""
    start = graph.op("Add", first, graph.integers(POSITION_OFFSET))
    table = graph.weight(f"{stack}.embed_positions.weight")
    positions = graph.op("Slice", table, start, graph.op("Add", start, length), graph.integers(0))
    return layer_norm(graph, graph.op("Add", embeds, positions), f"{stack}.layernorm_embedding")


def project_heads(graph: GraphBuilder, value: str, name: str, heads: int, width: int, output: str | None = None) -> str:
    """Adds a linear layer and splits its output [B,S,D] into heads: [B,heads,S,width]."""
    split = graph.op("Reshape", linear(graph, value, name), graph.integers(0, 0, heads, width))
    return graph.op("Transpose", split, name=output, perm=[0, 2, 1, 3])


def attend(graph: GraphBuilder, query: str, key: str, value: str, name: str, width: int, mask: str) -> str:
    """Adds attention over heads [B,heads,S,width], merged to [B,S,D] and projected by `{name}.out_proj`."""
    key = graph.op("Transpose", key, perm=[0, 1, 3, 2])
    merged = graph.op("Transpose", attention(graph, query, key, value, width**-0.5, mask), perm=[0, 2, 1, 3])
    return linear(graph, graph.op("Reshape", merged, graph.integers(0, 0, -1)), f"{name}.out_proj")


def close_layer(graph: GraphBuilder, hidden: str, layer: str) -> str:
    """Adds the feed-forward half of a layer, with its residual and norm."""
    mixed = graph.op("Add", hidden, feed_forward(graph, hidden, f"{layer}."))
    return layer_norm(graph, mixed, f"{layer}.final_layer_norm")
