"""Lines with places: taken with the model's tokens, or refused with the line; nothing of them is learned as text."""

from __future__ import annotations

from pathlib import Path

import pytest
from test_finetune_data import BOUNDS, read_one, write
from test_finetune_spelling import REGION, WRONG, find_locations

from florence_training.annotate.tasks import TASKS
from florence_training.evaluate.location_text import OUTLINE, SHAPES, read_answer
from florence_training.finetune.folder import FolderError, read_folder


def test_the_reported_lines_are_taken_or_refused(tmp_path: Path) -> None:
    """Public converters write `<loc_{int(x1):03d}>`; PaliGemma has `<loc0425>` (ariG23498/fine-tune-paligemma#3)."""
    zeros = "<loc_265><loc_000><loc_562><loc_354>"
    lines = [
        {"image": "a.png", "prefix": "<OD>", "suffix": f"truck{zeros}"},
        {"image": "a.png", "prefix": f"<REGION_TO_CATEGORY>{zeros}", "suffix": "truck"},
    ]
    detection, region = read_folder(write(tmp_path, *lines), BOUNDS)
    assert detection.answer == f"truck{REGION}"
    assert find_locations(list(detection.answer_ids)) == [265, 0, 562, 354]
    assert region.question.prompt == f"What is the region {REGION}?"
    assert find_locations(list(region.prompt_ids)) == [265, 0, 562, 354]
    bad = [
        {
            "image": "a.png",
            "prefix": "<DENSE_REGION_CAPTION>",
            "suffix": "<loc0000><loc0265><loc0354><loc0562> a truck",
        },
        {"image": "a.png", "prefix": "<REGION_PROPOSAL>", "suffix": "a truck"},
    ]
    with pytest.raises(FolderError) as caught:
        read_folder(write(tmp_path, *lines, *bad), BOUNDS)
    [_, third, fourth] = str(caught.value).splitlines()
    assert "line 3: <loc0000>" in third
    assert 'line 4: "a truck" has no location' in fourth


def test_a_question_with_zeros_is_the_same_question(tmp_path: Path) -> None:
    lines = [
        {"image": "a.png", "prefix": f"<REGION_TO_OCR>{region}", "suffix": "x"}
        for region in (REGION, REGION.replace("<loc_0>", "<loc_00>"))
    ]
    with pytest.raises(FolderError, match="line 2: line 1 asks the same"):
        read_folder(write(tmp_path, *lines), BOUNDS)


@pytest.mark.parametrize("task", SHAPES)
@pytest.mark.parametrize(
    "answer", ["a truck", "<seg>", "(12,30),(50,60)", "[0.1, 0.2, 0.5, 0.9]", "truck <bin_5>", "12 30 50 60"]
)
def test_a_task_that_answers_with_places_needs_one(task: str, answer: str, tmp_path: Path) -> None:
    fault = _fault(tmp_path, task, answer)
    assert "has no location" in fault
    assert task in fault


@pytest.mark.parametrize("task", SHAPES)
def test_places_are_whole(task: str, tmp_path: Path) -> None:
    shape = SHAPES[task]
    for count in range(1, 25):
        answer = "dog" + "".join(f"<loc_{number}>" for number in range(count))
        fits = count % shape.step == 0 and count >= shape.least
        assert (_fault(tmp_path, task, answer) == "") == fits
        assert fits or f"{count} locations stand together" in _fault(tmp_path, task, answer)


@pytest.mark.parametrize("task", SHAPES)
def test_a_label_without_a_place_behind_the_last_is_refused_and_nothing_is_fine(task: str, tmp_path: Path) -> None:
    place = "dog" + "<loc_5>" * SHAPES[task].least
    assert _fault(tmp_path, task, place) == ""
    assert _fault(tmp_path, task, f"{place}\n") == ""
    assert _fault(tmp_path, task, "") == ""
    assert '"cat" is behind the last location' in _fault(tmp_path, task, f"{place}cat")
    assert "nothing between them" in _fault(tmp_path, task, place.replace("><", "> <"))


@pytest.mark.parametrize("task", [task for task in TASKS if task not in SHAPES])
def test_a_task_that_answers_with_text_needs_no_place_and_may_have_one(task: str, tmp_path: Path) -> None:
    assert _fault(tmp_path, task, "a truck") == ""
    assert _fault(tmp_path, task, f"a truck{REGION}") == ""
    assert "<LOC_5>" in _fault(tmp_path, task, "a truck<LOC_5>")


