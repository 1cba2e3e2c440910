"""The settings of a podcast."""

from dataclasses import fields, replace
from typing import Any

from feedsvc.core.podcasts.show import Show


def test_the_digest_changes_with_every_field() -> None:
    changed: list[dict[str, Any]] = [{each.name: "other"} for each in fields(Show)]
    digests = {replace(Show(), **each).digest for each in changed}
    assert len(digests | {Show().digest}) == len(changed) + 1
