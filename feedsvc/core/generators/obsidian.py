"""Obsidian: the folder `.obsidian` of a vault. It names neither a site nor an author."""

from typing import Final

from feedsvc.core.generators.configs import site_values
from feedsvc.core.generators.configs.generator_config import GeneratorConfig
from feedsvc.core.generators.gathered import Configs, Gathered
from feedsvc.core.generators.recognised import Recognised

TEMPLATES: Final = ".obsidian/templates.json"
MAIN_NAMES: Final = (
    *(".obsidian/app.json", ".obsidian/core-plugins.json", ".obsidian/appearance.json"),
    *(".obsidian/workspace.json", TEMPLATES),
)


def gather(configs: Configs, main: GeneratorConfig) -> Recognised:
    """What the settings of a vault say: which notes are not to be shown."""
    found = Gathered("obsidian", main)
    found.default("content.seeds", ".")
    filters = main.at("userIgnoreFilters")
    globs = [_glob(each) for each in site_values.texts(filters)]
    file, line = main, filters.line if filters else 0
    folder = configs[TEMPLATES].at("folder") if TEMPLATES in configs else None
    if folder and (templates := site_values.text_or(folder, "").strip("/")):
        globs.append(f"{templates}/**")
        if not filters:
            file, line = configs[TEMPLATES], folder.line
    if any(globs):
        found.put("content.exclude", tuple(dict.fromkeys(filter(None, globs))), file, line)
    return found.recognised()


def _glob(name: str) -> str:
    """A path that Obsidian ignores as a glob; empty for a regular expression."""
    if name.startswith("/") and name.endswith("/"):
        return ""
    escaped = "".join(f"[{char}]" if char in "[*?" else char for char in name.strip("/"))
    return f"{escaped}/**" if name.endswith("/") else escaped
