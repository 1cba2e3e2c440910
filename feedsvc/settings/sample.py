"""The sample configuration: every setting, with its default and a comment."""

from importlib import resources
from pathlib import Path

import feedsvc


def sample_config() -> str:
    """The text of config/feedsvc.toml, which the wheel contains too."""
    packaged = resources.files(feedsvc).joinpath("settings", "sample.toml")
    if packaged.is_file():
        return packaged.read_text("utf-8")
    return (
        Path(feedsvc.__file__).parents[1].joinpath("config", "feedsvc.toml").read_text("utf-8")
    )
