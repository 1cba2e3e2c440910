"""Imports, exports, expressions and components of MDX go; their words and all code stay."""

import re
import time

import pytest

from feedsvc.core.markdown.markdown import html_of
from feedsvc.core.markdown.mdx import is_mdx, markdown_of_mdx
from tests.support import rendering
from tests.support.rendering import cleaned


def read(body: str) -> str:
    """A body of MDX as subscribers read it, without the line ends between elements."""
    return re.sub(r"(?<=>)\s+(?=<)|\n$", "", cleaned(html_of(markdown_of_mdx(body)[0])))


def lost(body: str) -> list[str]:
    return [tag.name for tag in markdown_of_mdx(body)[1]]


@pytest.mark.parametrize(
    "module",
    [
        "import X from './x'",
        "import './x.css';",
        "import X, {Y} from 'x'\nimport * as Z from \"z\"",
        "import {\n  A,\n\n  B,\n} from './x';",
        "export const a = 1;",
        "export const meta = {\n  title: 'It\\'s }',\n\n  list: [1, (2)], // {\n}",
        "export function Tea() {\n  return (\n    <p>\n\n      no\n    </p>\n  )\n}",
        "export default ({children}) => <div>{children}</div>",
        "export {x} from 'y'",
        "export const t = `\n\n{ ${a} }\n`",
        "export const c = 1 /* }\n\n{ */",
        "export const chain = tea\n  .map((x) => x)",
        "import type {X} from 'x'",
        "{/* a\nremark */}\nimport X from 'x'",
        "export const a = {\n\n",
    ],
)
def test_imports_and_exports_go(module: str) -> None:
    assert read(f"{module}\n\nThe **tea**.") == "<p>The <strong>tea</strong>.</p>"
    assert lost(module) == []


@pytest.mark.parametrize(
    ("body", "html"),
    [
        ("<X/> Text.", "<p>Text.</p>"),
        ("a {/* remark */} b", "<p>a  b</p>"),
        ("a{\" \"}b {'c'} {`d`} {5}", "<p>a b c d 5</p>"),
        ("{'a < b'}", "<p>a &lt; b</p>"),
        ("export const name = 'Li'\n\nI am {name}.", "<p>I am Li.</p>"),
        ("a {new Date().getFullYear()} b", "<p>a  b</p>"),
        ("a {list.map((x) => {\n  return '}'\n})} b", "<p>a\nb</p>"),
        ("<Box>\n\nThe **tea**.\n\n</Box>", "<p>The <strong>tea</strong>.</p>"),
        (
            "<A.B x={{a: 1}} {...rest}>tea <C>and *milk*</C></A.B>",
            "<p>tea and <em>milk</em></p>",
        ),
        ("<>tea</>", "<p>tea</p>"),
        ("A <Badge text='New' /> one", "<p>A New one</p>"),
        ('<Card title="Tea">\n  green\n</Card>', "<p><strong>Tea</strong></p><p>green</p>"),
        ('<Card title="Tea">green</Card>', "<p><strong>Tea</strong> green</p>"),
        (
            "<Tip>\n  **tea**\n</Tip>",
            "<blockquote><p><strong>Tip</strong></p><p><strong>tea</strong></p></blockquote>",
        ),
        (
            '<Aside type="caution" title="T">\n\nx\n\n</Aside>',
            "<blockquote><p><strong>T</strong></p><p>x</p></blockquote>",
        ),
        (
            '<Admonition type="other">\nx</Admonition>\n\ny',
            "<blockquote><p><strong>Note</strong></p><p>x</p></blockquote><p>y</p>",
        ),
        ("<Note>tea</Note>", "<p>tea</p>"),
        (
            '<G><Card title="Tea" href="https://x.example">green</Card></G>',
            '<p><a href="https://x.example"><strong>Tea</strong> green</a></p>',
        ),
        (
            '<Card title="Tea" href="https://x.example">\ngreen\n</Card>',
            '<p><strong><a href="https://x.example">Tea</a></strong></p><p>green</p>',
        ),
        (
            '<Link to="/tea">green **tea**</Link>',
            '<p><a href="https://example.org/tea">green <strong>tea</strong></a></p>',
        ),
        (
            'a <Link to="/tea">green</Link>',
            '<p>a <a href="https://example.org/tea">green</a></p>',
        ),
        (
            '<LinkCard title="Tea" href="https://x.example/" />',
            '<p><a href="https://x.example/">Tea</a></p>',
        ),
        (
            '<Video src="https://x.example/a" />',
            '<p><a href="https://x.example/a">https://x.example/a</a></p>',
        ),
        (
            '<YouTube id="a1" />',
            '<p><a href="https://www.youtube.com/watch?v=a1">'
            "https://www.youtube.com/watch?v=a1</a></p>",
        ),
        (
            '<Img src="https://x.example/a.png" alt="A cup" caption="Green" />',
            '<p><img src="https://x.example/a.png" alt="A cup"></p><p>Green</p>',
        ),
        (
            "import cup from './a.png'\n\n<Image src={cup.src} alt='A cup' />",
            '<p><img src="https://example.org/posts/tea/a.png" alt="A cup"></p>',
        ),
        (
            "<ThemedImage alt='A' sources={{light: useBaseUrl('/a.svg'), dark: x}} />",
            '<p><img src="https://example.org/a.svg" alt="A"></p>',
        ),
        (
            '<img src="/a.png" alt="A" />\n<Img src="/b.png" alt="B" />',
            '<img src="https://example.org/a.png" alt="A">'
            '<p><img src="https://example.org/b.png" alt="B"></p>',
        ),
        (
            '<CodeBlock language="js">{`let a = "*b*"`}</CodeBlock>',
            '<pre><code>let a = "*b*"\n</code></pre>',
        ),
        ("<Toc /> <TOCInline toc={toc} />\n\nx", "<p>x</p>"),
        ("a <Never closed", "<p>a &lt;Never closed</p>"),
        ("</Box>\n\nx", "<p>x</p>"),
        ("<A x=>tea</A>", "<p>&lt;A x=&gt;tea</p>"),
        ("<A x=1>tea</A>", "<p>tea</p>"),
    ],
)
def test_components_and_expressions_leave_their_words(body: str, html: str) -> None:
    assert read(body) == html


