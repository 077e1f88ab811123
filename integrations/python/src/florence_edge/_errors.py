"""The only error of this package."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ._models import Issue, Problem

_CLIENT_FIXES = {
    "connection-failed": "Check the URL and the network, then retry.",
    "timeout": "Ask again with a longer `timeout`, a smaller image or fewer `beams`.",
    "job-cancelled": "Send the request again.",
    "invalid-signature": "Refuse it. Check the secret, the clock, and that `body` is the body as it came.",
    "invalid-response": "Check that `base_url` is the URL of a florence-edge API.",
}
"""The client's own codes; all others are codes of the API's problems."""

_RETRYABLE = frozenset({"connection-failed", "timeout"})


class FlorenceError(Exception):
    """A call that failed. Its `code` is stable: one of `ProblemCode`, `connection-failed`, `timeout`, `invalid-response`, `job-cancelled` or `invalid-signature`."""

    def __init__(
        self,
        code: str,
        detail: str,
        *,
        fix: str | None = None,
        status: int | None = None,
        retryable: bool | None = None,
        request_id: str | None = None,
        issues: Sequence[Issue] = (),
        retry_after: float | None = None,
        problem: Problem | None = None,
    ) -> None:
        """Make an error; the fix and `retryable` of the client's own codes are known."""
        self.code = code
        self.detail = detail
        """What went wrong with this request, for people to read."""
        self.fix = _CLIENT_FIXES.get(code, "") if fix is None else fix
        """How to fix it, for people to read; empty if unknown."""
        self.status = status
        """Status of the HTTP response; None if there was none."""
        self.retryable = code in _RETRYABLE if retryable is None else retryable
        """Whether the same request may succeed later. The allowed retries have already been made."""
        self.request_id = request_id
        """Id of the request in the server's log."""
        self.issues = tuple(issues)
        """The invalid fields of the request, named as in the API: `region.x1`."""
        self.retry_after = retry_after
        """Seconds to wait before the next request, as Retry-After says."""
        self.problem = problem
        """The API's whole problem (RFC 9457): also `price`, `balance` and `top_up` where answers cost credits."""
        super().__init__(code, detail)

    def __str__(self) -> str:
        """Code, detail and fix: a traceback shows what to do."""
        is_said = self.detail.endswith(self.fix)  # Also if there is none.
        return f"{self.code}: {self.detail}" + ("" if is_said else f" {self.fix}")


def problem_error(problem: Problem, retry_after: float | None = None) -> FlorenceError:
    """Return the error of a problem that the API has answered."""
    return FlorenceError(
        problem.code,
        problem.detail,
        fix=problem.fix,
        status=problem.status,
        retryable=problem.retryable,
        request_id=problem.request_id,
        issues=problem.issues,
        retry_after=retry_after,
        problem=problem,
    )


def too_large(detail: str) -> FlorenceError:
    """Return the error of a file that is not sent, or that an API has not read to its end."""
    return FlorenceError("body-too-large", detail, fix="Send a smaller image, or a JPEG with a lower quality.")


def invalid(name: str, fix: str) -> FlorenceError:
    """Return the error of an argument that cannot be sent."""
    return FlorenceError("invalid-request", f"{name}: {fix}", fix=fix)
