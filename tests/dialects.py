"""What the tests of each dialect of front matter look at: its values and its body."""

from typing import TypeAlias

from feedsvc.core.frontmatter import Dialect, Value, read_front_matter

Read: TypeAlias = tuple[dict[str, Value], str, int]


def read_as(dialect: Dialect, text: str) -> Read:
    """The values, the body and the body's line of a text that is recognised as this dialect."""
    front = read_front_matter(text)
    assert front is not None
    assert front.dialect == dialect
    values = {key: field.value for key, field in front.fields.items()}
    return values, front.body, front.body_line
