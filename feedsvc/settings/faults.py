"""Words the faults that pydantic finds: short, and without the value, which may be a secret."""

from collections.abc import Mapping
from typing import Any, Final

_FAULTS: Final = {
    "missing": "it is missing",
    "extra_forbidden": "there is no such setting",
    "string_type": "it is not a text",
    "int_type": "it is not a whole number",
    "int_parsing": "it is not a whole number",
    "int_parsing_size": "it has too many digits",
    "int_from_float": "it is not a whole number",
    "float_type": "it is not a number",
    "float_parsing": "it is not a number",
    "finite_number": "it is not a finite number",
    "bool_type": "it is neither true nor false",
    "bool_parsing": "it is neither true nor false",
    "path_type": "it is not a path",
    "literal_error": "it is not {expected}",
    "greater_than_equal": "it is not {ge} or more",
    "less_than_equal": "it is not {le} or less",
    "tuple_type": "it is not a list",
    "dict_type": "it is not a table",
    "model_type": "it is not a table",
    "ip_any_network": "it is not a network such as 10.0.0.0/8",
}
_OTHER: Final = "it is not a value that this setting can have"


def fault_of(detail: Mapping[str, Any]) -> str:
    """The fault in an error of `ValidationError.errors()`."""
    if detail["type"] == "value_error":  # raised by our own checks
        return str(detail["ctx"]["error"])
    limits = {name: _plain(value) for name, value in detail.get("ctx", {}).items()}
    return _FAULTS.get(detail["type"], _OTHER).format(**limits)


def _plain(value: object) -> object:
    """60 for 60.0; other values as they are."""
    return int(value) if isinstance(value, float) and value.is_integer() else value
