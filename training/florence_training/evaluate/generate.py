"""A picture and a prompt to token ids, through transformers' own image processor and `generate`."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import torch
from PIL import Image
from tokenizers import Tokenizer
from transformers import CLIPImageProcessorPil, Florence2ForConditionalGeneration

from florence_training.checkpoint import load_checkpoint

MAX_NEW_TOKENS = 256


@dataclass(frozen=True)
class Decoding:
    """How the next token is chosen; the forced first and last tokens come from the checkpoint's generation config."""

    num_beams: int = 1
    no_repeat_ngram_size: int = 0
    early_stopping: bool = False
    max_new_tokens: int = MAX_NEW_TOKENS


GREEDY = Decoding()
THREE_BEAMS = Decoding(num_beams=3, no_repeat_ngram_size=3, early_stopping=True)


@dataclass(frozen=True)
class Generation:
    """Token ids without the decoder's start token, and for greedy decoding the least lead of a token over the next."""

    ids: list[int]
    margin: float | None


@dataclass(frozen=True)
class Reader:
    """A checkpoint with its tokenizer and image processor."""

    model: Florence2ForConditionalGeneration
    tokenizer: Tokenizer
    processor: CLIPImageProcessorPil

    @staticmethod
    def load(checkpoint: Path, dtype: torch.dtype = torch.float32) -> Reader:
        """Reads a `from_pretrained` folder that holds `tokenizer.json` and `preprocessor_config.json`, too."""
        return Reader(
            model=load_checkpoint(checkpoint).to(dtype),
            tokenizer=Tokenizer.from_file(str(checkpoint / "tokenizer.json")),
            processor=CLIPImageProcessorPil.from_pretrained(checkpoint),
        )

    def encode(self, prompt: str) -> list[int]:
        """`<s>` prompt `</s>` as ids."""
        return list(self.tokenizer.encode(prompt).ids)

    def decode(self, ids: list[int]) -> str:
        """Text with its special tokens."""
        return str(self.tokenizer.decode(ids, skip_special_tokens=False))

    def pixels(self, picture: Image.Image) -> torch.Tensor:
        """What the vision tower sees, [1,3,S,S]; transparency is laid on white."""
        values: torch.Tensor = self.processor(images=picture, return_tensors="pt")["pixel_values"]
        return values.to(self.model.dtype)

    @torch.inference_mode()
    def generate(self, pixels: torch.Tensor, prompt: str, decoding: Decoding) -> Generation:
        """Runs the whole model."""
        config, generation = self.model.config, self.model.generation_config
        image_tokens = self.model.get_image_features(pixels).pooler_output.shape[1]
        ids = [config.image_token_id] * image_tokens + self.encode(prompt)
        output = self.model.generate(
            input_ids=torch.tensor([ids]),
            attention_mask=torch.ones(1, len(ids), dtype=torch.int64),
            pixel_values=pixels,
            do_sample=False,
            num_beams=decoding.num_beams,
            no_repeat_ngram_size=decoding.no_repeat_ngram_size,
            early_stopping=decoding.early_stopping,
            max_new_tokens=decoding.max_new_tokens,
            return_dict_in_generate=True,
            output_logits=True,
        )
        found = output.sequences[0].tolist()
        if found[0] != generation.decoder_start_token_id:
            raise ValueError(f"the sequence begins with {found[0]}")
        return Generation(found[1:], _margin(output.logits) if decoding.num_beams == 1 else None)


def _margin(logits: tuple[torch.Tensor, ...]) -> float:
    """The smallest difference between the two highest logits of a step, without the first step, which is forced."""
    leads = [torch.topk(step[0].double(), 2).values for step in logits[1:]]
    return min((float(best - second) for best, second in leads), default=float("inf"))
