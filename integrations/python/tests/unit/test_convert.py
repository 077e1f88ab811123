import re
import sys
from types import SimpleNamespace

import numpy as np
import pytest
from conftest import BOX_OBJECT, BOXES_ANSWER, TEXT_ANSWER
from florence_edge_label_studio.brush import brush_rle, coco_mask, coco_runs, row_runs
from florence_edge_label_studio.results import Control
from hypothesis import given
from hypothesis import strategies as st

from florence_edge import FlorenceError
from florence_edge._json import from_json
from florence_edge._models import Answer, CocoRle

text = from_json(Answer, TEXT_ANSWER)
boxes = from_json(Answer, BOXES_ANSWER)


def corners(*points: tuple[float, float]) -> list[dict[str, float]]:
    return [{"x": x, "y": y} for x, y in points]


def located(kind: str, **shape: object):
    return from_json(Answer, {**BOXES_ANSWER, "type": kind, "objects": [{**BOX_OBJECT, **shape}]})


def quads(*points: tuple[float, float]):
    normalized = [(x / 640, y / 480) for x, y in points]
    return located("quads", quad=corners(*points), normalized_quad=corners(*normalized))


RING = corners((0.1, 0.1), (0.2, 0.1), (0.2, 0.3))
polygons = located("polygons", polygons=[RING, RING[:2]], normalized_polygons=[RING, RING[:2]])


def test_boxes_are_rectangles_in_per_cent() -> None:
    (result,) = boxes.to_label_studio("label", "picture")
    value = result.pop("value")
    assert result == {
        "id": result["id"],
        "from_name": "label",
        "to_name": "picture",
        "type": "rectanglelabels",
        "original_width": 640,
        "original_height": 480,
        "image_rotation": 0,
        "score": 0.1377,
    }
    assert value.pop("rectanglelabels") == ["snail"]
    assert value == pytest.approx({"x": 0.05, "y": 35.35, "width": 31.4, "height": 37.3, "rotation": 0})
    assert re.fullmatch(r"[0-9a-f]{10}", result["id"])


def test_a_prediction_that_is_made_again_is_the_same() -> None:
    assert boxes.to_label_studio() == boxes.to_label_studio()
    assert boxes.to_label_studio("other")[0]["id"] != boxes.to_label_studio()[0]["id"]


def test_objects_whose_label_the_control_does_not_have_are_left_out() -> None:
    assert boxes.to_label_studio(labels=["Truck"]) == []
    (result,) = boxes.to_label_studio(labels=["Truck", "Snail"])
    assert result["value"]["rectanglelabels"] == ["Snail"]
    assert Control("a", "b", labels={"snail": "Slow"}).label_of("SNAIL") == "Slow"


def test_outlines_are_polygons_and_a_ring_of_two_points_is_none() -> None:
    (result,) = polygons.to_label_studio()
    assert result["type"] == "polygonlabels"
    assert result["value"]["points"] == [pytest.approx(point) for point in ([10, 10], [20, 10], [20, 30])]
    (box,) = boxes.to_label_studio(control="polygonlabels")
    assert box["value"]["points"][2] == pytest.approx([31.45, 72.65])


def test_words_are_rectangles_with_a_text_of_the_same_region() -> None:
    region, written = quads((64, 48), (128, 48), (128, 96), (64, 96)).to_label_studio(
        "bbox", "image", transcription="text"
    )
    assert (region["type"], written["type"], region["id"]) == ("rectangle", "textarea", written["id"])
    assert region["value"] == {"x": 10, "y": 10, "width": 10, "height": 10, "rotation": 0}
    assert written["value"] == {**region["value"], "text": ["snail"]}
    assert (region["from_name"], written["from_name"]) == ("bbox", "text")


def test_a_turned_word_is_a_turned_rectangle() -> None:
    region, _ = quads((100, 100), (100, 200), (80, 200), (80, 100)).to_label_studio()
    expected = {"x": 100 / 6.4, "y": 100 / 4.8, "width": 100 / 6.4, "height": 20 / 4.8, "rotation": 90}
    assert region["value"] == pytest.approx(expected)


def test_words_take_the_first_label_of_their_control() -> None:
    region, written = quads((0, 0), (9, 0), (9, 9), (0, 9)).to_label_studio(
        control="rectanglelabels", labels=["Text", "Logo"]
    )
    assert region["value"]["rectanglelabels"] == ["Text"]
    assert "rectanglelabels" not in written["value"]


