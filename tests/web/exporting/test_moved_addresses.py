"""Pages of withdrawn posts are gone, but for those that the settings redirect."""

from pathlib import Path

from feedsvc.web.exporting.asking import Renderer
from feedsvc.web.exporting.moved_addresses import elsewhere_of
from feedsvc.web.exporting.one_revision import revision_of
from tests.support.exported_site import exported_site


def test_a_redirect_of_one_withdrawn_post_hides_no_other(tmp_path: Path) -> None:
    redirects = '{"/alost/": "/tea/", "/404.html": "/tea/"}'
    with exported_site(tmp_path, REDIRECTS__PATHS=redirects) as site:
        for name in ("alost", "blost", "tea"):
            site.posts.write(f"{name}.md", permalink=f"/{name}/")
        site.publish()
        for name in ("alost", "blost"):
            (site.posts.root / f"{name}.md").unlink()
        site.publish()
        site.publish()
        assert site.export().unwritable == []
        with site.store.snapshot() as snapshot:
            ask = Renderer(site.settings, snapshot, revision_of(snapshot))
            assert elsewhere_of(site.settings, snapshot, ask).gone_pages == ("blost/",)
        assert b"was removed" in site.files()["410.html"]
        assert b"not found" in site.files()["404.html"]
