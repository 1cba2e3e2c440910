"""Gathers the settings that the config files of one generator give."""

from collections.abc import Callable, Mapping, Sequence
from typing import Final

from feedsvc.core.generators.configs.config_values import ConfigValue
from feedsvc.core.generators.configs.generator_config import GeneratorConfig
from feedsvc.core.generators.configs.site_values import (
    Conversion,
    email,
    language,
    site_url,
    text,
    text_or,
    zone,
)
from feedsvc.core.generators.recognised import (
    Assumption,
    Recognised,
    SettingValue,
    Unknown,
)
from feedsvc.core.rules import Generator

Configs = Mapping[str, GeneratorConfig]

_REQUIRED: Final = {
    "site.title": "names no title",
    "site.url": "names no address of the site",
    "site.author": "names no author",
    "site.timezone": "names no time zone",
}


class Gathered:
    """The settings of one blog. For each of them, the first value that can be used counts.

    `main` is the file by which the generator was recognised.
    """

    def __init__(self, generator: Generator, main: GeneratorConfig) -> None:
        self._generator = generator
        self._main = main
        self._assumptions: dict[str, Assumption] = {}
        self._unknown: dict[str, Unknown] = {}

    def take(
        self, setting: str, file: GeneratorConfig, value: ConfigValue | None, how: Conversion
    ) -> None:
        """Take a value, if there is one that can be used. An empty text is none."""
        if value is None or value.content == "":
            return
        try:
            self.put(setting, how(value), file, value.line)
        except ValueError as error:
            self.unknown(setting, str(error), file, value.line)

    def put(self, setting: str, value: SettingValue, file: GeneratorConfig, line: int) -> None:
        """Take a value that needs no conversion, unless it is empty."""
        if value != "":
            self._assumptions.setdefault(setting, Assumption(setting, value, file.name, line))

    def default(self, setting: str, value: SettingValue) -> None:
        """What the generator assumes itself if its config does not say it."""
        self.put(setting, value, self._main, 0)

    def attempt(
        self,
        setting: str,
        make: Callable[[], str],
        file: GeneratorConfig,
        value: ConfigValue | None,
    ) -> None:
        """Take what `make` returns, at the line of a value, or as a default without one.

        `make` raises ValueError with the reason why the setting is unknown.
        """
        place = (file, value.line) if value else (self._main, 0)
        try:
            self.put(setting, make(), *place)
        except ValueError as error:
            self.unknown(setting, str(error), *place)

    def unknown(
        self, setting: str, why: str, file: GeneratorConfig | None = None, line: int = 0
    ) -> None:
        """Record why a setting cannot be taken. It counts if no other place has it."""
        name = (file or self._main).name
        self._unknown.setdefault(setting, Unknown(setting, name, line, why))

    def people(self, file: GeneratorConfig, *values: ConfigValue | None) -> None:
        """Take the author from texts, or from maps with a `name` and an `email`."""
        for value in filter(None, values):
            person = (
                value.members[0]
                if isinstance(value.content, tuple) and value.members
                else value
            )
            if person.keys:
                self.take("site.author", file, person.at("name"), text)
                self.take("site.email", file, person.at("email"), email)
            else:
                self.take("site.author", file, person, text)

    def authors(self, file: GeneratorConfig, people: ConfigValue) -> None:
        """Take the people whom posts name by a key: `content.authors`."""
        authors: dict[str, SettingValue] = {}
        for key, person in people.keys.items():
            name = text_or(person.at("name"), "")
            if name:
                url, address = text_or(person.at("url"), ""), text_or(person.at("email"), "")
                links = {"uri": url if url.startswith(("http://", "https://")) else ""}
                links["email"] = address if "@" in address else ""
                authors[key] = {"name": name, **{k: v for k, v in links.items() if v}}
        if authors:
            self.put("content.authors", authors, file, people.line)

    def permalink_below_seeds(self, tokens: str) -> None:
        """The permalink of a site whose addresses are the paths of its files."""
        seeds = self._assumptions["content.seeds"].value
        path = "" if seeds == "." else f"/{seeds}"
        self.default("content.permalink", f"{path}/{tokens}")

    def site(
        self, file: GeneratorConfig, names: Mapping[str, Sequence[ConfigValue | None]]
    ) -> None:
        """Take the settings of `[site]` whose values need no other value."""
        for name, values in names.items():
            for value in values:
                self.take(f"site.{name}", file, value, _CONVERSIONS[name])

    def recognised(self, feeds: Sequence[str] = ()) -> Recognised:
        """All that was gathered. A required setting that nothing gives is unknown."""
        for setting, why in _REQUIRED.items():
            reason = self._main.fault or why
            self.unknown(setting, reason, self._main, self._main.fault_line)
        unknown = [
            each for name, each in self._unknown.items() if name not in self._assumptions
        ]
        self.default("content.generator", self._generator)
        addresses = dict.fromkeys(f"/{feed.lstrip('/')}" for feed in feeds if feed)
        return Recognised(
            self._generator, tuple(self._assumptions.values()), tuple(unknown), (*addresses,)
        )


_CONVERSIONS: Final[Mapping[str, Conversion]] = {
    "title": text,
    "subtitle": text,
    "author": text,
    "email": email,
    "language": language,
    "timezone": zone,
    "url": site_url(),
}
