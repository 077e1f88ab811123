"""The random model has the published sizes, depends on its seed, and answers differently for different images."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image
from transformers import Florence2Config, Florence2ForConditionalGeneration

from florence_training.__main__ import main
from florence_training.real_size.answers import INPUTS
from florence_training.real_size.configuration import read_configuration
from florence_training.real_size.weights import deviation_of, randomise

BASE = Path(__file__).parents[2] / "test/vectors/florence-2-base"
PLACEHOLDER_ID = 50264
SIDE = 64


@pytest.fixture(scope="module")
def small_config(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Returns the published files with smaller sizes, except the vocabulary: the model is made and run in seconds."""
    folder = tmp_path_factory.mktemp("config")
    config = json.loads((BASE / "config.json").read_text())
    config["vision_config"] |= {"depths": [1, 1, 1, 1], "dim_embed": [16, 32, 48, 64], "projection_dim": 64}
    config["vision_config"] |= {"num_heads": [1, 2, 3, 4], "num_groups": [1, 2, 3, 4], "window_size": 4}
    config["text_config"] |= {"d_model": 64, "encoder_layers": 2, "decoder_layers": 2}
    config["text_config"] |= {"encoder_attention_heads": 4, "decoder_attention_heads": 4}
    config["text_config"] |= {"encoder_ffn_dim": 128, "decoder_ffn_dim": 128}
    settings = json.loads((BASE / "preprocessor_config.json").read_text())
    settings |= {"size": {"height": SIDE, "width": SIDE}, "crop_size": {"height": SIDE, "width": SIDE}}
    (folder / "config.json").write_text(json.dumps(config))
    (folder / "preprocessor_config.json").write_text(json.dumps(settings))
    for name in ("tokenizer.json", "generation_config.json"):
        (folder / name).write_bytes((BASE / name).read_bytes())
    return folder


def test_the_published_sizes_are_those_of_florence_2_base() -> None:
    with torch.device("meta"):
        model = Florence2ForConditionalGeneration(read_configuration(BASE))
    shapes = {name: tuple(parameter.shape) for name, parameter in model.named_parameters()}
    # As published: 231 million, 51289 ids, 1024 positions after BART's offset of 2.
    assert model.num_parameters() == 231_414_016
    assert shapes["model.language_model.shared.weight"] == (51289, 768)
    assert shapes["model.language_model.decoder.embed_positions.weight"] == (1026, 768)
    assert shapes["model.multi_modal_projector.image_projection.weight"] == (768, 1024)
    assert model.config.image_token_id == PLACEHOLDER_ID


def test_a_seed_gives_the_same_weights_again_and_another_seed_gives_others(small_config: Path) -> None:
    states = [_random(small_config, seed).state_dict() for seed in (0, 0, 1)]
    name = "model.language_model.decoder.layers.0.fc1.weight"
    assert torch.equal(states[0][name], states[1][name])
    assert not torch.equal(states[0][name], states[2][name])


def test_the_placeholder_is_never_among_the_highest_logits(small_config: Path) -> None:
    model = _random(small_config, 0)
    logits = model.lm_head(torch.randn(50, 64))
    assert torch.equal(logits[:, PLACEHOLDER_ID], torch.zeros(50))
    assert logits.topk(6).values.min() > 0


def test_every_kind_of_parameter_is_drawn_as_the_table_says(small_config: Path) -> None:
    model = _random(small_config, 0)
    for name, parameter in model.named_parameters():
        if parameter.numel() > 1000:  # enough for the deviation to be measured
            assert float(parameter.detach().std()) == pytest.approx(deviation_of(name, parameter), rel=0.15), name


def test_random_export_and_answers_run_in_sequence(small_config: Path, tmp_path: Path) -> None:
    """Runs three commands in sequence; images and prompts must change the answers."""
    checkpoint, exported, answers = tmp_path / "a", tmp_path / "b", tmp_path / "answers.json"
    pictures = [tmp_path / f"{seed}.png" for seed in range(2)]
    for seed, path in enumerate(pictures):
        values = np.random.default_rng(seed).integers(0, 256, (SIDE, SIDE, 3), dtype=np.uint8)
        Image.fromarray(values).save(path)
    assert main(["random", "--config", str(small_config), "--out", str(checkpoint)]) == 0
    assert main(["export", "--checkpoint", str(checkpoint), "--out", str(exported)]) == 0
    named = [str(path) for path in pictures]
    limit = ["--max-new-tokens", "8"]
    assert main(["answers", "--checkpoint", str(checkpoint), "--pictures", *named, *limit, "--out", str(answers)]) == 0
    file = json.loads(answers.read_text())
    assert file["decodings"]["beams"]["num_beams"] == 3
    assert file["decodings"]["greedy"]["max_new_tokens"] == 8
    rows = file["answers"]
    assert [row["picture"] for row in rows] == [path for path in named for _ in INPUTS]
    assert all(row["greedy"][0] == row["beams"][0] == 0 for row in rows)
    assert all(len(row["greedy"]) == len(row["exact_greedy"]) == 8 for row in rows)
    assert all(row["margin"] > 0 for row in rows)
    first, second = ([row["greedy"] for row in rows[at : at + len(INPUTS)]] for at in (0, len(INPUTS)))
    assert first != second
    assert len({tuple(ids) for ids in first}) > 1


def _random(folder: Path, seed: int) -> Florence2ForConditionalGeneration:
    config: Florence2Config = read_configuration(folder)
    model = Florence2ForConditionalGeneration(config)
    randomise(model, seed)
    return model
