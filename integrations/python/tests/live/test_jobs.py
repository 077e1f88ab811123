"""Answers that come later, from an API that runs: jobs, and the events that tell their end."""

import queue
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import pytest
from conftest import Call

from florence_edge import BatchAnswer, Florence, FlorenceError, JobEvent, JobHandle, TextAnswer, verify_webhook

SECONDS = 60.0
"""How long a job of a small model may take on a machine that is busy."""


def test_a_job_has_the_answer_of_a_direct_call(flow: Call, florence: Florence, street: Path) -> None:
    async def calls(client: Any, do: Any) -> Any:
        handle = await do(client.jobs.create("object-detection", street, min_score=0.1))
        assert handle.id.startswith("job_")
        answer = await do(handle.wait(timeout=SECONDS))
        assert handle.status == "succeeded"
        return answer

    assert flow(calls) == florence.object_detection(street, min_score=0.1)


def test_analyze_and_batch_come_later(flow: Call, street: Path) -> None:
    async def calls(client: Any, do: Any) -> Any:
        both = await do(client.jobs.analyze(street, [{"task": "caption"}, {"task": "ocr"}]))
        several = await do(client.jobs.batch([{"task": "caption", "image": street}, {"task": "ocr", "image": b"none"}]))
        return await do(both.wait(timeout=SECONDS)), await do(several.wait(timeout=SECONDS))

    analyzed, batched = flow(calls)
    assert [type(each.unwrap()) for each in analyzed.results] == [TextAnswer] * 2
    assert isinstance(batched, BatchAnswer)
    assert [each.status for each in batched.results] == ["ok", "error"]


def test_the_same_key_is_the_same_job(flow: Call, unseen: np.ndarray) -> None:
    async def calls(client: Any, do: Any) -> list[str]:
        key = f"key-{time.time_ns()}"
        made = [await do(client.jobs.create("caption", unseen, idempotency_key=key)) for _ in range(3)]
        other = await do(client.jobs.create("caption", unseen))
        return [each.id for each in (*made, other)]

    *same, other = flow(calls)
    assert len(set(same)) == 1
    assert other not in same


def test_another_client_waits_by_the_id(flow: Call, florence: Florence, street: Path) -> None:
    async def calls(client: Any, do: Any) -> Any:
        return await do(client.jobs.create("caption", street))

    handle = florence.jobs.get(flow(calls).id)
    assert handle.wait(SECONDS).text == florence.caption(street).text
    # It has ended, and stays as it is.
    assert florence.jobs.cancel(handle.id).status == "succeeded"


def test_a_job_that_fails_raises_its_problem(flow: Call, street: Path) -> None:
    cut = street.read_bytes()[:2000]

    async def calls(client: Any, do: Any) -> Any:
        handle = await do(client.jobs.create("caption", cut))
        return await do(handle.wait(timeout=SECONDS))

    with pytest.raises(FlorenceError) as caught:
        flow(calls)
    assert (caught.value.code, caught.value.retryable, bool(caught.value.fix)) == ("image-corrupt", False, True)


def test_a_job_that_is_cancelled_raises(flow: Call) -> None:
    async def calls(client: Any, do: Any) -> Any:
        # Nothing answers there, so that it is tried for a minute.
        handle = await do(client.jobs.create("caption", "http://127.0.0.1:1/a.jpg"))
        with pytest.raises(FlorenceError) as caught:
            await do(handle.wait(timeout=0.5))
        assert caught.value.code == "timeout"
        assert (await do(handle.cancel())).status == "cancelled"
        await do(handle.wait())

    with pytest.raises(FlorenceError) as caught:
        flow(calls)
    assert caught.value.code == "job-cancelled"


def test_there_is_no_unknown_job_and_no_list_without_an_account(flow: Call) -> None:
    async def calls(client: Any, do: Any) -> None:
        for call, code in (
            (lambda: client.jobs.get("job_" + "0" * 22), "unknown-job"),
            (client.jobs.list, "list-needs-account"),
        ):
            with pytest.raises(FlorenceError) as caught:
                await do(call())
            assert caught.value.code == code

    flow(calls)


