"""Builds `vision_encoder`: DaViT tower and projector, `pixel_values` [B,3,S,S] → `image_features` [B,1+n²,D]."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import onnx
from onnx import TensorProto
from transformers import Florence2Config

from florence_training.export.builder import GraphBuilder, Weights
from florence_training.export.layers import attention, feed_forward, layer_norm, linear

TOWER = "model.vision_tower"
PROJECTOR = "model.multi_modal_projector"
TO_CHANNELS_LAST = [0, 2, 3, 1]
TO_CHANNELS_FIRST = [0, 3, 1, 2]


@dataclass(frozen=True)
class _Stage:
    """The sizes of one of the four stages; `side` is the height and width of its feature map."""

    side: int
    channels: int
    heads: int
    groups: int
    window: int


def map_sides(config: Florence2Config, image_size: int) -> list[int]:
    """Returns the height (= width) of every stage's feature map."""
    vision, side, sides = config.vision_config, image_size, []
    for kernel, stride, padding in zip(vision.patch_size, vision.patch_stride, vision.patch_padding, strict=True):
        side = (side + 2 * padding - kernel) // stride + 1
        sides.append(side)
    return sides


def image_tokens(config: Florence2Config, image_size: int) -> int:
    """Returns the number of visual tokens: one for the whole image, one for each cell of the last feature map."""
    return 1 + map_sides(config, image_size)[-1] ** 2


def vision_encoder(config: Florence2Config, weights: Weights, image_size: int) -> onnx.ModelProto:
    """Returns the graph for square images of `image_size` pixels; only the batch axis is dynamic."""
    vision, sides = config.vision_config, map_sides(config, image_size)
    graph = GraphBuilder("vision_encoder", weights)
    pixels_shape = ["batch_size", vision.in_channels, image_size, image_size]
    value = graph.input("pixel_values", TensorProto.FLOAT, pixels_shape)
    for index, side in enumerate(sides):
        stage = _Stage(
            side, vision.embed_dim[index], vision.num_heads[index], vision.num_groups[index], vision.window_size
        )
        value = _patch_embedding(graph, value, config, index)
        for depth in range(vision.depths[index]):
            block = f"{TOWER}.blocks.{index}.{depth}"
            value = _block(graph, value, f"{block}.spatial_block", "window_attn", stage)
            value = _block(graph, value, f"{block}.channel_block", "channel_attn", stage)
    _projector(graph, value, config, sides[-1])
    features_shape = ["batch_size", image_tokens(config, image_size), vision.projection_dim]
    graph.output("image_features", TensorProto.FLOAT, features_shape)
    return graph.model()


def _patch_embedding(graph: GraphBuilder, value: str, config: Florence2Config, index: int) -> str:
    vision, name = config.vision_config, f"{TOWER}.convs.{index}"
    padding, stride = vision.patch_padding[index], vision.patch_stride[index]
    if vision.patch_prenorm[index]:
        return _convolution(graph, _norm_channels(graph, value, name), f"{name}.conv", padding, stride)
    return _norm_channels(graph, _convolution(graph, value, f"{name}.conv", padding, stride), name)


def _norm_channels(graph: GraphBuilder, value: str, name: str) -> str:
    last = graph.op("Transpose", value, perm=TO_CHANNELS_LAST)
    return graph.op("Transpose", layer_norm(graph, last, f"{name}.norm"), perm=TO_CHANNELS_FIRST)


def _convolution(graph: GraphBuilder, value: str, name: str, padding: int, stride: int = 1, groups: int = 1) -> str:
    arguments = [value, graph.weight(f"{name}.weight"), graph.weight(f"{name}.bias")]
    return graph.op("Conv", *arguments, pads=[padding] * 4, strides=[stride] * 2, group=groups)


def _block(graph: GraphBuilder, value: str, name: str, kind: str, stage: _Stage) -> str:
    """Adds four residual steps: depthwise, attention(norm), depthwise, feed-forward(norm); [B,C,H,W] in and out."""
    attend = _window_attention if kind == "window_attn" else _channel_attention
    last = _depthwise(graph, value, f"{name}.conv1", stage)
    mixed = attend(graph, layer_norm(graph, last, f"{name}.norm1"), f"{name}.{kind}", stage)
    first = graph.op("Transpose", graph.op("Add", last, mixed), perm=TO_CHANNELS_FIRST)
    last = _depthwise(graph, first, f"{name}.conv2", stage)
    mixed = feed_forward(graph, layer_norm(graph, last, f"{name}.norm2"), f"{name}.ffn.")
    return graph.op("Transpose", graph.op("Add", last, mixed), perm=TO_CHANNELS_FIRST)


def _depthwise(graph: GraphBuilder, value: str, name: str, stage: _Stage) -> str:
    """Adds a depthwise 3×3 convolution and its residual, [B,C,H,W] → [B,H,W,C]."""
    mixed = graph.op("Add", _convolution(graph, value, name, padding=1, groups=stage.channels), value)
    return graph.op("Transpose", mixed, perm=TO_CHANNELS_LAST)


