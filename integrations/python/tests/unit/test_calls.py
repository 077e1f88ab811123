import asyncio
from email.utils import formatdate

import httpx
import pytest
from conftest import BASE, BOXES_ANSWER, TEXT_ANSWER, Caller, FakeApi, problem

from florence_edge import AsyncFlorence, Drawing, Florence, FlorenceError, Issue, ReferenceAnswer
from florence_edge._exchange import MAX_BODY_BYTES

ok = httpx.Response(200, json=TEXT_ANSWER)
FILE = b"file"


def overloaded(seconds: str | None = None) -> httpx.Response:
    headers = {} if seconds is None else {"retry-after": seconds}
    return httpx.Response(503, json=problem("overloaded", 503, retryable=True), headers=headers)


def test_a_problem_is_an_error_with_its_code_and_fix(caller: Caller) -> None:
    body = problem("region-outside-image", 400, issues=[{"path": "region.x1", "message": "too far"}], price=3)
    api = FakeApi([httpx.Response(400, json=body)])
    with pytest.raises(FlorenceError) as caught:
        caller(api, lambda f: f.caption(FILE))
    error = caught.value
    assert (error.code, error.fix, error.status, error.retryable, error.request_id) == (
        "region-outside-image",
        "What to do.",
        400,
        False,
        "r1",
    )
    assert error.issues == (Issue(path="region.x1", message="too far"),)
    assert error.problem is not None
    assert error.problem.price == 3
    assert str(error) == "region-outside-image: What happened. What to do."
    assert len(api.requests) == 1


def test_retries_wait_as_retry_after_says_and_a_little_longer(caller: Caller) -> None:
    api = FakeApi([overloaded("3"), overloaded(), ok])
    assert caller(api, lambda f: f.caption(FILE)).text == "two snails"
    # Half of the longest jitter, which is 0.1 s and doubles.
    assert api.slept == [pytest.approx(3.05), pytest.approx(0.1)]
    assert [request.content for request in api.requests] == [FILE] * 3


def test_retry_after_may_be_a_date(caller: Caller) -> None:
    api = FakeApi([ok])
    api.replies = [overloaded(formatdate(api.time + 5, usegmt=True)), ok]
    caller(api, lambda f: f.caption(FILE))
    assert api.slept == [pytest.approx(5.05)]


@pytest.mark.parametrize(("max_retries", "requests"), [(0, 1), (2, 3), (4, 5)])
def test_retries_end(caller: Caller, max_retries: int, requests: int) -> None:
    api = FakeApi([overloaded("1")])
    with pytest.raises(FlorenceError) as caught:
        caller(api, lambda f: f.caption(FILE, max_retries=max_retries))
    assert (caught.value.code, caught.value.retry_after, len(api.requests)) == ("overloaded", 1, requests)


def test_a_pause_that_would_outlast_the_call_is_not_made(caller: Caller) -> None:
    api = FakeApi([overloaded("61")])
    with pytest.raises(FlorenceError) as caught:
        caller(api, lambda f: f.caption(FILE))
    assert (caught.value.code, api.slept) == ("overloaded", [])


@pytest.mark.parametrize("status", [408, 429, 502, 503, 504])
def test_a_proxys_page_with_a_transient_status_is_tried_again(caller: Caller, status: int) -> None:
    api = FakeApi([httpx.Response(status, text="<html>"), ok])
    assert caller(api, lambda f: f.caption(FILE)).text == "two snails"


@pytest.mark.parametrize("status", [400, 404, 500])
def test_other_pages_are_not(caller: Caller, status: int) -> None:
    api = FakeApi([httpx.Response(status, text="<html>" + "x" * 300_000)])
    with pytest.raises(FlorenceError) as caught:
        caller(api, lambda f: f.caption(FILE))
    assert (caught.value.code, caught.value.status, len(api.requests)) == ("invalid-response", status, 1)


def test_a_redirect_is_not_followed(caller: Caller) -> None:
    api = FakeApi([httpx.Response(308, headers={"location": "https://elsewhere.test/"})])
    with pytest.raises(FlorenceError) as caught:
        caller(api, lambda f: f.caption(FILE))
    assert (caught.value.code, caught.value.status, len(api.requests)) == ("invalid-response", 308, 1)
    assert "base_url" in caught.value.fix


def test_a_lost_connection_is_tried_again(caller: Caller) -> None:
    api = FakeApi([httpx.ConnectError("refused"), httpx.ReadError("lost"), ok])
    assert caller(api, lambda f: f.caption(FILE)).text == "two snails"
    api = FakeApi([httpx.ConnectError("refused")])
    with pytest.raises(FlorenceError) as caught:
        caller(api, lambda f: f.caption(FILE))
    assert (caught.value.code, caught.value.retryable, len(api.requests)) == ("connection-failed", True, 3)
    assert "https://florence.test" in caught.value.detail


def test_what_was_not_in_time_is_a_timeout(caller: Caller) -> None:
    api = FakeApi([httpx.ReadTimeout("slow")])
    with pytest.raises(FlorenceError) as caught:
        caller(api, lambda f: f.caption(FILE, timeout=0.001))
    assert caught.value.code == "timeout"


def test_an_answer_that_comes_too_slowly_is_a_timeout(caller: Caller) -> None:
    api = FakeApi([])

    def dripping(_: httpx.Request) -> httpx.Response:
        api.time += 61
        return httpx.Response(200, json=TEXT_ANSWER)

    api.replies = [dripping]
    with pytest.raises(FlorenceError) as caught:
        caller(api, lambda f: f.caption(FILE))
    assert caught.value.code == "timeout"


