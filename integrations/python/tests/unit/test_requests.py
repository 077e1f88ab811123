import base64
import json
from urllib.parse import parse_qs

import httpx
import numpy as np
import pytest
from conftest import BASE, BOXES_ANSWER, TEXT_ANSWER, Caller, FakeApi

from florence_edge import TASKS, Box, Florence, FlorenceError

ok = httpx.Response(200, json=TEXT_ANSWER)
FILE = b"\xff\xd8 a file"
BOX = Box(x1=1, y1=2.5, x2=30, y2=40)


def query(api: FakeApi) -> dict[str, list[str]]:
    return parse_qs(api.last.url.query.decode(), keep_blank_values=True)


@pytest.mark.parametrize("task", TASKS)
def test_each_task_has_a_method_that_sends_to_its_path(caller: Caller, task: str) -> None:
    api = FakeApi([ok])
    inputs = {"none": {}, "text": {"text": "a cat"}, "labels": {"labels": ["a"]}, "region": {"region": BOX}}
    answer = caller(api, lambda f: getattr(f, task.replace("-", "_"))(FILE, **inputs[TASKS[task].input]))
    assert answer.text == "two snails"
    assert str(api.last.url).startswith(f"{BASE}/v1/{task}")
    assert api.last.content == FILE


def test_bytes_are_the_body_and_options_the_query(caller: Caller) -> None:
    api = FakeApi([httpx.Response(200, json=BOXES_ANSWER)])
    caller(
        api,
        lambda f: f.object_detection(FILE, min_score=0.5, max_objects=3, include=["svg_path", "coco_rle"], beams=None),
    )
    assert query(api) == {"min_score": ["0.5"], "max_objects": ["3"], "include": ["svg_path,coco_rle"]}
    assert api.last.headers["content-type"] == "application/octet-stream"


@pytest.mark.parametrize(
    ("region", "sent"),
    [
        (BOX, "1,2.5,30,40"),
        ((1, 2.5, 30, 40), "1.0,2.5,30.0,40.0"),
        ({"x1": 1, "y1": 2.5, "x2": 30, "y2": 40}, "1.0,2.5,30.0,40.0"),
        (np.array([1, 2.5, 30, 40]), "1.0,2.5,30.0,40.0"),
        ("<loc_1><loc_2><loc_3><loc_4>", "<loc_1><loc_2><loc_3><loc_4>"),
    ],
)
def test_a_region_has_several_forms(caller: Caller, region: object, sent: str) -> None:
    api = FakeApi([ok])
    caller(api, lambda f: f.region_to_category(FILE, region))
    assert query(api) == {"region": [sent]}


@pytest.mark.parametrize("region", [(1, 2, 3), {"x": 1}, 7, (0, 0, 1, float("nan"))])
def test_what_is_no_region_is_not_sent(caller: Caller, region: object) -> None:
    api = FakeApi([ok])
    with pytest.raises(FlorenceError) as caught:
        caller(api, lambda f: f.region_to_category(FILE, normalized_region=region))
    assert (caught.value.code, api.requests) == ("invalid-request", [])


@pytest.mark.parametrize(
    ("labels", "sent"),
    [
        (["a", "b"], ["a", "b"]),
        (["a"], ["a"]),
        (["a, b"], ['["a, b"]']),
        ([" a"], ['[" a"]']),
        (["a", " "], ['["a", " "]']),
        (("x", "y"), ["x", "y"]),
    ],
)
def test_labels_arrive_as_they_are(caller: Caller, labels: list[str], sent: list[str]) -> None:
    api = FakeApi([ok])
    caller(api, lambda f: f.open_vocabulary_detection(FILE, labels))
    assert query(api) == {"labels": sent}


def test_one_text_is_no_list_of_labels(caller: Caller) -> None:
    with pytest.raises(FlorenceError) as caught:
        caller(FakeApi([ok]), lambda f: f.open_vocabulary_detection(FILE, "cat"))
    assert caught.value.code == "invalid-request"