def _window_attention(graph: GraphBuilder, value: str, name: str, stage: _Stage) -> str:
    """Adds attention inside windows. One transpose splits windows and heads, one merges both."""
    side, window, heads, width = stage.side, stage.window, stage.heads, stage.channels // stage.heads
    windows = -(-side // window)
    margin = windows * window - side
    if margin:  # at the right and bottom, without a mask: the reference attends to the zeros, too
        value = graph.op("Pad", value, graph.integers(0, 0, 0, 0, 0, margin, margin, 0))
    packed = linear(graph, value, f"{name}.qkv")
    windowed = graph.op("Reshape", packed, graph.integers(-1, windows, window, windows, window, 3, heads, width))
    moved = graph.op("Transpose", windowed, perm=[5, 0, 1, 3, 6, 2, 4, 7])
    query, key, values = _unpack(graph, moved, [3, -1, heads, window**2, width])
    key = graph.op("Transpose", key, perm=[0, 1, 3, 2])
    attended = attention(graph, query, key, values, width**-0.5)
    grid = graph.op("Reshape", attended, graph.integers(-1, windows, windows, heads, window, window, width))
    restored = graph.op("Transpose", grid, perm=[0, 1, 4, 2, 5, 3, 6])
    merged = graph.op("Reshape", restored, graph.integers(-1, windows * window, windows * window, stage.channels))
    projected = linear(graph, merged, f"{name}.proj")
    if not margin:
        return projected
    return graph.op("Slice", projected, graph.integers(0, 0), graph.integers(side, side), graph.integers(1, 2))


def _channel_attention(graph: GraphBuilder, value: str, name: str, stage: _Stage) -> str:
    """Adds attention of channels to channels inside groups; its scale is the number of *tokens* to the power −½."""
    tokens, groups, width = stage.side**2, stage.groups, stage.channels // stage.groups
    packed = graph.op("Reshape", linear(graph, value, f"{name}.qkv"), graph.integers(-1, tokens, 3, groups, width))
    moved = graph.op("Transpose", packed, perm=[2, 0, 3, 4, 1])
    query, key, values = _unpack(graph, moved, [3, -1, groups, width, tokens])
    key = graph.op("Transpose", key, perm=[0, 1, 3, 2])
    attended = attention(graph, query, key, values, tokens**-0.5)
    restored = graph.op("Transpose", attended, perm=[0, 3, 1, 2])
    merged = graph.op("Reshape", restored, graph.integers(-1, stage.side, stage.side, stage.channels))
    return linear(graph, merged, f"{name}.proj")


def _unpack(graph: GraphBuilder, value: str, shape: list[int]) -> tuple[str, str, str]:
    """Returns query, key and value of a tensor that has the three on its first axis."""
    packed = graph.op("Reshape", value, graph.integers(*shape))
    query, key, values = (graph.op("Gather", packed, graph.constant(np.array(i, np.int64)), axis=0) for i in range(3))
    return query, key, values


def _projector(graph: GraphBuilder, value: str, config: Florence2Config, side: int) -> None:
    """Adds positions, puts the mean token before the others, projects and normalises."""
    channels = config.vision_config.embed_dim[-1]
    last = graph.op("Transpose", value, perm=TO_CHANNELS_LAST)
    placed = graph.op("Add", graph.op("Add", last, _positions(graph, side, channels)), _first_frame(graph, channels))
    tokens = graph.op("Reshape", placed, graph.integers(-1, side * side, channels))
    mean = graph.op("ReduceMean", tokens, graph.integers(1), keepdims=1)
    projected = linear(graph, graph.op("Concat", mean, tokens, axis=1), f"{PROJECTOR}.image_projection")
    layer_norm(graph, projected, f"{PROJECTOR}.image_proj_norm", output="image_features")


def _positions(graph: GraphBuilder, side: int, channels: int) -> str:
    """Returns learned positions [side,side,C]: the column's half of the channels first, then the row's."""
    half, tables = channels // 2, f"{PROJECTOR}.image_position_embed"
    start, end, axis = graph.integers(0), graph.integers(side), graph.integers(0)
    columns = graph.op("Slice", graph.weight(f"{tables}.column_embeddings.weight"), start, end, axis)
    rows = graph.op("Slice", graph.weight(f"{tables}.row_embeddings.weight"), start, end, axis)
    across = graph.op("Expand", columns, graph.integers(side, side, channels - half))
    down = graph.op("Expand", graph.op("Unsqueeze", rows, graph.integers(1)), graph.integers(side, side, half))
    return graph.op("Concat", across, down, axis=-1)


def _first_frame(graph: GraphBuilder, channels: int) -> str:
    """Returns the temporal embedding of the only frame: sin 0 and cos 0 alternately."""
    return graph.constant(np.tile(np.array([0, 1], np.float32), channels // 2))
