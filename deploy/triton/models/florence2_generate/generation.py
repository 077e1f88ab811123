"""Images and prompts of several requests → token ids and their log-probabilities, in as few passes as possible."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from tokenizers import Tokenizer
from transformers import Florence2ForConditionalGeneration
from transformers.modeling_outputs import BaseModelOutput

# Maximum number of sequences in one decoding, each beam counted: limits the memory of a large model's caches.
MAX_SEQUENCES = 64


@dataclass(frozen=True)
class Prompt:
    """One prompt on one of a batch's images; `decoding` holds keyword arguments of `generate`, as JSON."""

    picture: int
    ids: Sequence[int]
    decoding: str


@dataclass(frozen=True)
class Written:
    """Generated ids without the decoder's start token, `</s>` last, and their natural log-probabilities."""

    ids: list[int]
    logprobs: list[float]


@dataclass(frozen=True)
class Generator:
    """A checkpoint, ready to run on one device."""

    model: Florence2ForConditionalGeneration
    suppressed: list[int]

    @staticmethod
    def load(checkpoint: Path, device: str, dtype: str) -> Generator:
        """Loads a `from_pretrained` folder; `dtype` is a name of torch."""
        loaded = Florence2ForConditionalGeneration.from_pretrained(checkpoint, dtype=getattr(torch, dtype))
        # The placeholder for visual tokens and ids outside the vocabulary must not be generated; with -inf
        # there, the other ids share the probability.
        last = max(Tokenizer.from_file(str(checkpoint / "tokenizer.json")).get_vocab().values())
        ids = range(loaded.config.text_config.vocab_size)
        suppressed = [at for at in ids if at > last or at == loaded.config.image_token_id]
        return Generator(loaded.eval().to(device), suppressed)

    @torch.inference_mode()
    def features(self, pixels: torch.Tensor) -> torch.Tensor:
        """[B, 3, S, S] → visual tokens [B, T, D]: one pass for all images."""
        return self.model.get_image_features(pixels.to(self.model.device, self.model.dtype)).pooler_output

    @torch.inference_mode()
    def generate(self, features: torch.Tensor, prompts: Sequence[Prompt], decoding: dict[str, Any]) -> list[Written]:
        """Answers prompts with equal settings as one batch."""
        hidden, mask = self._encode(features, prompts)
        output = self.model.generate(
            encoder_outputs=BaseModelOutput(last_hidden_state=hidden),
            attention_mask=mask,
            do_sample=False,
            suppress_tokens=self.suppressed or None,
            return_dict_in_generate=True,
            output_scores=True,
            **decoding,
        )
        # Greedy scores are logits after the rules: their softmax is relative to the allowed tokens. The scores of beam
        # search are already log-probabilities, from before the rules.
        logprobs = self.model.compute_transition_scores(
            output.sequences,
            output.scores,
            getattr(output, "beam_indices", None),
            normalize_logits=decoding["num_beams"] == 1,
        )
        end = self.model.generation_config.eos_token_id
        return [
            _written(row, scores, end) for row, scores in zip(output.sequences.tolist(), logprobs.tolist(), strict=True)
        ]

    def _encode(self, features: torch.Tensor, prompts: Sequence[Prompt]) -> tuple[torch.Tensor, torch.Tensor]:
        """Encoder states [k, longest, D] and their mask; shorter prompts are padded at the end."""
        device = self.model.device
        longest = max(len(prompt.ids) for prompt in prompts)
        ids = torch.zeros(len(prompts), longest, dtype=torch.int64)
        mask = torch.zeros(len(prompts), features.shape[1] + longest, dtype=torch.int64)
        for at, prompt in enumerate(prompts):
            ids[at, : len(prompt.ids)] = torch.tensor(prompt.ids)
            mask[at, : features.shape[1] + len(prompt.ids)] = 1
        embedded = self.model.get_input_embeddings()(ids.to(device))
        visual = features[[prompt.picture for prompt in prompts]]
        mask = mask.to(device)
        encoded = self.model.get_encoder()(inputs_embeds=torch.cat([visual, embedded], dim=1), attention_mask=mask)
        return encoded.last_hidden_state, mask


def batches(prompts: Sequence[Prompt], beams: dict[str, int]) -> Iterator[list[int]]:
    """Indices of prompts that can be answered together: equal settings, at most `MAX_SEQUENCES` sequences."""
    groups: dict[str, list[int]] = defaultdict(list)
    for at, prompt in enumerate(prompts):
        groups[prompt.decoding].append(at)
    for decoding, members in groups.items():
        size = max(1, MAX_SEQUENCES // beams[decoding])
        for start in range(0, len(members), size):
            yield members[start : start + size]


def _written(row: list[int], logprobs: list[float], end: int) -> Written:
    ids = row[1:]  # without the decoder's start token
    count = ids.index(end) + 1 if end in ids else len(ids)
    return Written(ids[:count], logprobs[:count])
