"""The backend as a WSGI application: Label Studio's calls, in JSON."""

from __future__ import annotations

import base64
import hmac
import json
import logging
from collections.abc import Callable, Iterable, Mapping
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from florence_edge import Florence, FlorenceError

from .backend import Backend

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

LOG = logging.getLogger("florence_edge_label_studio")

MAX_BODY_BYTES = 64 * 1024 * 1024
"""Label Studio sends all selected tasks at once, with their annotations."""

Handler = Callable[[Mapping[str, Any]], dict[str, Any]]


class _HttpError(Exception):
    def __init__(self, status: HTTPStatus, detail: str) -> None:
        super().__init__(detail)
        self.status = status


def _body(environ: WSGIEnvironment) -> Mapping[str, Any]:
    length = int(environ.get("CONTENT_LENGTH") or 0)
    if length > MAX_BODY_BYTES:
        raise _HttpError(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, f"The body has more than {MAX_BODY_BYTES} bytes.")
    try:
        body = json.loads(environ["wsgi.input"].read(length) or b"{}")
    except ValueError:
        raise _HttpError(HTTPStatus.BAD_REQUEST, "The body is no JSON.") from None
    if not isinstance(body, dict):
        raise _HttpError(HTTPStatus.BAD_REQUEST, "The body is no JSON object.")
    return body


def _status_of(error: FlorenceError) -> HTTPStatus:
    """Return the status of an error: a wrong configuration is the caller's, all else is what lies behind this backend."""
    return HTTPStatus.BAD_REQUEST if error.code == "invalid-request" else HTTPStatus.BAD_GATEWAY


def _routes(backend: Backend) -> Mapping[tuple[str, str], Handler]:
    def health(_: Mapping[str, Any]) -> dict[str, Any]:
        return {"status": "UP", "model_class": "florence-edge"}

    def nothing(_: Mapping[str, Any]) -> dict[str, Any]:
        # It does not learn from annotations.
        return {"status": "ignored"}

    return {
        ("GET", "/"): health,
        ("GET", "/health"): health,
        ("POST", "/setup"): backend.setup,
        ("POST", "/predict"): backend.predict,
        ("POST", "/webhook"): nothing,
    }


def _is_allowed(environ: WSGIEnvironment, credentials: str | None) -> bool:
    """Whether the caller has the name and password, if any are wanted. Anybody may ask for the health."""
    if credentials is None or environ["PATH_INFO"] == "/health":
        return True
    expected = f"Basic {base64.b64encode(credentials.encode()).decode()}"
    return hmac.compare_digest(environ.get("HTTP_AUTHORIZATION", "").encode(), expected.encode())


def _reply(
    environ: WSGIEnvironment, routes: Mapping[tuple[str, str], Handler], credentials: str | None
) -> tuple[HTTPStatus, Any]:
    path = environ["PATH_INFO"].rstrip("/") or "/"
    handler = routes.get((environ["REQUEST_METHOD"], path))
    if not _is_allowed(environ, credentials):
        return HTTPStatus.UNAUTHORIZED, {"error": "Give Label Studio the user and the password of this backend."}
    if handler is None:
        return HTTPStatus.NOT_FOUND, {"error": "Label Studio asks for /health, /setup and /predict."}
    try:
        return HTTPStatus.OK, handler(_body(environ))
    except FlorenceError as error:
        return _status_of(error), {"error": str(error), "code": error.code}
    except _HttpError as error:
        return error.status, {"error": str(error)}
    except Exception:
        LOG.exception("%s failed.", path)
        return HTTPStatus.INTERNAL_SERVER_ERROR, {"error": "The backend has a fault; its log says more."}


def create_app(
    florence: Florence | None = None, *, backend: Backend | None = None, credentials: str | None = None
) -> WSGIApplication:
    """Return the backend as a WSGI application.

    `florence` is the client; by default one of FLORENCE_EDGE_URL and FLORENCE_EDGE_API_KEY. `credentials` are `user:password`, if Label Studio has to give them.
    """
    routes = _routes(backend or Backend.create(florence or Florence()))

    def app(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        status, body = _reply(environ, routes, credentials)
        data = json.dumps(body).encode()
        start_response(
            f"{status.value} {status.phrase}",
            [("Content-Type", "application/json"), ("Content-Length", str(len(data)))],
        )
        return [data]

    return app
