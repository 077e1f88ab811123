import json
from typing import Any

import httpx
import pytest
from conftest import BASE, BOXES_ANSWER, TEXT_ANSWER, Caller, FakeApi, problem

from florence_edge import AnalyzeAnswer, BatchAnswer, BoxesAnswer, FlorenceError, ReferenceAnswer, TextAnswer
from florence_edge._jobs import FAULT_SECONDS

FILE = b"file"
ID = "job_3kTq9XfW0bYh2LsZ5cVn1A"
PATH = f"/base/v1/jobs/{ID}"


def job(status: str, **more: Any) -> dict[str, Any]:
    address = f"{BASE}/v1/jobs/{ID}"
    urls = {"get": address, "cancel": address}
    known = {"id": ID, "status": status, "created_at": "2026-12-01T08:30:00.000Z", "task": "caption"}
    return {**known, "result": None, "problem": None, "urls": urls, **more}


def seen(status: str, headers: dict[str, str] | None = None, **more: Any) -> httpx.Response:
    is_ended = status not in ("queued", "running")
    pause = {} if is_ended else {"retry-after": "1"}
    return httpx.Response(200, json=job(status, **more), headers={**pause, **(headers or {})})


accepted = httpx.Response(202, json=job("queued"), headers={"retry-after": "1", "location": f"/v1/jobs/{ID}"})
succeeded = seen("succeeded", {"charge": '300;id="chg_1"'}, result=TEXT_ANSWER)


async def ask(client: Any, do: Any, **waiting: Any) -> Any:
    return await do((await do(client.jobs.create("caption", FILE))).wait(**waiting))


def test_a_job_is_made_and_waited_for(caller: Caller) -> None:
    api = FakeApi([accepted, seen("running"), succeeded])
    answer = caller.flow(api, ask)
    assert isinstance(answer, TextAnswer)
    assert (answer.text, answer.charge.amount, answer.charge.id) == ("two snails", 300, "chg_1")
    made, *looks = api.requests
    assert (made.method, made.url.path, made.url.query, made.content) == (
        "POST",
        "/base/v1/caption",
        b"async=true",
        FILE,
    )
    assert [(look.method, look.url.path, look.headers["prefer"]) for look in looks] == [("GET", PATH, "wait=30")] * 2
    # Longer than the reply is held.
    assert {look.extensions["timeout"]["read"] for look in looks} == {40.0}
    assert api.slept == [1.0]


def test_options_reach_the_task_and_the_webhook_the_api(caller: Caller) -> None:
    api = FakeApi([accepted])
    hook = "https://receiver.example.com/a?b=c"
    caller(api, lambda f: f.jobs.create("region-to-ocr", FILE, region=(1, 2, 3, 4), beams=2, webhook=hook, timeout=5))
    assert dict(api.last.url.params) == {"region": "1.0,2.0,3.0,4.0", "beams": "2", "async": "true", "webhook": hook}
    caller(api, lambda f: f.jobs.create("caption", "https://example.com/a.jpg", webhook=hook))
    assert json.loads(api.last.content) == {"image": "https://example.com/a.jpg", "async": True, "webhook": hook}
    with pytest.raises(TypeError, match="beams"):
        caller(api, lambda f: f.jobs.create("caption", FILE, bems=2))


@pytest.mark.parametrize(("call", "kind"), [("analyze", AnalyzeAnswer), ("batch", BatchAnswer)])
def test_analyze_and_batch_come_later_too(caller: Caller, call: str, kind: type) -> None:
    results = [
        {"task": "caption", "status": "ok", "answer": TEXT_ANSWER, "problem": None},
        {"task": "ocr", "status": "error", "answer": None, "problem": problem("overloaded", 503)},
    ]
    api = FakeApi([accepted, seen("succeeded", task=call, result={"results": results})])

    async def calls(client: Any, do: Any) -> Any:
        made = (
            client.jobs.analyze(FILE, [{"task": "caption"}])
            if call == "analyze"
            else client.jobs.batch([{"task": "caption", "image": FILE}])
        )
        return await do((await do(made)).wait())

    answer = caller.flow(api, calls)
    assert type(answer) is kind
    assert answer.results[0].unwrap().text == "two snails"
    assert (api.requests[0].url.path, json.loads(api.requests[0].content)["async"]) == (f"/base/v1/{call}", True)


