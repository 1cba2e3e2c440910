"""An export after a retraction: the page has the notice, and nothing of the post is left."""

from pathlib import Path

from tests.support.exported_site import exported_site

TEXT = b"The wrong recipe."


def test_an_export_replaces_the_page_and_deletes_the_files(tmp_path: Path) -> None:
    with exported_site(tmp_path) as site:
        body = f"{TEXT.decode()} ![](pot.png)"
        site.posts.write("tea.md", body, title="Tea", tags="[Tea]", description=TEXT.decode())
        site.posts.write("milk.md", "See [tea](tea.md).")
        (site.posts.root / "pot.png").write_bytes(b"x")
        site.publish()
        site.export()
        before = site.files()
        assert "posts/tea/pot.png" in before
        lines = {"title": "Tea", "tags": "[Tea]", "description": TEXT.decode()}
        site.posts.write("tea.md", body, **lines, retracted="It was wrong.")
        site.publish()
        exported = site.export()
        after = site.files()
        assert exported.unwritable == []
        assert "posts/tea/pot.png" not in after
        assert b"It was wrong." in after["posts/tea/index.html"]
        assert [path for path, octets in after.items() if TEXT in octets] == []
        for path in ("tags/Tea/atom.xml", "rss.xml", "archive/1/feed.json"):
            if path in after:
                assert b"It was wrong." in after[path]
        assert site.export().written == 0
        site.posts.write("tea.md", body, **lines)
        site.publish()
        site.export()
        assert TEXT in site.files()["posts/tea/index.html"]
