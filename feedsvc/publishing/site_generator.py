"""Decides the generator whose rules apply to a site: once, because it changes bytes."""

from dataclasses import replace

from feedsvc.core.rules import AUTO, Generator
from feedsvc.core.site import Site
from feedsvc.source.folder import Folder


def with_generator(site: Site, folder: Folder, published: str | None) -> Site:
    """The site with its generator: as set, else as published, else as the folder shows.

    So no file that appears after the first entry was published changes how posts are read.
    """
    generator = site.rules.generator
    if generator == AUTO:
        generator = _shown_by(folder) if published is None else published
    return replace(site, rules=site.rules.of(generator))


def _shown_by(folder: Folder) -> Generator:
    from feedsvc.source.generator_files import generator_of  # for the first publish only

    return generator_of(folder)
