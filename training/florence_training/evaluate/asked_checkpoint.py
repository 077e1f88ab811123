"""Answers questions with a checkpoint, through transformers' `generate`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PIL import Image

from florence_training.annotate.locations import BINS
from florence_training.evaluate.answers import Answer
from florence_training.evaluate.generate import Decoding, Generation, Reader
from florence_training.evaluate.location_text import read_answer
from florence_training.evaluate.questions import Question
from florence_training.train.vocabulary import first_location


@dataclass(frozen=True)
class AskedCheckpoint:
    """A checkpoint that answers with one configuration of the search."""

    reader: Reader
    decoding: Decoding

    def answer(self, questions: Sequence[Question]) -> list[Answer]:
        """Encodes the image once and decodes the answers to all questions in one batch."""
        scene = questions[0].scene
        pixels = self.reader.pixels(Image.fromarray(scene.image))
        prompts = [question.example.prompt for question in questions]
        generations = self.reader.generate_many(pixels, prompts, self.decoding)
        return [
            read_answer(
                question.example.task,
                self.reader.decode(generation.ids),
                scene.size,
                self._location_logprobs(generation),
            )
            for question, generation in zip(questions, generations, strict=True)
        ]

    def _location_logprobs(self, generation: Generation) -> list[float]:
        first = first_location(self.reader.tokenizer)
        tokens = zip(generation.ids, generation.logprobs, strict=True)
        return [logprob for id_, logprob in tokens if first <= id_ < first + BINS]
