"""Literals in Python, JavaScript, TypeScript and JSON."""

from typing import Any

import pytest

from feedsvc.core.generators.configs.config_values import ConfigValue, NotLiteral
from feedsvc.core.generators.configs.generator_config import GeneratorConfig, read_config

COMPUTED = "a program"


def python(text: str) -> GeneratorConfig:
    return read_config("conf.py", text.encode())


def script(text: str) -> GeneratorConfig:
    return read_config("site.config.ts", text.encode())


def plain(value: ConfigValue | None) -> Any:
    """The value without lines; COMPUTED for what is not a literal."""
    if value is None or isinstance(value.content, NotLiteral):
        return COMPUTED if value else None
    if isinstance(value.content, tuple):
        return [plain(member) for member in value.content]
    if value.keys:
        return {key: plain(member) for key, member in value.keys.items()}
    return value.content if value.content != {} else {}


@pytest.mark.parametrize(
    ("expression", "value"),
    [
        ("'a'", "a"),
        ('"it\'s"', "it's"),
        (r"'it\'s \u0041\x42\n'", "it's AB\n"),
        ("'a' 'b' \"c\"", "abc"),
        ("('a'\n  'b')", "ab"),
        ('"""a\n"b" """', 'a\n"b" '),
        (r"r'a\d'", r"a\d"),
        ("u'a'", "a"),
        ("f'a'", "a"),
        ("f'{a}'", COMPUTED),
        ("'a' f'{b}'", COMPUTED),
        ("b'a'", COMPUTED),
        ("'a' b'b'", COMPUTED),
        ("10", 10),
        ("-10", -10),
        ("1.5", COMPUTED),
        ("1" * 30, COMPUTED),
        ("True", True),
        ("False", False),
        ("None", None),
        ("[]", []),
        ("()", []),
        ("('a',)", ["a"]),
        ("('a', 'b')", ["a", "b"]),
        ("('a')", "a"),
        ("[1, 'a', None, [2]]", [1, "a", None, [2]]),
        ("['a'\n,\n# ]\n'b',\n]", ["a", "b"]),
        ("{'a': 1, \"b\": {'c': 'd'}}", {"a": 1, "b": {"c": "d"}}),
        ("{'a': x(), 'b': 2}", {"a": COMPUTED, "b": 2}),
        ("'a' + 'b'", COMPUTED),
        ("'a'.upper()", COMPUTED),
        ("os.environ.get('A', 'b')", COMPUTED),
        ("open('x')", COMPUTED),
        ("lambda: 'a'", COMPUTED),
        ("'a' if x else 'b'", COMPUTED),
        ("[x for x in 'ab']", [COMPUTED]),
        ("x", COMPUTED),
        ("*a, 'b'", COMPUTED),
        ("\\\n  'a'", "a"),
        ("'a' # comment", "a"),
        ("'a'; b = 'c'", "a"),
        ("", COMPUTED),
        ("[", []),
        ("'a", "a"),
    ],
)
def test_literals_of_python(expression: str, value: Any) -> None:
    assert plain(python(f"import os\nX = {expression}\n").at("X")) == value


def test_only_assignments_at_the_top_level_of_python_count() -> None:
    config = python(
        "A = 'one'\n"
        "if True:\n"
        "    B = 'two'\n"
        "f(\n"
        "C = 'three')\n"
        "D: str = 'four'\n"
        "E == 'five'\n"
        "F += 'six'\n"
        "A = 'seven'\n"
        "G = A\n"
        "'H = 8'\n"
    )
    assert {name: plain(value) for name, value in config.root.keys.items()} == {
        "A": "seven",
        "D": "four",
        "G": "seven",
    }
    assert config.at("A") == ConfigValue("seven", 9)


def test_a_name_in_a_map_of_python_is_a_key() -> None:
    assert plain(python("A = {DEFAULT_LANG: 'x'}\n").at("A")) == {"DEFAULT_LANG": "x"}


@pytest.mark.parametrize(
    ("expression", "value"),
    [
        ("'a'", "a"),
        ('"a \\u{1F375} \\ud83c\\udf75"', "a \U0001f375 \U0001f375"),
        ("'a\\\nb'", "ab"),
        ("'\\u{FFFFFFF}'", "uFFFFFFF".replace("uFFFFFFF", "u{FFFFFFF}")),
        ("'\\u{FFFFFF}'", "\ufffd"),
        ("`a 'b'`", "a 'b'"),
        ("`a ${b} c`", COMPUTED),
        ("`a ${`b ${c}` + {d: 1}} e`", COMPUTED),
        ("`a", "a\n"),
        ("12", 12),
        ("-1", -1),
        ("0x10", COMPUTED),
        ("true", True),
        ("false", False),
        ("null", None),
        ("undefined", None),
        ("{}", {}),
        (
            "{a: 1, 'b': 2, 3: 'c', [d]: 4, e, ...f, g() { return {h: 5} }, i: 6}",
            {"a": 1, "b": 2, "3": "c", "i": 6},
        ),
        ("{a: b ? 'c' : 'd', e: 'f'}", {"a": COMPUTED, "e": "f"}),
        (
            "{a: () => { return 'b' }, c: function () { return 1 }, d: 'e'}",
            {"a": COMPUTED, "c": COMPUTED, "d": "e"},
        ),
        ("{a: /[/\"]x'/.source, b: 'c'}", {"a": COMPUTED, "b": "c"}),
        ("{a: 4 / 2, b: 'c'}", {"a": COMPUTED, "b": "c"}),
        ("{a: new Date().getFullYear(), b: require('./c')}", {"a": COMPUTED, "b": COMPUTED}),
        ("[1, 'a', [true],]", [1, "a", [True]]),
        (
            "['classic', /** @type {x} */ ({ blog: { path: 'b' } }),]",
            ["classic", {"blog": {"path": "b"}}],
        ),
        ("({a: 1})", {"a": 1}),
        ("('a', 'b')", COMPUTED),
        ("{a: 1} as const", {"a": 1}),
        ("{a: {b: 1} satisfies C, d: 2} satisfies E", {"a": {"b": 1}, "d": 2}),
        ("'a' + 'b'", COMPUTED),
        ("process.env.URL || 'https://example.org'", COMPUTED),
        ("'a' // comment", "a"),
        ("'a' /* comment */", "a"),
        ("defineConfig({a: 1})", {"a": 1}),
        ("run({a: 1})", COMPUTED),
        ("{a: 1", {"a": 1}),
        ("{a: 'b'\n, c: /* ' */ 'd' }", {"a": "b", "c": "d"}),
    ],
)
def test_literals_of_javascript(expression: str, value: Any) -> None:
    assert plain(script(f"import x from 'y'\nexport const X = {expression}\n").at("X")) == value


