"""What the headers of a response say: the cache, the charge, the times. Structured fields as the API writes them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from email.utils import parsedate_to_datetime

CACHE_NAME = "florence-edge"
"""The API's own cache; caches on the way have members of their own in Cache-Status."""

_MEMBER = re.compile(r'(?:"(?:[^"\\]|\\.)*(?:"|$)|[^",])+')
_PART = re.compile(r'(?:"(?:[^"\\]|\\.)*(?:"|$)|[^";])+')


@dataclass(frozen=True)
class CacheReport:
    """How the API's cache served the answer (RFC 9211)."""

    hit: bool
    """Whether the answer came from the cache."""
    fwd: str | None
    """Why the model was asked: the answer was not cached, was too old, or the request wanted a new one."""
    stored: bool
    """Whether the answer was stored in the cache."""
    collapsed: bool
    """Whether the request shares the answer of another one that was in progress."""
    stale: bool
    """Whether the answer is older than the request allows, because the model could not be reached."""
    age: float
    """Age of the answer in seconds; 0 if it is new."""


@dataclass(frozen=True)
class ChargeReport:
    """What a request was charged. Money is whole micro-US-dollars: 1,000,000 are one dollar."""

    amount: int
    """The sum of what the request was charged."""
    id: str | None
    """The id of its charge; None for a request with several."""
    is_repeat: bool
    """Whether all of it was free because the account had paid for it before."""
    balance: int | None
    """What the account has left; None where the account did not have to be asked."""


@dataclass(frozen=True)
class ResponseInfo:
    """The response of an answer, without its body."""

    status: int
    headers: Mapping[str, str]
    request_id: str | None
    """Id of the request in the server's log."""
    cache: CacheReport | None
    """None if the API reports no cache."""
    charge: ChargeReport | None
    """None if the API charges nothing, and for a stream whose price was not known when the response began."""
    timings: Mapping[str, float]
    """Milliseconds on the server, by stage."""


def _parameter(text: str) -> tuple[str, str]:
    name, _, value = text.partition("=")
    inside = re.fullmatch(r'"((?:[^"\\]|\\.)*)"', value.strip(), re.DOTALL)
    return name.strip().lower(), re.sub(r"\\(.)", r"\1", inside[1]) if inside else value.strip()


def _members(header: str | None) -> list[tuple[str, dict[str, str]]]:
    """Return the members of a list header with their parameters; the value of a flag is empty."""
    members = []
    for member in _MEMBER.findall(header or ""):
        name, *parameters = [part.strip() for part in _PART.findall(member)] or [""]
        if name:
            # Reversed: the first of duplicates holds.
            members.append((name, dict(_parameter(each) for each in reversed(parameters))))
    return members


def _integer(text: str | None) -> int | None:
    return int(text) if text is not None and re.fullmatch(r"\s*-?\d{1,15}\s*", text, re.ASCII) else None


def _number(text: str | None) -> float | None:
    return float(text) if text is not None and re.fullmatch(r"\s*\d{1,15}(?:\.\d+)?\s*", text, re.ASCII) else None


def cache_report(headers: Mapping[str, str]) -> CacheReport | None:
    """Parse Cache-Status and Age; None if the API reports no cache."""
    own = next((parameters for name, parameters in _members(headers.get("cache-status")) if name == CACHE_NAME), None)
    if own is None:
        return None
    return CacheReport(
        hit="hit" in own,
        fwd=own.get("fwd"),
        stored="stored" in own,
        collapsed="collapsed" in own,
        stale=own.get("detail") == "stale-if-error",
        age=_number(headers.get("age")) or 0,
    )


def charge_report(headers: Mapping[str, str]) -> ChargeReport | None:
    """Parse Charge and Balance; None if the API charges nothing."""
    item, parameters = next(iter(_members(headers.get("charge"))), (None, {}))
    amount = _integer(item)
    if amount is None:
        return None
    is_repeat = "repeat" in parameters and parameters["repeat"] != "?0"
    return ChargeReport(amount, parameters.get("id"), is_repeat, _integer(headers.get("balance")))


def response_info(status: int, headers: Mapping[str, str]) -> ResponseInfo:
    """Parse what the headers of a response say."""
    timings = [(name, _number(parameters.get("dur"))) for name, parameters in _members(headers.get("server-timing"))]
    return ResponseInfo(
        status=status,
        headers=headers,
        request_id=headers.get("x-request-id"),
        cache=cache_report(headers),
        charge=charge_report(headers),
        timings={name: milliseconds for name, milliseconds in timings if milliseconds is not None},
    )


def retry_after(header: str | None, now: float) -> float | None:
    """Parse Retry-After, a number or a date, to seconds from `now` (seconds since 1970); None if it is neither."""
    if header is None:
        return None
    if re.fullmatch(r"\s*\d{1,9}\s*", header, re.ASCII):
        return float(header)
    try:
        return max(0.0, parsedate_to_datetime(header).timestamp() - now)
    except ValueError:
        return None