def test_retries_make_one_job(caller: Caller) -> None:
    api = FakeApi([httpx.ConnectError("lost"), accepted, accepted])

    async def calls(client: Any, do: Any) -> None:
        await do(client.jobs.create("caption", FILE))
        await do(client.jobs.create("caption", FILE, idempotency_key="mine"))

    caller.flow(api, calls)
    assert [request.headers["idempotency-key"] for request in api.requests[:2]] == ["key-1", "key-1"]
    assert api.last.headers["idempotency-key"] == "mine"


def test_a_repeat_of_a_job_that_has_ended_needs_no_look(caller: Caller) -> None:
    api = FakeApi([httpx.Response(202, json=job("succeeded", result=TEXT_ANSWER))])
    assert caller.flow(api, ask).text == "two snails"
    assert len(api.requests) == 1


def test_the_forms_of_an_answer(caller: Caller) -> None:
    reference = {"<OD>": {"bboxes": [], "labels": []}}
    for result, kind in ((BOXES_ANSWER, BoxesAnswer), (reference, ReferenceAnswer)):
        api = FakeApi([accepted, seen("succeeded", result=result)])
        answer = caller.flow(api, ask)
        assert type(answer) is kind
        assert answer.response.status == 200


def test_a_job_that_fails_raises_its_problem(caller: Caller) -> None:
    api = FakeApi([accepted, seen("failed", problem=problem("image-corrupt", 422))])
    with pytest.raises(FlorenceError) as caught:
        caller.flow(api, ask)
    assert (caught.value.code, caught.value.status, caught.value.fix) == ("image-corrupt", 422, "What to do.")


def test_a_job_that_is_cancelled_raises(caller: Caller) -> None:
    api = FakeApi([accepted, seen("cancelled")])

    async def calls(client: Any, do: Any) -> None:
        handle = await do(client.jobs.create("caption", FILE))
        assert (await do(handle.cancel())).status == handle.status == "cancelled"
        await do(handle.wait())

    with pytest.raises(FlorenceError) as caught:
        caller.flow(api, calls)
    assert (caught.value.code, api.last.method, api.last.url.path) == ("job-cancelled", "DELETE", PATH)


def test_waiting_ends_and_the_job_goes_on(caller: Caller) -> None:
    api = FakeApi([accepted, seen("running")])
    with pytest.raises(FlorenceError) as caught:
        caller.flow(api, lambda client, do: ask(client, do, timeout=3.5))
    assert (caught.value.code, len(api.requests), api.slept) == ("timeout", 5, [1.0] * 3)
    assert [request.headers.get("prefer") for request in api.requests[1:]] == ["wait=3", "wait=2", "wait=1", None]
    assert "DELETE" not in [request.method for request in api.requests]


def test_a_wait_of_no_time_looks_once(caller: Caller) -> None:
    assert (
        caller.flow(FakeApi([accepted, succeeded]), lambda client, do: ask(client, do, timeout=0)).text == "two snails"
    )


def test_lost_connections_are_waited_out(caller: Caller) -> None:
    lost = httpx.ReadError("lost")
    busy = httpx.Response(503, json=problem("overloaded", 503, retryable=True), headers={"retry-after": "7"})
    page = httpx.Response(502, text="<html>")
    # Two rounds of three attempts each fail, before the third succeeds.
    api = FakeApi([accepted, *[lost] * 3, page, page, busy, succeeded])
    assert caller.flow(api, ask).text == "two snails"
    assert api.slept.count(2.0) == 1
    assert api.slept.count(7.0) == 1


