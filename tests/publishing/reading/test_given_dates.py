"""With `content.dates = "git"`, a post without a date has that of its commit, for good."""

from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

import pytest

from feedsvc.publishing.check import check, explain_file
from feedsvc.source.folder import Folder
from tests.support.builders import at
from tests.support.histories import Commits, day, git
from tests.support.houses import LATER, SITE, House

GIT: Final = replace(
    SITE, rules=replace(SITE.rules, dates="git", permalink="/:year/:month/:name/")
)
TEXT: Final = "Green tea, brewed twice, with water that is not too hot.\n" * 5


def note(title: str = "", more: str = "", body: str = TEXT) -> str:
    named = f"title: {title}\n" if title else ""
    return f"---\n{named}tags: [tea]\n{more}---\n{body}"


def dates(house: House) -> dict[str, datetime]:
    return {entry.title: entry.published for entry in house.entries()}


def test_a_date_in_the_file_or_in_its_name_goes_before_that_of_git(house: House) -> None:
    commits = Commits(house.posts.root)
    commits.add(
        3,
        {
            "none.md": note("none"),
            "茶/茶.md": note("茶"),
            "empty.md": note("empty", "date:\n"),
            "date.md": note("date", "date: 2020-02-02T02:02:02Z\n"),
            "2021-03-03-name.md": note("name"),
            "created.md": note("created", "created: 2019-01-01T00:00:00Z\n"),
            "updated.md": note("updated", "updated: 2026-05-05T00:00:00Z\n"),
            "broken.md": note("broken", "date: 2026-02-30\n"),
            "draft.md": note("draft", "draft: true\n"),
            "later.md": note("later", "publishDate: 2099-01-01\n"),
            "secret.md": note("secret", "password: x\n"),
            "page.html": note("html"),
        },
        zone="+0800",
    )
    commits.check_out()
    report = house.publish(site=replace(GIT, rules=replace(GIT.rules, encrypted="teaser")))
    assert dates(house) == {
        **dict.fromkeys(("none", "茶", "empty", "updated", "secret", "html"), day(3)),
        "date": at("2020-02-02T02:02:02"),
        "name": at("2021-03-03T00:00:00+08:00"),
        "created": at("2019-01-01T00:00:00"),
    }
    entries = {entry.title: entry for entry in house.entries()}
    assert entries["none"].updated == day(3)
    assert entries["none"].published.utcoffset() == timedelta(hours=8)
    assert [(p.path, p.code) for p in report.problems if p.refuses] == [("broken.md", "date")]


def test_a_file_waits_until_it_is_committed(house: House) -> None:
    commits = Commits(house.posts.root)
    commits.add(1, {"old.md": note("old")})
    commits.check_out()
    house.posts.write_raw("new.md", note("new").encode())
    (problem,) = house.publish(site=GIT).problems
    assert problem.fault == "the post has no date, and git has no commit of its file"
    assert problem.cure.startswith("commit it, or add date: 2026-03-01 or ")
    assert house.publish(site=GIT).read == 0
    git(house.posts.root, "add", ".")
    git(
        house.posts.root,
        *("-c", "user.name=Li", "-c", "user.email=li@example.org"),
        *("commit", "--quiet", "--message=new", "--date=2026-01-07T00:00:00Z"),
    )
    report = house.publish(site=GIT)
    assert (report.added, report.read, report.problems) == (("new.md",), 1, ())
    assert dates(house) == {"old": day(1), "new": day(7)}


def shown(house: House) -> dict[str, tuple[object, ...]]:
    return {e.title: (e.id, e.permalink, e.published, e.updated) for e in house.entries()}


def test_another_history_moves_nothing_that_is_published(house: House) -> None:
    files = {
        "tea.md": note("Tea"),
        "cup.md": note(body=f"# Cups\n{TEXT}"),
        "pot.md": note("Pot"),
    }
    commits = Commits(house.posts.root)
    for number, (path, text) in enumerate(files.items(), 1):
        commits.add(number, {path: text})
    commits.check_out()
    house.publish(site=GIT)
    before = shown(house)
    commits.add(40, files, branch="squashed")
    edited = {
        "tea.md": note("Tea", body=f"New. {TEXT}"),
        "cup.md": note(body=f"# Mugs\n{TEXT}"),
    }
    commits.add(41, edited, branch="squashed")
    commits.check_out("squashed")
    assert house.publish(site=GIT).changed == ("cup.md", "tea.md")
    before["Mugs"] = before.pop("Cups")
    assert shown(house) == before


