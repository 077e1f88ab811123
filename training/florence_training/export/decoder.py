"""Builds `decoder_model_merged`: BART's decoder with its key-value cache, one graph for the first and all later steps.

The self-attention always concatenates the past, which has length 0 at the first step. Only the keys and values of the
cross-attention differ: `use_cache_branch` chooses between the cached ones and projecting `encoder_hidden_states`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import onnx
from onnx import TensorProto
from onnx.helper import make_tensor
from transformers import BartConfig, Florence2Config

from florence_training.export.builder import GraphBuilder, Weights
from florence_training.export.language import (
    LANGUAGE,
    SMALLEST,
    attend,
    close_layer,
    embed_positions,
    padding_mask,
    project_heads,
)
from florence_training.export.layers import layer_norm

DECODER = f"{LANGUAGE}.decoder"


@dataclass(frozen=True)
class _Sizes:
    """The number of layers and heads of the decoder, and the width of a head."""

    layers: int
    heads: int
    width: int

    @staticmethod
    def of(text: BartConfig) -> _Sizes:
        """Returns the sizes in a configuration."""
        heads = text.decoder_attention_heads
        return _Sizes(text.decoder_layers, heads, text.d_model // heads)

    def cache_shape(self, length: str) -> list[int | str]:
        """Returns the shape of cached keys or values over a dimension called `length`."""
        return ["batch_size", self.heads, length, self.width]


def cache_names(layers: int, prefix: str, stacks: Sequence[str] = ("decoder", "encoder")) -> list[str]:
    """Returns `{prefix}.{layer}.{stack}.{key|value}` in the order of the graph's inputs and outputs."""
    return [f"{prefix}.{i}.{stack}.{part}" for i in range(layers) for stack in stacks for part in ("key", "value")]


def decoder_model_merged(config: Florence2Config, weights: Weights) -> onnx.ModelProto:
    """Returns the graph; its inputs, outputs and their order are those of the merged decoders that `optimum` writes."""
    text, sizes = config.text_config, _Sizes.of(config.text_config)
    graph = GraphBuilder("decoder_model_merged", weights)
    _declare_inputs(graph, text, sizes)
    _cross_keys_and_values(graph, sizes)
    mask = padding_mask(graph, "encoder_attention_mask")
    past = graph.op("Shape", cache_names(1, "past_key_values")[0], start=2, end=3)
    length = graph.op("Shape", "inputs_embeds", start=1, end=2)
    causal = _causal_mask(graph, past, length)
    hidden = embed_positions(graph, "inputs_embeds", DECODER, past, length)
    for index in range(sizes.layers):
        hidden = _self_attention(graph, hidden, index, sizes, causal)
        hidden = _cross_attention(graph, hidden, index, sizes, mask)
        hidden = close_layer(graph, hidden, f"{DECODER}.layers.{index}")
    graph.op("MatMul", hidden, graph.weight("lm_head.weight", transposed=True), name="logits")
    _declare_outputs(graph, text, sizes)
    return graph.model()


def _declare_inputs(graph: GraphBuilder, text: BartConfig, sizes: _Sizes) -> None:
    encoder_shape = ["batch_size", "encoder_sequence_length", text.d_model]
    graph.input("encoder_attention_mask", TensorProto.INT64, encoder_shape[:2])
    graph.input("encoder_hidden_states", TensorProto.FLOAT, encoder_shape)
    graph.input("inputs_embeds", TensorProto.FLOAT, ["batch_size", "decoder_sequence_length", text.d_model])
    for name in cache_names(sizes.layers, "past_key_values"):
        length = "past_encoder_sequence_length" if ".encoder." in name else "past_decoder_sequence_length"
        graph.input(name, TensorProto.FLOAT, sizes.cache_shape(length))
    graph.input("use_cache_branch", TensorProto.BOOL, [1])


def _declare_outputs(graph: GraphBuilder, text: BartConfig, sizes: _Sizes) -> None:
    graph.output("logits", TensorProto.FLOAT, ["batch_size", "decoder_sequence_length", text.vocab_size])
    for name in cache_names(sizes.layers, "present"):
        length = "encoder_sequence_length" if ".encoder." in name else "total_decoder_sequence_length"
        graph.output(name, TensorProto.FLOAT, sizes.cache_shape(length))


def _cross_keys_and_values(graph: GraphBuilder, sizes: _Sizes) -> None:
    """Makes `present.{i}.encoder.*`: the past ones passed through, or projected from `encoder_hidden_states`."""
    cached, projected = graph.branch("cached"), graph.branch("projected")
    shape, present = sizes.cache_shape("encoder_sequence_length"), cache_names(sizes.layers, "present", ["encoder"])
    for name in present:
        index, part = int(name.split(".")[1]), name.split(".")[3]
        layer = f"{DECODER}.layers.{index}.encoder_attn.{part[0]}_proj"
        past = name.replace("present", "past_key_values")
        cached.output(cached.op("Identity", past, name=f"cached.{name}"), TensorProto.FLOAT, shape)
        output = f"projected.{name}"
        project_heads(projected, "encoder_hidden_states", layer, sizes.heads, sizes.width, output)
        projected.output(output, TensorProto.FLOAT, shape)
    graph.choose("use_cache_branch", cached, projected, present)


def _causal_mask(graph: GraphBuilder, past: str, length: str) -> str:
    """Returns [length, past + length]: the smallest float where a key comes after the query, else 0."""
    shape = graph.op("Concat", length, graph.op("Add", past, length), axis=0)
    full = graph.op("ConstantOfShape", shape, value=make_tensor("value", TensorProto.FLOAT, [1], [SMALLEST]))
    diagonal = graph.op("Squeeze", graph.op("Add", past, graph.integers(1)))
    return graph.op("Trilu", full, diagonal, upper=1)


def _self_attention(graph: GraphBuilder, hidden: str, index: int, sizes: _Sizes, mask: str) -> str:
    layer = f"{DECODER}.layers.{index}"
    name = f"{layer}.self_attn"
    query, key, value = (project_heads(graph, hidden, f"{name}.{p}_proj", sizes.heads, sizes.width) for p in "qkv")
    key, value = (
        graph.op(
            "Concat", f"past_key_values.{index}.decoder.{part}", new, name=f"present.{index}.decoder.{part}", axis=2
        )
        for part, new in (("key", key), ("value", value))
    )
    attended = attend(graph, query, key, value, name, sizes.width, mask)
    return layer_norm(graph, graph.op("Add", hidden, attended), f"{layer}.self_attn_layer_norm")


def _cross_attention(graph: GraphBuilder, hidden: str, index: int, sizes: _Sizes, mask: str) -> str:
    layer = f"{DECODER}.layers.{index}"
    name = f"{layer}.encoder_attn"
    query = project_heads(graph, hidden, f"{name}.q_proj", sizes.heads, sizes.width)
    key, value = (f"present.{index}.encoder.{part}" for part in ("key", "value"))
    attended = attend(graph, query, key, value, name, sizes.width, mask)
    return layer_norm(graph, graph.op("Add", hidden, attended), f"{layer}.encoder_attn_layer_norm")