def test_open_vocabulary_answers_with_boxes_or_with_outlines(tmp_path: Path) -> None:
    task, outline = "<OPEN_VOCABULARY_DETECTION>", "".join(f"<loc_{number}>" for number in (0, 0, 999, 0, 999, 999))
    answer = f"dog<poly>{outline}<sep>{outline}</poly>"
    assert _fault(tmp_path, task, answer) == ""
    assert "outline" in _fault(tmp_path, task, f"dog<poly>{outline}<loc_5></poly>")
    assert "box" in _fault(tmp_path, task, f"dog{outline}")
    [found] = read_answer(task, f"dog<poly>{outline}</poly>", (1000, 1000)).found
    assert (found.label, len(found.outline[0])) == ("dog", OUTLINE.least)


@pytest.mark.parametrize("task", [task for task in TASKS if TASKS[task].input.endswith("box")])
def test_regions_are_four_locations_in_any_way_that_a_line_can_give_them(task: str, tmp_path: Path) -> None:
    suffix = "" if task in SHAPES else "x"
    zeros = REGION.replace("<loc_0>", "<loc_000>")
    sentence = TASKS[task].fill(zeros)
    for line in (
        {"prefix": f"{task}{zeros}"},
        {"prefix": f"{task} {zeros}"},
        {"task": task, "text": zeros},
        {"prefix": sentence},
    ):
        assert read_one(tmp_path, **line, suffix=suffix).question.input == REGION
    for region in ("", REGION[:-9], f"{REGION}<loc_1>", REGION.replace("><", "> <"), REGION.replace("_", "")):
        given = [{"prefix": f"{task}{region}"}, {"task": task, "text": region}]
        for line in [*given, {"prefix": TASKS[task].fill(region)}] if region else given:
            with pytest.raises(FolderError, match="line 1"):
                read_one(tmp_path, **line, suffix=suffix)


def test_a_question_about_a_region_that_is_no_place_is_a_sentence(tmp_path: Path) -> None:
    question = read_one(tmp_path, prefix="What is the region of Paris?", suffix="x").question
    assert (question.task, question.prompt) == (None, "What is the region of Paris?")


@pytest.mark.parametrize("name", WRONG)
def test_no_other_spelling_is_learned_in_a_question(name: str, tmp_path: Path) -> None:
    wrong = WRONG[name](52)
    region = wrong + "<loc_1>" * 3
    for line in (
        {"prefix": f"<REGION_TO_CATEGORY>{region}"},
        {"task": "<REGION_TO_CATEGORY>", "text": region},
        {"prefix": f"What is at {wrong}?"},
        {"prefix": f"{wrong}, what is it?"},
        {"prefix": f"<OPEN_VOCABULARY_DETECTION>{wrong}"},
    ):
        with pytest.raises(FolderError, match=r"line 1: .*location"):
            read_one(tmp_path, **line, suffix="")


@pytest.mark.parametrize(
    "prefix", ["&lt;OD&gt;", "&amp;lt;OD&amp;gt;", "< OD >", "&lt;REGION_TO_OCR&gt;<loc_1>", "< od>"]
)
def test_another_spelling_of_a_task_is_not_learned_as_a_sentence(prefix: str, tmp_path: Path) -> None:
    with pytest.raises(FolderError, match="another spelling"):
        read_one(tmp_path, prefix=prefix, suffix="")


def test_labels_with_locations_are_refused(tmp_path: Path) -> None:
    for label in ("dog<loc_1>", "dog<LOC_1>", "&lt;loc_1&gt;"):
        with pytest.raises(FolderError, match="location"):
            read_one(tmp_path, prefix="<OD>", objects=[{"label": label, "box": [0, 0, 9, 9]}])


def _fault(folder: Path, task: str, answer: str) -> str:
    """Returns what is wrong with an answer to a task, or nothing."""
    given = {"none": "", "object box": REGION, "text box": REGION}.get(TASKS[task].input, "a dog")
    try:
        read_one(folder, prefix=f"{task}{given}", suffix=answer)
    except FolderError as error:
        return str(error)
    return ""
