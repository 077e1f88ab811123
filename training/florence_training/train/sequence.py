"""Cross-entropy of the answers to all tasks posed on a batch, with one look at each picture."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import torch
from torch.nn.utils.rnn import pad_sequence
from transformers import Florence2ForConditionalGeneration

from florence_training.train.data import Posed
from florence_training.train.losses import Loss, are_places, mean_of_tokens, token_losses
from florence_training.train.vision import Sight

# Rows of like length go together, so that little is padding: the answers in order of length, cut at these parts.
CUTS = (0.45, 0.8)


def sequence_loss(
    model: Florence2ForConditionalGeneration,
    sight: Sight,
    posed: Sequence[Posed],
    first_location: int,
    smoothing: float,
    location: float = 1.0,
) -> Loss:
    """The mean over all tokens that the model has to choose: all but the first, which is forced.

    A location token counts `location`, any other 1.
    """
    ordered = sorted(posed, key=lambda each: len(each.answer))
    edges = [0, *(round(len(ordered) * cut) for cut in CUTS), len(ordered)]
    groups = [ordered[start:end] for start, end in pairwise(edges) if end > start]
    answers = [_answer(model, sight, group) for group in groups]
    targets = torch.cat([ids for _, ids in answers])
    losses = torch.cat([token_losses(logits, ids, first_location, smoothing) for logits, ids in answers])
    places = are_places(targets, first_location)
    value = mean_of_tokens(losses, places, location)
    words, where = losses[~places].mean().item(), losses[places].mean().nan_to_num().item()
    return Loss(value, {"sequence": value.item(), "word_loss": words, "location_loss": where})


def _answer(
    model: Florence2ForConditionalGeneration, sight: Sight, posed: Sequence[Posed]
) -> tuple[torch.Tensor, torch.Tensor]:
    """Logits [n,vocabulary] and target ids [n] of every token of the answers but padding and the forced first."""
    text = model.config.text_config
    prompts, answers = (
        _pad(rows, text.pad_token_id) for rows in ([p.prompt for p in posed], [p.answer for p in posed])
    )
    tokens = sight.tokens[[each.picture for each in posed]]
    seen = torch.ones(tokens.shape[:2], dtype=torch.int64)
    start = torch.full((len(posed), 1), text.decoder_start_token_id)
    hidden = model.model.language_model(
        inputs_embeds=torch.cat([tokens, model.get_input_embeddings()(prompts)], dim=1),
        attention_mask=torch.cat([seen, (prompts != text.pad_token_id).long()], dim=1),
        decoder_input_ids=torch.cat([start, answers[:, :-1]], dim=1),
        use_cache=False,
    ).last_hidden_state
    chosen = answers != text.pad_token_id
    chosen[:, 0] = False
    return model.lm_head(hidden[chosen]), answers[chosen]


def _pad(rows: Sequence[Sequence[int]], value: int) -> torch.Tensor:
    return pad_sequence([torch.tensor(row) for row in rows], batch_first=True, padding_value=value)
