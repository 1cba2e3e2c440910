"""Serves a folder without a configuration: its settings are assumed, and nothing is kept."""

import json
import os
import shlex
import shutil
import signal
import sys
import tempfile
import threading
from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Final, TypeAlias
from zoneinfo import ZoneInfo

import click
from rich.cells import cell_len

from feedsvc.core.generators.recognise import recognise
from feedsvc.core.generators.recognised import Assumption, SettingValue, Unknown
from feedsvc.core.text import legal
from feedsvc.errors import FeedsvcError
from feedsvc.logs import printable
from feedsvc.settings.assumed import SEEDS, Assumed, Defaults, assume
from feedsvc.settings.load import read_settings
from feedsvc.settings.local_addresses import is_loopback, local_url, with_port_in_url
from feedsvc.settings.settings import Settings
from feedsvc.settings.suggestions import PREFIX, variable_of
from feedsvc.source.folder import shown_path
from feedsvc.source.generator_files import read_generator_files

# The same at each start, and nobody's: the domain .invalid is reserved (RFC 2606, section 2).
_AUTHORITY: Final = "feedsvc-try.invalid,2026"
_URL: Final = "http://127.0.0.1:8000"  # until the port is known
# Sections of the environment that would keep or send something.
_UNUSED: Final = ("STORE", "LEDGER", "WEBHOOK", "SOURCE", "HUB", "NOTIFY")
_PURGE: Final = variable_of("server", "purge")
_MOST_SHOWN: Final = 70  # characters of a value

Row: TypeAlias = tuple[str, str, str]  # a setting, its value, and where it is from


def try_settings(
    folder: Path, environ: Mapping[str, str], options: Mapping[str, str]
) -> Settings:
    """The settings of a try of `folder`. Prints what is assumed.

    The store is in a temporary folder until the command ends. The environment and the options
    of the command override what is assumed. Raises FeedsvcError if other machines could reach
    the server.
    """
    unused = sorted(filter(_is_unused, environ))
    used = {name: value for name, value in environ.items() if name not in unused}
    used = {**used, **options, variable_of("hub", "enabled"): "false"}
    assumed = assume_for(
        folder,
        {
            "site.url": (_URL, "the address of this server"),
            "site.tag_authority": (_AUTHORITY, "ids are temporary"),
        },
    )
    tree = assumed.tree()
    tree["content"]["seeds"] = str(folder / tree["content"]["seeds"])
    settings = read_settings(None, used, tree).starting_at(folder)
    if "site.url" in assumed.defaults and variable_of("site", "url") not in used:
        site = settings.site.model_copy(update={"url": local_url(settings.server)})
        settings = settings.model_copy(update={"site": site})
    _require_loopback(settings.server.host, folder)
    settings = _with_temporary_store(with_port_in_url(settings))
    all_rows = (*rows_of(assumed, folder), *unknown_rows(assumed, folder))
    rows = [row for row in all_rows if variable_of(*row[0].split(".")) not in used]
    shown = {"site.url": settings.site.url, SEEDS: str(settings.content.seeds)}
    _print_try(folder, assumed, [(key, shown.get(key, v), why) for key, v, why in rows], unused)
    return settings


def _print_try(
    folder: Path, assumed: Assumed, rows: Sequence[Row], unused: Sequence[str]
) -> None:
    command = f"feedsvc init {shlex.quote(str(folder))}"
    lines = [
        f"{folder} has no feedsvc.toml; {recognised_as(assumed)}. These settings are assumed:",
        *table(rows),
        *(f"  {name} in the environment is not used in a try" for name in unused),
        "This is a try: it serves this machine only and keeps nothing, and its ids are "
        f"temporary. They become permanent with: {command}",
    ]
    click.echo("\n".join(map(printable, lines)), err=True)


def assume_for(folder: Path, defaults: Defaults) -> Assumed:
    """The settings that are assumed for a folder: of its generator, `defaults`, and ours.

    The folder of posts is relative to `folder`, and exists.
    """
    recognised = recognise(read_generator_files(folder))
    titles = [each for each in recognised.assumptions if each.setting == "site.title"]
    title = titles[0].value if titles else title_of(folder)
    ours: Defaults = {
        "site.title": (title, "the name of the folder"),
        "site.author": (title, "the title of the site"),
        "site.timezone": (machine_zone(os.environ), "the time zone of this machine"),
        SEEDS: (".", "the folder itself"),
    }
    assumed = assume(recognised, {**ours, **defaults})
    seeds = assumed.found.get(SEEDS)
    if seeds is None or (folder / str(seeds.value)).is_dir():
        return assumed
    why = f"the folder itself, because it has no folder {seeds.value}"
    found = {key: each for key, each in assumed.found.items() if key != SEEDS}
    with_seeds = {**assumed.defaults, SEEDS: (".", why)}
    return Assumed(recognised, found, with_seeds, assumed.unknown)


