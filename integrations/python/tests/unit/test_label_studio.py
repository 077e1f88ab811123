import base64
import io
import json
from typing import Any

import httpx
import pytest
from conftest import BASE, BOX_OBJECT, BOXES_ANSWER, TEXT_ANSWER, FakeApi, problem
from florence_edge_label_studio import create_app
from florence_edge_label_studio.backend import PREDICT_SECONDS, Backend
from florence_edge_label_studio.config import parse_config
from florence_edge_label_studio.pictures import Host, Pictures
from florence_edge_label_studio.questions import questions_of

from florence_edge import Florence, FlorenceError

HOST = Host("https://labels.test", "secret")
MODELS = {"models": [{"id": "mini", "revision": "r1", "dtype": "fp16", "domain": "", "image_size": 256}]}


def view(*controls: str) -> str:
    return f'<View><Image name="image" value="$image"/>{"".join(controls)}</View>'


CAPTION = view('<TextArea name="caption" toName="image"/>')


def asked_by(*controls: str) -> list[tuple[str, str | None]]:
    return [(each.control.name, each.transcription) for each in questions_of(parse_config(view(*controls)), "image")]


BOX = '<RectangleLabels name="box" toName="image"><Label value="Traffic Light"/><Label value="NASA"/><Label value="$more"/></RectangleLabels>'
AREA = '<TextArea name="words" toName="image" perRegion="true"/>'


def test_labels_are_asked_for_in_small_letters_or_as_predicted_values_say() -> None:
    (box,) = parse_config(view(BOX)).controls
    assert box.labels == {"traffic light": "Traffic Light", "NASA": "NASA"}
    mapped = view(
        '<RectangleLabels name="b" toName="image"><Label value="Car" predicted_values="auto, SUV"/></RectangleLabels>'
    )
    assert parse_config(mapped).controls[0].labels == {"auto": "Car", "SUV": "Car"}


def test_controls_of_other_things_than_pictures_are_left_alone() -> None:
    config = (
        '<View><Text name="text" value="$text"/><Choices name="c" toName="text"><Choice value="a"/></Choices></View>'
    )
    assert (parse_config(config).controls, parse_config(config).pictures) == ((), {})


def test_a_text_area_for_each_region_means_words_in_one_control() -> None:
    polygon = '<Polygon name="poly" toName="image"/>'
    assert asked_by(polygon, BOX, AREA) == [("box", "words")]
    assert asked_by(BOX, polygon) == [("box", None), ("poly", None)]
    own = BOX.replace("<RectangleLabels ", '<RectangleLabels model_task="object-detection" ')
    assert asked_by(own, polygon, AREA) == [("box", None), ("poly", "words")]


@pytest.mark.parametrize(
    "config",
    [
        "<View>",
        '<!DOCTYPE x [<!ENTITY a "aaaa">]><View>&a;</View>',
        view('<TextArea name="a" toName="image" model_task="object-detection"/>'),
        view('<Labels name="a" toName="image" model_task="ocr"/>'),
        view('<Rectangle name="a" toName="image" model_score_threshold="2"/>'),
        view('<Rectangle name="a" toName="image" model_score_threshold="nan"/>'),
    ],
)
def test_a_wrong_configuration_is_refused(config: str) -> None:
    with pytest.raises(FlorenceError) as caught:
        parse_config(config)
    assert caught.value.code == "invalid-request"


def pictures(api: FakeApi) -> Pictures:
    return Pictures(httpx.Client(transport=httpx.MockTransport(api.handle)))


@pytest.mark.parametrize(
    ("value", "url"),
    [
        ("/data/upload/1/a.jpg", "https://labels.test/data/upload/1/a.jpg"),
        ("https://labels.test/data/a.jpg", "https://labels.test/data/a.jpg"),
        (
            "s3://bucket/a.jpg",
            f"https://labels.test/tasks/7/resolve/?fileuri={base64.urlsafe_b64encode(b's3://bucket/a.jpg').decode()}",
        ),
    ],
)
def test_files_of_label_studio_are_fetched_with_its_token(value: str, url: str) -> None:
    api = FakeApi([httpx.Response(200, content=b"file")])
    assert pictures(api).get(value, 7, HOST) == b"file"
    assert (str(api.last.url), api.last.headers["authorization"]) == (url, "Token secret")


