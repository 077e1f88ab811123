"""Triton's entry point of `florence2_generate`: one vision pass for a batch, and one decoding per group of settings."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import numpy as np
import torch
import triton_python_backend_utils as pb_utils

sys.path.insert(0, str(Path(__file__).parent))
from generation import Generator, Prompt, Written, batches


class TritonPythonModel:
    """The interface that Triton calls."""

    def initialize(self, args: dict[str, str]) -> None:
        """Loads the checkpoint onto the device that Triton chose."""
        config = json.loads(args["model_config"])
        parameters = {name: each["string_value"] for name, each in config["parameters"].items()}
        device = f"cuda:{args['model_instance_device_id']}" if args["model_instance_kind"] == "GPU" else "cpu"
        checkpoint = Path(args["model_repository"]) / args["model_version"] / "checkpoint"
        self.generator = Generator.load(checkpoint, device, parameters["dtype"])
        self.filling = self.generator.model.generation_config.pad_token_id

    def execute(self, requests: list[Any]) -> list[Any]:
        """Answers all requests, or fails all of them: they share their passes."""
        try:
            return self._answer(requests)
        except Exception as error:  # noqa: BLE001 - the server must survive any error
            failure = pb_utils.TritonError(f"{type(error).__name__}: {error}")
            return [pb_utils.InferenceResponse(error=failure) for _ in requests]

    def _answer(self, requests: list[Any]) -> list[Any]:
        pixels = torch.from_numpy(np.concatenate([_array(request, "pixel_values") for request in requests]))
        each = [_prompts(request, picture) for picture, request in enumerate(requests)]
        prompts = [prompt for those in each for prompt in those]
        written = iter(self._write(self.generator.features(pixels), prompts))
        return [self._response([next(written) for _ in those]) for those in each]

    def _write(self, features: torch.Tensor, prompts: list[Prompt]) -> list[Written]:
        settings = {prompt.decoding: json.loads(prompt.decoding) for prompt in prompts}
        beams = {decoding: int(each["num_beams"]) for decoding, each in settings.items()}
        found: dict[int, Written] = {}
        for members in batches(prompts, beams):
            chosen = [prompts[at] for at in members]
            answers = self.generator.generate(features, chosen, settings[chosen[0].decoding])
            found.update(zip(members, answers, strict=True))
        return [found[at] for at in range(len(prompts))]

    def _response(self, written: list[Written]) -> Any:
        longest = max(len(each.ids) for each in written)
        ids = np.full((1, len(written), longest), self.filling, np.int64)
        logprobs = np.zeros((1, len(written), longest), np.float32)
        for at, each in enumerate(written):
            ids[0, at, : len(each.ids)] = each.ids
            logprobs[0, at, : len(each.ids)] = each.logprobs
        counts = np.array([[len(each.ids) for each in written]], np.int32)
        arrays = {"token_ids": ids, "token_logprobs": logprobs, "token_count": counts}
        return pb_utils.InferenceResponse([pb_utils.Tensor(name, array) for name, array in arrays.items()])


def _array(request: Any, name: str) -> np.ndarray:
    array: np.ndarray = pb_utils.get_input_tensor_by_name(request, name).as_numpy()
    return array


def _prompts(request: Any, picture: int) -> list[Prompt]:
    ids, counts = _array(request, "prompt_ids")[0], _array(request, "prompt_token_count")[0]
    decoding = _array(request, "decoding").reshape(-1)[0].decode()
    return [Prompt(picture, row[:count].tolist(), decoding) for row, count in zip(ids, counts, strict=True)]
