"""The command that writes the settings file of a folder: init."""

import os
import re
import secrets
import shlex
import sys
import tempfile
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

import click

from feedsvc.cli.folders.trying import (
    assume_for,
    place,
    recognised_as,
    rows_of,
    table,
    unknown_rows,
)
from feedsvc.cli.options import FolderPath, require_folder
from feedsvc.cli.output.accounts import print_account
from feedsvc.core import addresses
from feedsvc.core.generators.recognised import Assumption, SettingValue
from feedsvc.errors import FeedsvcError, FolderError
from feedsvc.logs import printable
from feedsvc.publishing.check import check
from feedsvc.publishing.site_generator import with_generator
from feedsvc.settings.assumed import REQUIRED, SEEDS, Assumed, setting_fault, tree_of
from feedsvc.settings.config_files import NAME, ConfigFile, config_in
from feedsvc.settings.load import read_settings
from feedsvc.settings.local_addresses import is_loopback
from feedsvc.settings.new_config import config_text
from feedsvc.settings.settings import Settings
from feedsvc.settings.site import site_of
from feedsvc.source.folder import shown_path
from feedsvc.source.opening import source_of

_URL: Final = "site.url"
_AUTHORITY: Final = "site.tag_authority"
_LOCAL_URL: Final = "http://127.0.0.1:8000"
# In a hidden folder, because generators copy others to the site, and because the watcher must
# not take a change of the store for a change of the posts.
_STORE: Final = "sqlite:///.feedsvc/feedsvc.sqlite3"
_MOST_PROBLEMS: Final = 5
_QUESTIONS: Final = {
    "site.title": "Title of the site",
    _URL: "Public address of the site",
    "site.author": "Author of posts that name none",
    "site.timezone": "Time zone of dates without an offset",
    "site.subtitle": "A line about the site",
    "site.email": "Mail address of the author",
    "site.language": "Language of the site",
    SEEDS: "Folder of posts, as a path in the folder of the site",
    "content.permalink": "Path of the page of a post",
}
_WHY_NEVER: Final = """\
The tag authority is a domain that is yours, and a date on which it was. It is part of every
id, and readers recognise posts by their ids. Never change it after the first publish:
every post would appear as new to every reader."""
_MADE_UP: Final = "made up; before the first publish, write a domain of yours"
_ONLY_HERE: Final = "this machine only; write the address that others use"


@click.command("init")
@click.argument("folder", default=Path(), type=FolderPath())
@click.option("--yes", is_flag=True, help="Ask nothing; take what was found, or defaults.")
def init(folder: Path, yes: bool) -> None:
    """Write FOLDER/feedsvc.toml, with which ids are permanent.

    The settings are those of the generator's config. What is not found there is asked for.
    FOLDER is the folder of a site or of posts; the default is the current one. A settings file
    that exists is never changed.
    """
    require_folder(folder)
    _require_new(folder)
    if not (yes or sys.stdin.isatty()):
        raise FeedsvcError("init asks questions; run it in a terminal, or add --yes")
    assumed = assume_for(folder, {_URL: (_LOCAL_URL, _ONLY_HERE), _AUTHORITY: ("", "")})
    click.echo(printable(f"{folder}: {recognised_as(assumed)}"))
    rows = [*rows_of(assumed, folder), *unknown_rows(assumed, folder)]
    for line in table([row for row in rows if row[0] != _AUTHORITY]):
        click.echo(printable(line))
    values = dict(assumed.values())
    if not yes:
        values |= _answers(assumed, folder)
    authority = tag_authority(str(values[_URL]), datetime.now(UTC).date(), secrets.token_hex(4))
    click.echo(f"\n{_WHY_NEVER}")
    if _is_made_up(authority):
        click.echo(f"{authority} is {_MADE_UP}.")
    if not yes:
        authority = _ask(_AUTHORITY, "Tag authority", authority, folder)
    values[_AUTHORITY] = authority
    values["store.url"] = _STORE
    # Before the file is written, report the faults of the environment.
    read_settings(None, os.environ, tree_of(values))
    file = folder / NAME
    _write_new(file, _text(values, assumed))
    click.echo(printable(f"Wrote {file} with {_AUTHORITY} = {values[_AUTHORITY]!r}."))
    settings = read_settings(ConfigFile(file, folder), os.environ)
    _check_once(settings)
    click.echo("Next:")
    for command in next_commands(folder, assumed, settings):
        click.echo(f"  {command}")


def _require_new(folder: Path) -> None:
    present = config_in(folder)
    if present:
        raise FeedsvcError(
            f"{present.path} exists, and init changes no settings file; edit it, or rename it"
        )
    if folder.resolve().name == "config":  # paths in config/feedsvc.toml start elsewhere
        raise FeedsvcError(
            f"{folder} is a folder named config, in which a feedsvc.toml is that of the folder "
            "above; give the folder above, or rename the folder"
        )


def _answers(assumed: Assumed, folder: Path) -> Iterator[tuple[str, SettingValue]]:
    """Ask for the settings that were not found."""
    asked = [key for key in REQUIRED if key not in assumed.found and key != _AUTHORITY]
    asked += [each.setting for each in assumed.unknown if each.setting not in REQUIRED]
    for setting in asked:
        default = assumed.values().get(setting, _default_of(setting))
        if setting in _QUESTIONS:
            yield setting, _ask(setting, _QUESTIONS[setting], str(default), folder)


