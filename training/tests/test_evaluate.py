"""Questions, the sources of their answers, and the metrics of answers that are known to be right or wrong."""

from __future__ import annotations

import json
import math
from pathlib import Path

import pytest
import torch
from conftest import IMAGE_SIZE
from tokenizers import Tokenizer
from tokenizers.models import WordLevel
from tokenizers.pre_tokenizers import Whitespace
from transformers import CLIPImageProcessorPil, Florence2ForConditionalGeneration

from florence_training.__main__ import main
from florence_training.annotate.targets import OPEN_VOCABULARY
from florence_training.annotate.tasks import TASKS
from florence_training.annotate.wording import group
from florence_training.evaluate.answered import Answered, Figures
from florence_training.evaluate.answers import Answer, AnswersError, Found
from florence_training.evaluate.generate import Decoding, Reader
from florence_training.evaluate.location_text import read_answer
from florence_training.evaluate.measure import MEASURES, ask_all, measure
from florence_training.evaluate.questions import Question, ask_everything, draw_scenes
from florence_training.evaluate.recorded import Recorded
from florence_training.evaluate.truth import Truth
from florence_training.scenes.art import UNSEEN
from florence_training.scenes.ground import COLOURS
from florence_training.train.recipe import Source

SIZE = (200, 100)
# 16 points cannot follow every outline: the targets themselves have an IoU of 0.88 with the masks here.
LEAST_TRUE_OUTLINE = 0.8


@pytest.fixture(scope="module")
def questions() -> list[Question]:
    return [each for seed, scene in draw_scenes(4, ["google"]) for each in ask_everything(seed, scene)]


def test_every_scene_has_every_task_and_one_absent_thing(questions: list[Question]) -> None:
    assert len({each.id for each in questions}) == len(questions) == 4 * (len(TASKS) + 1)
    assert {each.example.task for each in questions} == set(TASKS) == set(MEASURES)
    absent = [each for each in questions if not each.example.target]
    assert [each.subject.objects for each in absent] == [()] * 4
    for each in absent:
        assert each.subject.input not in {thing.name for thing in each.scene.objects}


def test_which_of_two_names_is_asked_for_does_not_depend_on_the_background() -> None:
    """A scene's own random numbers choose the background first; those for questions choose the name first."""
    early = list(COLOURS)[:4]
    asked = {
        list(group(scene)).index(each.subject.input or "")
        for seed, scene in draw_scenes(40, ["google"])
        if scene.ground in early and len(group(scene)) == 2
        for each in ask_everything(seed, scene)
        if each.example.task == OPEN_VOCABULARY and each.example.target
    }
    assert asked == {0, 1}


def test_the_unseen_style_draws_scenes_and_is_refused_for_training() -> None:
    assert [scene.image.shape for _, scene in draw_scenes(2, [UNSEEN])] == [(256, 256, 3)] * 2
    with pytest.raises(ValueError, match="no style to train on: openmoji"):
        Source(styles=(UNSEEN,))


def test_the_targets_are_right_except_for_outlines_of_sixteen_points(questions: list[Question]) -> None:
    scenes = [questions[at : at + len(TASKS) + 1] for at in range(0, len(questions), len(TASKS) + 1)]
    answered = [each for asked in scenes for each in ask_all(asked, Truth())]
    for task, figures in measure(answered).items():
        parts = {name: value for name, value in figures.items() if not name.endswith("_wanted")}
        outlines = {name: parts.pop(name) for name in ("miou",) if name in parts}
        assert parts == dict.fromkeys(parts, pytest.approx(1)), task
        assert all(LEAST_TRUE_OUTLINE < value < 1 for value in outlines.values())


def test_an_empty_answer_is_wrong_except_about_an_absent_thing(questions: list[Question]) -> None:
    for task, figures in measure(Answered(question, Answer()) for question in questions).items():
        parts = {name: value for name, value in figures.items() if not name.endswith("_wanted")}
        assert parts == {name: float(name == "absent_silent") for name in parts}, task


