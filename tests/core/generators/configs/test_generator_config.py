"""Config files of any content are read, in time that grows with their length."""

import string
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feedsvc.core.generators.configs.config_values import MOST_CHARACTERS, ConfigValue
from feedsvc.core.generators.configs.generator_config import read_config
from feedsvc.core.generators.recognise import CONFIG_NAMES, recognise
from tests.support.layouts_of_programs import LAYOUTS

SUFFIXES = ("yml", "toml", "json", "py", "js", "ts", "qmd")
# Texts that begin something and do not end it, and those that need many values.
HOSTILE = (
    *("{", "[", "(", "{a:", '{"a":[', "[1,", "[[[{{{", "- - ", "? ", "&a [*a,", "<<: *a\n"),
    *('"', "'", '"""', "`", "`${", "${`", "/*", "//\n", "#\n", "(/[", "(/\\/", "\\", "\\\n"),
    *("a=", "a=[\n", "a:b=", "a:\n b:\n", "a: b\n", "? a\n", "[a]\n", "[[a]]\n", "a.b=1\n"),
    *('"a" "b" ', "f'{a}' ", "const a=[b,b];", "const x:", "export default (", "return {"),
    *(
        "export default a=>",
        "addPlugin(",
        "addPlugin({a:",
        "define(",
        "glob({base:",
        "=>",
        "a ",
    ),
    *("\n", "\r", "\t", "é", "\u2028", "\ufeff", "1e", "0x", "---\n", "+++\n", "%{", "!!a "),
)
texts = st.lists(
    st.one_of(
        st.sampled_from([*HOSTILE, "\n", " ", ",", ":", "=", "}", "]", ")", ";", "title"]),
        st.text(alphabet=string.printable, max_size=5),
    ),
    max_size=40,
).map("".join)


@given(st.sampled_from(SUFFIXES), texts)
def test_any_text_is_read_without_an_error(suffix: str, text: str) -> None:
    read_config(f"config.{suffix}", text.encode())


@given(st.sampled_from(SUFFIXES), st.binary(max_size=200))
def test_any_bytes_are_read_without_an_error(suffix: str, source: bytes) -> None:
    read_config(f"config.{suffix}", source)


@given(st.sampled_from([*LAYOUTS]), st.data())
def test_a_damaged_config_is_recognised_without_an_error(
    name: str, data: st.DataObject
) -> None:
    files = {n: t for n, t in LAYOUTS[name].files.items() if n in CONFIG_NAMES}
    damaged = data.draw(st.sampled_from([*files]))
    text = files[damaged]
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, min(len(text), start + 50)))
    text = text[:start] + data.draw(texts) + text[end:]
    found = recognise({n: t.encode() for n, t in (files | {damaged: text}).items()})
    known = {each.setting for each in found.assumptions}
    unknown = {each.setting for each in found.unknown}
    assert not known & unknown
    assert {"site.title", "site.url", "site.author", "site.timezone"} <= known | unknown


@pytest.mark.untraced
@pytest.mark.parametrize(
    ("suffix", "unit"),
    [
        *(("js", unit) for unit in ('"', "`${", "/*", "(/[", "{a:", "addPlugin(", "define(")),
        *(("py", unit) for unit in ('"""', "f'{a}' ", "a=[\n", '"a" "b" ', "-")),
        *(("toml", unit) for unit in ("[a]\n", "a.b=1\n", "a=[", '"a".', "{")),
        *(("yml", unit) for unit in ("a:\n b:\n", "&a [*a,", "- - ", "[a,", "? ")),
        *(("json", unit) for unit in ('{"a":[', "1,")),
    ],
)
def test_no_text_of_the_largest_size_takes_long(suffix: str, unit: str) -> None:
    source = (unit * (MOST_CHARACTERS // len(unit))).encode()
    begin = time.process_time()  # of the processor, because other tests run beside this one
    read_config(f"config.{suffix}", source)
    assert time.process_time() - begin < 2


def test_a_larger_file_is_not_read() -> None:
    config = read_config("config.yml", b"#" * (MOST_CHARACTERS + 1))
    assert (config.root.content, config.fault) == ({}, "is larger than 256 KiB")


@pytest.mark.parametrize("suffix", ["yml", "toml", "json", "py", "js"])
@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
@pytest.mark.parametrize("line_end", [b"\n", b"\r\n", b"\r"])
def test_line_ends_and_a_byte_order_mark_make_no_difference(
    suffix: str, mark: bytes, line_end: bytes
) -> None:
    lines = {
        "yml": [b"# x", b"a: one"],
        "toml": [b"# x", b'a = "one"'],
        "json": [b"{", b'"a": "one"}'],
        "py": [b"# x", b"a = 'one'"],
        "js": [b"// x", b"const a = 'one'"],
    }[suffix]
    config = read_config(f"x.{suffix}", mark + line_end.join([*lines, b""]))
    assert config.at("a") == ConfigValue("one", 2)


@pytest.mark.parametrize("source", ["a: é".encode("latin-1"), "a: b".encode("utf-16")])
def test_another_encoding_is_a_fault(source: bytes) -> None:
    assert read_config("x.yml", source).fault == "is not UTF-8"


def test_the_line_of_a_byte_that_is_not_utf_8_is_named() -> None:
    assert read_config("x.yml", b"a: b\n\nc: \xff\n").fault_line == 3


def test_a_file_of_another_kind_has_no_values() -> None:
    assert read_config("Gemfile", b"gem 'jekyll'").root.content == {}