def test_an_address_and_long_options_are_sent_as_json(caller: Caller) -> None:
    api = FakeApi([ok])
    caller(api, lambda f: f.region_to_ocr("https://example.com/a.jpg", BOX, overlay="svg", overlay_image=False))
    region = {"x1": 1, "y1": 2.5, "x2": 30, "y2": 40}
    assert json.loads(api.last.content) == {
        "image": "https://example.com/a.jpg",
        "region": region,
        "overlay": "svg",
        "overlay_image": False,
    }
    caller(api, lambda f: f.caption_to_phrase_grounding(FILE, "x" * 5000))
    body = json.loads(api.last.content)
    assert (base64.b64decode(body["image"]["base64"]), len(body["text"])) == (FILE, 5000)
    assert api.last.url.query == b""


def test_an_option_that_does_not_exist_is_a_type_error_that_names_the_nearest(caller: Caller) -> None:
    api = FakeApi([ok])
    with pytest.raises(TypeError, match=r"'bems'.*'beams'"):
        caller(api, lambda f: f.caption(FILE, bems=3))
    assert api.requests == []


def test_a_task_may_be_asked_by_its_name(caller: Caller) -> None:
    api = FakeApi([ok])
    assert caller(api, lambda f: f.ask("region-to-ocr", FILE, region=BOX, beams=2)).text == "two snails"
    assert query(api) == {"region": ["1,2.5,30,40"], "beams": ["2"]}


def test_analyze_sends_one_image_and_gives_each_task_its_result(caller: Caller) -> None:
    results = [
        {"task": "caption", "status": "ok", "answer": TEXT_ANSWER, "problem": None},
        {"task": "ocr", "status": "ok", "answer": {"<OCR>": "x"}, "problem": None},
    ]
    api = FakeApi([httpx.Response(200, json={"results": results}, headers={"charge": "7;repeat=?0"})])
    tasks = [{"task": "caption", "timeout": 3}, {"task": "region-to-ocr", "region": BOX, "compat": "reference"}]
    whole = caller(api, lambda f: f.analyze(FILE, tasks))
    sent = json.loads(api.last.content)
    assert sent["image"] == {"base64": base64.b64encode(FILE).decode()}
    region = {"x1": 1, "y1": 2.5, "x2": 30, "y2": 40}
    assert sent["tasks"] == [{"task": "caption"}, {"task": "region-to-ocr", "region": region, "compat": "reference"}]
    first, second = (result.unwrap() for result in whole.results)
    assert (first.text, second, whole.charge.amount, first.charge) == ("two snails", {"<OCR>": "x"}, 7, None)


def test_batch_sends_an_image_with_each_task(caller: Caller) -> None:
    api = FakeApi([httpx.Response(200, json={"results": []})])
    caller(api, lambda f: f.batch([{"task": "caption", "image": FILE}, {"task": "ocr", "image": "https://e.com/a"}]))
    assert [item["image"] for item in json.loads(api.last.content)["items"]] == [
        {"base64": base64.b64encode(FILE).decode()},
        "https://e.com/a",
    ]
    with pytest.raises(FlorenceError) as caught:
        caller(api, lambda f: f.batch([{"task": "caption"}]))
    assert caught.value.code == "image-required"


def test_quote_sends_no_images(caller: Caller) -> None:
    quote = {"unit": "usd-micro", "revision": "r", "price": 5, "batch_price": 3, "items": []}
    api = FakeApi([httpx.Response(200, json=quote)])
    assert caller(api, lambda f: f.quote("caption", beams=5)).price == 5
    assert json.loads(api.last.content) == {"task": "caption", "beams": 5}
    caller(api, lambda f: f.quote([{"task": "caption"}]))
    assert json.loads(api.last.content) == {"tasks": [{"task": "caption"}]}
    caller(api, lambda f: f.quote([{"task": "caption", "image": FILE}]))
    assert json.loads(api.last.content) == {"items": [{"task": "caption"}]}


HANDLE = "upload_" + "a-_4" * 12