def _figures_of(questions: list[Question], task: str, answer: Answer) -> Figures:
    asked = [question for question in questions if question.example.task == task]
    return MEASURES[task]([Answered(question, answer) for question in asked])


def test_a_box_for_an_absent_thing_is_wrong(questions: list[Question]) -> None:
    figures = _figures_of(questions, "<OPEN_VOCABULARY_DETECTION>", Answer(found=(Found("owl", (0, 0, 1, 1)),)))
    assert (figures["labels_precision"], figures["absent_silent"]) == (0, 0)


def test_an_outline_of_the_whole_image_has_a_small_overlap(questions: list[Question]) -> None:
    whole = Found("", (0, 0, 256, 256), ((0, 0, 256, 0, 256, 256, 0, 256),))
    figures = _figures_of(questions, "<REGION_TO_SEGMENTATION>", Answer(found=(whole,)))
    assert 0 < figures["miou"] < 0.3
    assert figures["at_half"] == 0


def test_boxes_are_parsed_with_their_labels_and_scores() -> None:
    text = "</s><s>owl<loc_0><loc_0><loc_99><loc_199>bus<loc_500><loc_0><loc_999><loc_999><loc_7></s>"
    logprobs = [math.log(part) for part in (0.5, 0.5, 0.5, 0.5, 1, 1, 1, 0.0625, 1)]
    assert read_answer("<OD>", text, SIZE, logprobs).found == (
        Found("owl", pytest.approx((0.1, 0.05, 19.9, 19.95)), score=pytest.approx(0.5)),  # type: ignore[arg-type]
        Found("bus", pytest.approx((100.1, 0.05, 199.9, 99.95)), score=pytest.approx(0.5)),  # type: ignore[arg-type]
    )


def test_boxes_without_labels_and_several_of_one_label_are_parsed() -> None:
    twice = "".join(f"<loc_{bin_}>" for bin_ in (0, 0, 9, 9, 20, 20, 29, 29))
    assert [thing.label for thing in read_answer("<REGION_PROPOSAL>", twice, SIZE).found] == ["", ""]
    found = read_answer("<CAPTION_TO_PHRASE_GROUNDING>", f"two owls{twice}", SIZE).found
    assert [(thing.label, thing.score) for thing in found] == [("two owls", 1), ("two owls", 1)]


def test_words_have_four_corners_and_outlines_three_or_more() -> None:
    corners = "<loc_100><loc_100><loc_300><loc_100><loc_300><loc_200><loc_100><loc_200>"
    [word] = read_answer("<OCR_WITH_REGION>", f"STOP{corners}", SIZE).found
    assert (word.label, word.box) == ("STOP", pytest.approx((20.1, 10.05, 60.1, 20.05)))
    assert word.outline == (pytest.approx((20.1, 10.05, 60.1, 10.05, 60.1, 20.05, 20.1, 20.05)),)
    [thing] = read_answer("<REGION_TO_SEGMENTATION>", f"{corners}<loc_50>", SIZE).found
    assert thing.outline[0] == pytest.approx((20.1, 10.05, 60.1, 10.05, 60.1, 20.05, 20.1, 20.05))
    assert read_answer("<REGION_TO_SEGMENTATION>", "<loc_1><loc_1><loc_2><loc_2>", SIZE).found == ()


def test_a_text_loses_its_special_tokens() -> None:
    assert read_answer("<OCR>", "</s><s>GO home</s><pad>", SIZE) == Answer(text="GO home")


