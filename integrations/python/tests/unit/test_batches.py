import base64
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import pytest
from conftest import BASE, TEXT_ANSWER, Caller, FakeApi, problem

from florence_edge import FlorenceError, TextAnswer, _batch_lines, _batch_results, _batches

FILE = b"file"


@dataclass
class BatchApi:
    """Answers batches as the API does: a line whose image is `bad` fails."""

    looks: int = 2
    """Looks at a batch before its end."""
    end: str = "completed"
    files: dict[str, bytes] = field(default_factory=dict)
    batches: dict[str, dict[str, Any]] = field(default_factory=dict)
    seen: dict[str, int] = field(default_factory=dict)
    deleted: list[str] = field(default_factory=list)
    cut: int = 0
    """Times that a file of results is lost in its middle."""

    @property
    def api(self) -> FakeApi:
        return FakeApi([self.reply])

    def reply(self, request: httpx.Request) -> httpx.Response:  # noqa: PLR0911 -- a return for each path
        path = request.url.path.removeprefix("/base")
        if path == "/v1/uploads":
            upload = {"image": "upload_" + "x" * 48, "put_url": f"{BASE}/put", "expires_in": 3600, "max_bytes": 10**7}
            return httpx.Response(200, json=upload)
        if path == "/put":
            return httpx.Response(200, json={"image": "upload_" + "x" * 48, "bytes": len(request.content)})
        if path == "/openai/v1/files":
            name = f"file-{len(self.files)}"
            self.files[name] = form_file(request)
            return httpx.Response(200, json={"id": name, "object": "file", "bytes": 1})
        if path == "/openai/v1/batches":
            return httpx.Response(200, json=self.create(json.loads(request.content)))
        if found := re.fullmatch("/openai/v1/files/(.*)/content", path):
            return self.content(self.files[found[1]])
        if request.method == "DELETE":
            self.deleted.append(path.rpartition("/")[2])
            return httpx.Response(200, json={"id": self.deleted[-1], "object": "file", "deleted": True})
        batch = re.fullmatch("/openai/v1/batches/([^/]*)(/cancel)?", path)
        assert batch is not None
        return httpx.Response(200, json=self.look(batch[1], is_cancelled=batch[2] is not None))

    def create(self, body: dict[str, Any]) -> dict[str, Any]:
        name = f"batch_{len(self.batches)}"
        lines = self.files[body["input_file_id"]].splitlines()
        counts = {"total": len(lines), "completed": 0, "failed": 0}
        self.batches[name] = {"id": name, "status": "validating", "created_at": 1, "request_counts": counts, **body}
        return self.batches[name]

    def look(self, name: str, *, is_cancelled: bool) -> dict[str, Any]:
        self.seen[name] = self.seen.get(name, 0) + 1
        batch = self.batches[name]
        if is_cancelled:
            batch["status"] = "cancelled"
        elif self.seen[name] < self.looks:
            batch["status"] = "in_progress"
        elif batch["status"] not in _batches.ENDED:
            self.finish(batch)
        return batch

    def finish(self, batch: dict[str, Any]) -> None:
        lines = [json.loads(line) for line in self.files[batch["input_file_id"]].splitlines()]
        results = [result(line) for line in lines]
        right, wrong = ([each for each in results if is_right(each) is kind] for kind in (True, False))
        for key, those in (("output_file_id", right), ("error_file_id", wrong)):
            if those:
                batch[key] = f"file-{len(self.files)}"
                self.files[batch[key]] = "\n".join(map(json.dumps, those)).encode() + b"\n"
        batch["status"] = self.end
        batch["request_counts"] = {"total": len(lines), "completed": len(right), "failed": len(wrong)}

    def content(self, body: bytes) -> httpx.Response:
        if self.cut == 0:
            return httpx.Response(200, content=body)
        self.cut -= 1
        return httpx.Response(200, stream=Broken(body[: len(body) // 2]))


class Broken(httpx.SyncByteStream, httpx.AsyncByteStream):
    """A body that is lost in its middle."""

    def __init__(self, body: bytes) -> None:
        self.body = body

    def __iter__(self) -> Iterator[bytes]:
        yield self.body
        raise httpx.ReadError("lost")

    async def __aiter__(self):
        yield self.body
        raise httpx.ReadError("lost")


def form_file(request: httpx.Request) -> bytes:
    boundary = request.headers["content-type"].partition("boundary=")[2].encode()
    purpose, file = request.content.split(b"--" + boundary)[1:3]
    assert b'name="purpose"\r\n\r\nbatch\r\n' in purpose
    assert b'name="file"' in file
    return file.partition(b"\r\n\r\n")[2].removesuffix(b"\r\n")


def image_of(line: dict[str, Any]) -> str:
    image = line["body"]["image"]
    return image if isinstance(image, str) else base64.b64decode(image["base64"]).decode()


def result(line: dict[str, Any]) -> dict[str, Any]:
    answer = {**TEXT_ANSWER, "text": image_of(line)}
    status, body = (422, problem("image-corrupt", 422)) if image_of(line) == "bad" else (200, answer)
    response = {"status_code": status, "request_id": "r", "body": body}
    return {"id": "x", "custom_id": line["custom_id"], "response": response, "error": None}


def is_right(line: dict[str, Any]) -> bool:
    return line["response"]["status_code"] == 200


def sent(api: BatchApi, name: str = "file-0") -> list[dict[str, Any]]:
    return [json.loads(line) for line in api.files[name].splitlines()]


async def run(client: Any, do: Any, *arguments: Any, **options: Any) -> dict[Any, Any]:
    return {each.custom_id: each for each in await do(client.batches.run(*arguments, **options))}


def test_fifty_lines_of_which_three_are_broken(caller: Caller) -> None:
    batch = BatchApi()
    images = [b"bad" if number in (7, 20, 49) else f"{number}".encode() for number in range(50)]
    counts: list[int] = []
    results = caller.flow(
        batch.api,
        lambda client, do: run(
            client,
            do,
            "caption",
            images,
            max_new_tokens=9,
            on_change=lambda each: counts.append(each.request_counts.completed),
        ),
    )
    assert len(results) == 50
    wrong = {name for name, each in results.items() if each.error is not None}
    assert wrong == {"8", "21", "50"}
    assert {each.error.code for name, each in results.items() if name in wrong} == {"image-corrupt"}
    assert all(results[str(number + 1)].unwrap().text == str(number) for number in (0, 30, 48))
    assert isinstance(results["1"].answer, TextAnswer)
    with pytest.raises(FlorenceError):
        results["8"].unwrap()
    assert counts == [0, 47]
    assert batch.deleted == ["file-0"]
    assert sent(batch)[0] == {
        "custom_id": "1",
        "method": "POST",
        "url": "/v1/caption",
        "body": {"image": {"base64": base64.b64encode(b"0").decode()}, "max_new_tokens": 9},
    }
    assert (batch.batches["batch_0"]["endpoint"], batch.batches["batch_0"]["completion_window"]) == (
        "/v1/caption",
        "24h",
    )


def test_a_line_is_known_by_where_its_image_is(caller: Caller, tmp_path: Path) -> None:
    (tmp_path / "a.jpg").write_bytes(b"a")
    lines = [
        tmp_path / "a.jpg",
        "https://example.com/b.jpg",
        {"image": b"c", "custom_id": "mine", "text": "a snail", "region": (1, 2, 3, 4)},
        {"image": "data:image/png;base64,ZA=="},
        "https://example.com/" + "e" * _batch_lines.MAX_ID_CHARACTERS,
    ]
    batch = BatchApi()
    results = caller.flow(batch.api, lambda client, do: run(client, do, "region-to-ocr", lines, beams=3))
    assert set(results) == {str(tmp_path / "a.jpg"), "https://example.com/b.jpg", "mine", "4", "5"}
    mine = sent(batch)[2]
    region = {"x1": 1, "y1": 2, "x2": 3, "y2": 4}
    assert mine["body"] == {"image": {"base64": "Yw=="}, "text": "a snail", "region": region, "beams": 3}


def test_a_picture_that_cannot_be_read_fails_alone(caller: Caller, tmp_path: Path) -> None:
    lines = [tmp_path / "no.jpg", b"a", 3]
    results = caller.flow(BatchApi().api, lambda client, do: run(client, do, "caption", lines))
    assert isinstance(results[str(tmp_path / "no.jpg")].error, FileNotFoundError)
    assert (results["2"].unwrap().text, results["3"].error.code) == ("a", "image-required")


def test_no_line_is_no_batch(caller: Caller, tmp_path: Path) -> None:
    api = BatchApi().api
    assert caller.flow(api, lambda client, do: run(client, do, "caption", [])) == {}
    assert len(caller.flow(api, lambda client, do: run(client, do, "caption", [tmp_path / "no.jpg"]))) == 1
    assert api.requests == []


@pytest.mark.parametrize(("limit", "value"), [("MAX_LINES", 2), ("MAX_FILE_BYTES", 250)])
def test_more_lines_than_a_batch_may_have_are_several(caller: Caller, monkeypatch, limit: str, value: int) -> None:
    monkeypatch.setattr(_batch_lines, limit, value)
    batch = BatchApi()
    results = caller.flow(batch.api, lambda client, do: run(client, do, "caption", [b"a"] * 5))
    assert sorted(results) == ["1", "2", "3", "4", "5"]
    with pytest.raises(TypeError, match="beams"):
        caller.flow(batch.api, lambda client, do: run(client, do, "caption", [b"a"], bems=2))
    assert [each["request_counts"]["total"] for each in batch.batches.values()] == [2, 2, 1]
    with pytest.raises(FlorenceError, match="use `run`"):
        caller(batch.api, lambda client: client.batches.create("caption", [b"a"] * 3))
    assert caller(batch.api, lambda client: client.batches.create("caption", [b"a"] * 2)).status == "validating"


def test_lines_are_read_when_they_are_needed(caller: Caller, monkeypatch) -> None:
    monkeypatch.setattr(_batch_lines, "MAX_LINES", 2)
    read: list[int] = []

    def lines() -> Iterator[bytes]:
        for number in range(100):
            read.append(number)
            yield b"a"

    async def calls(client: Any, do: Any) -> None:
        results = client.batches.run("caption", lines())
        assert read == []
        await do(results.__anext__() if caller.is_async else next(results))
        await do(results.close())

    caller.flow(BatchApi().api, calls)
    assert read == [0, 1]


def test_a_picture_that_no_line_can_hold_is_uploaded(caller: Caller, monkeypatch) -> None:
    large = b"x" * _batch_lines.MAX_LINE_BYTES
    batch = BatchApi()
    caller.flow(batch.api, lambda client, do: run(client, do, "caption", [b"a", large, b"b"]))
    assert [image_of(line) for line in sent(batch)] == ["a", "upload_" + "x" * 48, "b"]
    # Uploads are kept for an hour, so that a batch has few of them.
    monkeypatch.setattr(_batch_lines, "MAX_UPLOADS", 1)
    batch = BatchApi()
    caller.flow(batch.api, lambda client, do: run(client, do, "caption", [large, large]))
    assert len(batch.batches) == 2


def test_a_file_of_lines_is_sent_as_it_is(caller: Caller, tmp_path: Path) -> None:
    path = tmp_path / "lines.jsonl"
    path.write_text('{"custom_id": "é", "method": "POST", "url": "/v1/caption", "body": {"image": "bad"}}\n')
    batch = BatchApi()
    results = caller.flow(batch.api, lambda client, do: run(client, do, "caption", path))
    assert results["é"].error.code == "image-corrupt"
    assert batch.files["file-0"] == path.read_bytes()


def test_a_batch_is_made_waited_for_and_read(caller: Caller) -> None:
    batch = BatchApi(looks=3)
    api = batch.api

    async def calls(client: Any, do: Any) -> Any:
        handle = await do(client.batches.create("caption", [b"a", b"bad"], metadata={"a": "b"}, api_key="theirs"))
        assert (handle.id, handle.status) == ("batch_0", "validating")
        assert (await do(handle.wait(timeout=60))).request_counts.failed == 1
        other = await do(client.batches.get(handle.id))
        assert other.status == "completed"
        return await do(handle.results())

    assert sorted(each.custom_id for each in caller.flow(api, calls)) == ["1", "2"]
    assert batch.batches["batch_0"]["metadata"] == {"a": "b"}
    assert sent(batch)[0]["body"].keys() == {"image"}
    assert api.slept == [_batches.POLL_SECONDS] * 2
    keys = {request.headers.get("authorization") for request in api.requests if "/content" in str(request.url)}
    assert keys == {"Bearer theirs"}
    assert [request.headers.get("idempotency-key") for request in api.requests[:3]] == [None, "key-2", None]


def test_a_batch_is_cancelled(caller: Caller) -> None:
    async def calls(client: Any, do: Any) -> Any:
        handle = await do(client.batches.create("caption", [b"a"]))
        assert (await do(handle.cancel())).status == "cancelled"
        assert (await do(client.batches.cancel(handle.id))).status == "cancelled"
        assert (await do(handle.wait())).status == "cancelled"
        return await do(handle.results())

    assert caller.flow(BatchApi().api, calls) == []


def test_a_batch_that_is_refused_says_why(caller: Caller) -> None:
    batch = BatchApi(end="failed")
    faults = [{"code": "duplicate-custom-id", "line": 7, "message": "Two lines have the id `a`."}]

    def reply(request: httpx.Request) -> httpx.Response:
        response = batch.reply(request)
        if '"failed"' in response.text and response.json().get("status") == "failed":
            return httpx.Response(200, json={**response.json(), "errors": {"object": "list", "data": faults}})
        return response

    with pytest.raises(FlorenceError) as caught:
        caller.flow(FakeApi([reply]), lambda client, do: run(client, do, "caption", [b"a"]))
    assert (caught.value.code, caught.value.detail) == ("duplicate-custom-id", "Two lines have the id `a`. (line 7)")


def test_errors_in_openais_form_are_the_apis(caller: Caller) -> None:
    error = {
        "message": "There is no batch. Use its id.",
        "type": "not_found_error",
        "param": None,
        "code": "unknown-batch",
    }
    api = FakeApi([httpx.Response(404, json={"error": error})])
    with pytest.raises(FlorenceError) as caught:
        caller(api, lambda client: client.batches.get("batch_x"))
    assert (caught.value.code, caught.value.status, caught.value.retryable) == ("unknown-batch", 404, False)
    assert str(caught.value) == "unknown-batch: There is no batch. Use its id."


def test_a_line_that_never_ran_has_its_error() -> None:
    line = {"id": "x", "custom_id": None, "response": None, "error": {"code": "invalid-json", "message": "No JSON."}}
    read = _batches.result_of(json.dumps(line).encode())
    assert (read.custom_id, read.error.code, read.error.detail) == (None, "invalid-json", "No JSON.")


def test_results_go_on_after_a_lost_connection(caller: Caller) -> None:
    batch = BatchApi(cut=2)
    images = [f"{number}".encode() for number in range(20)]
    api = batch.api
    # A copy would read the whole body at once.
    api.replies = [batch.reply]

    async def calls(client: Any, do: Any) -> list[str]:
        return [each.unwrap().text for each in await do(client.batches.run("caption", images))]

    assert caller.flow(api, calls) == [str(number) for number in range(20)]
    assert batch.cut == 0
    batch = BatchApi(cut=100)
    with pytest.raises(FlorenceError) as caught:
        caller.flow(batch.api, calls)
    assert (caught.value.code, 100 - batch.cut) == ("connection-failed", 1 + _batch_results.MAX_FAULTS)