def test_a_personal_access_token_is_exchanged() -> None:
    api = FakeApi([httpx.Response(200, json={"access": "short"}), httpx.Response(200, content=b"file")])
    assert pictures(api).get("/a.jpg", 1, Host(HOST.url, "a.b.c")) == b"file"
    first, second = api.requests
    assert (str(first.url), json.loads(first.content)) == (
        "https://labels.test/api/token/refresh",
        {"refresh": "a.b.c"},
    )
    assert second.headers["authorization"] == "Bearer short"


def test_a_token_does_not_follow_to_another_host() -> None:
    api = FakeApi(
        [httpx.Response(303, headers={"location": "https://storage.test/a.jpg"}), httpx.Response(200, content=b"file")]
    )
    assert pictures(api).get("/a.jpg", 1, HOST) == b"file"
    assert "authorization" not in api.last.headers


@pytest.mark.parametrize("value", ["https://elsewhere.test/a.jpg", "data:image/png;base64,AAAA"])
def test_other_addresses_are_left_to_the_api(value: str) -> None:
    api = FakeApi([])
    assert (pictures(api).get(value, 1, HOST), api.requests) == (value, [])


@pytest.mark.parametrize(
    ("value", "host", "code"),
    [
        ("http://127.0.0.1/a.jpg", HOST, "image-url-refused"),
        ("http://labels.test/a.jpg", HOST, "image-url-refused"),
        ("/a.jpg", None, "image-url-refused"),
        (None, HOST, "image-url-refused"),
        ("", HOST, "image-url-refused"),
    ],
)
def test_nothing_else_is_fetched(value: object, host: Host | None, code: str) -> None:
    api = FakeApi([httpx.Response(200, content=b"file")])
    with pytest.raises(FlorenceError) as caught:
        pictures(api).get(value, 1, host)
    assert (caught.value.code, api.requests) == (code, [])


@pytest.mark.parametrize("reply", [httpx.Response(401), httpx.ConnectError("refused")])
def test_a_picture_that_label_studio_does_not_give_is_an_error(reply: Any) -> None:
    with pytest.raises(FlorenceError) as caught:
        pictures(FakeApi([reply])).get("/a.jpg", 1, HOST)
    assert caught.value.code == "image-url-unreachable"


def test_a_picture_has_a_largest_size() -> None:
    with pytest.raises(FlorenceError) as caught:
        pictures(FakeApi([httpx.Response(200, content=bytes(10 * 1024 * 1024 + 1))])).get("/a.jpg", 1, HOST)
    assert caught.value.code == "image-url-refused"


RING = [{"x": 0.1, "y": 0.1}, {"x": 0.2, "y": 0.1}, {"x": 0.2, "y": 0.3}]
ANSWERS = {
    "open-vocabulary-detection": BOXES_ANSWER,
    "region-to-segmentation": {
        **BOXES_ANSWER,
        "type": "polygons",
        "objects": [{**BOX_OBJECT, "label": "", "polygons": [RING], "normalized_polygons": [RING]}],
    },
}


def answer_all(request: httpx.Request) -> httpx.Response:
    """The API of the backend: its models, a caption for every task, and a problem for the image `bad`."""
    if request.url.path.endswith("/models"):
        return httpx.Response(200, json=MODELS)
    body = json.loads(request.content)
    if body["image"] == "https://e.test/bad":
        return httpx.Response(400, json=problem("image-corrupt", 400))
    answers = [ANSWERS.get(task["task"], TEXT_ANSWER) for task in body["tasks"]]
    results = [
        {"task": task["task"], "status": "ok", "answer": answer, "problem": None}
        for task, answer in zip(body["tasks"], answers, strict=True)
    ]
    return httpx.Response(200, json={"results": results})


def backend_of(api: FakeApi, *, seconds: float = 0) -> Backend:
    http = httpx.Client(transport=httpx.MockTransport(api.handle))

    def clock() -> float:
        api.time += seconds
        return api.time

    return Backend(Florence(BASE, http_client=http, sleep=api.sleep), Pictures(http), None, clock)