@pytest.mark.parametrize(
    ("body", "html"),
    [
        ("a<br />b", "<p>a<br>b</p>"),
        (
            "a <img src={require('./a.png')} alt=\"A\" className='x' /> b",
            '<p>a <img src="https://example.org/posts/tea/a.png" alt="A"> b</p>',
        ),
        (
            "a <img src={require('./a.png').default} /> b",
            '<p>a <img src="https://example.org/posts/tea/a.png"> b</p>',
        ),
        ("a <sup id='x' /> b", '<p>a <sup id="e1-x"></sup> b</p>'),
        ('<div className="card">\n  The **tea**.\n</div>', "<p>The <strong>tea</strong>.</p>"),
        (
            "<div style={{textAlign: 'center'}}>x</div>",
            '<div style="text-align:center">x</div>',
        ),
        ("<p>\n  The **tea**.\n</p>", "<p>The <strong>tea</strong>.</p>"),
        (
            "<details>\n  <summary>A **tea**</summary>\n\n  x\n</details>",
            "<details><summary>A <strong>tea</strong></summary><p>x</p></details>",
        ),
        ("<b className={styles.b}>x</b>", "<p><b>x</b></p>"),
        (
            "<details>\n<summary>S</summary>\n**x**\n</details>",
            "<details><summary>S</summary><p><strong>x</strong></p></details>",
        ),
        (
            "a <span>b</span>, <https://x.example> 1 < 2",
            "<p>a <span>b</span>, "
            '<a href="https://x.example">https://x.example</a> 1 &lt; 2</p>',
        ),
    ],
)
def test_html_is_written_as_in_html(body: str, html: str) -> None:
    assert read(body) == html


def test_a_hidden_block_keeps_what_hides_it() -> None:
    markdown = "<div style={{display: 'none'}}>\n\nsecret\n\n</div>"
    assert markdown_of_mdx(markdown)[0].startswith('<div style="display:none">')
    assert markdown_of_mdx("<div hidden>\n\nno\n\n</div>")[0] == "<div hidden>\n\nno\n\n</div>"


