"""Chunks of Quarto and R Markdown are code; their options do not show, nor does hidden code."""

import time

import pytest

from feedsvc.core.markdown.chunks import has_chunks, markdown_of_chunks


@pytest.mark.parametrize(
    ("chunk", "markdown"),
    [
        ("```{python}\n1 + 1\n```", "```python\n1 + 1\n```"),
        ("```{r}\nplot(x)\n```\ny", "```r\nplot(x)\n```\ny"),
        ("```{r tea, echo=TRUE}\nx\n```", "```r\nx\n```"),
        ("```{r, fig.cap='A {b}'}\nx\n```", "```r\nx\n```"),
        ("``` {julia}\nx\n```", "```julia\nx\n```"),
        ("~~~{python}\nx\n~~~", "~~~python\nx\n~~~"),
        ("- a\n\n  ```{R}\n  x\n  ```", "- a\n\n  ```r\n  x\n  ```"),
        ("```{python}\n#| label: tea\n#| fig-cap: A cup\nx\n```", "\n\n```python\nx\n```"),
        ("```{ojs}\n//| echo: true\nx\n```", "\n```ojs\nx\n```"),
        ("```{sql}\n--| label: a\nx\n```", "\n```sql\nx\n```"),
        ("```{.python filename='a.py'}\nx\n```", "```python\nx\n```"),
        ("```{#lst-a .r}\nx\n```", "```r\nx\n```"),
        ("```{{python}}\n#| echo: false\nx\n```", "```python\n#| echo: false\nx\n```"),
        ("```{=html}\n<b>x</b>\n```", "\n<b>x</b>\n"),
        ("```{python}\nnever closed", "```python\nnever closed"),
        ("```{note}\nx\n```", "```{note}\nx\n```"),
        ("```python\n#| echo: false\nx\n```", "```python\n#| echo: false\nx\n```"),
        ("````\n```{r}\nx\n```\n````", "````\n```{r}\nx\n```\n````"),
    ],
)
def test_a_chunk_is_code_in_its_language(chunk: str, markdown: str) -> None:
    assert markdown_of_chunks(chunk) == markdown


@pytest.mark.parametrize(
    "chunk",
    [
        "```{r, echo=FALSE}\nx\n```",
        "```{r setup, include = FALSE}\nx\n```",
        "```{r echo=F}\nx\n```",
        "```{python}\n#| echo: false\nx\n```",
        "```{python}\n#| label: a\n#| include: false\nx\n```",
        "```{ojs}\n//| echo: false\nx\n```",
        "```{=latex}\nx\n```",
        "~~~{python}\n#| echo: false\n```\nx\n~~~",
    ],
)
def test_hidden_code_leaves_nothing(chunk: str) -> None:
    lines = "\n" * (chunk.count("\n") + 1)
    assert markdown_of_chunks(f"a\n{chunk}\nb") == f"a\n{lines}b"


def test_the_front_matter_and_a_setup_chunk_hide_the_code_of_all_chunks() -> None:
    shown = "```{r}\n#| echo: true\ny\n```\n```{r, echo=TRUE}\nz\n```"
    expected = "\n```r\ny\n```\n```r\nz\n```"
    assert markdown_of_chunks(f"```{{r}}\nx\n```\n{shown}", echo=False) == f"\n\n\n{expected}"
    setup = "```{r}\nknitr::opts_chunk$set(echo = FALSE, warning = TRUE)\n```"
    assert (
        markdown_of_chunks(f"{setup}\n```{{r}}\nx\n```\n{shown}") == f"\n\n\n\n\n\n{expected}"
    )
    other = "```{r}\nknitr::opts_chunk$set(warning = FALSE)\n```"
    assert markdown_of_chunks(other) == other.replace("{r}", "r")


@pytest.mark.parametrize(
    ("text", "markdown"),
    [
        ("The mean is `r mean(x)`.", "The mean is `mean(x)`."),
        ("`{python} len(x)` and `{r} y`", "`len(x)` and `y`"),
        ("`` `r x` `` and `rm x` and `{a} b`", "`` `r x` `` and `rm x` and `{a} b`"),
        ("```r\n`r x`\n```", "```r\n`r x`\n```"),
        ("a `<b>茶</b>`{=html}`r x` b", "a <b>茶</b>`x` b"),
        ("a `\\newpage`{=latex} b", "a  b"),
        ("``a`{=html}`` and `{=html}` and `a` {=html}",) * 2,
        ("See @fig-x and {{< include a.qmd >}}", "See @fig-x and {{< include a.qmd >}}"),
    ],
)
def test_an_expression_in_running_text_is_shown_as_code(text: str, markdown: str) -> None:
    assert markdown_of_chunks(text) == markdown


@pytest.mark.parametrize(
    ("path", "expected"),
    [("a.qmd", True), ("a.Rmd", True), ("a.rmd", True), ("A.QMD", True), ("a.md", False)],
)
def test_only_quarto_and_r_markdown_have_chunks(path: str, expected: bool) -> None:
    assert has_chunks(path) is expected


@pytest.mark.parametrize(
    "piece",
    [
        "```{r}\n",
        "```{r\n",
        "~~~{python}\n#| a\n~~~\n",
        "`r ",
        "`{r} a",
        "```{.a",
        "{r}\n```\n",
    ],
)
def test_many_unclosed_chunks_take_linear_time(piece: str) -> None:
    body = "```{r}\n#| a\n```\n" + piece * (50_000 // len(piece))
    started = time.process_time()
    markdown_of_chunks(body)
    assert time.process_time() - started < 2  # quadratic time would be half a minute
