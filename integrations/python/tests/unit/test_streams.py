import asyncio
import json

import httpx
import pytest
from conftest import BASE, BOX_OBJECT, BOXES_ANSWER, TEXT_ANSWER, Caller, FakeApi, chunks, problem, sse
from hypothesis import given
from hypothesis import strategies as st

from florence_edge import AsyncFlorence, ChargeEvent, DeltaEvent, DoneEvent, Florence, FlorenceError, ObjectEvent
from florence_edge._events import EventParser

FILE = b"file"
DELTA = {"type": "delta", "text": "two"}
DONE = {"type": "done", "answer": TEXT_ANSWER}
CHARGE = {"type": "charge", "charge_micro_usd": 300, "ids": ["chg_1"], "repeat": False, "balance": 7}


def streaming(body: bytes, **headers: str):
    """A reply whose body either client can read."""

    class Body(httpx.SyncByteStream, httpx.AsyncByteStream):
        def __iter__(self):
            yield from chunks(body, 7)

        async def __aiter__(self):
            for chunk in chunks(body, 7):
                yield chunk

    return lambda _: httpx.Response(
        200, stream=Body(), headers={"content-type": "text/event-stream; charset=utf-8", **headers}
    )


def test_events_come_one_by_one_and_the_answer_at_the_end(caller: Caller) -> None:
    body = sse({"type": "object", "index": 0, "object": BOX_OBJECT}, {"type": "done", "answer": BOXES_ANSWER}, DELTA)
    events, stream = caller.events(FakeApi([streaming(body)]), lambda f: f.object_detection(FILE, stream=True))
    assert [type(event) for event in events] == [ObjectEvent, DoneEvent]
    assert events[0].object.label == "snail"
    assert (events[1].answer.objects[0], stream.charge) == (events[0].object, None)


def test_finish_gives_the_whole_answer_with_its_charge(caller: Caller) -> None:
    api = FakeApi([streaming(sse(DELTA, DONE, CHARGE))])
    answer = caller(api, lambda f: f.caption(FILE, stream=True).finish(), api_key="k")
    assert (answer.text, answer.charge.amount, answer.charge.id, answer.charge.balance) == (
        "two snails",
        300,
        "chg_1",
        7,
    )
    assert api.last.url.query == b"stream=true"


def test_with_a_key_the_charge_is_the_last_event(caller: Caller) -> None:
    events, stream = caller.events(
        FakeApi([streaming(sse(DELTA, DONE, CHARGE))]), lambda f: f.caption(FILE, stream=True), api_key="k"
    )
    assert [type(event) for event in events] == [DeltaEvent, DoneEvent, ChargeEvent]
    assert stream.charge.amount == 300


def test_a_stream_that_is_lost_behind_its_answer_has_succeeded(caller: Caller) -> None:
    body = sse(DELTA, DONE) + b"data: {"
    events, stream = caller.events(FakeApi([streaming(body)]), lambda f: f.caption(FILE, stream=True), api_key="k")
    assert [type(event) for event in events] == [DeltaEvent, DoneEvent]
    assert stream.charge is None


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (sse(DELTA), "connection-failed"),
        (sse(DELTA) + b"data: {}\n\n", "invalid-response"),
        (sse(DELTA) + b"data: [DONE]\n\n", "invalid-response"),
        (sse(DELTA) + b"data: \xff\n\n", "invalid-response"),
        (sse(DELTA, {"type": "error", "problem": problem("internal", 500)}), "internal"),
    ],
)
def test_a_stream_that_breaks_raises_to_its_reader(caller: Caller, body: bytes, code: str) -> None:
    api = FakeApi([streaming(body)])
    with pytest.raises(FlorenceError) as caught:
        caller.events(api, lambda f: f.caption(FILE, stream=True))
    assert (caught.value.code, len(api.requests)) == (code, 1)


