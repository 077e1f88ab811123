"""Generates token ids from an image and a prompt, with transformers' own image processor and `generate`."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import torch
from PIL import Image
from tokenizers import Tokenizer
from torch.nn.utils.rnn import pad_sequence
from transformers import CLIPImageProcessorPil, Florence2ForConditionalGeneration
from transformers.generation.utils import GenerateEncoderDecoderOutput

from florence_training.checkpoint import load_checkpoint

MAX_NEW_TOKENS = 256


@dataclass(frozen=True)
class Decoding:
    """The settings of the search; the forced first and last tokens come from the checkpoint's generation config."""

    num_beams: int = 1
    no_repeat_ngram_size: int = 0
    early_stopping: bool = False
    max_new_tokens: int = MAX_NEW_TOKENS


GREEDY = Decoding()
THREE_BEAMS = Decoding(num_beams=3, no_repeat_ngram_size=3, early_stopping=True)


@dataclass(frozen=True)
class Generation:
    """Generated token ids, without the decoder's start token, and their log-probabilities.

    `logprobs` are taken before any token is forced or forbidden. `margin` is the smallest difference between the two
    highest logits of a step; None with beams, and where it was not computed.
    """

    ids: list[int]
    logprobs: list[float]
    margin: float | None


@dataclass(frozen=True)
class Reader:
    """A checkpoint with its tokenizer and image processor."""

    model: Florence2ForConditionalGeneration
    tokenizer: Tokenizer
    processor: CLIPImageProcessorPil

    @staticmethod
    def load(checkpoint: Path, dtype: torch.dtype = torch.float32) -> Reader:
        """Reads a `from_pretrained` folder that also contains `tokenizer.json` and `preprocessor_config.json`."""
        return Reader(
            model=load_checkpoint(checkpoint).to(dtype),
            tokenizer=Tokenizer.from_file(str(checkpoint / "tokenizer.json")),
            processor=CLIPImageProcessorPil.from_pretrained(checkpoint),
        )

    def encode(self, prompt: str) -> list[int]:
        """Returns the ids of `<s>` prompt `</s>`."""
        return list(self.tokenizer.encode(prompt).ids)

    def decode(self, ids: list[int]) -> str:
        """Returns the text of the ids, with special tokens."""
        return str(self.tokenizer.decode(ids, skip_special_tokens=False))

    def pixels(self, picture: Image.Image) -> torch.Tensor:
        """Returns the image as the input [1,3,S,S] of the vision tower; transparency is blended over white."""
        values: torch.Tensor = self.processor(images=picture, return_tensors="pt")["pixel_values"]
        return values.to(self.model.dtype)

    @torch.inference_mode()
    def generate(self, pixels: torch.Tensor, prompt: str, decoding: Decoding) -> Generation:
        """Generates the answer to one prompt about one image."""
        image_tokens = self.model.get_image_features(pixels).pooler_output.shape[1]
        ids = [self.model.config.image_token_id] * image_tokens + self.encode(prompt)
        output = self._search(
            decoding,
            input_ids=torch.tensor([ids]),
            attention_mask=torch.ones(1, len(ids), dtype=torch.int64),
            pixel_values=pixels,
        )
        margin = _margin(output.logits) if decoding.num_beams == 1 else None
        [generation] = self._split_rows(output)
        return dataclasses.replace(generation, margin=margin)

    @torch.inference_mode()
    def generate_many(self, pixels: torch.Tensor, prompts: Sequence[str], decoding: Decoding) -> list[Generation]:
        """Generates the answers to several prompts about one image in one batch, without margins.

        The image is encoded once. The prompts are padded to the longest, so sums are computed in another order than in
        `generate`.
        """
        features = self.model.get_image_features(pixels).pooler_output.expand(len(prompts), -1, -1)
        rows = [torch.tensor(self.encode(prompt)) for prompt in prompts]
        ids = pad_sequence(rows, batch_first=True, padding_value=self.model.config.text_config.pad_token_id)
        lengths = torch.tensor([features.shape[1] + len(row) for row in rows])
        embedded = torch.cat([features, self.model.get_input_embeddings()(ids)], dim=1)
        mask = (torch.arange(embedded.shape[1]) < lengths[:, None]).long()
        encoded = self.model.model.language_model.encoder(inputs_embeds=embedded, attention_mask=mask)
        return self._split_rows(self._search(decoding, encoder_outputs=encoded, attention_mask=mask))

    def _search(self, decoding: Decoding, **inputs: object) -> GenerateEncoderDecoderOutput:
        return self.model.generate(
            **inputs,
            do_sample=False,
            num_beams=decoding.num_beams,
            no_repeat_ngram_size=decoding.no_repeat_ngram_size,
            early_stopping=decoding.early_stopping,
            max_new_tokens=decoding.max_new_tokens,
            return_dict_in_generate=True,
            output_logits=True,
        )

    def _split_rows(self, output: GenerateEncoderDecoderOutput) -> list[Generation]:
        """Returns the ids and log-probabilities of every row, without the start token and the padding."""
        logprobs = self.model.compute_transition_scores(
            output.sequences, output.logits, output.get("beam_indices"), normalize_logits=True
        )
        start = self.model.generation_config.decoder_start_token_id
        if (output.sequences[:, 0] != start).any():
            raise ValueError(f"a sequence begins with another token than {start}")
        lengths = (output.sequences[:, 1:] != self.model.config.text_config.pad_token_id).sum(dim=1).tolist()
        rows = zip(output.sequences[:, 1:].tolist(), logprobs.tolist(), lengths, strict=True)
        return [Generation(ids[:length], logs[:length], margin=None) for ids, logs, length in rows]


def _margin(logits: tuple[torch.Tensor, ...]) -> float:
    """Returns the smallest difference between the two highest logits of a step; the first, forced step is ignored."""
    highest = [torch.topk(step[0].double(), 2).values for step in logits[1:]]
    return min((float(best - second) for best, second in highest), default=float("inf"))
