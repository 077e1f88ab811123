"""Spellings of locations that people and converters write: taken as the model's tokens or refused."""

from __future__ import annotations

from collections.abc import Callable
from random import Random

import pytest
from test_finetune_data import BOUNDS

from florence_training.annotate.locations import BINS
from florence_training.annotate.targets import examples
from florence_training.evaluate.location_text import LOCATION, SHAPES
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


def find_locations(ids: list[int]) -> list[int]:
    """Returns the numbers of the location tokens."""
    return [each - FIRST for each in ids if FIRST <= each < FIRST + BINS]


def test_zeros_before_a_number_do_not_matter() -> None:
    """Converters write three digits: `<loc_{int(x):03d}>`. Each becomes one token, that of its number."""
    for seed in range(ROUNDS):
        random = Random(seed)
        numbers = [random.randrange(BINS) for _ in range(random.randint(1, 12))]
        text = "dog" + "".join(_zeros(random, number) for number in numbers)
        normal = normalise(text, bare=True)
        assert normal == "dog" + "".join(f"<loc_{number}>" for number in numbers)
        assert find_locations(BOUNDS.tokenizer.encode(normal).ids) == numbers


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
def test_words_are_nofind_locations(text: str) -> None:
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