def test_recorded_answers_are_read(tmp_path: Path, questions: list[Question]) -> None:
    model = {"id": "mini", "revision": "5c6e", "dtype": "fp32"}
    box = {"x1": 0, "y1": 1, "x2": 2, "y2": 3}
    corners = [{"x": x, "y": y} for x, y in ((0, 1), (2, 1), (2, 3), (0, 3))]
    lines = [
        {"id": questions[0].id, "answer": {"type": "text", "model": model, "text": "a dog"}},
        {
            "id": questions[1].id,
            "answer": {
                "type": "quads",
                "model": model,
                "objects": [{"label": "GO", "score": 0.5, "box": box, "quad": corners, "normalized_quad": corners}],
            },
        },
        {
            "id": questions[2].id,
            "answer": {
                "type": "polygons",
                "model": model,
                "objects": [{"label": "", "score": 1, "box": box, "polygons": [corners, corners]}],
            },
        },
    ]
    path = tmp_path / "answers.jsonl"
    path.write_text("\n".join(map(json.dumps, lines)), encoding="utf-8")
    recorded, outline = Recorded.read(path), (0, 1, 2, 1, 2, 3, 0, 3)
    assert recorded.models == ["mini 5c6e fp32"]
    assert recorded.answer(questions[:3]) == [
        Answer(text="a dog"),
        Answer(found=(Found("GO", (0, 1, 2, 3), (outline,), 0.5),)),
        Answer(found=(Found("", (0, 1, 2, 3), (outline, outline)),)),
    ]
    with pytest.raises(AnswersError, match="no answer to 6"):
        recorded.answer(questions[:4])


def test_an_invalid_answer_is_reported_with_its_line(tmp_path: Path) -> None:
    path = tmp_path / "answers.jsonl"
    model = {"id": "mini", "revision": "5c6e", "dtype": "fp32"}
    path.write_text(
        f'{json.dumps({"id": "1", "answer": {"model": model, "text": ""}})}\n{{"id": "2"}}\n', encoding="utf-8"
    )
    with pytest.raises(AnswersError, match=r"line 2"):
        Recorded.read(path)
    arguments = ["evaluate", "--answers", str(path), "--scenes", "1", "--out", str(tmp_path / "figures.json")]
    assert main(arguments) == 1


@pytest.mark.parametrize("beams", [1, 2])
def test_log_probabilities_equal_those_of_a_forward_pass_over_the_answer(
    tiny: Florence2ForConditionalGeneration, beams: int
) -> None:
    reader = _reader(tiny)
    pixels = _pixels()
    generation = reader.generate(pixels, "5 6", Decoding(num_beams=beams, max_new_tokens=6))
    encoder_ids = [60] * tiny.get_image_features(pixels).pooler_output.shape[1] + [5, 6]
    decoder_ids = [tiny.generation_config.decoder_start_token_id, *generation.ids[:-1]]
    with torch.inference_mode():
        logits = tiny(
            input_ids=torch.tensor([encoder_ids]), pixel_values=pixels, decoder_input_ids=torch.tensor([decoder_ids])
        ).logits
    expected = logits.log_softmax(-1)[0, range(len(generation.ids)), generation.ids]
    assert generation.logprobs == pytest.approx(expected.tolist(), abs=1e-4)


@pytest.mark.parametrize("beams", [1, 2])
def test_prompts_in_a_batch_are_answered_as_one_by_one(tiny: Florence2ForConditionalGeneration, beams: int) -> None:
    reader, decoding = _reader(tiny), Decoding(num_beams=beams, max_new_tokens=6)
    prompts = ["5 6", "7", "8 9 10 11"]
    for prompt, batched in zip(prompts, reader.generate_many(_pixels(), prompts, decoding), strict=True):
        single = reader.generate(_pixels(), prompt, decoding)
        assert batched.ids == single.ids
        assert batched.logprobs == pytest.approx(single.logprobs, abs=1e-4)


def _reader(model: Florence2ForConditionalGeneration) -> Reader:
    """Returns a reader with the numbers of its tokens as words."""
    words = Tokenizer(WordLevel({str(id_): id_ for id_ in range(61)}, unk_token="3"))  # noqa: S106
    words.pre_tokenizer = Whitespace()
    return Reader(model, words, CLIPImageProcessorPil())


def _pixels() -> torch.Tensor:
    return torch.randn(1, 3, IMAGE_SIZE, IMAGE_SIZE, generator=torch.Generator().manual_seed(1))
