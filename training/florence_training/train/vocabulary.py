"""The ids of the tokens that training uses."""

from __future__ import annotations

import torch
from tokenizers import Tokenizer

from florence_training.train.cells import CHARACTERS


def first_location(tokenizer: Tokenizer) -> int:
    """Returns the id of `<loc_0>`; those of the other bins follow it."""
    return _id(tokenizer, "<loc_0>")


def character_ids(tokenizer: Tokenizer) -> torch.Tensor:
    """Returns the ids of `CHARACTERS`, in their order."""
    return torch.tensor([_id(tokenizer, character) for character in CHARACTERS])


def _id(tokenizer: Tokenizer, token: str) -> int:
    found = tokenizer.token_to_id(token)
    if found is None:
        raise ValueError(f"the tokenizer has no token {token}: it is not Florence-2's")
    return int(found)
