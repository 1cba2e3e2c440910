r"""`\[x\]` is a formula on its own line, or with TeX in it; else the brackets are text."""

import pytest

from tests.support.rendering import shown, translated


@pytest.mark.parametrize(
    ("body", "markdown"),
    [
        (r"so \[x^2 + y^2 = z^2\] holds", "so $$x^2 + y^2 = z^2$$ holds"),
        (r"so \[\alpha\] and \[x_{max}^2\]", r"so $$\alpha$$ and $$x_{max}^2$$"),
        (r"速度\[v = \frac{s}{t}\]。", r"速度$$v = \frac{s}{t}$$。"),
        (r"\[0, 1) or \[a_1 = b_1\]", r"\[0, 1) or $$a_1 = b_1$$"),
        (r"a \[b\] c \[d_1 = e_1\]", r"a \[b\] c $$d_1 = e_1$$"),
        (r"\[x^2\]", "$$x^2$$"),
        (r"> \[a = b\].", "> $$a = b$$."),
        (r"\[x + y\]", "$$x + y$$"),
        (r"\[2 - x\]", "$$2 - x$$"),
        ("a\n\\[\nx\n\\]\nb", "a\n$$x$$\nb"),
        (
            "\\[\n\\begin{aligned}\na &= b \\\\[2pt]\n\\end{aligned}\n\\]",
            "$$\\begin{aligned}\na &= b \\\\[2pt]\n\\end{aligned}$$",
        ),
        (r"\(x_1\), \(n = 5\), \(\pi\), \(a^2\)", r"$x_1$, $n = 5$, $\pi$, $a^2$"),
        (r"\(p \& q\) and \(50\,m\)", r"$p \& q$ and $50\,m$"),
        (r"公式\(a^2\)是 \\(b_i\\)", "公式$a^2$是 $b_i$"),
        (r"\\[a^2 + b^2\\]", "$$a^2 + b^2$$"),
        ("> \\[\n> a = b\n> \\]\n> c", "> $$a = b$$\n> c"),
        ("> > \\[\n>> a_1\n> > + b\n> > \\]", "> > $$a_1 + b$$"),
        ("\\[\na\n- b\n=\n> c\n\\]", "$$a - b = > c$$"),
        ("\\[\n    a_1\n    # b\n\\]", "$$a_1 # b$$"),
        ("\\[\na % c\n- b\n\\]", "$$a % c\n- b$$"),
    ],
)
def test_brackets_with_tex_are_a_formula(body: str, markdown: str) -> None:
    assert translated(body) == markdown


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (
            r'the #\[cfg(unix_os = "none")\] and \[let_chains\]',
            'the #[cfg(unix_os = "none")] and [let_chains]',
        ),
        (r"make: \*\* \[io_buffer.o\] Error 1", "make: ** [io_buffer.o] Error 1"),
        (r"type \[String\], item \[x\] of \[x^2\]", "type [String], item [x] of [x^2]"),
        (r"set \[x = 1\] or \[key=a, other=b\]", "set [x = 1] or [key=a, other=b]"),
        (r"\[x\]", "[x]"),
        (r"\[Update 2024\]", "[Update 2024]"),
        (r"\[注：见 a_1\]", "[注：见 a_1]"),
        (r"\[1\]", "[1]"),
        (r"\[2026-01-01\]", "[2026-01-01]"),
        (r"\[v1.0 - v2.0\]", "[v1.0 - v2.0]"),
        (r"\[a-z\]", "[a-z]"),
        (r"\[1/2\]", "[1/2]"),
        (r"regex \[\d+\] and \[\w\s\]", r"regex [\d+] and [\w\s]"),
        (r"\[C:\Users\me\]", r"[C:\Users\me]"),
        (r"if \[a==b && c==d\]", "if [a==b &amp;&amp; c==d]"),
        (r"\[\^1\] and \[i\]\[j\]", "[^1] and [i][j]"),
        (r"\[ \] to do, \[\] none", "[ ] to do, [] none"),
        (
            r"\(x\), \(O(n)\), \(key = value\), \(foo_bar\)",
            "(x), (O(n)), (key = value), (foo_bar)",
        ),
        (r"a \[half-open) to \[x^2\] b", "a [half-open) to [x^2] b"),
        (r"\[`a_b`\] `\[x^2+y^2\]`", r"[<code>a_b</code>] <code>\[x^2+y^2\]</code>"),
    ],
)
def test_escaped_brackets_are_brackets(body: str, words: str) -> None:
    assert shown(translated(body)) == f"<p>{words}</p>"