def tasks(*names: str) -> list[dict[str, Any]]:
    return [{"id": number, "data": {"image": f"https://e.test/{name}"}} for number, name in enumerate(names)]


def test_setup_tells_the_model_which_is_asked_for_once() -> None:
    api = FakeApi([answer_all])
    backend = backend_of(api)
    body = {"project": "1.2", "schema": CAPTION, "hostname": "https://labels.test/", "access_token": "t"}
    assert [backend.setup(body) for _ in range(2)] == [{"model_version": "florence-edge mini r1"}] * 2
    assert len(api.requests) == 1


def test_setup_tells_where_a_projects_pictures_are() -> None:
    api = FakeApi([answer_all])
    backend = backend_of(api)
    backend.setup({"project": "1.2", "schema": CAPTION, "hostname": "https://labels.test/", "access_token": "t"})
    api.replies = [httpx.Response(200, content=b"file"), answer_all]
    api.requests.clear()
    backend.predict({"tasks": [{"id": 1, "data": {"image": "/a.jpg"}}], "project": "1.2", "label_config": CAPTION})
    assert (str(api.requests[0].url), api.requests[0].headers["authorization"]) == (
        "https://labels.test/a.jpg",
        "Token t",
    )


def test_a_task_that_fails_has_no_prediction() -> None:
    config = view(BOX, '<TextArea name="caption" toName="image"/>')
    results = backend_of(FakeApi([answer_all])).predict({"tasks": tasks("a", "bad", "b"), "label_config": config})[
        "results"
    ]
    assert [bool(result) for result in results] == [True, False, True]
    assert [each["type"] for each in results[0]["result"]] == ["textarea"]
    assert (results[0]["model_version"], results[1]) == ("florence-edge mini r1", [])


def test_if_all_fail_it_is_an_error() -> None:
    with pytest.raises(FlorenceError) as caught:
        backend_of(FakeApi([answer_all])).predict({"tasks": tasks("bad", "bad"), "label_config": CAPTION})
    assert caught.value.code == "image-corrupt"


def test_tasks_that_are_not_begun_in_time_have_no_prediction() -> None:
    results = backend_of(FakeApi([answer_all]), seconds=PREDICT_SECONDS / 2.5).predict(
        {"tasks": tasks(*"abcde"), "label_config": CAPTION}
    )["results"]
    assert [bool(result) for result in results] == [True, True, False, False, False]


def test_many_labels_are_several_tasks_of_one_request() -> None:
    labels = "".join(f'<Label value="thing {number}"/>' for number in range(100))
    api = FakeApi([answer_all])
    config = view(f'<RectangleLabels name="b" toName="image" model_score_threshold="0.3">{labels}</RectangleLabels>')
    backend_of(api).predict({"tasks": tasks("a"), "label_config": config})
    (asked,) = [json.loads(request.content)["tasks"] for request in api.requests if request.method == "POST"]
    assert [(len(task["labels"]), task["min_score"]) for task in asked] == [(64, 0.3), (36, 0.3)]


def test_the_questions_of_all_controls_are_sent_together() -> None:
    outline = '<PolygonLabels name="outline" toName="image"><Label value="snail"/></PolygonLabels>'
    box = '<RectangleLabels name="box" toName="image"><Label value="snail"/></RectangleLabels>'
    api = FakeApi([answer_all])
    (prediction,) = backend_of(api).predict(
        {"tasks": tasks("a"), "label_config": view(box, outline, '<TextArea name="caption" toName="image"/>')}
    )["results"]
    rounds = [
        [task["task"] for task in json.loads(request.content)["tasks"]]
        for request in api.requests
        if request.method == "POST"
    ]
    found = "open-vocabulary-detection"
    assert rounds == [[found, found, "detailed-caption"], ["region-to-segmentation"]]
    assert [(each["from_name"], each["type"]) for each in prediction["result"]] == [
        ("box", "rectanglelabels"),
        ("outline", "polygonlabels"),
        ("caption", "textarea"),
    ]


