"""JSON to the contract's dataclasses, and back. Keys that a newer server has added are ignored; nothing else is checked than that what is needed is there."""

from __future__ import annotations

import types
from collections.abc import Callable, Hashable, Mapping
from dataclasses import MISSING, Field, fields, is_dataclass
from functools import cache
from typing import Any, Literal, TypeVar, Union, cast, get_args, get_origin, get_type_hints

Value = TypeVar("Value")
Decoder = Callable[[Any], Any]


class UnexpectedJsonError(ValueError):
    """JSON that is not of the type that was expected."""


def _key(field: Field[Any]) -> str:
    return str(field.metadata.get("key", field.name))


def _json_fields(of: Any) -> list[Field[Any]]:
    return [field for field in fields(of) if field.metadata.get("is_json", True)]


@cache
def _literals(of: type) -> Mapping[str, tuple[object, ...]]:
    """Return the values that fields of a class may have, of those that have only one or a few."""
    hints = get_type_hints(of)
    chosen = {_key(field): hints[field.name] for field in _json_fields(of)}
    return {key: get_args(hint) for key, hint in chosen.items() if get_origin(hint) is Literal}


def _is_class_of(variant: Any, value: object) -> bool:
    """Whether an object of JSON has what a class needs, and the values of its literals."""
    if not isinstance(value, dict):
        return False
    needed = [_key(field) for field in _json_fields(variant) if field.default is MISSING]
    literals = _literals(variant)
    return all(key in value for key in needed) and all(value[key] in literals[key] for key in literals if key in value)


def _fits(variant: Any, value: object) -> bool:
    """Whether a value can be of a variant of a union."""
    if is_dataclass(variant):
        return _is_class_of(variant, value)
    origin = get_origin(variant) or variant
    if origin is Literal:
        return value in get_args(variant)
    # What JSON has for a type of Python; floats may be written as whole numbers.
    if origin is tuple:
        return isinstance(value, list)
    return isinstance(value, dict if issubclass(origin, dict) else (int, float) if origin is float else origin)


def _class_decoder(of: Any) -> Decoder:
    hints = get_type_hints(of)
    decoders = [(field.name, _key(field), _decoder(hints[field.name])) for field in _json_fields(of)]
    required = {_key(field) for field in _json_fields(of) if field.default is MISSING}

    def decode_class(value: Any) -> Any:
        if not isinstance(value, dict) or not required <= value.keys():
            raise UnexpectedJsonError(of.__name__)
        return of(**{name: decode_one(value[key]) for name, key, decode_one in decoders if key in value})

    return decode_class


def _union_decoder(variants: tuple[Any, ...]) -> Decoder:
    def decode_union(value: Any) -> Any:
        variant = next((each for each in variants if _fits(each, value)), None)
        if variant is None:
            raise UnexpectedJsonError(str(variants))
        return _decoder(variant)(value)

    return decode_union


def _tuple_decoder(arguments: tuple[Any, ...]) -> Decoder:
    decode_one = _decoder(arguments[0])

    def decode_tuple(value: Any) -> Any:
        if not isinstance(value, list):
            raise UnexpectedJsonError("list")
        return tuple(decode_one(each) for each in value)

    return decode_tuple


def _unchanged(value: Any) -> Any:
    return value


@cache
def _decoder(hint: Any) -> Decoder:
    if is_dataclass(hint):
        return _class_decoder(hint)
    if get_origin(hint) in (Union, types.UnionType):
        return _union_decoder(get_args(hint))
    if get_origin(hint) is tuple:
        return _tuple_decoder(get_args(hint))
    return hint if isinstance(hint, type) and issubclass(hint, dict) else _unchanged


def from_json(of: type[Value], value: object) -> Value:
    """Return JSON as a dataclass, or as one of a union of them. Raises `UnexpectedJsonError`."""
    return cast("Value", _decoder(cast("Hashable", of))(value))


def to_json(value: Any) -> Any:
    """Return a dataclass as the JSON that it came from."""
    if is_dataclass(value):
        pairs = [(field, getattr(value, field.name)) for field in _json_fields(value)]
        return {_key(field): to_json(each) for field, each in pairs if each is not None or field.default is MISSING}
    return [to_json(each) for each in value] if isinstance(value, tuple) else value
