"""Auxiliary heads, which predict what each visual token shows, so that the tower learns to see before it is prompted.

They are discarded at the end, which leaves a plain Florence-2. Boxes and characters go through the model's own
vocabulary: a head gives a vector, and its products with the tied embeddings must select the right token, so that in the
end the decoder only has to copy.
"""

from __future__ import annotations

import torch
from tokenizers import Tokenizer
from torch import nn
from transformers import Florence2Config

from florence_training.annotate.locations import BINS, OUTLINE_POINTS
from florence_training.train.cells import CHARACTERS, CLASSES, FINENESS, INDICES, SLOTS
from florence_training.train.vocabulary import character_ids, first_location

CORNERS = 4
OBJECT_BIAS = -3.0  # initial logit of "the middle of a box is here", which is rare


class Heads(nn.Module):
    """The heads, all of them linear; D is the size of a visual token and of an embedding."""

    locations: torch.Tensor
    characters: torch.Tensor

    def __init__(self, config: Florence2Config, tokenizer: Tokenizer) -> None:
        """Makes heads for a model of these sizes, with initial weights from PyTorch's generator."""
        super().__init__()
        fine, middle = config.vision_config.embed_dim[-3:-1]
        size, kinds = config.vision_config.projection_dim, len(CHARACTERS) + 1
        self.objects = nn.Linear(size, 1 + CLASSES + 2 + 2)  # whether there is one, its class, its middle, its size
        nn.init.constant_(self.objects.bias[:1], OBJECT_BIAS)
        self.places = nn.Linear(size, CORNERS * size)
        self.outlines = nn.Linear(size, 2 * OUTLINE_POINTS * size)
        self.slots = nn.Linear(size, SLOTS * size)
        self.nothing = nn.Parameter(torch.zeros(1, size))
        self.first = nn.Linear(size, INDICES)
        self.fine = nn.Conv2d(fine, kinds, 1)
        self.middle = nn.Conv2d(middle, kinds * (FINENESS // 2) ** 2, 1)
        self.register_buffer("locations", torch.arange(BINS) + first_location(tokenizer), persistent=False)
        self.register_buffer("characters", character_ids(tokenizer), persistent=False)

    def read_letters(self, maps: tuple[torch.Tensor, ...]) -> tuple[torch.Tensor, torch.Tensor]:
        """Returns logits [B,1+characters,H,W] on the cells of the finest map, once from each map."""
        fine, middle = maps
        return self.fine(fine), nn.functional.pixel_shuffle(self.middle(middle), FINENESS // 2)

    def read_slots(self, tokens: torch.Tensor, embeddings: torch.Tensor) -> torch.Tensor:
        """Returns logits [...,slots,1+characters] of tokens [...,D]."""
        table = torch.cat([self.nothing, embeddings[self.characters]])
        logits: torch.Tensor = self.slots(tokens).unflatten(-1, (SLOTS, -1)) @ table.T
        return logits

    def read_corners(self, tokens: torch.Tensor, embeddings: torch.Tensor) -> torch.Tensor:
        """Returns logits [n,4,bins] of tokens [n,D]: left, top, right, bottom."""
        return self._location_logits(self.places(tokens), embeddings)

    def read_outlines(self, tokens: torch.Tensor, embeddings: torch.Tensor) -> torch.Tensor:
        """Returns logits [n,32,bins] of tokens [n,D]: x and y of each outline point."""
        return self._location_logits(self.outlines(tokens), embeddings)

    def _location_logits(self, vectors: torch.Tensor, embeddings: torch.Tensor) -> torch.Tensor:
        table = embeddings[self.locations]
        size = table.shape[1]
        logits: torch.Tensor = vectors.reshape(len(vectors), vectors.shape[1] // size, size) @ table.T
        return logits