def test_an_upload_is_sent_without_the_key_and_is_an_image(caller: Caller) -> None:
    prepared = {
        "image": HANDLE,
        "put_url": "https://files.test/x?signature=s",
        "expires_in": 3600,
        "max_bytes": 9,
        "curl": "",
    }
    replies = [
        httpx.Response(201, json=prepared),
        httpx.ConnectError("lost"),
        httpx.Response(200, json={"image": HANDLE, "bytes": 9}),
    ]
    api = FakeApi(replies)
    headers = {"x-api-key": "secret"}
    upload = caller(api, lambda f: f.upload(FILE, headers=headers), api_key="fe_test_1", headers=headers)
    first, second, third = api.requests
    assert (first.method, first.url.path, first.headers["authorization"]) == (
        "POST",
        "/base/v1/uploads",
        "Bearer fe_test_1",
    )
    assert (second.method, str(second.url)) == ("PUT", "https://files.test/x?signature=s")
    assert {"authorization", "x-api-key"}.isdisjoint(third.headers)
    assert third.content == FILE
    for image in (upload, HANDLE):
        again = FakeApi([ok])
        caller(again, lambda f, image=image: f.caption(image))
        assert json.loads(again.last.content) == {"image": HANDLE}


def test_a_file_above_the_servers_limit_is_not_sent(caller: Caller) -> None:
    prepared = {"image": HANDLE, "put_url": "https://files.test/x", "expires_in": 3600, "max_bytes": len(FILE) - 1}
    api = FakeApi([httpx.Response(201, json=prepared)])
    with pytest.raises(FlorenceError) as caught:
        caller(api, lambda f: f.upload(FILE))
    assert (caught.value.code, caught.value.retryable, len(api.requests)) == ("body-too-large", False, 1)


def test_an_address_is_not_uploaded(caller: Caller) -> None:
    api = FakeApi([ok])
    with pytest.raises(FlorenceError) as caught:
        caller(api, lambda f: f.upload("https://example.com/a.jpg"))
    assert (caught.value.code, api.requests) == ("image-required", [])


def test_what_the_detail_says_is_not_said_again() -> None:
    with pytest.raises(FlorenceError) as caught:
        Florence("https://florence.test", timeout=0)
    assert str(caught.value).count(caught.value.fix) == 1


@pytest.mark.parametrize("method", ["me", "pricing", "tasks", "models", "health", "ready"])
def test_what_is_no_task_is_a_get(caller: Caller, method: str) -> None:
    api = FakeApi([httpx.Response(200, json={})])
    with pytest.raises(FlorenceError) as caught:
        caller(api, lambda f: getattr(f, method)())
    # Each is decoded as its own class, for which an empty object is not enough.
    assert (caught.value.code, api.last.method) == ("invalid-response", "GET")


def test_the_key_the_price_and_headers_are_sent(caller: Caller) -> None:
    api = FakeApi([ok])
    caller(api, lambda f: f.caption(FILE, max_price=300, headers={"X-Request-Id": "mine"}), api_key="fe_test_1")
    headers = api.last.headers
    assert (headers["authorization"], headers["max-price"], headers["x-request-id"]) == (
        "Bearer fe_test_1",
        "300",
        "mine",
    )
    assert headers["user-agent"].startswith("florence-edge-python/")
    assert "idempotency-key" not in headers


def test_what_the_environment_says_holds_where_nothing_is_given(
    caller: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FLORENCE_EDGE_API_KEY", "fe_test_2")
    api = FakeApi([ok])
    caller(api, lambda f: f.caption(FILE))
    assert api.last.headers["authorization"] == "Bearer fe_test_2"


@pytest.mark.parametrize(
    "url",
    ["", "florence.test", "ftp://florence.test", "https://a:b@florence.test", "https://f.test/?a", "https://[::1"],
)
def test_what_is_no_base_url_is_refused(url: str) -> None:
    with pytest.raises(FlorenceError) as caught:
        Florence(url)
    assert caught.value.code == "invalid-request"


@pytest.mark.parametrize(
    "options", [{"timeout": 0}, {"timeout": float("inf")}, {"max_retries": -1}, {"max_retries": 11}]
)
def test_what_is_no_option_of_a_call_is_refused(caller: Caller, options: dict[str, float]) -> None:
    with pytest.raises(FlorenceError) as caught:
        caller(FakeApi([ok]), lambda f: f.caption(FILE, **options))
    assert caught.value.code == "invalid-request"


def test_a_header_that_cannot_be_sent_is_refused(caller: Caller) -> None:
    with pytest.raises(FlorenceError) as caught:
        caller(FakeApi([ok]), lambda f: f.caption(FILE, api_key="schlüssel"))
    assert caught.value.code == "invalid-request"