def test_proposed_regions_get_the_first_label() -> None:
    proposal = {**BOXES_ANSWER, "objects": [{**BOX_OBJECT, "label": ""}]}
    api = FakeApi(
        [
            httpx.Response(
                200,
                json={"results": [{"task": "region-proposal", "status": "ok", "answer": proposal, "problem": None}]},
            ),
            answer_all,
        ]
    )
    config = view(BOX.replace("<RectangleLabels ", '<RectangleLabels model_task="region-proposal" '))
    (prediction,) = backend_of(api).predict({"tasks": tasks("a"), "label_config": config})["results"]
    assert prediction["result"][0]["value"]["rectanglelabels"] == ["Traffic Light"]


def call(
    api: FakeApi, method: str, path: str, body: bytes = b"", *, credentials: str | None = None, **headers: str
) -> tuple[int, Any]:
    statuses: list[str] = []
    environ = {
        "REQUEST_METHOD": method,
        "PATH_INFO": path,
        "CONTENT_LENGTH": str(len(body)),
        "wsgi.input": io.BytesIO(body),
        **headers,
    }
    app = create_app(backend=backend_of(api), credentials=credentials)
    (data,) = app(environ, lambda status, _: statuses.append(status))
    return int(statuses[0][:3]), json.loads(data)


def test_the_application_answers_label_studio() -> None:
    api = FakeApi([answer_all])
    assert call(api, "GET", "/health") == (200, {"status": "UP", "model_class": "florence-edge"})
    assert call(api, "POST", "/setup", json.dumps({"schema": CAPTION}).encode()) == (
        200,
        {"model_version": "florence-edge mini r1"},
    )
    status, body = call(api, "POST", "/predict", json.dumps({"tasks": tasks("a"), "label_config": CAPTION}).encode())
    assert (status, body["results"][0]["result"][0]["value"]) == (200, {"text": ["two snails"]})
    assert call(api, "POST", "/webhook", b"{}")[0] == 200
    assert api.requests[0].headers.get("authorization") is None


@pytest.mark.parametrize(
    ("method", "path", "body", "status"),
    [
        ("GET", "/predict", b"", 404),
        ("POST", "/else", b"", 404),
        ("POST", "/predict", b"{", 400),
        ("POST", "/predict", b"[]", 400),
        ("POST", "/predict", b"{}", 400),
        ("POST", "/setup", b'{"schema": "<View>"}', 400),
        ("POST", "/predict", json.dumps({"tasks": tasks("bad"), "label_config": CAPTION}).encode(), 502),
        (
            "POST",
            "/predict",
            b'{"tasks": [1], "label_config": "<View><Image name=\\"i\\" value=\\"$i\\"/><Rectangle name=\\"r\\" toName=\\"i\\"/></View>"}',
            500,
        ),
    ],
)
def test_the_application_says_what_is_wrong(method: str, path: str, body: bytes, status: int) -> None:
    answered, said = call(FakeApi([answer_all]), method, path, body)
    assert (answered, next(iter(said))) == (status, "error")


def test_a_body_has_a_largest_size(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("florence_edge_label_studio.app.MAX_BODY_BYTES", 5)
    assert call(FakeApi([answer_all]), "POST", "/predict", b"{     }")[0] == 413


def test_label_studio_may_have_to_give_a_password() -> None:
    basic = {"HTTP_AUTHORIZATION": f"Basic {base64.b64encode(b'me:secret').decode()}"}
    api = FakeApi([answer_all])
    body = json.dumps({"schema": CAPTION}).encode()
    assert call(api, "POST", "/setup", body, credentials="me:secret")[0] == 401
    assert call(api, "POST", "/setup", body, credentials="me:other", **basic)[0] == 401
    assert call(api, "POST", "/setup", body, credentials="me:secret", **basic)[0] == 200
    assert call(api, "GET", "/health", credentials="me:secret")[0] == 200


def test_only_the_label_studio_of_the_environment_gets_its_token(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LABEL_STUDIO_URL", "https://labels.test/")
    monkeypatch.setenv("LABEL_STUDIO_API_KEY", "secret")
    backend = Backend.create(Florence(BASE))
    assert backend._host_of("1") == Host("https://labels.test", "secret")
    monkeypatch.delenv("LABEL_STUDIO_API_KEY")
    assert Backend.create(Florence(BASE))._host_of("1") is None