def _ask(setting: str, question: str, default: str, folder: Path) -> str:
    """The answer to a question, which is asked again until feedsvc accepts it."""

    def checked(answer: str) -> str:
        fault = setting_fault(setting, answer)
        if setting == SEEDS and not (folder / answer).is_dir():
            fault = f"{folder / answer} is no folder"
        if fault:
            raise click.BadParameter(fault)
        return answer

    answer: str = click.prompt(
        question, default=default, value_proc=checked, show_default=bool(default)
    )
    return answer


def tag_authority(url: str, today: date, unique: str) -> str:
    """The tag authority to propose: the host of the site and a date (RFC 4151, section 2.1).

    A host that is nobody's for certain, such as an IP address, gives `unique` below .invalid
    (RFC 2606, section 2).
    """
    host = (urlsplit(url).hostname or "").lower()
    is_name = re.fullmatch(r"[a-z0-9._-]*[a-z][a-z0-9-]*", host) and "." in host
    if not is_name or is_loopback(host):
        host = f"feedsvc-{unique}.invalid"
    return f"{host},{today}"


def _is_made_up(authority: str) -> bool:
    return authority.partition(",")[0].endswith(".invalid")


def _text(values: dict[str, SettingValue], assumed: Assumed) -> str:
    """The text of the file: what is required, and what differs from our defaults."""
    written = {
        key: value
        for key, value in values.items()
        if key in REQUIRED or key == SEEDS or value != _default_of(key)
    }
    defaults = assumed.defaults.items()
    origins = {
        **{key: f"not found: {why}" for key, (value, why) in defaults if values[key] == value},
        SEEDS: "",
        **{key: _origin(each, assumed) for key, each in assumed.found.items()},
    }
    if _is_made_up(str(values[_AUTHORITY])):
        origins[_AUTHORITY] = _MADE_UP
    notes: dict[str, list[str]] = {}
    for each in assumed.unknown:
        if each.setting not in written:
            section, _, key = each.setting.partition(".")
            notes.setdefault(section, []).append(f"{key}: {place(each)} {each.why}")
    return config_text(written, origins, notes)


def _origin(found: Assumption, assumed: Assumed) -> str:
    if found.line:
        return f"from {place(found)}"
    return f"as {assumed.recognised.generator} has it" if found.file else ""


def _default_of(setting: str) -> Any:
    """The default of a setting; empty if it is required."""
    section, _, key = setting.partition(".")
    default = Settings.model_fields[section].default
    return getattr(default, key, "")


def _write_new(file: Path, text: str) -> None:
    """Write a file that does not exist yet, all of it or nothing. Raises FeedsvcError."""
    try:
        descriptor, name = tempfile.mkstemp(prefix=f".{file.name}.", dir=file.parent)
        try:
            with os.fdopen(descriptor, "w", encoding="utf-8") as stream:
                stream.write(text)
                stream.flush()
                os.fsync(descriptor)
            Path(name).chmod(0o644)  # the user of a service may be another one
            _link_new(Path(name), file)
        finally:
            Path(name).unlink()
    except FileExistsError:
        _require_new(file.parent)
        raise
    except OSError as error:
        raise FeedsvcError(
            f"{file} cannot be written: {error.strerror}; let feedsvc write into the folder"
        ) from error


def _link_new(written: Path, file: Path) -> None:
    """Give a file its name. Raises FileExistsError if something has this name."""
    try:
        os.link(written, file)
    except FileExistsError:
        raise
    except OSError:  # this file system has no links
        with file.open("x", encoding="utf-8") as stream:
            stream.write(written.read_text("utf-8"))


def _check_once(settings: Settings) -> None:
    """Print what would become of the files, and the first of their problems."""
    seeds = settings.content.seeds
    folder = source_of(settings).folder.standing_at(seeds)
    site = with_generator(site_of(settings), folder, None)
    try:
        checked = check(folder, site).below(shown_path(seeds))
    except FolderError as error:
        click.echo(printable(f"The posts cannot be checked: {error}"))
        return
    click.echo("First check:")
    print_account(checked.account, shown_path(seeds))
    click.echo(f"problems: {len(checked.problems)}")
    for problem in checked.problems[:_MOST_PROBLEMS]:
        click.echo(printable(f"  {problem}"))
    if len(checked.problems) > _MOST_PROBLEMS:
        click.echo("  ...")


def next_commands(folder: Path, assumed: Assumed, settings: Settings) -> list[str]:
    """The three commands to use next, with the old feed of the site if its address is known."""
    here = folder == Path()
    target = "" if here else f" {shlex.quote(str(folder))}"
    config = "" if here else f" --config {shlex.quote(str(folder / NAME))}"
    if _URL in assumed.found and assumed.recognised.feeds:
        old = addresses.url(settings.site.url, assumed.recognised.feeds[0].lstrip("/"))
        return [
            f"feedsvc publish{target}",
            f"feedsvc adopt{config} {shlex.quote(old)}",
            f"feedsvc serve{target}",
        ]
    return [f"feedsvc check{target}", f"feedsvc serve{target}", f"feedsvc feeds{target}"]
