"""Cheap metrics of a model in training, on held-out scenes: losses by task, things found, words read."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import count, islice
from random import Random

import numpy as np
import torch
from tokenizers import Tokenizer
from transformers import Florence2ForConditionalGeneration
from transformers.modeling_outputs import BaseModelOutput

from florence_training.annotate.targets import can_pose, make_example
from florence_training.annotate.tasks import TASKS
from florence_training.evaluate.location_text import read_answer
from florence_training.evaluate.measures.matching import Counts, box_overlaps, count_matches
from florence_training.evaluate.measures.texts import count_words
from florence_training.scenes.compose import SceneSettings, make_scene
from florence_training.scenes.scene import Scene
from florence_training.train.data import Posed
from florence_training.train.sequence import sequence_loss
from florence_training.train.vision import Sight, look
from florence_training.train.vocabulary import first_location

FIRST_SEED = 400_000_000  # those of recipes begin at 10⁹, of goldens at 5·10⁸
SCENES = 48
SHARP = 1.0  # bins: the standard deviation of a location's target in these losses
LONGEST = 96  # tokens: five things with their boxes
MEASURES = ("words_read", "boxes_f1", "labels_f1", *(task.strip("<>").lower() for task in TASKS))


@dataclass(frozen=True)
class Examination:
    """The scenes of every measurement, the same each time, all with things and a text."""

    scenes: Sequence[Scene]
    pictures: torch.Tensor

    @staticmethod
    def draw(count_of_scenes: int, image_size: int) -> Examination:
        """Draws the first scenes from `FIRST_SEED` on that support every task."""
        settings = SceneSettings(image_size, image_size)
        drawn = (make_scene(seed, settings) for seed in count(FIRST_SEED))
        scenes = list(islice((scene for scene in drawn if scene.objects and scene.texts), count_of_scenes))
        images = [scene.image for scene in scenes]
        pictures = torch.from_numpy(np.array(images).reshape(-1, image_size, image_size, 3)).permute(0, 3, 1, 2)
        return Examination(scenes, pictures)

    @torch.inference_mode()
    def examine(self, model: Florence2ForConditionalGeneration, tokenizer: Tokenizer) -> dict[str, float]:
        """Returns every one of `MEASURES`; reading and detection use greedy search."""
        sight = look(model, self.pictures)
        words, boxes = (generate(model, sight, tokenizer, TASKS[task].prompt) for task in ("<OCR>", "<OD>"))
        return {
            **read(self.scenes, words),
            **find(self.scenes, boxes),
            **{task.strip("<>").lower(): self._loss(model, tokenizer, sight, task) for task in TASKS},
        }

    def _loss(self, model: Florence2ForConditionalGeneration, tokenizer: Tokenizer, sight: Sight, task: str) -> float:
        examples = [make_example(scene, task, Random(0)) for scene in self.scenes if can_pose(scene, task)]
        ids = ((tokenizer.encode(each.prompt).ids, tokenizer.encode(each.target).ids) for each in examples)
        posed = [Posed(picture, prompt, answer) for picture, (prompt, answer) in enumerate(ids)]
        return sequence_loss(model, sight, posed, first_location(tokenizer), smoothing=SHARP).value.item()


def generate(model: Florence2ForConditionalGeneration, sight: Sight, tokenizer: Tokenizer, prompt: str) -> list[str]:
    """Returns the greedy answers to one prompt about every image, with location tokens but no other special tokens."""
    ids = torch.tensor([tokenizer.encode(prompt).ids] * len(sight.tokens))
    embedded = torch.cat([sight.tokens, model.get_input_embeddings()(ids)], dim=1)
    mask = torch.ones(embedded.shape[:2], dtype=torch.int64)
    encoded = model.model.language_model.encoder(inputs_embeds=embedded, attention_mask=mask).last_hidden_state
    ids_of_answers = model.generate(
        encoder_outputs=BaseModelOutput(last_hidden_state=encoded),
        attention_mask=mask,
        do_sample=False,
        num_beams=1,
        no_repeat_ngram_size=0,
        max_new_tokens=LONGEST,
    )
    texts = tokenizer.decode_batch(ids_of_answers.tolist(), skip_special_tokens=False)
    return [re.sub(r"</?s>|<pad>", "", text) for text in texts]


def find(scenes: Sequence[Scene], answers: Sequence[str]) -> dict[str, float]:
    """Returns the F1 of the boxes in answers to `<OD>`, and of those with the right label."""
    boxes = labels = Counts()
    for scene, text in zip(scenes, answers, strict=True):
        found = read_answer("<OD>", text, scene.size).found
        overlaps = box_overlaps([thing.box for thing in found], [thing.box for thing in scene.objects])
        boxes += count_matches(overlaps)
        labels += count_matches(overlaps, [thing.label for thing in found], [thing.name for thing in scene.objects])
    return {"boxes_f1": boxes.f1, "labels_f1": labels.f1}


def read(scenes: Sequence[Scene], answers: Sequence[str]) -> dict[str, float]:
    """Returns the fraction of the written words that are in the answers to `<OCR>`, letter for letter."""
    written = (" ".join(text.text for text in scene.texts) for scene in scenes)
    counts = (count_words(*pair) for pair in zip(answers, written, strict=True))
    return {"words_read": sum(counts, start=Counts()).recall}
