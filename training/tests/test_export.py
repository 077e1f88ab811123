"""The graphs compute what PyTorch computes, have the layout that runtimes expect, and store every weight once."""

from __future__ import annotations

import onnx
import pytest
from conftest import IMAGE_SIZE, make_model
from onnx import TensorProto
from transformers import Florence2ForConditionalGeneration

from florence_training.export.command import TOLERANCE, build_graphs
from florence_training.export.compare import compare, open_sessions
from florence_training.export.decoder import cache_names
from florence_training.export.files import preprocessor_config, tokenizer_config
from florence_training.export.vision import image_tokens

LAYERS = 3


@pytest.fixture(scope="module")
def graphs(tiny: Florence2ForConditionalGeneration) -> dict[str, onnx.ModelProto]:
    return build_graphs(tiny, IMAGE_SIZE)


@pytest.mark.parametrize("scale_embedding", [False, True])
@pytest.mark.parametrize("tied", [False, True])
def test_every_graph_agrees_with_pytorch(*, scale_embedding: bool, tied: bool) -> None:
    """Two rows, one with a padded prompt; decoding from one token and from several, then with the cache."""
    model = make_model(scale_embedding=scale_embedding, tied=tied)
    differences = list(compare(model, open_sessions(build_graphs(model, IMAGE_SIZE)), IMAGE_SIZE))
    assert len(differences) == 12
    assert max(difference.largest for difference in differences) <= TOLERANCE
    assert min(difference.magnitude for difference in differences) > 0.1


def test_a_wrong_weight_is_detected(tiny: Florence2ForConditionalGeneration) -> None:
    other = make_model()
    other.model.language_model.decoder.layers[1].encoder_attn.v_proj.bias.data += 0.01
    differences = compare(other, open_sessions(build_graphs(tiny, IMAGE_SIZE)), IMAGE_SIZE)
    assert max(difference.largest for difference in differences) > TOLERANCE


def test_names_types_and_order_are_those_of_the_onnx_community_layout(graphs: dict[str, onnx.ModelProto]) -> None:
    assert _signature(graphs["vision_encoder"]) == (
        [("pixel_values", TensorProto.FLOAT, ["batch_size", 3, 48, 48])],
        [("image_features", TensorProto.FLOAT, ["batch_size", 5, 24])],
    )
    tokens = ["batch_size", "sequence_length"]
    assert _signature(graphs["embed_tokens"]) == (
        [("input_ids", TensorProto.INT64, tokens)],
        [("inputs_embeds", TensorProto.FLOAT, [*tokens, 24])],
    )
    hidden = ["batch_size", "encoder_sequence_length", 24]
    assert _signature(graphs["encoder_model"]) == (
        [("attention_mask", TensorProto.INT64, hidden[:2]), ("inputs_embeds", TensorProto.FLOAT, hidden)],
        [("last_hidden_state", TensorProto.FLOAT, hidden)],
    )


def test_the_decoder_takes_and_gives_the_cache_in_order(graphs: dict[str, onnx.ModelProto]) -> None:
    inputs, outputs = _signature(graphs["decoder_model_merged"])
    assert [name for name, _, _ in inputs] == [
        "encoder_attention_mask",
        "encoder_hidden_states",
        "inputs_embeds",
        *cache_names(LAYERS, "past_key_values"),
        "use_cache_branch",
    ]
    assert inputs[-1] == ("use_cache_branch", TensorProto.BOOL, [1])
    assert inputs[3] == (
        "past_key_values.0.decoder.key",
        TensorProto.FLOAT,
        ["batch_size", 4, "past_decoder_sequence_length", 6],
    )
    assert outputs[0] == ("logits", TensorProto.FLOAT, ["batch_size", "decoder_sequence_length", 61])
    assert [name for name, _, _ in outputs[1:]] == cache_names(LAYERS, "present")


def test_every_weight_is_stored_once_and_nothing_else_is_large(
    graphs: dict[str, onnx.ModelProto], tiny: Florence2ForConditionalGeneration
) -> None:
    stored = [(graph.graph.name, tensor.name) for graph in graphs.values() for tensor in graph.graph.initializer]
    assert len(stored) == len(set(stored))
    weights = [name for _, name in stored if "." in name]
    shared = {"model.language_model.shared.weight", "lm_head.weight"}
    assert sorted(weights) == sorted({name for name, _ in tiny.named_parameters()} | shared)
    constants = [t for graph in graphs.values() for t in graph.graph.initializer if "." not in t.name]
    assert max(len(tensor.raw_data) for tensor in constants) <= 32 * 4


def test_no_branch_stores_weights(graphs: dict[str, onnx.ModelProto]) -> None:
    [choice] = [node for node in graphs["decoder_model_merged"].graph.node if node.op_type == "If"]
    assert [len(attribute.g.initializer) for attribute in choice.attribute] == [0, 0]


def test_sizes_in_the_settings_come_from_the_model(tiny: Florence2ForConditionalGeneration) -> None:
    settings = preprocessor_config(IMAGE_SIZE, image_tokens(tiny.config, IMAGE_SIZE))
    assert settings["size"] == {"height": 48, "width": 48}
    assert settings["image_seq_length"] == 1 + 2 * 2
    assert tokenizer_config(64)["model_max_length"] == 64


def _signature(model: onnx.ModelProto) -> tuple[list[tuple[str, int, list[int | str]]], ...]:
    return tuple([_describe(value) for value in values] for values in (model.graph.input, model.graph.output))


def _describe(value: onnx.ValueInfoProto) -> tuple[str, int, list[int | str]]:
    tensor = value.type.tensor_type
    return value.name, tensor.elem_type, [axis.dim_param or axis.dim_value for axis in tensor.shape.dim]