def test_constants_end_with_their_line_if_there_is_no_semicolon() -> None:
    config = script(
        "export const SITE_TITLE = 'Tea'\n"
        "export const SITE: Site = {\n  title: SITE_TITLE,\n  SITE_TITLE,\n}\n"
        "const LONG: { a: string; b: 'c' } | null = 'x'\n"
        "let OTHER\n"
        "const { a, b } = y\n"
        "function f() { const HIDDEN = 1 }\n"
        "export type T = 'no'\n"
    )
    assert {name: plain(config.at(name)) for name in ("SITE_TITLE", "SITE", "LONG")} == {
        "SITE_TITLE": "Tea",
        "SITE": {"title": "Tea", "SITE_TITLE": "Tea"},
        "LONG": "x",
    }
    assert config.at("HIDDEN") is None
    assert config.at("OTHER") is None
    site = config.at("SITE", "title")
    assert site == ConfigValue("Tea", 1)


@pytest.mark.parametrize(
    "text",
    [
        "export default { a: 'b' }",
        "export default { a: 'b' };\n",
        "export default { a: 'b' }\nrun()\n",
        "const config = { a: 'b' };\nexport default config;",
        "module.exports = { a: 'b' }",
        "const c = { a: 'b' }\nmodule.exports = c\n",
        "export default defineConfig({ a: 'b' })",
        "module.exports = function(config) { config.x(y => { return { a: 'no' } }); "
        "return { a: 'b' }; };",
        "export default function () { return { a: 'b' } }",
        "export default async function named(config: Config) {\n  return { a: 'b' }\n}",
        "export default async () => { const x = 'b'; return { a: x } }",
        "export default config => { return { a: 'b' } }",
        "#!/usr/bin/env node\nexport default { a: 'b' } satisfies Config",
    ],
)
def test_the_value_that_a_module_exports(text: str) -> None:
    assert plain(script(text).at("default")) == {"a": "b"}


@pytest.mark.parametrize(
    "text",
    [
        "export default function () { run() }",
        "export default () => x",
        "export default function f",
        "export default async x;",
        "export default",
    ],
)
def test_a_module_may_export_nothing_that_can_be_read(text: str) -> None:
    assert plain(script(text).at("default")) in (None, COMPUTED)


def test_the_arguments_of_known_calls_are_values() -> None:
    config = script(
        "export default function (c) {\n"
        "  c.addPlugin(feed, { limit: 10 });\n"
        "  c.addPlugin(other);\n"
        "  c.setInputDirectory('src');\n"
        "  addPlugin;\n"
        "}\n"
    )
    assert plain(config.at("addPlugin()")) == [[COMPUTED, {"limit": 10}], [COMPUTED]]
    assert plain(config.at("setInputDirectory()")) == [["src"]]
    assert plain(config.at("glob()")) == []


def test_json_may_have_comments_and_commas_at_the_end() -> None:
    config = read_config(
        "app.json", b'// x\n{ "a": [1, null, "b"], /* y */ "c": { "d": true }, }'
    )
    assert plain(config.root) == {"a": [1, None, "b"], "c": {"d": True}}
    assert config.at("a") == ConfigValue(
        (ConfigValue(1, 2), ConfigValue(None, 2), ConfigValue("b", 2)), 2
    )


@pytest.mark.parametrize("text", ["", "[1]", "true", "x", "{} {}"])
def test_what_is_no_json_object_is_a_fault(text: str) -> None:
    assert read_config("app.json", text.encode()).fault == "is not a JSON object"


@pytest.mark.parametrize("opening", ["[", "{a:", "(", "define("])
def test_values_that_are_nested_too_deep_are_not_literals(opening: str) -> None:
    assert script(f"const A = {opening * 3_000}").fault == ""


def test_a_program_that_is_too_long_is_a_fault() -> None:
    config = python("A = 'b'\n" * 20_000)
    assert config.fault == "is too long a program to look through"
    assert config.fault_line > 1
