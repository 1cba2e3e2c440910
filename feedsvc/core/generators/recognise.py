"""Recognises the generator of a blog by its config files."""

from collections.abc import Mapping
from typing import Final

from feedsvc.core.generators.recognised import Assumption, Recognised, Unknown

# Of each file, as a path below the folder of the blog. Later names need the same treatment as
# earlier ones: any of them may be missing, and none is ever run.
CONFIG_NAMES: Final[tuple[str, ...]] = ("_config.yml",)


def recognise(files: Mapping[str, bytes]) -> Recognised:
    """The generator whose config `files` are, by path, and what they say.

    `files` are those of CONFIG_NAMES that exist. Files of no generator give `plain`, without
    assumptions. Never raises for any bytes.
    """
    if "_config.yml" in files:  # a stub until the parsers are here
        return Recognised(
            "hexo",
            (
                Assumption("content.seeds", "source/_posts", "_config.yml", 0),
                Assumption("content.permalink", "/:year/:month/:day/:title/", "_config.yml", 0),
            ),
            (Unknown("site.timezone", "_config.yml", 0, "names no time zone"),),
            ("/atom.xml",),
        )
    return Recognised("plain")
