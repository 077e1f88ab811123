"""An image in the forms that Python programs have it, to the form that is sent."""

from __future__ import annotations

import base64
import errno
import os
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol, TypeAlias, Union, runtime_checkable

from ._errors import FlorenceError
from ._pixels import encode_array, encode_pil
from ._reply import Reply


@runtime_checkable
class BinaryReader(Protocol):
    """A file object, opened for bytes. It is read from where it is to its end."""

    def read(self) -> bytes:
        """Return the rest of the file."""


@runtime_checkable
class PilImage(Protocol):
    """An image of Pillow."""

    @property
    def size(self) -> tuple[int, int]:
        """Width and height."""

    @property
    def mode(self) -> str:
        """The names of the channels."""

    def save(self, fp: Any, format: str | None = None, **params: Any) -> None:  # noqa: A002 -- Pillow's name
        """Write a file."""


@runtime_checkable
class PixelArray(Protocol):
    """A NumPy array of bytes: height × width, or height × width × 1, 3 (RGB) or 4 (RGBA)."""

    @property
    def __array_interface__(self) -> dict[str, Any]:
        """NumPy's description of the memory."""


_HANDLE = re.compile(r"upload_[\w-]{48}")
"""The form of a handle: a text of this form is one, and not a path."""


@dataclass(frozen=True, kw_only=True)
class Upload(Reply):
    """An uploaded image. It is an image of every call, for the account that has uploaded it."""

    image: str
    """The handle."""
    put_url: str
    """Where the file was sent. Whoever has it may send another file."""
    expires_in: int
    """Seconds from the upload for which the handle works; then the file is deleted."""
    max_bytes: int
    """Largest file, in bytes."""


Image: TypeAlias = Union[
    str, bytes, bytearray, memoryview, "os.PathLike[str]", Upload, BinaryReader, PilImage, PixelArray
]
"""A path; an https address or a data URI, as texts; the bytes of a file; a file object; an image of Pillow; a NumPy array (RGB); an upload."""

_ADDRESS = re.compile(r"https?://", re.IGNORECASE)
_DATA_URI = re.compile(r"data:[^,]*;base64,", re.IGNORECASE)
_FIX = "Give a path, an https address, a data URI, the bytes of a file, a file object, an image of Pillow or a NumPy array."


@dataclass(frozen=True)
class SentImage:
    """An image as it is sent: bytes, or an address that the API fetches."""

    data: bytes | None = None
    address: str = ""

    def in_json(self) -> str | dict[str, str]:
        """Return the image as a field of a JSON body."""
        return self.address if self.data is None else {"base64": base64.b64encode(self.data).decode()}


def _required(detail: str) -> FlorenceError:
    return FlorenceError("image-required", detail, fix=_FIX)


def _read_path(path: str | os.PathLike[str]) -> bytes:
    """Read a file. Errors of the file system are raised as they are: FileNotFoundError and so on."""
    try:
        return Path(path).read_bytes()
    except ValueError as error:
        raise _required("This text is no path, address or data URI.") from error
    except OSError as error:
        # A text that is much too long for a path is base64: Python programs decode it.
        if error.errno == errno.ENAMETOOLONG:
            raise _required("This text is no path, address or data URI; decode base64 first.") from error
        raise


def _from_text(text: str) -> SentImage:
    if _ADDRESS.match(text) or _HANDLE.fullmatch(text):
        return SentImage(address=text)
    prefix = _DATA_URI.match(text)
    if prefix is None:
        return SentImage(_required_path(text))
    try:
        return SentImage(base64.b64decode(text[prefix.end() :], validate=True))
    except ValueError:
        # The API says what is wrong with it.
        return SentImage(address=text)


def _required_path(text: str) -> bytes:
    if text == "":
        raise _required("The path is empty.")
    return _read_path(text)


def _read_file(file: BinaryReader) -> bytes:
    data: object = file.read()
    if isinstance(data, bytes):
        return data
    raise _required("The file object is not opened for bytes: open it with 'rb'.")


_KINDS: tuple[tuple[Any, Callable[[Any], SentImage]], ...] = (
    (str, _from_text),
    (Upload, lambda upload: SentImage(address=upload.image)),
    ((bytes, bytearray, memoryview), lambda data: SentImage(bytes(data))),
    (os.PathLike, lambda path: SentImage(_read_path(path))),
    # Before arrays: images of Pillow are arrays, too.
    (PilImage, lambda image: SentImage(encode_pil(image))),
    (PixelArray, lambda array: SentImage(encode_array(array))),
    (BinaryReader, lambda file: SentImage(_read_file(file))),
)
"""The kinds of images, in the order in which they are recognised."""


def sent_image(image: Image) -> SentImage:
    """Return an image as it is sent. Raises `FlorenceError` (`image-required`), or `OSError` for a file that cannot be read."""
    convert = next((convert for kind, convert in _KINDS if isinstance(image, kind)), None)
    if convert is None:
        raise _required(f"An object of the type {type(image).__name__} is no image.")
    return convert(image)


def with_sent_image(item: Mapping[str, Any]) -> dict[str, Any]:
    """Return an item of a batch with its image as a field of JSON."""
    if "image" not in item:
        raise _required("An item has no image.")
    return {**item, "image": sent_image(item["image"]).in_json()}
