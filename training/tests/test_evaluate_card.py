"""A card contains the figures that were measured, and the text around them is unchanged."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from florence_training.__main__ import main

CARD = "# Model\n\n<!-- figures -->\nold\n<!-- /figures -->\n\nData.\n"


@pytest.fixture(scope="module")
def figures(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("figures") / "truth.json"
    assert main(["evaluate", "--truth", "--scenes", "2", "--style", "google", "--out", str(path)]) == 0
    return path


def _card(folder: Path, text: str, figures: Path) -> tuple[int, Path]:
    (folder / "card.md").write_text(text, encoding="utf-8")
    out = folder / "CARD.md"
    return main(["card", "--card", str(folder / "card.md"), "--figures", f"best={figures}", "--out", str(out)]), out


def test_the_table_replaces_the_text_between_the_markers(tmp_path: Path, figures: Path) -> None:
    document = json.loads(figures.read_text(encoding="utf-8"))
    status, out = _card(tmp_path, CARD, figures)
    text = out.read_text(encoding="utf-8")
    assert status == 0
    assert text.startswith("# Model\n\n<!-- figures -->\n|  | best | aim |\n| --- | --- | --- |\n")
    assert text.endswith("\n<!-- /figures -->\n\nData.\n")
    assert "old" not in text
    assert "| OCR: words | 1.000 | 0.85 |" in text
    overlap = document["figures"]["<REGION_TO_SEGMENTATION>"]["miou"]
    assert f"| region to segmentation: mIoU | {overlap:.3f} | 0.75 |" in text
    things = document["figures"]["<OD>"]["boxes_wanted"]
    assert f"2 scenes in google with {things} things and " in text
    again, _ = _card(tmp_path, text, figures)
    assert again == 0
    assert out.read_text(encoding="utf-8") == text


@pytest.mark.parametrize("text", ["# Model\n", CARD + CARD])
def test_a_card_without_exactly_one_pair_of_markers_is_refused(tmp_path: Path, figures: Path, text: str) -> None:
    status, out = _card(tmp_path, text, figures)
    assert status == 1
    assert not out.exists()


def test_the_provenance_records_what_was_measured(figures: Path) -> None:
    provenance = json.loads(figures.read_text(encoding="utf-8"))["provenance"]
    assert provenance["source"] == "truth"
    assert (provenance["scenes"], provenance["styles"], provenance["first_seed"]) == (2, ["google"], 600_000_000)


def test_questions_are_written_as_they_are_asked(tmp_path: Path) -> None:
    assert main(["questions", "--scenes", "2", "--style", "google", "--out", str(tmp_path)]) == 0
    lines = [json.loads(line) for line in (tmp_path / "questions.jsonl").read_text(encoding="utf-8").splitlines()]
    assert len(lines) == 32
    assert {line["picture"] for line in lines} == {path.name for path in tmp_path.glob("*.png")}
    [caption] = [line for line in lines[:16] if line["task"] == "<CAPTION_TO_PHRASE_GROUNDING>"]
    assert caption["input"].endswith(" background")
    assert [line["input"] for line in lines if line["task"] == "<OD>"] == [None, None]