def test_tabs_have_titles_and_their_children_are_no_code() -> None:
    body = (
        "<Tabs>\n  <TabItem value='a' label='Apple'>\n\n    The **tea**.\n\n    - one\n"
        "      - two\n\n    ```js\n      let a = {b}\n    ```\n\n  </TabItem>\n"
        "  <TabItem value='pear'>\n    green\n  </TabItem>\n</Tabs>"
    )
    assert read(body) == (
        "<p><strong>Apple</strong></p><p>The <strong>tea</strong>.</p>"
        "<ul><li>one\n<ul><li>two</li></ul></li></ul>"
        '<pre><code class="language-js">  let a = {b}\n</code></pre>'
        "<p><strong>pear</strong></p><p>green</p>"
    )


@pytest.mark.parametrize(
    "markdown",
    [
        "```jsx\nimport X from 'x'\n<X a={1} />\n```",
        "`{code}` and `<X />` and ``{`a`}``",
        r"\{x} and \<X />",
        "- a\n\n  b\n\n  ```\n  {c}\n  ```",
        "## Tea {#green-tea}",
        r"$\frac{a}{b}$ and $x_{1}$",
        "$$\n\\frac{1}{2}\n$$",
        ":::note[T]{.wide}\nx\n:::",
        "import taxes are high.",
        "The words\nimport X from 'x'",
        "{ never closed",
        "<!-- truncate -->",
        "<!-- {a}\n<X/> -->",
        "<!-- never closed",
        "a </b c",
        "a > b and 1 <3",
    ],
)
def test_code_and_text_that_only_looks_similar_stay(markdown: str) -> None:
    assert markdown_of_mdx(markdown) == (markdown, ())


def test_indented_code_in_a_list_is_a_part_of_its_item() -> None:
    body = "- a\n\n      ```\n      {c}\n      ```\n\n      b\n\nc"
    assert markdown_of_mdx(body)[0] == "- a\n\n  ```\n  {c}\n  ```\n\n  b\n\nc"


def test_a_more_marker_in_braces_is_one() -> None:
    assert markdown_of_mdx("a\n\n{/* truncate */}\n\nb")[0] == "a\n\n<!-- truncate -->\n\nb"


def test_what_leaves_no_words_is_reported_where_it_is() -> None:
    text = "a\n\nb <Chart data={[1,\n2]} /> {1 + 1}"
    found = [(tag.line, tag.column, tag.name, tag.text) for tag in markdown_of_mdx(text)[1]]
    assert found == [
        (2, 2, "Chart", "<Chart data={[1,\n2]} />"),
        (3, 7, "{1 + 1}", "{1 + 1}"),
    ]
    assert lost("{" + "a + " * 20 + "}") == ["{" + ("a + " * 20)[:36] + "..."]
    assert lost("{" + "a" * 3_000 + "}") != []


@pytest.mark.parametrize(
    ("path", "generator", "expected"),
    [
        ("tea.mdx", "", True),
        ("Tea.MDX", "astro", True),
        ("tea.md", "docusaurus", True),
        ("tea.md", "astro", False),
        ("tea.html", "docusaurus", False),
    ],
)
def test_docusaurus_reads_every_markdown_file_as_mdx(
    path: str, generator: str, expected: bool
) -> None:
    assert is_mdx(path, generator) is expected


