"""What is answered later: the steps of calls of jobs, and of waiting until something has ended."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any, Generic, Literal, TypeVar, cast
from urllib.parse import quote

from ._calls import reply_steps
from ._errors import FlorenceError, problem_error
from ._exchange import Connection
from ._headers import retry_after
from ._images import Image, sent_image
from ._models import BatchAnswer, Job, JobList, JobStatus
from ._reply import Reply
from ._request import ApiRequest, api_options, check_names, image_request, query_of
from ._steps import Pause, Steps

Answer_co = TypeVar("Answer_co", covariant=True)
Handle = TypeVar("Handle")
Answer = TypeVar("Answer")

MAX_WAIT_SECONDS = 30
"""How long the API holds a reply until a job has ended: proxies end silent connections after a minute."""

REPLY_SECONDS = 10.0
"""How long such a reply may take besides: by so much waiting may outlast its `timeout`."""

POLL_SECONDS = 1.0
"""Pause between two looks, where the API names none: `Retry-After` of a job."""

FAULT_SECONDS = 300.0
"""How long faults are waited out: a restart of the server, a laptop that sleeps."""

FAULT_PAUSE_SECONDS = 2.0

ENDED = frozenset({"succeeded", "failed", "cancelled"})

_KEPT_OPTIONS = ("api_key", "headers", "max_retries")
"""Options of the call that made a handle which hold for the calls of the handle."""


class State:
    """What a call has made, with which it can be asked for again."""

    def __init__(self, client: Any, options: Mapping[str, Any]) -> None:
        """Take the client, and the options of the call."""
        self._client = client
        self._kept = {name: options[name] for name in _KEPT_OPTIONS if name in options}


class JobState(State, Generic[Answer_co]):
    """A job as it was last seen."""

    def __init__(self, client: Any, options: Mapping[str, Any], job: Job) -> None:
        """Take what the API has said."""
        super().__init__(client, options)
        self.job = job
        """As it was last seen."""

    @property
    def id(self) -> str:
        """Its id, with which another program can `get` it."""
        return self.job.id

    @property
    def status(self) -> JobStatus:
        """Its status, as it was last seen."""
        return self.job.status


def later(webhook: str | None) -> dict[str, Any]:
    """Return what asks for an answer later."""
    return {"async": True} if webhook is None else {"async": True, "webhook": webhook}


def later_request(task: str, image: Image, webhook: str | None, options: Mapping[str, Any]) -> ApiRequest:
    """Return the request of a task that is answered later."""
    check_names("create", options)
    return image_request(f"/v1/{task}", sent_image(image), {**api_options(options), **later(webhook)})


def job_path(job: str) -> str:
    """Return the path of a job."""
    return f"/v1/jobs/{quote(job, safe='')}"


def job_steps(
    kind: Callable[..., Handle], client: Any, request: ApiRequest, options: Mapping[str, Any]
) -> Steps[Handle]:
    """Return the steps of a call whose reply is a job, which becomes a handle."""
    job = yield from reply_steps(client._connection, request, Job, options)
    return kind(client, options, job)


def create_job(
    kind: Callable[..., Handle], client: Any, request: ApiRequest, options: Mapping[str, Any]
) -> Steps[Handle]:
    """Return the steps of a call that makes a job. Its retries have one Idempotency-Key, so that they make one job."""
    key = options.get("idempotency_key") or client._connection.platform.new_key()
    return job_steps(kind, client, request, {**options, "idempotency_key": key})


def list_jobs(
    connection: Connection, status: str | None, limit: int | None, cursor: str | None, options: Mapping[str, Any]
) -> Steps[JobList]:
    """Return the steps of a call that lists jobs."""
    given = {"status": status, "limit": limit, "cursor": cursor}
    query = query_of({name: value for name, value in given.items() if value is not None})
    return reply_steps(connection, ApiRequest("GET", f"/v1/jobs?{query}"), JobList, options)


def see_job(state: JobState[Any], method: Literal["GET", "DELETE"], wait: int | None = None) -> Steps[Job]:
    """Return the steps of a call that looks at a job or ends it; one with `wait` is held for so many seconds, until the job has ended."""
    more: dict[str, Any] = {}
    if wait is not None:
        prefer = {"prefer": f"wait={wait}"} if wait > 0 else {}
        more = {"headers": {**(state._kept.get("headers") or {}), **prefer}, "timeout": wait + REPLY_SECONDS}
    request = ApiRequest(method, job_path(state.id))
    state.job = yield from reply_steps(state._client._connection, request, Job, {**state._kept, **more})
    return state.job


def pause_of(reply: Reply, otherwise: float) -> float:
    """Return the seconds after which to look again: as a reply's Retry-After says."""
    headers = reply.response.headers if reply.response else {}
    return retry_after(headers.get("retry-after"), 0) or otherwise


def until_ended(
    connection: Connection, timeout: float | None, see: Callable[[float], Steps[float | None]]
) -> Steps[None]:
    """Look again and again, until `see`, which gets the seconds that are left, returns None in the place of a pause.

    Faults that may pass are waited out. Raises `FlorenceError` (`timeout`).
    """
    now = connection.platform.now
    ends = float("inf") if timeout is None else now() + timeout
    failing: float | None = None
    while True:
        try:
            pause = yield from see(ends - now())
            failing = None
        except FlorenceError as error:
            failing = now() if failing is None else failing
            if not error.retryable or now() - failing >= FAULT_SECONDS:
                raise
            pause = max(error.retry_after or 0, FAULT_PAUSE_SECONDS)
        if pause is None:
            return
        if now() + pause >= ends:
            fix = "It goes on: wait again, or get it later by its id."
            raise FlorenceError("timeout", "It has not ended within `timeout`.", fix=fix)
        yield Pause(pause)


def _answer(job: Job) -> Any:
    """Return the answer of a job that has ended, with its response. Raises `FlorenceError`."""
    if job.problem is not None:
        raise problem_error(job.problem)
    if job.status == "cancelled":
        raise FlorenceError("job-cancelled", f"The job {job.id} was cancelled.")
    # Both have the same form.
    answer: Any = BatchAnswer(results=cast("Any", job.result).results) if job.task == "batch" else job.result
    if isinstance(answer, dict):
        answer.response = job.response  # type: ignore[attr-defined]
        return answer
    return replace(answer, response=job.response)


def wait_job(
    state: JobState[Answer], timeout: float | None, on_change: Callable[[Job], object] | None
) -> Steps[Answer]:
    """Return the steps of waiting for the answer of a job: each look is held by the API until the job has ended."""

    def see(left: float) -> Steps[float | None]:
        before = state.status
        job = yield from see_job(state, "GET", int(min(MAX_WAIT_SECONDS, left)))
        if on_change is not None and job.status != before:
            on_change(job)
        if job.status in ENDED:
            return None
        return pause_of(job, POLL_SECONDS)

    if state.status not in ENDED:
        yield from until_ended(state._client._connection, timeout, see)
    return cast("Answer", _answer(state.job))
