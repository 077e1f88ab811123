"""`to_supervision` beside `supervision`'s own reader of the reference's form, for every task that it can read."""

from pathlib import Path

import numpy as np
import pytest
import supervision as sv

from florence_edge import Florence

PICTURES = {"street.jpg": "truck", "garden.png": "tree"}
"""The pictures, and what can be found in each."""

REGION = (170, 0, 360, 170)
CASES = [
    ("object_detection", {}),
    ("dense_region_caption", {}),
    ("region_proposal", {}),
    ("ocr_with_region", {}),
    ("caption_to_phrase_grounding", {"text": "a WORD"}),
    ("open_vocabulary_detection", {"labels": ["WORD"]}),
    ("referring_expression_segmentation", {"text": "a WORD"}),
    ("region_to_segmentation", {"region": REGION}),
]


def _with_word(value, word: str):
    if isinstance(value, str):
        return value.replace("WORD", word)
    return [_with_word(each, word) for each in value] if isinstance(value, list) else value


@pytest.mark.parametrize("picture", PICTURES)
@pytest.mark.parametrize(("method", "inputs"), CASES)
def test_places_are_those_of_from_vlm_and_have_confidences(
    florence: Florence, street: Path, method: str, inputs: dict, picture: str
) -> None:
    image = street.with_name(picture)
    inputs = {name: _with_word(value, PICTURES[picture]) for name, value in inputs.items()}
    answer = getattr(florence, method)(image, **inputs)
    reference = getattr(florence, method)(image, compat="reference", **inputs)
    size = answer.source.width, answer.source.height
    theirs = sv.Detections.from_vlm(sv.VLM.FLORENCE_2, result=reference, resolution_wh=size)
    ours = answer.to_supervision()
    # The reference rounds down to whole pixels.
    assert np.array_equal(np.floor(ours.xyxy), theirs.xyxy.reshape(-1, 4))
    assert len(ours) == len(theirs) == len(answer.objects) > 0
    assert ours.confidence == pytest.approx([found.score for found in answer.objects])
    if "class_name" in theirs.data:
        assert list(ours.data["class_name"]) == list(theirs.data["class_name"])
    if "xyxyxyxy" in theirs.data:
        assert np.array_equal(np.floor(ours.data["xyxyxyxy"]), theirs.data["xyxyxyxy"])
    assert (ours.mask is None) == (theirs.mask is None)
    assert theirs.mask is None or np.array_equal(ours.mask, theirs.mask)


def test_nothing_found_is_no_detections(florence: Florence, street: Path) -> None:
    empty = florence.object_detection(street, min_score=1).to_supervision()
    assert (len(empty), empty.xyxy.shape) == (0, (0, 4))


def test_detections_can_be_filtered_and_drawn(florence: Florence, street: Path) -> None:
    found = florence.object_detection(street).to_supervision()
    trucks = found[found.data["class_name"] == "truck"]
    assert len(trucks) == 2
    scene = np.zeros((480, 640, 3), dtype=np.uint8)
    assert sv.BoxAnnotator().annotate(scene, trucks).any()
