"""Records a few numbers from every stage of one answer, to find the stage at which another implementation diverges."""

from __future__ import annotations

import torch
from PIL import Image

from florence_training.evaluate.generate import Reader
from florence_training.goldens.answers import Answer

FIRST_VALUES = 8


@torch.inference_mode()
def smoke(reader: Reader, picture: Image.Image, answer: Answer) -> dict[str, object]:
    """Returns shape, mean and first values of each tensor between the pixels and the logits of the first two steps."""
    model = reader.model
    language, embed, start = model.model.language_model, model.get_input_embeddings(), model.generation_config
    pixels = reader.pixels(picture)
    features = model.get_image_features(pixels).pooler_output
    embeds = torch.cat([features, embed(torch.tensor([answer.prompt_ids]))], dim=1)
    hidden = language.encoder(inputs_embeds=embeds, attention_mask=torch.ones(embeds.shape[:2])).last_hidden_state
    begin = torch.tensor([[start.decoder_start_token_id, start.forced_bos_token_id]])
    logits = model.lm_head(language.decoder(input_ids=begin, encoder_hidden_states=hidden).last_hidden_state)
    tensors = {"pixel_values": pixels, "image_features": features, "inputs_embeds": embeds}
    tensors |= {"last_hidden_state": hidden, "logits": logits}
    return {"task": answer.example.task, **{name: _describe(tensor) for name, tensor in tensors.items()}}


def _describe(tensor: torch.Tensor) -> dict[str, object]:
    first = [round(float(value), 6) for value in tensor.flatten()[:FIRST_VALUES]]
    return {"shape": list(tensor.shape), "mean": round(float(tensor.double().mean()), 6), "first": first}