def test_an_account_has_a_list_and_pays_once(paid: Florence, unseen: np.ndarray) -> None:
    handle = paid.jobs.create("caption", unseen)
    first = handle.wait(SECONDS)
    again = paid.jobs.get(handle.id).wait(SECONDS)
    assert first.charge is not None
    assert first.charge.amount > 0
    assert again.charge == first.charge
    direct = paid.caption(unseen)
    assert direct.charge is not None
    assert (direct.charge.amount, direct.charge.is_repeat) == (0, True)
    with pytest.raises(FlorenceError) as caught:
        for image in (unseen, unseen[:32]):
            paid.jobs.create("caption", image, idempotency_key=handle.id)
    assert caught.value.code == "idempotency-key-reused"
    page = paid.jobs.list(status="succeeded", limit=100)
    assert [each.result for each in page.jobs if each.id == handle.id] == [None]


Arrived = tuple[dict[str, str], bytes]


@contextmanager
def serving(handler: type[BaseHTTPRequestHandler]) -> Iterator[str]:
    """Serve on this machine, and return the address."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


class Quiet(BaseHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        pass


def test_connections_that_are_lost_are_waited_out(url: str, florence: Florence, street: Path) -> None:
    is_released = threading.Event()
    looks: list[str | None] = []

    class SlowPicture(Quiet):
        def do_GET(self) -> None:
            is_released.wait(SECONDS)
            self.send_response(200)
            self.end_headers()
            self.wfile.write(street.read_bytes())

    class Between(Quiet):
        """Loses the first four connections; the job can end when they are lost."""

        def do_GET(self) -> None:
            looks.append(self.headers["prefer"])
            if len(looks) <= 4:
                if len(looks) == 4:
                    is_released.set()
                self.close_connection = True
                return
            reply = httpx.get(url + self.path, headers={"prefer": self.headers["prefer"]}, timeout=SECONDS)
            self.send_response(reply.status_code)
            self.send_header("content-length", str(len(reply.content)))
            self.end_headers()
            self.wfile.write(reply.content)

    with serving(SlowPicture) as pictures, serving(Between) as between, Florence(between) as client:
        made = florence.jobs.create("caption", f"{pictures}/street.jpg?{time.time_ns()}")
        handle = JobHandle[TextAnswer](client, {}, made.job)
        assert handle.wait(SECONDS).text == florence.caption(street).text
    assert len(looks) >= 5


@pytest.fixture
def receiver() -> Iterator[tuple[str, "queue.Queue[Arrived]"]]:
    """A receiver of events on this machine: its address, and what arrives. It answers the first with 500."""
    arrived: queue.Queue[Arrived] = queue.Queue()
    statuses = iter([500])

    class Receiver(Quiet):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            arrived.put((dict(self.headers), body))
            self.send_response(next(statuses, 204))
            self.end_headers()

    with serving(Receiver) as address:
        yield f"{address}/told", arrived


def test_the_end_of_a_job_is_told_again_until_it_is_received(florence: Florence, street: Path, receiver: Any) -> None:
    address, arrived = receiver
    handle = florence.jobs.create("caption", street, webhook=address)
    secret = handle.job.webhook_secret
    assert secret is not None
    first, second = (arrived.get(timeout=SECONDS) for _ in range(2))
    events = [verify_webhook(body, headers, secret) for headers, body in (first, second)]
    assert events[0] == events[1]
    event = events[0]
    assert isinstance(event, JobEvent)
    assert (event.type, event.job.id, event.job.result) == ("job.succeeded", handle.id, handle.wait(SECONDS))
    with pytest.raises(FlorenceError) as caught:
        verify_webhook(first[1] + b" ", first[0], secret)
    assert caught.value.code == "invalid-signature"


def test_an_account_has_one_secret(paid: Florence, unseen: np.ndarray, receiver: Any) -> None:
    address, arrived = receiver
    connection = paid._connection
    headers = {"authorization": f"Bearer {connection.settings.api_key}"}
    made = httpx.post(f"{connection.base_url}/v1/webhooks/secret", headers=headers, json={})
    assert made.status_code in (200, 201), made.text
    handle = paid.jobs.create("caption", unseen, webhook=address)
    assert handle.job.webhook_secret is None
    told, body = arrived.get(timeout=SECONDS)
    assert verify_webhook(body, told, made.json()["secret"]).type == "job.succeeded"