def test_a_renamed_note_stays_the_same_entry(house: House) -> None:
    files = {f"{name}.md": note(name.title()) for name in ("tea", "cup", "pot", "bowl")}
    commits = Commits(house.posts.root)
    commits.add(1, files)
    commits.check_out()
    house.publish(site=GIT)
    before = {entry.title: (entry.id, entry.published) for entry in house.entries()}
    commits.add(30, files, branch="squashed")
    commits.add(
        31, {"new.md": note("Tea", body=f"New. {TEXT}"), "tea.md": None}, branch="squashed"
    )
    commits.check_out("squashed")
    (house.posts.root / "cup.md").rename(house.posts.root / "mug.md")  # not committed
    git(house.posts.root, "mv", "pot.md", "kettle.md")
    house.publish(site=GIT)
    house.publish(LATER, site=GIT)
    assert {entry.title: (entry.id, entry.published) for entry in house.entries()} == before


def test_a_name_that_another_note_takes_gives_it_no_date(house: House) -> None:
    commits = Commits(house.posts.root)
    commits.add(1, {"Untitled.md": note("Tea")})
    commits.check_out()
    house.publish(site=GIT)
    (tea,) = house.entries()
    commits.add(8, renamed={"Untitled.md": "tea.md"}, begins="refs/heads/main^0")
    commits.add(9, {"Untitled.md": note("Cup", body="A cup of another kind. " * 20)})
    commits.check_out()
    house.publish(site=GIT)
    assert dates(house) == {"Tea": day(1), "Cup": day(9)}
    assert tea.id in {entry.id for entry in house.entries() if entry.title == "Tea"}


def test_git_does_not_run_for_an_edit_of_a_published_note(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    commits = Commits(house.posts.root)
    commits.add(1, {"tea.md": note("Tea")})
    commits.check_out()
    house.publish(site=GIT)
    monkeypatch.setenv("PATH", "")
    house.posts.write_raw("tea.md", note("Tea", body=f"New. {TEXT}").encode())
    assert house.publish(site=GIT, only=["tea.md"]).changed == ("tea.md",)


def test_a_picture_of_a_note_is_served_once_the_note_is_committed(house: House) -> None:
    commits = Commits(house.posts.root)
    commits.add(1, {"tea/index.md": note("Tea"), "tea/leaf.png": "leaf"})
    commits.add(1, {"pot.md": note("Pot", body="![](tea/leaf.png) ![](cup/cup.png)")})
    commits.check_out()
    house.posts.write_raw("cup/cup.png", b"cup")
    house.posts.write_raw("cup/index.md", note("Cup").encode())
    problems = house.publish(site=GIT).problems
    assert {(p.path, p.code, p.text) for p in problems} == {
        ("cup/index.md", "no-date", ""),
        ("pot.md", "hidden-file", "cup/cup.png"),
    }


def test_a_check_names_the_setting_where_it_helps(tmp_path: Path) -> None:
    commits = Commits(tmp_path / "in")
    commits.add(1, {"notes/tea.md": note("Tea")})
    notes = Folder(commits.check_out() / "notes", 0)
    (problem,) = check(notes, SITE).problems
    assert problem.cure.endswith(', or set content.dates = "git"')
    assert check(notes, GIT).problems == ()
    rows = {name: (value, origin) for name, value, origin in explain_file(notes, GIT, "tea.md")}
    assert rows["published"] == ("2026-01-01T00:00:00Z", "git")
    (tmp_path / "out").mkdir()
    (tmp_path / "out/tea.md").write_text(note("Tea"))
    out = Folder(tmp_path / "out", 0)
    (problem,) = check(out, SITE).problems
    assert "content.dates" not in problem.cure
    (problem,) = check(out, GIT).problems
    assert problem.fault == "the post has no date, and the folder is in no git repository"