def test_a_text_is_one_of_a_text_area() -> None:
    (result,) = text.to_label_studio("caption", "image")
    assert (result["type"], result["value"]) == ("textarea", {"text": ["two snails"]})


def test_brushes_need_masks() -> None:
    with pytest.raises(FlorenceError) as caught:
        boxes.to_label_studio(control="brushlabels")
    assert caught.value.code == "invalid-request"
    masked = located("boxes", coco_rle={"size": [2, 2], "counts": "121"})
    (result,) = masked.to_label_studio(control="brushlabels")
    assert result["value"]["format"] == "rle"


def encode_coco(mask: np.ndarray) -> str:
    """COCO's own encoder, written from its C code (maskApi.c: rleEncode, rleToString)."""
    flat = mask.T.reshape(-1)
    changes = np.flatnonzero(np.diff(np.concatenate([[0], flat]))).tolist()
    ends = [*changes, len(flat)]
    counts = [end - start for start, end in zip([0, *changes], ends, strict=False)]
    text = ""
    for index, count in enumerate(counts):
        value = count - counts[index - 2] if index > 2 else count
        more = True
        while more:
            bits = value & 0x1F
            value >>= 5
            more = value != -1 if bits & 0x10 else value != 0
            text += chr((bits | (0x20 if more else 0)) + 48)
    return text


def decode_brush(rle: list[int]) -> list[int]:
    """Label Studio's decoder, written from label_studio_sdk.converter.brush.decode_rle."""
    bits = "".join(f"{byte:08b}" for byte in rle)
    at = 0

    def take(count: int) -> int:
        nonlocal at
        at += count
        return int(bits[at - count : at], 2)

    number, word_size = take(32), take(5) + 1
    sizes = [take(4) + 1 for _ in range(4)]
    values: list[int] = []
    while len(values) < number:
        is_run, length = take(1), 1 + take(sizes[take(2)])
        values += [take(word_size)] * length if is_run else [take(word_size) for _ in range(length)]
    return values


masks = st.tuples(st.integers(1, 40), st.integers(1, 40), st.integers(0, 5), st.randoms())


@given(masks)
def test_a_mask_of_coco_is_a_brush_of_label_studio(drawn) -> None:
    height, width, blocks, random = drawn
    mask = np.zeros((height, width), dtype=np.uint8)
    for _ in range(blocks):
        top, left = random.randrange(height), random.randrange(width)
        mask[top : top + random.randrange(1, 20), left : left + random.randrange(1, 20)] = 1
    pixels = coco_mask(CocoRle(size=(height, width), counts=encode_coco(mask)))
    assert bytes(pixels) == mask.tobytes()
    decoded = decode_brush(brush_rle(row_runs(pixels), len(pixels)))
    assert np.array_equal(np.array(decoded).reshape(height, width, 4)[:, :, 3], mask * 255)
    assert sum(coco_runs(encode_coco(mask))) == height * width


def test_a_long_run_is_divided() -> None:
    assert decode_brush(brush_rle([(100_000, 1)], 100_000)) == [255] * 400_000


@pytest.mark.parametrize(
    ("method", "module", "extra"),
    [
        ("to_supervision", "supervision", "supervision"),
        ("to_fiftyone", "fiftyone", "fiftyone"),
        ("to_label_studio", "florence_edge_label_studio.results", "label-studio"),
    ],
)
def test_a_package_that_is_missing_is_named(
    method: str, module: str, extra: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, module, None)
    with pytest.raises(ImportError, match=re.escape(f"florence-edge[{extra}]")):
        getattr(boxes, method)()


def test_fiftyone_gets_places_in_0_to_1(monkeypatch: pytest.MonkeyPatch) -> None:
    names = "Classification Detection Detections Polyline Polylines".split()
    monkeypatch.setitem(sys.modules, "fiftyone", SimpleNamespace(**dict.fromkeys(names, SimpleNamespace)))
    (detection,) = boxes.to_fiftyone().detections
    assert detection.bounding_box == pytest.approx([0.0005, 0.3535, 0.314, 0.373])
    assert (detection.label, detection.confidence) == ("snail", 0.1377)
    (line,) = polygons.to_fiftyone().polylines
    assert (line.points, line.closed, line.filled) == ([[(0.1, 0.1), (0.2, 0.1), (0.2, 0.3)]], True, True)
    assert text.to_fiftyone().label == "two snails"
