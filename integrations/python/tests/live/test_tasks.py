"""All fifteen tasks of a running API, in all forms, by both clients."""

import asyncio
import base64
import io
import json
import uuid
from pathlib import Path

import httpx
import numpy as np
import pytest
from PIL import Image

from florence_edge import TASKS, AsyncFlorence, Drawing, FlatAnswer, Florence, FlorenceError, RawAnswer, ReferenceAnswer

REGION = {"x1": 170, "y1": 0, "x2": 360, "y2": 170}
INPUTS = {"none": {}, "text": {"text": "a truck"}, "labels": {"labels": ["truck"]}, "region": {"region": REGION}}


def method(client, task: str):
    return getattr(client, task.replace("-", "_"))


@pytest.fixture(params=TASKS)
def task(request: pytest.FixtureRequest) -> str:
    return request.param


def as_json(url: str, task: str, street: Path) -> dict:
    """The API's own JSON, asked for without the client."""
    body = {"image": base64.b64encode(street.read_bytes()).decode(), **INPUTS[TASKS[task].input]}
    return httpx.post(f"{url}/v1/{task}", json=body, timeout=60).json()


def test_an_answer_is_the_apis(florence: Florence, url: str, street: Path, task: str) -> None:
    answer = method(florence, task)(street, **INPUTS[TASKS[task].input])
    assert answer.to_dict() == as_json(url, task, street)
    assert answer.response.status == 200
    assert answer.cache is not None
    assert answer.charge is None


def test_the_asynchronous_client_answers_the_same(florence: Florence, url: str, street: Path, task: str) -> None:
    inputs = INPUTS[TASKS[task].input]

    async def both():
        async with AsyncFlorence(url) as client:
            stream = method(client, task)(street, stream=True, **inputs)
            events = [event async for event in stream]
            return await method(client, task)(street, **inputs), events, await stream.finish()

    answer, events, finished = asyncio.run(both())
    assert answer == method(florence, task)(street, **inputs) == finished
    assert events[-1].answer == answer
    objects = [event.object for event in events if event.type == "object"]
    assert objects == list(getattr(answer, "objects", []))
    assert "".join(event.text for event in events if event.type == "delta") == getattr(answer, "text", "")


def test_a_stream_ends_with_the_answer(florence: Florence, street: Path, task: str) -> None:
    inputs = INPUTS[TASKS[task].input]
    with method(florence, task)(street, stream=True, **inputs) as stream:
        events = list(stream)
    assert events[-1].answer == method(florence, task)(street, **inputs)


def test_every_form_is_of_its_class(florence: Florence, street: Path, task: str) -> None:
    call, inputs = method(florence, task), INPUTS[TASKS[task].input]
    assert isinstance(call(street, format="flat", **inputs), FlatAnswer)
    assert isinstance(call(street, format="raw", **inputs), RawAnswer)
    assert isinstance(call(street, compat="reference", **inputs), ReferenceAnswer)
    assert json.loads(call(street, format="flat", **inputs).json) == call(street, **inputs).to_dict()
    drawing = call(street, overlay="svg", **inputs)
    assert isinstance(drawing, Drawing)
    assert drawing.text.startswith("<svg")


def test_a_png_is_a_picture_of_the_same_size(florence: Florence, street: Path) -> None:
    drawing = florence.object_detection(street, overlay="png")
    assert Image.open(io.BytesIO(drawing.data)).size == (640, 480)


def test_every_kind_of_image_gets_the_same_answer(florence: Florence, street: Path) -> None:
    data = street.read_bytes()
    pixels = Image.open(street)
    expected = florence.object_detection(street).objects
    data_uri = f"data:image/jpeg;base64,{base64.b64encode(data).decode()}"
    with street.open("rb") as file:
        for image in (str(street), data, bytearray(data), data_uri, file):
            assert florence.object_detection(image).objects == expected
    # Decoded by Pillow instead of the API: the same up to rounding in the JPEG decoders.
    for image in (pixels, np.asarray(pixels)):
        found = florence.object_detection(image).objects
        assert [each.label for each in found] == [each.label for each in expected]
        assert all(np.allclose(a.box.xyxy, b.box.xyxy, atol=1.5) for a, b in zip(found, expected, strict=True))


