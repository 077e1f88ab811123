import base64
import hashlib
import hmac
import json
from typing import Any

import pytest
from conftest import TEXT_ANSWER, problem
from test_jobs import job

from florence_edge import BatchEvent, FlorenceError, JobEvent, TextAnswer, WebhookEvent, verify_webhook

NOW = 1_790_000_000
SECRET = "whsec_" + base64.b64encode(bytes(range(32))).decode()
OTHER = "whsec_" + base64.b64encode(bytes(range(1, 33))).decode()
TIME = "2026-12-01T08:30:00.000Z"


def signed(body: bytes, *secrets: str, at: int = NOW) -> dict[str, str]:
    keys = [base64.b64decode(secret.removeprefix("whsec_")) for secret in secrets]
    content = b"msg_1." + str(at).encode() + b"." + body
    signatures = [b"v1," + base64.b64encode(hmac.new(key, content, hashlib.sha256).digest()) for key in keys]
    return {"Webhook-Id": "msg_1", "Webhook-Timestamp": str(at), "Webhook-Signature": b" ".join(signatures).decode()}


def event(kind: str, data: dict[str, Any]) -> bytes:
    return json.dumps({"type": kind, "timestamp": TIME, "data": data}).encode()


def told(body: bytes, secrets: Any = SECRET, **more: Any) -> WebhookEvent:
    return verify_webhook(body, signed(body, SECRET), secrets, now=NOW, **more)


def refused(body: bytes | str, headers: dict[str, str], secrets: Any = SECRET, **more: Any) -> str:
    with pytest.raises(FlorenceError) as caught:
        verify_webhook(body, headers, secrets, now=NOW, **more)
    return caught.value.code


def test_the_end_of_a_job_is_told() -> None:
    got = told(event("job.succeeded", {**job("succeeded", result=TEXT_ANSWER), "result_omitted": False}))
    assert isinstance(got, JobEvent)
    assert isinstance(got.job.result, TextAnswer)
    assert (got.id, got.type, got.timestamp, got.job.result.text, got.result_omitted) == (
        "msg_1",
        "job.succeeded",
        TIME,
        "two snails",
        False,
    )
    failed = told(event("job.failed", {**job("failed", problem=problem("internal", 500)), "result_omitted": True}))
    assert isinstance(failed, JobEvent)
    assert failed.job.problem is not None
    assert (failed.job.problem.code, failed.result_omitted) == ("internal", True)


def test_the_end_of_a_batch_is_told() -> None:
    batch = {
        "id": "batch_1",
        "status": "completed",
        "endpoint": "/v1/caption",
        "input_file_id": "file-1",
        "created_at": 1,
    }
    got = told(event("batch.completed", {**batch, "request_counts": {"total": 3, "completed": 2, "failed": 1}}))
    assert isinstance(got, BatchEvent)
    assert (got.batch.id, got.batch.request_counts.failed) == ("batch_1", 1)


def test_other_events_have_their_data() -> None:
    assert told(event("webhook.test", {"a": 1})).data == {"a": 1}
    flat = {"type": "job.succeeded", "timestamp": TIME, "id": "job_1", "text": "two snails"}
    got = told(json.dumps(flat).encode())
    assert type(got) is WebhookEvent
    assert got.data == flat


def test_the_example_of_the_standard_is_verified() -> None:
    headers = {
        "webhook-id": "msg_p5jXN8AQM9LWM0D4loKWxJek",
        "webhook-timestamp": "1614265330",
        "webhook-signature": "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
    }
    secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
    # The signature is right; its body is no event of this API.
    assert refused('{"test": 2432232314}', headers, secret, tolerance=1e9) == "invalid-response"
    assert refused('{"test": 2432232315}', headers, secret, tolerance=1e9) == "invalid-signature"
    assert refused('{"test": 2432232314}', headers, secret) == "invalid-signature"


def test_one_of_several_secrets_and_signatures_is_enough() -> None:
    body = event("webhook.test", {})
    both = signed(body, OTHER, SECRET)
    assert verify_webhook(body, both, SECRET, now=NOW).id == "msg_1"
    assert verify_webhook(body.decode(), signed(body, SECRET), [OTHER, SECRET], now=NOW).id == "msg_1"
    unknown = {**both, "Webhook-Signature": f"v1a,xx {both['Webhook-Signature']} v2,é"}
    assert verify_webhook(body, unknown, SECRET, now=NOW).id == "msg_1"


def test_what_the_api_has_not_signed_is_refused() -> None:
    body = event("webhook.test", {})
    headers = signed(body, SECRET)
    assert refused(body + b" ", headers) == "invalid-signature"
    assert refused(body, headers, OTHER) == "invalid-signature"
    assert refused(body, headers, []) == "invalid-signature"
    assert refused(body, {**headers, "Webhook-Id": "msg_2"}) == "invalid-signature"
    assert refused(body, {**headers, "Webhook-Timestamp": str(NOW + 1)}) == "invalid-signature"
    for name in headers:
        assert refused(body, {key: value for key, value in headers.items() if key != name}) == "invalid-signature"
        assert refused(body, {**headers, name: "é"}) == "invalid-signature"


@pytest.mark.parametrize(("age", "is_told"), [(-300, True), (300, True), (-301, False), (301, False)])
def test_an_event_is_not_older_than_the_tolerance(age: int, is_told: bool) -> None:
    body = event("webhook.test", {})
    headers = signed(body, SECRET, at=NOW - age)
    if is_told:
        assert verify_webhook(body, headers, SECRET, now=NOW)
    else:
        assert refused(body, headers) == "invalid-signature"
        assert verify_webhook(body, headers, SECRET, now=NOW, tolerance=301)


def test_the_clock_is_the_systems() -> None:
    body = event("webhook.test", {})
    with pytest.raises(FlorenceError, match="clocks"):
        verify_webhook(body, signed(body, SECRET, at=1), SECRET)


@pytest.mark.parametrize("secret", ["", "whsec_", "whsec_short", "x" + SECRET, "whsec_é", "whsec_" + "A" * 100])
def test_a_secret_that_is_none_is_told_to_its_owner(secret: str) -> None:
    body = event("webhook.test", {})
    assert refused(body, signed(body, SECRET), secret) == "invalid-request"


@pytest.mark.parametrize(
    "body", [b"", b"[]", b"{}", b"\xff", event("job.succeeded", {}), event("batch.failed", {"id": 1})]
)
def test_a_signed_body_that_is_no_event(body: bytes) -> None:
    assert refused(body, signed(body, SECRET)) == "invalid-response"