@pytest.mark.parametrize("cache_control", ["no-store", "No-Cache", "max-age=0"])
def test_a_call_for_new_work_has_one_idempotency_key_in_all_its_attempts(caller: Caller, cache_control: str) -> None:
    api = FakeApi([overloaded(), overloaded(), ok])
    caller(api, lambda f: f.caption(FILE, headers={"Cache-Control": cache_control}), api_key="fe_test_1")
    assert [request.headers.get("idempotency-key") for request in api.requests] == ["key-1"] * 3


def test_a_given_idempotency_key_is_sent_in_all_attempts(caller: Caller) -> None:
    api = FakeApi([overloaded(), ok])
    caller(api, lambda f: f.caption(FILE, idempotency_key="mine"))
    assert [request.headers["idempotency-key"] for request in api.requests] == ["mine"] * 2


def test_the_headers_of_an_answer_are_told(caller: Caller) -> None:
    headers = {
        "charge": '300;unit="usd-micro";id="chg_1";repeat=?0',
        "balance": "4999700",
        "cache-status": 'cdn; hit, florence-edge; fwd=miss; stored; detail="stale-if-error"',
        "age": "5",
        "server-timing": 'intake;dur=1.5, cache;desc="a, b";dur=2, odd;dur=x',
        "x-request-id": "r7",
    }
    answer = caller(FakeApi([httpx.Response(200, json=TEXT_ANSWER, headers=headers)]), lambda f: f.caption(FILE))
    charge, cache = answer.charge, answer.cache
    assert (charge.amount, charge.id, charge.is_repeat, charge.balance) == (300, "chg_1", False, 4_999_700)
    assert (cache.hit, cache.fwd, cache.stored, cache.stale, cache.age) == (False, "miss", True, True, 5)
    assert (answer.timings, answer.request_id) == ({"intake": 1.5, "cache": 2}, "r7")


def test_an_api_without_accounts_and_cache_tells_neither(caller: Caller) -> None:
    answer = caller(FakeApi([ok]), lambda f: f.caption(FILE))
    assert (answer.charge, answer.cache, answer.timings) == (None, None, {})


def test_a_drawing_is_a_file(caller: Caller, tmp_path) -> None:
    for media_type, body in (("image/svg+xml", b"<svg/>"), ("image/png", b"\x89PNG")):
        reply = httpx.Response(200, content=body, headers={"content-type": media_type, "charge": "1;repeat"})
        drawing = caller(FakeApi([reply]), lambda f: f.caption(FILE, overlay="svg"))
        assert isinstance(drawing, Drawing)
        assert drawing.save(tmp_path / "a").read_bytes() == body
        assert drawing.charge is not None
        assert drawing.charge.is_repeat
        assert list(drawing._repr_mimebundle_()) == [media_type]


def test_the_references_form_is_a_dictionary_with_a_charge(caller: Caller) -> None:
    body = {"<OD>": {"bboxes": [], "labels": []}}
    answer = caller(FakeApi([httpx.Response(200, json=body)]), lambda f: f.object_detection(FILE, compat="reference"))
    assert isinstance(answer, ReferenceAnswer)
    assert (answer, answer.charge, answer.response.status) == (body, None, 200)


@pytest.mark.parametrize("body", [b"<html>", b"[]", b'"x"', b"{}", b'{"type": "text"}', b"\xff"])
def test_what_is_no_answer_is_an_invalid_response(caller: Caller, body: bytes) -> None:
    with pytest.raises(FlorenceError) as caught:
        caller(FakeApi([httpx.Response(200, content=body)]), lambda f: f.me())
    assert caught.value.code == "invalid-response"


def test_an_answer_returns_the_apis_json_and_ignores_what_is_new(caller: Caller) -> None:
    newer = {**BOXES_ANSWER, "new": 1}
    answer = caller(FakeApi([httpx.Response(200, json=newer)]), lambda f: f.object_detection(FILE))
    assert answer.to_dict() == BOXES_ANSWER
    assert answer.objects[0].box.xywh == pytest.approx((0.32, 169.68, 200.96, 179.04))
    assert answer.objects[0].box.cxcywh == pytest.approx((100.8, 259.2, 200.96, 179.04))


def test_clients_close_only_what_they_have_opened() -> None:
    http = httpx.Client()
    with Florence(BASE, http_client=http):
        pass
    assert not http.is_closed
    http.close()

    async def run() -> None:
        async with AsyncFlorence(BASE) as own:
            pass
        assert own._driver.client.is_closed

    asyncio.run(run())


@pytest.mark.parametrize(
    ("size", "code", "requests"), [(MAX_BODY_BYTES + 1, "body-too-large", 1), (9, "connection-failed", 3)]
)
def test_a_connection_lost_while_a_large_file_is_sent_means_that_it_is_too_large(
    caller: Caller, size: int, code: str, requests: int
) -> None:
    api = FakeApi([httpx.ReadError("")])
    with pytest.raises(FlorenceError) as caught:
        caller(api, lambda f: f.caption(bytes(size)))
    assert (caught.value.code, len(api.requests)) == (code, requests)


def test_a_cancelled_call_closes_its_connection() -> None:
    closed = []

    class Body(httpx.AsyncByteStream):
        async def __aiter__(self):
            yield b"{"
            await asyncio.sleep(60)

        async def aclose(self) -> None:
            closed.append(True)

    async def run() -> None:
        transport = httpx.MockTransport(lambda _: httpx.Response(200, stream=Body()))
        async with httpx.AsyncClient(transport=transport) as http:
            call = asyncio.ensure_future(AsyncFlorence(BASE, http_client=http).caption(FILE))
            await asyncio.sleep(0.01)
            call.cancel()
            with pytest.raises(asyncio.CancelledError):
                await call

    asyncio.run(run())
    assert closed == [True]
