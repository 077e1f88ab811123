"""Locations that people and converters write: taken as the model's tokens or refused, never learned as text."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from random import Random

import pytest
from test_finetune_data import BOUNDS, read_one, write

from florence_training.annotate.locations import BINS
from florence_training.annotate.targets import examples
from florence_training.annotate.tasks import TASKS
from florence_training.evaluate.location_text import LOCATION, OUTLINE, SHAPES, read_answer
from florence_training.finetune.folder import FolderError, read_folder
from florence_training.finetune.lines import LineError
from florence_training.finetune.places import check_places
from florence_training.finetune.spelling import normalise
from florence_training.scenes.compose import make_scene
from florence_training.train.vocabulary import first_location

FIRST = first_location(BOUNDS.tokenizer)
REGION = "<loc_265><loc_0><loc_562><loc_354>"
ROUNDS = 500

# Every way to write location 52 that a person or a converter was seen or can be expected to use, for any number.
WRONG: dict[str, Callable[[int], str]] = {
    "PaliGemma": lambda n: f"<loc{n:04}>",
    "no underscore": lambda n: f"<loc{n}>",
    "capitals": lambda n: f"<LOC_{n}>",
    "one capital": lambda n: f"<Loc_{n}>",
    "HTML": lambda n: f"&lt;loc_{n}&gt;",
    "HTML, escaped twice": lambda n: f"&amp;lt;loc_{n}&amp;gt;",
    "HTML, decimal": lambda n: f"&#60;loc_{n}&#62;",
    "HTML, hexadecimal": lambda n: f"&#x3C;loc_{n}&#x3E;",
    "JSON, escaped twice": lambda n: f"\\u003cloc_{n}\\u003e",
    "a URL": lambda n: f"%3Cloc_{n}%3E",
    "Markdown": lambda n: f"<loc\\_{n}>",
    "Markdown brackets": lambda n: f"\\<loc_{n}\\>",
    "a space in front": lambda n: f"< loc_{n}>",
    "a space behind": lambda n: f"<loc_{n} >",
    "a space before the number": lambda n: f"<loc_ {n}>",
    "a space for the underscore": lambda n: f"<loc {n}>",
    "a line break": lambda n: f"<loc_\n{n}>",
    "a hyphen": lambda n: f"<loc-{n}>",
    "a sign": lambda n: f"<loc_+{n}>",
    "a minus": lambda n: f"<loc_-{n}>",
    "a part": lambda n: f"<loc_{n}.0>",
    "too large": lambda n: f"<loc_{BINS + n}>",
    "too large, with zeros": lambda n: f"<loc_00{BINS + n}>",
    "longer than Python's integers": lambda n: f"<loc_1{n:05000}>",
    "the whole word": lambda n: f"<location_{n}>",
    "square brackets": lambda n: f"[loc_{n}]",
    "no opening bracket": lambda n: f"loc_{n}>",
    "no closing bracket": lambda n: f"<loc_{n}",
    "no number": lambda _: "<loc_>",
    "bars": lambda n: f"<|loc_{n}|>",
    "wide characters": lambda n: f"＜loc_{n}＞",
    "wide digits": lambda n: "<loc_" + "".join(chr(0xFF10 + int(digit)) for digit in str(n)) + ">",
    "Arabic digits": lambda n: "<loc_" + "".join(chr(0x0660 + int(digit)) for digit in str(n)) + ">",
    "an invisible space": lambda n: f"<loc_\u200b{n}>",
}


def _zeros(random: Random, number: int) -> str:
    return f"<loc_{'0' * random.randrange(7)}{number}>"


def _answer(random: Random, task: str) -> list[str]:
    """Returns the pieces of an answer: labels, and each location by itself."""
    shape, pieces = SHAPES[task], []
    for _ in range(random.randint(1, 3)):
        count = shape.least + shape.step * random.randrange(2)
        pieces += [random.choice(["dog", "a red car", "naïve 日本"]), *[f"<loc_{random.randrange(BINS)}>"] * count]
    return pieces


def _locations(ids: list[int]) -> list[int]:
    return [each - FIRST for each in ids if FIRST <= each < FIRST + BINS]


def test_zeros_before_a_number_do_not_matter() -> None:
    """Converters write three digits: `<loc_{int(x):03d}>`. Each becomes one token, that of its number."""
    for seed in range(ROUNDS):
        random = Random(seed)
        numbers = [random.randrange(BINS) for _ in range(random.randint(1, 12))]
        text = "dog" + "".join(_zeros(random, number) for number in numbers)
        normal = normalise(text, bare=True)
        assert normal == "dog" + "".join(f"<loc_{number}>" for number in numbers)
        assert _locations(BOUNDS.tokenizer.encode(normal).ids) == numbers


def _refusal(text: str) -> str:
    """Returns why a text is refused, or nothing."""
    try:
        normalise(text, bare=True)
    except LineError as error:
        return str(error)
    return ""


@pytest.mark.parametrize("task", SHAPES)
def test_no_other_spelling_is_learned_wherever_it_stands(task: str) -> None:
    for seed, (name, spell) in enumerate(WRONG.items()):
        random = Random(f"{seed} {task}")
        for number in (0, 7, 52, random.randrange(100, BINS)):
            pieces, wrong = _answer(random, task), spell(number)
            index = random.choice([at for at, piece in enumerate(pieces) if LOCATION.fullmatch(piece)])
            for answer in ([*pieces[:index], wrong, *pieces[index + 1 :]], [*pieces, wrong], [wrong, *pieces]):
                with pytest.raises(LineError) as caught:
                    normalise("".join(answer), bare=True)
                message = str(caught.value)
                assert "<loc_" in message.partition("no location of the model")[2], name
                assert len(message) < 300, name


@pytest.mark.parametrize(
    ("wrong", "advice"),
    [
        ("<loc52>", "write <loc_52>"),
        ("<LOC_052>", "write <loc_52>"),
        ("&lt;loc_52&gt;", "write <loc_52>"),
        ("< loc_ 52 >", "write <loc_52>"),
        ("<loc0052>", "PaliGemma"),
        ("<loc_1000>", "thousandths"),
        ("<loc_-1>", "whole numbers"),
        ("<loc_52.5>", "whole numbers"),
    ],
)
def test_what_was_found_and_what_to_write_is_said(wrong: str, advice: str) -> None:
    message = _refusal(f"dog<loc_1>{wrong}<loc_2>")
    assert message.startswith(f"{wrong} is no location")
    assert advice in message


@pytest.mark.parametrize(
    "text",
    [
        "the locals", "<location>", "LOC 5", "loc. 5", "(loc. 5)", "block_52", "unlock_5>", "a < b", "5 &lt; 6",
        "a<b>c", "<od>",
    ],
)  # fmt: skip
def test_words_are_no_locations(text: str) -> None:
    assert normalise(text, bare=True) == text


def test_a_location_without_brackets_is_one_only_where_places_are_wanted() -> None:
    assert normalise("rename loc_5", bare=False) == "rename loc_5"
    with pytest.raises(LineError, match="write <loc_5>"):
        normalise("dog loc_5", bare=True)


def test_every_target_of_the_scenes_is_taken_as_it_is() -> None:
    for seed in range(20):
        for example in examples(make_scene(seed), Random(seed)):
            assert normalise(example.target, bare=example.task in SHAPES) == example.target
            assert normalise(example.prompt, bare=False) == example.prompt
            check_places(example.target, example.task)


def test_the_reported_lines_are_taken_or_refused(tmp_path: Path) -> None:
    """Public converters write `<loc_{int(x1):03d}>`; PaliGemma has `<loc0425>` (ariG23498/fine-tune-paligemma#3)."""
    zeros = "<loc_265><loc_000><loc_562><loc_354>"
    lines = [
        {"image": "a.png", "prefix": "<OD>", "suffix": f"truck{zeros}"},
        {"image": "a.png", "prefix": f"<REGION_TO_CATEGORY>{zeros}", "suffix": "truck"},
    ]
    detection, region = read_folder(write(tmp_path, *lines), BOUNDS)
    assert detection.answer == f"truck{REGION}"
    assert _locations(list(detection.answer_ids)) == [265, 0, 562, 354]
    assert region.question.prompt == f"What is the region {REGION}?"
    assert _locations(list(region.prompt_ids)) == [265, 0, 562, 354]
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