def recognised_as(assumed: Assumed) -> str:
    """What the folder is, as a part of a sentence."""
    generator = assumed.recognised.generator
    if generator == "plain":
        return "no config of a known generator is there"
    return f"it is recognised as {generator}"


def rows_of(assumed: Assumed, folder: Path) -> list[Row]:
    """A row for each assumed setting of `folder`."""
    rows: list[Row] = []
    unknown = {each.setting: f"; {place(each, folder)} {each.why}" for each in assumed.unknown}
    for setting, value in assumed.values().items():
        each = assumed.found.get(setting)
        if each is None:
            where = f"our default: {assumed.defaults[setting][1]}{unknown.get(setting, '')}"
        elif each.line:
            where = place(each, folder)
        elif each.file:
            where = f"{place(each, folder)}: default of {assumed.recognised.generator}"
        else:
            where = "our default"
        rows.append((setting, shown_value(value), where))
    return rows


def unknown_rows(assumed: Assumed, folder: Path) -> list[Row]:
    """A row for each setting that is not assumed, because its value could not be taken."""
    settings = assumed.values()
    others = (each for each in assumed.unknown if each.setting not in settings)
    return [(each.setting, "", f"{place(each, folder)} {each.why}") for each in others]


def place(each: Assumption | Unknown, folder: Path = Path()) -> str:
    """The file of a setting, as a path below `folder`, with its line if that is known."""
    file = shown_path(folder / each.file)
    return f"{file}:{each.line}" if each.line else file


def shown_value(value: SettingValue) -> str:
    """A value in one line, as people read it."""
    is_plain = isinstance(value, str) and value == value.strip()
    text = str(value) if is_plain else json.dumps(value, ensure_ascii=False)
    return text if len(text) <= _MOST_SHOWN else f"{text[: _MOST_SHOWN - 3]}..."


def table(rows: Sequence[Row]) -> Iterator[str]:
    """The lines of a table; wide characters take two cells."""
    widths = [max((cell_len(printable(row[n])) for row in rows), default=0) for n in (0, 1)]
    for setting, value, where in rows:
        pads = (widths[0] - cell_len(setting), widths[1] - cell_len(printable(value)))
        yield f"  {setting}{' ' * pads[0]}  {printable(value)}{' ' * pads[1]}  {where}"


def title_of(folder: Path) -> str:
    """The name of a folder, as the title of a site."""
    name = folder.resolve().name.encode("utf-8", "replace").decode()
    return " ".join(legal(name).split()) or "Posts"


def machine_zone(environ: Mapping[str, str]) -> str:
    """The IANA name of the machine's time zone; UTC if it has none."""
    names = [environ.get("TZ", "").removeprefix(":")]
    names.append(os.path.realpath("/etc/localtime").rpartition("/zoneinfo/")[2])
    for name in filter(None, names):
        try:
            return str(ZoneInfo(name))
        except (ValueError, OSError, KeyError):  # ZoneInfoNotFoundError is a KeyError
            continue
    return "UTC"


def _is_unused(variable: str) -> bool:
    """True for a variable that would keep or send something, or name another folder."""
    section = variable.removeprefix(PREFIX).partition("__")[0]
    is_ours = variable.startswith(PREFIX)
    return is_ours and (
        section in _UNUSED or variable in (_PURGE, variable_of(*SEEDS.split(".")))
    )


def _require_loopback(host: str, folder: Path) -> None:
    if not is_loopback(host):
        raise FeedsvcError(
            f"a try serves only this machine, and {host} is an address for others; leave out "
            "--host and FEEDSVC_SERVER__HOST, or first run feedsvc init "
            f"{shlex.quote(str(folder))}"
        )


def _with_temporary_store(settings: Settings) -> Settings:
    """The settings with a store that is removed when the command ends."""
    context = click.get_current_context()
    _end_in_order(context)
    folder = tempfile.mkdtemp(prefix="feedsvc-try-")
    context.call_on_close(lambda: shutil.rmtree(folder, ignore_errors=True))
    store = settings.store.model_copy(update={"url": f"sqlite:///{folder}/feedsvc.sqlite3"})
    return settings.model_copy(update={"store": store})


def _end_in_order(context: click.Context) -> None:
    """Let the signals of a closed terminal, and of kill, end the command as Ctrl-C does."""
    if threading.current_thread() is not threading.main_thread():
        return  # only the main thread may do this
    process = os.getpid()

    def end(number: int, _: object) -> None:
        if os.getpid() == process:  # it ends the web processes, which are forked from it
            sys.exit(128 + number)

    for number in (signal.SIGHUP, signal.SIGTERM):
        before = signal.getsignal(number)
        if before is not signal.SIG_IGN:  # nohup ignores it
            signal.signal(number, end)
            context.call_on_close(partial(signal.signal, number, before))
