"""Computes the metrics of each task from questions and answers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from florence_training.evaluate.answered import Answered, Figures, Measure
from florence_training.evaluate.answers import Source
from florence_training.evaluate.finding import detect, find_boxes, find_named, find_words, ground, outline, propose
from florence_training.evaluate.questions import Question
from florence_training.evaluate.telling import caption, caption_with_texts, describe, name, read

MEASURES: Mapping[str, Measure] = {
    "<OD>": detect,
    "<OPEN_VOCABULARY_DETECTION>": find_named,
    "<REGION_PROPOSAL>": propose,
    "<DENSE_REGION_CAPTION>": find_boxes,
    "<CAPTION_TO_PHRASE_GROUNDING>": ground,
    "<REFERRING_EXPRESSION_SEGMENTATION>": outline,
    "<REGION_TO_SEGMENTATION>": outline,
    "<REGION_TO_CATEGORY>": name,
    "<REGION_TO_DESCRIPTION>": describe,
    "<OCR>": read,
    "<OCR_WITH_REGION>": find_words,
    "<REGION_TO_OCR>": read,
    "<CAPTION>": caption,
    "<DETAILED_CAPTION>": caption_with_texts,
    "<MORE_DETAILED_CAPTION>": caption_with_texts,
}


def ask_all(questions: Sequence[Question], source: Source) -> list[Answered]:
    """Returns every question about one scene with the source's answer. Raises AnswersError."""
    return [Answered(*pair) for pair in zip(questions, source.answer(questions), strict=True)]


def measure(answered: Iterable[Answered]) -> dict[str, Figures]:
    """Returns the metrics of each task, by its token; every task must have been asked at least once."""
    by_task: dict[str, list[Answered]] = {task: [] for task in MEASURES}
    for each in answered:
        by_task[each.question.example.task].append(each)
    return {task: MEASURES[task](asked) for task, asked in by_task.items()}
