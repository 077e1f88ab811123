import base64
import io
import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from florence_edge import FlorenceError, _pixels
from florence_edge._images import sent_image

FILE = b"\xff\xd8\xff a file"


def test_paths_bytes_and_files_are_sent_as_they_are(tmp_path: Path) -> None:
    path = tmp_path / "ein Bild.jpg"
    path.write_bytes(FILE)
    for image in (path, str(path), FILE, bytearray(FILE), memoryview(FILE), io.BytesIO(FILE)):
        assert sent_image(image).data == FILE
    with path.open("rb") as file:
        file.read(2)
        assert sent_image(file).data == FILE[2:]


def test_an_address_is_left_to_the_api_and_a_data_uri_is_decoded() -> None:
    assert sent_image("HTTPS://example.com/a.jpg").in_json() == "HTTPS://example.com/a.jpg"
    encoded = base64.b64encode(FILE).decode()
    assert sent_image(f"data:image/jpeg;base64,{encoded}").data == FILE
    assert sent_image("data:image/jpeg;base64,§").in_json() == "data:image/jpeg;base64,§"
    assert sent_image(FILE).in_json() == {"base64": encoded}


def test_bytes_may_be_changed_after_the_call() -> None:
    data = bytearray(FILE)
    sent = sent_image(data)
    data[0] = 0
    assert sent.data == FILE


def test_a_file_that_is_not_there_is_the_systems_error() -> None:
    for image in ("nowhere.jpg", Path("nowhere.jpg")):
        with pytest.raises(FileNotFoundError):
            sent_image(image)


@pytest.mark.parametrize(
    "image",
    ["", "\0", base64.b64encode(b"x" * 9000).decode(), None, 7, object(), io.StringIO("text"), [1, 2]],
)
def test_what_is_no_image_says_what_is_one(image: object) -> None:
    with pytest.raises(FlorenceError) as caught:
        sent_image(image)
    assert caught.value.code == "image-required"


@given(st.integers(1, 9), st.integers(1, 9), st.sampled_from([None, 1, 3, 4]), st.randoms())
def test_an_array_is_sent_without_loss(height: int, width: int, channels: int | None, random) -> None:
    shape = (height, width) if channels is None else (height, width, channels)
    array = np.array([random.randrange(256) for _ in range(int(np.prod(shape)))], dtype=np.uint8).reshape(shape)
    image = Image.open(io.BytesIO(sent_image(array).data))
    assert (image.format, image.mode) == ("PNG", {None: "L", 1: "L", 3: "RGB", 4: "RGBA"}[channels])
    assert np.array_equal(np.asarray(image), array.reshape(shape[:2]) if channels == 1 else array)


def test_a_part_of_an_array_is_sent_as_it_is_seen() -> None:
    array = np.arange(4 * 6 * 3, dtype=np.uint8).reshape(4, 6, 3)[::2, ::-1]
    assert np.array_equal(np.asarray(Image.open(io.BytesIO(sent_image(array).data))), array)


@pytest.mark.parametrize(
    "array",
    [
        np.zeros((4, 4, 3), dtype=np.float32),
        np.zeros((4, 4, 3), dtype=np.uint16),
        np.zeros((3, 4, 4, 3), dtype=np.uint8),
        np.zeros((4, 4, 2), dtype=np.uint8),
        np.zeros((0, 4), dtype=np.uint8),
        np.zeros(4, dtype=np.uint8),
    ],
)
def test_other_arrays_are_no_images(array: np.ndarray) -> None:
    with pytest.raises(FlorenceError) as caught:
        sent_image(array)
    assert caught.value.code == "image-required"


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGB", "RGBA", "CMYK", "I;16", "F", "HSV"])
def test_an_image_of_pillow_is_sent_as_png(mode: str) -> None:
    image = Image.new("RGB", (5, 4), (250, 10, 30)).convert("L" if mode in ("I;16", "F") else "RGB").convert(mode)
    sent = Image.open(io.BytesIO(sent_image(image).data))
    assert (sent.format, sent.size) == ("PNG", (5, 4))


def test_the_orientation_in_a_file_is_not_applied_twice() -> None:
    exif = Image.Exif()
    exif[274] = 6
    file = io.BytesIO()
    Image.new("RGB", (5, 4)).save(file, "JPEG", exif=exif)
    sent = Image.open(io.BytesIO(sent_image(Image.open(file)).data))
    assert (sent.size, dict(sent.getexif())) == ((5, 4), {})


@settings(max_examples=3, deadline=None)
@given(st.booleans())
def test_what_is_too_large_for_a_png_is_sent_as_a_good_jpeg(is_array: bool) -> None:
    noise = np.random.default_rng(0).integers(0, 256, (2000, 2000, 3), dtype=np.uint8)
    data = sent_image(noise if is_array else Image.fromarray(noise)).data
    assert len(data) <= _pixels.MAX_FILE_BYTES
    sent = Image.open(io.BytesIO(data))
    assert (sent.format, sent.size) == ("JPEG", (2000, 2000))


def test_without_pillow_a_large_array_says_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_pixels, "MAX_FILE_BYTES", 100)
    monkeypatch.setitem(sys.modules, "PIL", None)
    with pytest.raises(FlorenceError) as caught:
        sent_image(np.random.default_rng(0).integers(0, 256, (20, 20), dtype=np.uint8))
    assert caught.value.code == "body-too-large"
