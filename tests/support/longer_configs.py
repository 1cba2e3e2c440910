"""The configs of all generators, with as many further values as a test wants."""

from collections.abc import Callable, Mapping
from typing import Final

from feedsvc.core.generators.recognise import CONFIG_NAMES, recognise
from tests.support.layouts_of_programs import LAYOUTS

_LINES: Final[Mapping[str, str]] = {
    "yml": "key{n}: [value]\n",
    "toml": "key{n} = ['value']\n",
    "py": "KEY{n} = ['value']\n",
    "js": "const key{n} = ['value'];\n",
    "mjs": "const key{n} = ['value'];\n",
    "ts": "const key{n} = ['value'];\n",
}


def longer_configs(count: int) -> Callable[[], object]:
    """A call that recognises each generator by configs with so many further lines."""
    blogs = [
        {name: longer(name, text, count) for name, text in layout.files.items()}
        for layout in LAYOUTS.values()
    ]
    blogs.append({"config.toml": longer("config.toml", "baseURL = 'x'\n", count)})
    blogs = [{n: source for n, source in b.items() if n in CONFIG_NAMES} for b in blogs]
    return lambda: [recognise(files) for files in blogs]


def longer(name: str, text: str, count: int) -> bytes:
    line = _LINES.get(name.rpartition(".")[2], "")
    return (text + "".join(line.replace("{n}", str(n)) for n in range(count))).encode()
