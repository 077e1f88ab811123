"""Images that are sent once and asked about by their handles, by both clients."""

import asyncio
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from florence_edge import AsyncFlorence, Florence, FlorenceError

MAX_BYTES = 10 * 1024 * 1024

Call = Callable[[Callable[[Any], Any]], Any]


@pytest.fixture(params=["sync", "async"])
def call(request: pytest.FixtureRequest, url: str) -> Call:
    """Makes calls by one of the two clients of the API without accounts, each by a client of its own."""

    def by_sync(ask: Callable[[Any], Any]) -> Any:
        with Florence(url) as client:
            return ask(client)

    async def by_async(ask: Callable[[Any], Any]) -> Any:
        async with AsyncFlorence(url) as client:
            return await ask(client)

    return by_sync if request.param == "sync" else lambda ask: asyncio.run(by_async(ask))


def error_of(call: Call, ask: Callable[[Any], Any]) -> FlorenceError:
    with pytest.raises(FlorenceError) as caught:
        call(ask)
    assert caught.value.fix
    return caught.value


def test_an_upload_is_asked_about_twice_as_its_file_would_be(call: Call, florence: Florence, street: Path) -> None:
    upload = call(lambda client: client.upload(street))
    assert 3590 < upload.expires_in <= 3600
    first = call(lambda client: client.object_detection(upload))
    # A handle is a text, which may have been kept, and sent by another program.
    second = call(lambda client: client.object_detection(upload.image))
    assert first == second == florence.object_detection(street)
    assert second.cache.hit


def test_several_tasks_and_several_images_take_it(call: Call, florence: Florence, street: Path) -> None:
    upload = call(lambda client: client.upload(street.read_bytes()))
    caption = florence.caption(street)
    analyzed = call(lambda client: client.analyze(upload, [{"task": "caption"}, {"task": "ocr"}]))
    assert analyzed.results[0].unwrap() == caption
    batch = call(lambda client: client.batch([{"task": "caption", "image": image} for image in (upload, street)]))
    assert [result.unwrap() for result in batch.results] == [caption, caption]


def test_pixels_can_be_uploaded_and_the_answer_streamed(florence: Florence, unseen: np.ndarray) -> None:
    with florence.caption(florence.upload(unseen), stream=True) as stream:
        assert stream.finish() == florence.caption(unseen)


def test_a_handle_whose_hour_is_over_says_so(call: Call) -> None:
    handle = os.environ["FLORENCE_EDGE_TEST_EXPIRED_UPLOAD"]
    error = error_of(call, lambda client: client.caption(handle))
    assert (error.code, error.status, error.retryable) == ("upload-expired", 410, False)


def test_a_handle_that_nobody_gave_out_is_unknown(call: Call) -> None:
    error = error_of(call, lambda client: client.caption("upload_" + "a-_4" * 12))
    assert (error.code, error.status, error.retryable) == ("unknown-upload", 404, False)


@pytest.mark.parametrize("size", [MAX_BYTES + 1, 3 * MAX_BYTES])
def test_a_file_that_is_too_large_is_refused(call: Call, size: int) -> None:
    error = error_of(call, lambda client: client.upload(bytes(size)))
    assert (error.code, error.retryable) == ("body-too-large", False)
    # Asked about without an upload, it is the same.
    assert error_of(call, lambda client: client.caption(bytes(size))).code == "body-too-large"


def test_an_empty_file_is_refused(call: Call) -> None:
    assert error_of(call, lambda client: client.upload(b"")).code == "image-required"


def test_what_is_no_image_is_told_when_it_is_asked_about(call: Call) -> None:
    upload = call(lambda client: client.upload(b"no image"))
    assert error_of(call, lambda client: client.caption(upload)).code == "unsupported-image"


def test_an_upload_is_its_accounts_and_the_answer_is_paid_once(paid: Florence, unseen: np.ndarray) -> None:
    upload = paid.upload(unseen)
    assert upload.charge is None
    first, second = (paid.caption(upload).charge for _ in range(2))
    assert (first.amount, second.amount, second.is_repeat) == (paid.quote("caption").price, 0, True)
    assert paid.caption(unseen).charge.is_repeat
    with pytest.raises(FlorenceError) as caught:
        paid.caption(upload, api_key=os.environ["FLORENCE_EDGE_TEST_OTHER_KEY"])
    assert caught.value.code == "unknown-upload"