def test_an_address_reaches_the_api(florence: Florence) -> None:
    with pytest.raises(FlorenceError) as caught:
        florence.caption("http://10.0.0.1/a.jpg")
    assert caught.value.code == "image-url-refused"


def test_a_box_of_an_answer_is_a_region(florence: Florence, street: Path) -> None:
    truck = florence.object_detection(street).objects[2]
    assert florence.region_to_category(street, truck.box).text == truck.label
    assert florence.region_to_category(street, normalized_region=truck.normalized_box).text == truck.label
    assert florence.region_to_category(street, "<loc_266><loc_2><loc_562><loc_354>").text == "truck"


def test_several_tasks_and_several_images(florence: Florence, street: Path) -> None:
    tasks = [{"task": "caption"}, {"task": "region-to-category", "region": (0, 0, 9999, 1)}]
    good, bad = florence.analyze(street, tasks).results
    assert good.unwrap() == florence.caption(street)
    with pytest.raises(FlorenceError) as caught:
        bad.unwrap()
    assert (caught.value.code, bad.status) == ("region-outside-image", "error")
    items = [{"task": "object-detection", "image": image, "max_objects": 1} for image in (street, Image.open(street))]
    assert [len(result.unwrap().objects) for result in florence.batch(items).results] == [1, 1]


def test_the_api_describes_itself(florence: Florence) -> None:
    assert {each.name for each in florence.tasks().tasks} == set(TASKS)
    assert florence.models().models[0].id == "mini"
    assert florence.health().status == florence.ready().status == "ok"


def test_a_broken_file_is_an_error_with_a_fix(florence: Florence) -> None:
    with pytest.raises(FlorenceError) as caught:
        florence.caption(b"no image")
    assert (caught.value.code, caught.value.status, caught.value.retryable) == ("unsupported-image", 415, False)
    assert caught.value.fix


def test_every_answer_tells_its_charge(paid: Florence, unseen: np.ndarray) -> None:
    price = paid.quote("caption", beams=2).price
    first = paid.caption(unseen, beams=2)
    again = paid.caption(unseen, beams=2)
    assert (first.charge.amount, again.charge.amount, again.charge.is_repeat) == (price, 0, True)
    drawing = paid.caption(unseen, beams=2, overlay="svg")
    assert drawing.charge.is_repeat
    both = paid.analyze(unseen, [{"task": "caption", "beams": 3}, {"task": "ocr", "beams": 3}])
    assert both.charge.amount == paid.quote([{"task": "caption", "beams": 3}, {"task": "ocr", "beams": 3}]).price
    assert both.charge.balance == paid.me().balance
    stream = paid.caption(unseen, beams=4, stream=True)
    assert stream.finish().charge.amount == paid.quote("caption", beams=4).price


def test_new_work_costs_again_but_not_for_the_same_id(paid: Florence, unseen: np.ndarray) -> None:
    fresh = {"headers": {"cache-control": "no-store"}}
    key = str(uuid.uuid4())
    first, second = (paid.ocr(unseen, idempotency_key=key, **fresh).charge for _ in range(2))
    assert (first.is_repeat, second.is_repeat, second.amount) == (False, True, 0)
    assert paid.ocr(unseen, **fresh).charge.amount == first.amount


def test_a_price_that_is_too_high_is_refused(paid: Florence, unseen: np.ndarray) -> None:
    with pytest.raises(FlorenceError) as caught:
        paid.more_detailed_caption(unseen, beams=5, max_price=1)
    assert caught.value.code == "price-above-maximum"
    assert caught.value.problem.price == paid.quote("more-detailed-caption", beams=5).price


def test_prices_and_the_account(paid: Florence) -> None:
    assert {row.task for row in paid.pricing().tasks} == set(TASKS)
    assert paid.me().account.status == "open"
    with pytest.raises(FlorenceError) as caught:
        paid.me(api_key="fe_test_wrong")
    assert (caught.value.code, caught.value.status) == ("key-invalid", 401)
