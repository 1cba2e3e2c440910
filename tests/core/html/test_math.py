"""Formulas become their TeX source, once."""

import pytest

from tests.support.rendering import cleaned

ANNOTATED = (
    "<semantics><mi>x</mi><annotation encoding='application/x-tex'>x_1 &lt; 2</annotation>"
    "</semantics></math>"
)


@pytest.mark.parametrize(
    ("math", "tex"),
    [
        (f"<math>{ANNOTATED}", "$x_1 &lt; 2$"),
        (f'<math display="block">{ANNOTATED}', "$$x_1 &lt; 2$$"),
        ('<math alttext="x &lt; 1"><mi>x</mi></math>', "$x &lt; 1$"),
        ("<math><mi>x</mi><mo>&lt;</mo></math>", "x&lt;"),
        (
            f'<span class="katex"><span class="katex-mathml"><math>{ANNOTATED}</span>'
            '<span class="katex-html" aria-hidden="true"><span>x</span></span></span>',
            "<span><span>$x_1 &lt; 2$</span></span>",
        ),
        (
            '<span class="MathJax_Preview">x</span><span class="MathJax"><span>x</span></span>'
            '<script type="math/tex">x_1</script>',
            "$x_1$",
        ),
        (
            '<div class="MathJax_Display"><span class="MathJax">x</span></div>'
            '<script type="math/tex; mode=display">x_1</script>',
            "$$x_1$$",
        ),
        (
            f'<span class="MathJax"><span><math>{ANNOTATED}</span></span>',
            "<span><span>$x_1 &lt; 2$</span></span>",
        ),
        ('<span class="mathjax">x</span>', "<span>x</span>"),
    ],
)
def test_a_formula_becomes_its_tex_once(math: str, tex: str) -> None:
    assert cleaned(math) == tex
