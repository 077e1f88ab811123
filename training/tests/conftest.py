"""Fixtures: a Florence-2 so small that it is built, exported and run in a second, with no square or even sizes."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from transformers import BartConfig, Florence2Config, Florence2ForConditionalGeneration, Florence2VisionConfig

from florence_training.checkpoint import SHIPPED

# The models are tiny: more threads only wait for each other, for minutes on a busy machine.
torch.set_num_threads(1)

SIDE = 64  # pixels of the images of `like`: two tokens a side
IMAGE_SIZE = 48  # feature maps of 12, 6, 3 and 2: the last two are not multiples of the window


def make_model(*, scale_embedding: bool = False, tied: bool = True) -> Florence2ForConditionalGeneration:
    """Returns a model with random weights, all different, so that a swapped pair is noticed; `tied` ties the head."""
    vision = Florence2VisionConfig(
        depths=[1, 1, 2, 1],
        embed_dim=[8, 16, 24, 32],
        num_heads=[1, 2, 3, 4],
        num_groups=[2, 2, 4, 4],
        window_size=4,
        projection_dim=24,
        drop_path_rate=0.0,
        max_position_embeddings=5,
    )
    text = BartConfig(
        vocab_size=61,
        d_model=24,
        encoder_layers=2,
        decoder_layers=3,
        encoder_attention_heads=3,
        decoder_attention_heads=4,
        encoder_ffn_dim=40,
        decoder_ffn_dim=56,
        max_position_embeddings=64,
        scale_embedding=scale_embedding,
        decoder_start_token_id=2,
        forced_bos_token_id=0,
    )
    config = Florence2Config(
        vision_config=vision.to_dict(), text_config=text.to_dict(), image_token_id=60, tie_word_embeddings=tied
    )
    model = Florence2ForConditionalGeneration(config)
    generator = torch.Generator().manual_seed(0)
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            mean = 1.0 if "norm" in name and name.endswith("weight") else 0.0
            parameter.copy_(mean + torch.randn(parameter.shape, generator=generator) * 0.2)
    model.set_attn_implementation("eager")
    return model.eval()


@pytest.fixture(scope="session")
def tiny() -> Florence2ForConditionalGeneration:
    """Returns a shared model that no test changes."""
    return make_model()


@pytest.fixture(scope="session")
def like(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Returns a folder with the json files of a tiny model with the shipped vocabulary, and its initial weights."""
    folder = tmp_path_factory.mktemp("like")
    vision = Florence2VisionConfig(
        depths=[1, 1, 1, 1], embed_dim=[8, 16, 16, 32], num_heads=[1, 2, 2, 4], num_groups=[1, 2, 2, 4],
        window_size=4, projection_dim=32, drop_path_rate=0.0,
    )  # fmt: skip
    text = BartConfig(
        vocab_size=1726, d_model=32, encoder_layers=1, decoder_layers=1, encoder_attention_heads=2,
        decoder_attention_heads=2, encoder_ffn_dim=64, decoder_ffn_dim=64, max_position_embeddings=256, dropout=0.0,
        decoder_start_token_id=2, forced_bos_token_id=0,
    )  # fmt: skip
    config = Florence2Config(vision_config=vision.to_dict(), text_config=text.to_dict(), image_token_id=1725)
    torch.manual_seed(0)
    Florence2ForConditionalGeneration(config).save_pretrained(folder)
    (folder / "tokenizer.json").write_bytes((SHIPPED / "tokenizer.json").read_bytes())
    (folder / "preprocessor_config.json").write_text(f'{{"size": {{"height": {SIDE}, "width": {SIDE}}}}}')
    return folder
