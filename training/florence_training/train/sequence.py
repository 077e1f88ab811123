"""Cross-entropy of the answers to all tasks of a batch, with one vision pass for each image."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import torch
from torch.nn.utils.rnn import pad_sequence
from transformers import Florence2ForConditionalGeneration

from florence_training.train.data import Posed
from florence_training.train.losses import Loss, are_places, mean_of_tokens, token_losses
from florence_training.train.vision import Sight

# Rows of similar length are grouped to reduce padding: the answers in order of length, split at these fractions.
CUTS = (0.45, 0.8)


def sequence_loss(
    model: Florence2ForConditionalGeneration,
    sight: Sight,
    posed: Sequence[Posed],
    first_location: int,
    smoothing: float,
    location: float = 1.0,
) -> Loss:
    """Returns the mean loss over all tokens that the model has to choose: all but the first, which is forced.

    A location token weighs `location`, any other 1.
    """
    ordered = sorted(posed, key=lambda each: len(each.answer))
    edges = [0, *(round(len(ordered) * cut) for cut in CUTS), len(ordered)]
    groups = [ordered[start:end] for start, end in pairwise(edges) if end > start]
    answers = [_answer(model, sight, group) for group in groups]
    targets = torch.cat([ids for _, ids in answers])
    losses = torch.cat([token_losses(logits, ids, first_location, smoothing) for logits, ids in answers])
    places = are_places(targets, first_location)
    value = mean_of_tokens(losses, places, location)
    word_loss, location_loss = losses[~places].mean().item(), losses[places].mean().nan_to_num().item()
    return Loss(value, {"sequence": value.item(), "word_loss": word_loss, "location_loss": location_loss})


def _answer(
    model: Florence2ForConditionalGeneration, sight: Sight, posed: Sequence[Posed]
) -> tuple[torch.Tensor, torch.Tensor]:
    """Returns logits [n,vocabulary] and target ids [n] of all answer tokens but padding and the forced first one."""
    text = model.config.text_config
    prompts, answers = (
        _pad(rows, text.pad_token_id) for rows in ([p.prompt for p in posed], [p.answer for p in posed])
    )
    tokens = sight.tokens[[each.picture for each in posed]]
    visual_mask = torch.ones(tokens.shape[:2], dtype=torch.int64)
    start = torch.full((len(posed), 1), text.decoder_start_token_id)
    hidden = model.model.language_model(
        inputs_embeds=torch.cat([tokens, model.get_input_embeddings()(prompts)], dim=1),
        attention_mask=torch.cat([visual_mask, (prompts != text.pad_token_id).long()], dim=1),
        decoder_input_ids=torch.cat([start, answers[:, :-1]], dim=1),
        use_cache=False,
    ).last_hidden_state
    counted = answers != text.pad_token_id
    counted[:, 0] = False
    return model.lm_head(hidden[counted]), answers[counted]


def _pad(rows: Sequence[Sequence[int]], value: int) -> torch.Tensor:
    return pad_sequence([torch.tensor(row) for row in rows], batch_first=True, padding_value=value)
