"""The events that an API sends, and whether it has signed them (Standard Webhooks, 1.0.0). Only the standard library."""

from __future__ import annotations

import base64
import hmac
import json
import re
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from ._batches import Batch
from ._errors import FlorenceError, invalid
from ._json import UnexpectedJsonError, from_json
from ._models import Job

TOLERANCE_SECONDS = 300.0
"""How old an event may be, or how far ahead its sender's clock: what the libraries of Standard Webhooks allow. Each attempt is signed anew."""

SECRET_BYTES = range(24, 65)


@dataclass(frozen=True, kw_only=True)
class WebhookEvent:
    """An event that was signed with the secret: of a type that has no class here, as `webhook.test`; or one with `format="flat"`."""

    id: str
    """The same in each attempt: an event that has been seen may come again."""
    type: str
    timestamp: str
    """When it happened. UTC, as in 2026-12-01T00:00:00.000Z."""
    data: Mapping[str, Any] = field(repr=False)
    """`data` of the body; the whole body, if it has one level."""


@dataclass(frozen=True, kw_only=True)
class JobEvent(WebhookEvent):
    """A job has ended: `job.succeeded`, `job.failed` or `job.cancelled`."""

    job: Job
    result_omitted: bool
    """Whether the result is too large to be sent: `client.jobs.get(event.job.id).wait()` has it."""


@dataclass(frozen=True, kw_only=True)
class BatchEvent(WebhookEvent):
    """A batch has ended: `batch.completed`, `batch.failed`, `batch.expired` or `batch.cancelled`."""

    batch: Batch


def _key(secret: str) -> bytes:
    prefix, _, text = secret.strip().rpartition("whsec_")
    try:
        key = base64.b64decode(text, validate=True)
    except ValueError:
        key = b""
    if prefix or len(key) not in SECRET_BYTES:
        raise invalid("secrets", "Give the secret as the API has shown it: whsec_… .")
    return key


def _refused(detail: str) -> FlorenceError:
    return FlorenceError("invalid-signature", detail)


def _check(body: bytes, headers: Mapping[str, str], keys: Sequence[bytes], tolerance: float, now: float) -> str:
    """Return the event's id. Raises `FlorenceError` (`invalid-signature`)."""
    given = {name.lower(): value for name, value in headers.items()}
    ident, seconds, signatures = (given.get(f"webhook-{name}", "") for name in ("id", "timestamp", "signature"))
    if not (ident and signatures and re.fullmatch(r"\d{1,12}", seconds, re.ASCII)):
        raise _refused("The headers webhook-id, webhook-timestamp and webhook-signature are not all there.")
    signed = f"{ident}.{seconds}.".encode() + body
    right = [b"v1," + base64.b64encode(hmac.digest(key, signed, "sha256")) for key in keys]
    # All are compared, each in constant time.
    if not any([hmac.compare_digest(one, each.encode()) for one in right for each in signatures.split(" ")]):  # noqa: C419
        raise _refused("The event was not signed with this secret, or its body has changed.")
    if abs(now - int(seconds)) > tolerance:
        raise _refused("The event was signed too long ago, or the clocks differ.")
    return ident


def _event(ident: str, body: Any) -> WebhookEvent:
    """Return a signed body as an event. Raises `UnexpectedJsonError`."""
    if not (isinstance(body, dict) and isinstance(body.get("type"), str) and isinstance(body.get("timestamp"), str)):
        raise UnexpectedJsonError("event")
    data = body.get("data", body)
    known: dict[str, Any] = {"id": ident, "type": body["type"], "timestamp": body["timestamp"], "data": data}
    kind = body["type"].partition(".")[0]
    if "data" in body and kind == "job":
        return JobEvent(**known, job=from_json(Job, data), result_omitted=bool(data.get("result_omitted")))
    if "data" in body and kind == "batch":
        return BatchEvent(**known, batch=from_json(Batch, data))
    return WebhookEvent(**known)


def verify_webhook(
    body: bytes | str,
    headers: Mapping[str, str],
    secrets: str | Sequence[str],
    *,
    tolerance: float = TOLERANCE_SECONDS,
    now: float | None = None,
) -> WebhookEvent:
    """Return the event of a request that the API has sent: `body` as it came, before anything has parsed it.

    While a secret is replaced, give both. Raises `FlorenceError`: `invalid-signature` for one that is not the API's or is older than
    `tolerance` seconds, `invalid-request` for a secret that is none. `now` (seconds since 1970) is for tests.
    """
    keys = [_key(each) for each in ([secrets] if isinstance(secrets, str) else secrets)]
    raw = body.encode() if isinstance(body, str) else bytes(body)
    ident = _check(raw, headers, keys, tolerance, time.time() if now is None else now)
    try:
        return _event(ident, json.loads(raw))
    except ValueError as error:
        raise FlorenceError("invalid-response", "The event is signed, but none that this client knows.") from error