def test_until_the_first_event_a_failure_is_tried_again(caller: Caller) -> None:
    broken = sse({"type": "error", "problem": problem("overloaded", 503, retryable=True)})
    api = FakeApi([streaming(b""), streaming(broken), streaming(sse(DELTA, DONE))])
    events, _ = caller.events(api, lambda f: f.caption(FILE, stream=True))
    assert (len(events), len(api.requests)) == (2, 3)


def test_a_server_that_does_not_stream_is_none_of_this_api(caller: Caller) -> None:
    with pytest.raises(FlorenceError) as caught:
        caller.events(FakeApi([httpx.Response(200, json=TEXT_ANSWER)]), lambda f: f.caption(FILE, stream=True))
    assert caught.value.code == "invalid-response"


class Watched(httpx.SyncByteStream, httpx.AsyncByteStream):
    """A body that never ends, and says when it is closed."""

    is_closed = False

    def __iter__(self):
        while True:
            yield sse(DELTA)

    async def __aiter__(self):
        while True:
            yield sse(DELTA)

    def close(self) -> None:
        self.is_closed = True

    async def aclose(self) -> None:
        self.is_closed = True


def test_a_reader_that_leaves_closes_the_connection() -> None:
    body = Watched()
    transport = httpx.MockTransport(
        lambda _: httpx.Response(200, stream=body, headers={"content-type": "text/event-stream"})
    )
    with (
        httpx.Client(transport=transport) as http,
        Florence(BASE, http_client=http).caption(FILE, stream=True) as stream,
    ):
        assert isinstance(next(stream), DeltaEvent)
        assert not body.is_closed
    assert body.is_closed
    assert list(stream) == []


def test_an_asynchronous_reader_that_leaves_closes_the_connection() -> None:
    body = Watched()

    async def run() -> None:
        transport = httpx.MockTransport(
            lambda _: httpx.Response(200, stream=body, headers={"content-type": "text/event-stream"})
        )
        async with httpx.AsyncClient(transport=transport) as http:
            async with AsyncFlorence(BASE, http_client=http).caption(FILE, stream=True) as stream:
                assert stream.response is not None
                assert isinstance(await anext(stream), DeltaEvent)
            # Awaited first, as other clients want it.
            await (await AsyncFlorence(BASE, http_client=http).caption(FILE, stream=True)).close()

    asyncio.run(run())
    assert body.is_closed


@given(
    events=st.lists(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\r\n"), min_size=1)),
    line_end=st.sampled_from(["\n", "\r", "\r\n"]),
    sizes=st.lists(st.integers(1, 9), min_size=1),
)
def test_events_do_not_depend_on_how_bytes_are_cut(events: list[str], line_end: str, sizes: list[int]) -> None:
    body = "".join(
        f": comment{line_end}event: x{line_end}data: {event}{line_end}{line_end}" for event in events
    ).encode()
    parser, found, at, turn = EventParser(10_000), [], 0, 0
    while at < len(body):
        size = sizes[turn % len(sizes)]
        found += parser.feed(body[at : at + size])
        at, turn = at + size, turn + 1
    assert found == events


def test_lines_of_data_are_one_event_and_a_byte_order_mark_is_none() -> None:
    assert list(EventParser(100).feed(b"\xef\xbb\xbfdata: a\ndata:b\n\n: c\n\ndata\n\n")) == ["a\nb", ""]


@pytest.mark.parametrize("body", [b"data: " + b"x" * 200, b"data: x\n" * 200, (b"data: " + b"x" * 9) * 30])
def test_an_event_has_a_largest_length(body: bytes) -> None:
    parser = EventParser(100)
    with pytest.raises(FlorenceError) as caught:
        for chunk in chunks(body, 5):
            list(parser.feed(chunk))
    assert caught.value.code == "invalid-response"


def test_many_small_events_are_within_the_length() -> None:
    parser = EventParser(100)
    assert len([data for chunk in chunks(b"data: 12345\n\n" * 500, 5) for data in parser.feed(chunk)]) == 500
    assert json.loads(next(iter(parser.feed(b'data: {"a": 1}\n\n')))) == {"a": 1}