@pytest.mark.untraced
@pytest.mark.parametrize(
    "piece",
    [
        *("{", "}", "{/*", "{'", '{"a', "<A ", "<A a={", "<A a='", "</A ", "<A>", "<X/>"),
        *("import ", "\nimport {", "\n\nexport {\n", "\n\nexport const a = `", "export (\n\n"),
        *("$a_", "$$", "{`", "<a.", "<A {", ":::{", "    a\n", "        - a\n", "<div>\n"),
        *(
            "\n\nexport const a = /*",
            "\n\nexport //",
            "{#",
            "\\{",
            "<A a={'",
            "<Aside>\n",
            "<!--",
            "<li>**a",
            "<li>*a*</li>",
            "<Tabs values={[{label:'a',",
        ),
    ],
)
def test_many_unclosed_marks_take_linear_time(piece: str) -> None:
    body = "x\n\n" + piece * (50_000 // len(piece))
    started = time.process_time()
    markdown_of_mdx(body)
    assert time.process_time() - started < 2  # quadratic time would be half a minute


def test_known_numbers_and_values_of_the_front_matter_are_filled_in() -> None:
    body = "export const year = 2026;\n\nexport const rate = -1.5\n\n{year}年 {rate} {x.y}{x.z}"
    markdown, removed = markdown_of_mdx(body, {"x.y": "a<b"})
    assert markdown.strip() == "2026年 -1.5 a&lt;b"
    assert [tag.name for tag in removed] == ["{x.z}"]


@pytest.mark.parametrize("name", ["frontMatter", "frontmatter"])
def test_mdx_reads_the_front_matter(name: str) -> None:
    body = f"{{{name}.title}} costs {{{name}.price}}, {{{name}.tags}}{{{name}.nope}}"
    front = "price: 3.10\ntags: [a]\n"
    entry = rendering.read(body, front, name="tea.mdx")
    assert entry.content_html == "<p>Green tea costs 3.10, a</p>"
    assert len(rendering.warned(body, front, name="tea.mdx")) == 1
    assert rendering.read("茶", front, name="tea.mdx").content_html == "<p>茶</p>"


@pytest.mark.parametrize(
    ("body", "html"),
    [
        (
            "<ul>\n  <li>二 **b**</li>\n  <li>三</li>\n</ul>",
            "<ul><li><p>二 <strong>b</strong></p></li><li>三</li></ul>",
        ),
        (
            '<table><tbody><tr><td className="c">`a`</td><td>b</td></tr></tbody></table>',
            "<table><tbody><tr><td><p><code>a</code></p></td><td>b</td></tr></tbody></table>",
        ),
        (
            '<figure>\n<img src="/a.png"/>\n<figcaption>*c*</figcaption>\n</figure>',
            '<figure><img src="https://example.org/a.png">'
            "<figcaption><p><em>c</em></p></figcaption></figure>",
        ),
        (
            "- a\n\n  <ul>\n  <li>**b**</li>\n  </ul>\n- c",
            "<ul><li><p>a</p><ul><li><p><strong>b</strong></p></li></ul></li>"
            "<li><p>c</p></li></ul>",
        ),
        (
            "| a |\n|---|\n| <ul><li>`x`</li></ul> |",
            "<table><thead><tr><th>a</th></tr></thead><tbody><tr><td>"
            "<ul><li><code>x</code></li></ul></td></tr></tbody></table>",
        ),
    ],
)
def test_words_between_tags_on_one_line_are_markdown(body: str, html: str) -> None:
    assert read(body) == html


@pytest.mark.parametrize(
    ("pairs", "titles"),
    [
        ("{label: '茶', value: 'a'}, {label: \"水\", value: \"b\"}", ["茶", "水"]),
        ("\n  {value: 'a', label: '茶'},\n", ["茶", "b"]),
        ("{label: tea, value: 'a'}", ["a", "b"]),
    ],
)
def test_tabs_may_have_their_titles_in_one_list(pairs: str, titles: list[str]) -> None:
    body = "".join(f'<TabItem value="{each}">\n\nx\n\n</TabItem>\n' for each in "ab")
    html = read(f"<Tabs values={{[{pairs}]}}>\n{body}</Tabs>")
    assert html == "".join(f"<p><strong>{title}</strong></p><p>x</p>" for title in titles)


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ("{frontMatter.title} tea", "Green &lt;b&gt; tea"),
        ("{frontmatter.title}: {frontMatter.tags}.", "Green &lt;b&gt;: ."),
        ("{ frontMatter.title }", "Green &lt;b&gt;"),
        ("{frontMatter.nothing}tea", "tea"),
        ("`{frontMatter.title}`", "`{frontMatter.title}`"),
    ],
)
def test_values_of_the_front_matter_are_filled_in(body: str, words: str) -> None:
    values = dict.fromkeys(["frontMatter.title", "frontmatter.title"], "Green <b>")
    assert markdown_of_mdx(body, values)[0] == words
