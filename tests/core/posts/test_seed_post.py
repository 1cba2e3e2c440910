"""A real post of Hexo; skipped if the shared folder of samples is missing."""

from pathlib import Path

import pytest

from feedsvc.core.feeds.entries import (
    Entry,
    compose,
    new_id,
)
from feedsvc.core.posts.parse import parse_post
from feedsvc.core.posts.post import Post
from tests.support.builders import a_site, at

SEEDS = Path(__file__).parents[4] / "shared" / "seeds"
SCHOOL = "上海交通大学医学院"


@pytest.fixture
def seed() -> Post:
    samples = sorted(SEEDS.glob("*.txt"))
    if not samples:
        pytest.skip("the shared folder of samples is not here")
    post = parse_post(samples[0].name, samples[0].read_bytes(), a_site())
    assert isinstance(post, Post), post
    return post


def test_a_real_post_is_read_exactly(seed: Post) -> None:
    assert seed.title == (
        "上海交通大学医学院->附属瑞金医院产学研结合在治疗多发性骨髓瘤方面获得突破性进展"
        " | shsmu.cc"
    )
    assert seed.published == at("2019-05-13T00:14:24+08:00")
    assert seed.tags == ("shsmu.cc", "shsmu", SCHOOL, "上海交大医学院")
    assert seed.categories == (("shsmu.cc", SCHOOL),)
    assert seed.key == "slug:7f582bf9be042b71c318c2ff0dfe0ed5"
    assert seed.permalink == "https://example.org/posts/7f582bf9be042b71c318c2ff0dfe0ed5/"
    assert seed.warnings == ()


def test_a_real_post_becomes_an_entry_with_its_picture_and_link(seed: Post) -> None:
    entry = compose(seed, a_site(), new_id(seed.key, a_site()), seed.published)
    assert isinstance(entry, Entry)
    picture = "https://www.shsmu.edu.cn/__local/A/65/4C/6B8124859719E36FD022020C279_78D56A10_1695D.jpg"
    link = "https://www.shsmu.edu.cn/news/info/1002/16243.htm"
    assert f'<img src="{picture}" alt="图">' in entry.content_html
    assert entry.content_html.endswith(f'<a href="{link}">转入文章首发地址</a></p>')
