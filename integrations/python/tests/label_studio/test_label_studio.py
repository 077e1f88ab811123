"""Label Studio asks the backend for predictions, stores them, and gives them back."""

import json
import os
import subprocess
from pathlib import Path

import httpx
import numpy as np
import pytest
from florence_edge_label_studio.brush import coco_mask

from florence_edge import Florence

EVERYTHING = """<View><Image name="image" value="$image"/>
<RectangleLabels name="box" toName="image"><Label value="Truck"/><Label value="Snail"/></RectangleLabels>
<PolygonLabels name="outline" toName="image"><Label value="Truck"/></PolygonLabels>
<BrushLabels name="brush" toName="image"><Label value="Lorry" predicted_values="truck"/></BrushLabels>
<TextArea name="caption" toName="image" model_task="caption"/>
<TextArea name="text" toName="image"/>
<Choices name="kind" toName="image" choice="multiple"><Choice value="snail"/><Choice value="truck"/></Choices>
</View>"""

WORDS = """<View><Image name="image" value="$image"/>
<Labels name="label" toName="image"><Label value="Text"/><Label value="Handwriting"/></Labels>
<Rectangle name="bbox" toName="image"/><Polygon name="poly" toName="image"/>
<TextArea name="transcription" toName="image" editable="true" perRegion="true" displayMode="region-list"/>
</View>"""
"""Label Studio's own template for optical character recognition."""


def project_with(label_studio: httpx.Client, config: str, picture: Path) -> tuple[int, dict]:
    """Make a project with a picture; return its id and the task."""
    made = label_studio.post("/api/projects", json={"title": "Trial", "label_config": config})
    assert made.is_success, made.text
    project = made.json()["id"]
    files = {"file": (picture.name, picture.read_bytes(), "image/jpeg")}
    label_studio.post(f"/api/projects/{project}/import", files=files).raise_for_status()
    (task,) = label_studio.get("/api/tasks", params={"project": project, "fields": "all"}).json()["tasks"]
    return project, task


def connect(label_studio: httpx.Client, project: int, backend: str) -> dict:
    made = label_studio.post(
        "/api/ml", json={"url": backend, "project": project, "title": "florence", "is_interactive": True}
    )
    assert made.is_success, made.text
    return made.json()


def predictions(label_studio: httpx.Client, project: int, task: dict) -> list[dict]:
    """Let Label Studio ask for predictions, as its data manager does, and return what it has stored."""
    action = {"id": "retrieve_tasks_predictions", "project": project}
    selected = {"selectedItems": {"all": True, "excluded": []}}
    label_studio.post("/api/dm/actions", params=action, json=selected).raise_for_status()
    return label_studio.get("/api/predictions", params={"task": task["id"]}).json()


def decoded_brush(rle: list[int]) -> np.ndarray:
    """Decode a brush by Label Studio's own code, in its environment."""
    python = Path(os.environ["FLORENCE_EDGE_TEST_LABEL_STUDIO"]).parent / "python"
    program = "import json, sys; from label_studio_sdk.converter.brush import decode_rle; print(json.dumps(decode_rle(json.load(sys.stdin)).tolist()))"
    done = subprocess.run(
        [str(python), "-c", program], input=json.dumps(rle), capture_output=True, text=True, check=True
    )
    return np.array(json.loads(done.stdout), dtype=np.uint8)


def test_every_control_is_filled(label_studio: httpx.Client, backend: str, florence: Florence, street: Path) -> None:
    project, task = project_with(label_studio, EVERYTHING, street)
    connected = connect(label_studio, project, backend)
    assert connected["state"] == "CO", connected
    (prediction,) = predictions(label_studio, project, task)
    model = florence.models().models[0]
    assert prediction["model_version"] == f"florence-edge {model.id} {model.revision}"
    by_control: dict[str, list[dict]] = {}
    for result in prediction["result"]:
        by_control.setdefault(result["from_name"], []).append(result)
    assert list(by_control) == ["box", "outline", "brush", "caption", "text", "kind"]

    found = florence.open_vocabulary_detection(street, ["truck", "snail"])
    assert [each["value"]["rectanglelabels"] for each in by_control["box"]] == [
        [each.label.title()] for each in found.objects
    ]
    for result, each in zip(by_control["box"], found.objects, strict=True):
        place = [result["value"][side] for side in ("x", "y", "width", "height")]
        assert place == pytest.approx([100 * side for side in each.normalized_box.xywh])
        assert result["score"] == each.score

    truck = florence.open_vocabulary_detection(street, ["truck"]).objects[0]
    outline = florence.region_to_segmentation(street, truck.box, include=["coco_rle"]).objects[0]
    ring, mask = outline.normalized_polygons[0], outline.coco_rle
    assert by_control["outline"][0]["value"]["points"] == [pytest.approx([100 * p.x, 100 * p.y]) for p in ring]
    brush = by_control["brush"][0]["value"]
    assert (brush["brushlabels"], brush["format"]) == (["Lorry"], "rle")
    drawn = decoded_brush(brush["rle"]).reshape(480, 640, 4)[:, :, 3]
    assert np.array_equal(drawn > 0, np.frombuffer(coco_mask(mask), dtype=np.uint8).reshape(480, 640) > 0)

    assert by_control["caption"][0]["value"]["text"] == [florence.caption(street).text]
    assert by_control["text"][0]["value"]["text"] == [florence.ocr(street).text]
    assert sorted(by_control["kind"][0]["value"]["choices"]) == ["snail", "truck"]


def test_words_are_regions_with_their_texts(
    label_studio: httpx.Client, backend: str, florence: Florence, street: Path
) -> None:
    project, task = project_with(label_studio, WORDS, street)
    connect(label_studio, project, backend)
    (prediction,) = predictions(label_studio, project, task)
    region, text, label = prediction["result"]
    assert (region["type"], text["type"], label["type"]) == ("rectangle", "textarea", "labels")
    assert region["id"] == text["id"] == label["id"]
    word = florence.ocr_with_region(street).objects[0]
    assert (text["value"]["text"], label["value"]["labels"]) == ([word.label], ["Text"])
    assert prediction["score"] == pytest.approx(word.score)


def test_a_prediction_is_made_while_somebody_waits(label_studio: httpx.Client, backend: str, street: Path) -> None:
    project, task = project_with(label_studio, EVERYTHING, street)
    model = connect(label_studio, project, backend)
    asked = label_studio.post(f"/api/ml/{model['id']}/interactive-annotating", json={"task": task["id"], "context": {}})
    assert asked.is_success, asked.text
    assert {result["from_name"] for result in asked.json()["data"]["result"]} >= {"box", "caption"}


def test_a_task_that_fails_has_no_prediction_and_can_be_asked_again(
    label_studio: httpx.Client, backend: str, street: Path, tmp_path: Path
) -> None:
    broken = tmp_path / "broken.jpg"
    broken.write_bytes(street.read_bytes()[:2000])
    project, task = project_with(label_studio, EVERYTHING, broken)
    connect(label_studio, project, backend)
    assert predictions(label_studio, project, task) == []


def test_a_configuration_that_cannot_be_filled_is_told(label_studio: httpx.Client, backend: str, street: Path) -> None:
    config = EVERYTHING.replace('model_task="caption"', 'model_task="object-detection"')
    project, _ = project_with(label_studio, config, street)
    refused = label_studio.post("/api/ml", json={"url": backend, "project": project, "title": "florence"})
    assert not refused.is_success or refused.json()["state"] == "ER"
