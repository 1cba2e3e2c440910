"""Where the code in a Markdown body is."""

import pytest

from feedsvc.core.markdown.code import CodeSpans, code_spans


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ("a `b` c ``d ` e`` f", ["`b`", "``d ` e``"]),
        ("a\n\n```\nb `c`\n```\nd", ["```\nb `c`\n```"]),
        ("~~~ py\nb\n~~~", ["~~~ py\nb\n~~~"]),
        ("```\nb", ["```\nb"]),
        ("a\n\n    b\n\tc\n\nd", ["    b\n\tc"]),
        ("- a\n\n    b `c`", ["`c`"]),
        ("a ` b\n\nc ` d", []),
        ("> [!note] 用 `a` 吧", ["`a`"]),
        ("```a`b", []),
        ("", []),
    ],
)
def test_code_is_found(body: str, code: list[str]) -> None:
    assert [body[start:end] for start, end in code_spans(body)] == code


def test_the_code_at_a_position_is_found() -> None:
    code = CodeSpans("a `b` c")
    assert [code.end_at(position) for position in (0, 2, 4, 5)] == [0, 5, 5, 0]