def test_faults_that_last_are_told(caller: Caller) -> None:
    api = FakeApi([accepted, httpx.ConnectError("lost")])
    began = api.time
    with pytest.raises(FlorenceError) as caught:
        caller.flow(api, ask)
    assert caught.value.code == "connection-failed"
    assert FAULT_SECONDS <= api.time - began < FAULT_SECONDS + 5


def test_a_problem_that_stays_ends_waiting_at_once(caller: Caller) -> None:
    api = FakeApi([accepted, httpx.Response(404, json=problem("unknown-job", 404))])
    with pytest.raises(FlorenceError) as caught:
        caller.flow(api, ask)
    assert (caught.value.code, len(api.requests)) == ("unknown-job", 2)


def test_a_server_that_does_not_reply_is_not_waited_for_much_longer(caller: Caller) -> None:
    def silent(request: httpx.Request) -> httpx.Response:
        api.time += request.extensions["timeout"]["read"]
        raise httpx.ReadTimeout("silent")

    api = FakeApi([accepted, silent])
    began = api.time
    with pytest.raises(FlorenceError) as caught:
        caller.flow(api, lambda client, do: ask(client, do, timeout=5))
    assert (caught.value.code, api.time - began) == ("timeout", 15)


def test_changes_are_told(caller: Caller) -> None:
    api = FakeApi([accepted, seen("queued"), seen("running"), seen("running"), succeeded])
    changes: list[str] = []
    caller.flow(api, lambda client, do: ask(client, do, on_change=lambda each: changes.append(each.status)))
    assert changes == ["running", "succeeded"]


def test_a_handle_keeps_the_key_of_its_call(caller: Caller) -> None:
    api = FakeApi([accepted, seen("running"), succeeded])

    async def calls(client: Any, do: Any) -> Any:
        handle = await do(client.jobs.create("caption", FILE, api_key="theirs", headers={"x-own": "1"}, max_price=9))
        assert (await do(handle.refresh())).status == "running"
        return await do(handle.wait())

    caller.flow(api, calls, api_key="ours")
    assert {request.headers["authorization"] for request in api.requests} == {"Bearer theirs"}
    assert {request.headers["x-own"] for request in api.requests} == {"1"}
    assert [request.headers.get("max-price") for request in api.requests] == ["9", None, None]
    assert "idempotency-key" not in api.last.headers


def test_another_program_waits_by_the_id(caller: Caller) -> None:
    api = FakeApi([seen("running"), succeeded])

    async def calls(client: Any, do: Any) -> Any:
        handle = await do(client.jobs.get(ID))
        assert (handle.id, handle.status) == (ID, "running")
        return await do(handle.wait())

    assert caller.flow(api, calls).text == "two snails"


def test_the_list_is_of_pages(caller: Caller) -> None:
    api = FakeApi([httpx.Response(200, json={"jobs": [job("failed", problem=problem("internal", 500))], "next": "n"})])
    page = caller(api, lambda f: f.jobs.list(status="failed", limit=1, cursor="c"))
    assert (page.jobs[0].problem.code, page.next) == ("internal", "n")
    assert dict(api.last.url.params) == {"status": "failed", "limit": "1", "cursor": "c"}


def test_an_id_is_no_path(caller: Caller) -> None:
    api = FakeApi([seen("cancelled")])
    caller(api, lambda f: f.jobs.cancel("../me?"))
    assert api.last.url.raw_path == b"/base/v1/jobs/..%2Fme%3F"


def test_the_secret_of_a_job_that_nobody_owns(caller: Caller) -> None:
    api = FakeApi([httpx.Response(202, json=job("queued", webhook_secret="whsec_x"))])
    assert caller(api, lambda f: f.jobs.create("caption", FILE)).job.webhook_secret == "whsec_x"
