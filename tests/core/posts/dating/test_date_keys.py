"""Keys that date a post: by their words, in any spelling, and no similar key."""

import pytest

from feedsvc.core.posts.dating.date_keys import date_key, date_key_in_map

PUBLISHED = """
pubDatetime pub_time pubTime published_at publishedAt published-at publishedDate published_date
published_on publishedTime datePublished date_published publicationDate publication_date
publish_time publishTime publishing_date publish_datetime first_published_at
firstPublishedAt post_date postDate post-date postedAt posted_on posted date_posted
release_date releaseDate releasedAt date_released issue_date issued dateIssued written
date_written datetime date_time dateTime time timestamp created_at createdAt created-at
createDate create_time createdTime creationDate creation_time date_created dateCreated
date_of_publication
"""
UPDATED = """
updatedAt updated_at updated-on update_date updateTime updated_time date_updated dateUpdated
last_updated lastUpdated lastUpdatedAt last_update lastUpdate modDatetime mod_date
modified_at modifiedDate date_modified dateModified date-modified lastModified
last_modified_date lastModifiedTime post_modified modificationDate edited editedAt lastEdited
last_edited_time dateEdited revised revision_date last_changed changed_at post_updated_at
"""
OTHERS = """
title tags update edit mod revision change version release publish post draft created_by
updated_by modified_by postcode posts timeout timezone readingTime time_to_read datedness
update_id release_notes publisher publication expiry_date unpublish_date event_date birthday
last first date2 dateline on at mtime post_id createdByAt modulate additional publish_me
"""


@pytest.mark.parametrize("key", PUBLISHED.split())
def test_the_key_of_a_publication_is_recognised(key: str) -> None:
    dated = date_key(key)
    assert dated
    assert dated.meaning == "published"


@pytest.mark.parametrize("key", UPDATED.split())
def test_the_key_of_an_edit_is_recognised(key: str) -> None:
    dated = date_key(key)
    assert dated
    assert dated.meaning == "updated"


@pytest.mark.parametrize("key", OTHERS.split())
def test_other_keys_date_nothing(key: str) -> None:
    assert date_key(key) is None


@pytest.mark.parametrize("key", ["date", "published", "created", "updated", "last_modified_at"])
def test_the_keys_of_generators_have_their_own_rules(key: str) -> None:
    assert date_key(key) is None
    assert date_key_in_map(key) is not None


def test_a_publication_is_more_certain_than_a_creation() -> None:
    keys = ["createdAt", "time", "posted", "publishedAt"]
    ranks = [dated.rank for dated in map(date_key, keys) if dated]
    assert ranks == sorted(ranks, reverse=True)
    assert len(set(ranks)) == 4
