"""Runs the graphs under ONNX Runtime and compares them with the PyTorch modules that they were made from."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
import onnx
import onnxruntime
import torch
from transformers import Florence2ForConditionalGeneration

from florence_training.export.decoder import cache_names

BATCH = 2
DECODER_LENGTH = 6
PADDING = 3  # prompt tokens of the second row that the attention mask hides
FIRST_STEPS = (1, 4)  # decoder tokens in the first step: one, and several at once

Sessions = Mapping[str, onnxruntime.InferenceSession]


@dataclass(frozen=True)
class Difference:
    """The largest absolute difference of one output, and the largest absolute value that it takes."""

    what: str
    largest: float
    magnitude: float


def open_sessions(models: Mapping[str, onnx.ModelProto]) -> Sessions:
    """Returns a CPU session for each graph."""
    providers = ["CPUExecutionProvider"]
    return {
        name: onnxruntime.InferenceSession(m.SerializeToString(), providers=providers) for name, m in models.items()
    }


@torch.inference_mode()
def compare(model: Florence2ForConditionalGeneration, sessions: Sessions, image_size: int) -> Iterator[Difference]:
    """Yields the differences of each graph, fed with the PyTorch output of the one before it.

    The inputs are random images and two prompts, one of them padded.
    """
    generator = torch.Generator().manual_seed(0)
    language, embed, vocabulary = (
        model.model.language_model,
        model.get_input_embeddings(),
        model.config.text_config.vocab_size,
    )
    pixels = torch.randn(BATCH, 3, image_size, image_size, generator=generator)
    features = model.get_image_features(pixels).pooler_output
    yield _difference("vision_encoder", _run(sessions["vision_encoder"], pixel_values=pixels), [features])

    prompt = torch.randint(4, min(vocabulary, model.config.image_token_id), (BATCH, 12), generator=generator)
    yield _difference("embed_tokens", _run(sessions["embed_tokens"], input_ids=prompt), [embed(prompt)])

    mask = torch.ones(BATCH, features.shape[1] + prompt.shape[1], dtype=torch.int64)
    mask[1, -PADDING:] = 0
    embeds = torch.cat([features, embed(prompt)], dim=1)
    hidden = language.encoder(inputs_embeds=embeds, attention_mask=mask).last_hidden_state
    yield _difference(
        "encoder_model", _run(sessions["encoder_model"], attention_mask=mask, inputs_embeds=embeds), [hidden]
    )

    target = torch.randint(4, vocabulary, (BATCH, DECODER_LENGTH), generator=generator)
    decoded = language.decoder(input_ids=target, encoder_hidden_states=hidden, encoder_attention_mask=mask)
    logits = model.lm_head(decoded.last_hidden_state)
    for first in FIRST_STEPS:
        steps = _decode(sessions["decoder_model_merged"], model, embed(target), hidden, mask, first)
        for step, (start, output) in enumerate(steps):
            what = f"decoder_model_merged, {first} at first, step {step}"
            yield _difference(what, [output], [logits[:, start : start + output.shape[1]]])


def _decode(
    session: onnxruntime.InferenceSession,
    model: Florence2ForConditionalGeneration,
    embeds: torch.Tensor,
    hidden: torch.Tensor,
    mask: torch.Tensor,
    first: int,
) -> Iterator[tuple[int, np.ndarray]]:
    """Yields (position, logits): `first` tokens without a past, then one at a time with the cache."""
    text = model.config.text_config
    empty = torch.zeros(BATCH, text.decoder_attention_heads, 0, text.d_model // text.decoder_attention_heads)
    past = dict.fromkeys(cache_names(text.decoder_layers, "past_key_values"), empty)
    fixed = {"encoder_attention_mask": mask, "encoder_hidden_states": hidden}
    start, length = 0, first
    while start < embeds.shape[1]:
        cached = torch.tensor([start > 0])
        fed = embeds[:, start : start + length]
        logits, *present = _run(session, **fixed, inputs_embeds=fed, **past, use_cache_branch=cached)
        yield start, logits
        past = {name: torch.from_numpy(value) for name, value in zip(past, present, strict=True)}
        start, length = start + length, 1


def _run(session: onnxruntime.InferenceSession, **inputs: torch.Tensor) -> list[np.ndarray]:
    outputs: list[np.ndarray] = session.run(None, {name: value.numpy() for name, value in inputs.items()})
    return outputs


def _difference(what: str, actual: list[np.ndarray], expected: list[torch.Tensor]) -> Difference:
    reference = expected[0].numpy()
    if actual[0].shape != reference.shape:
        raise ValueError(f"{what}: shape {actual[0].shape}, expected {reference.shape}")
    return Difference(what, float(np.abs(actual[0] - reference).max()), float(np.abs(reference).max()))
