"""The secrets of the webhook: what is accepted, and that no message shows one."""

from pathlib import Path

import pytest

from feedsvc.errors import SettingsError
from feedsvc.settings.load import load_settings
from tests.support.configuring import HIDDEN, SITE, only_problem, written


def test_a_secret_of_sixteen_characters_is_long_enough(file: Path) -> None:
    environ = SITE | {"FEEDSVC_WEBHOOK__SECRET": "sixteen letters!"}
    assert load_settings(None, environ).webhook.secrets == ("sixteen letters!",)


@pytest.mark.parametrize(
    "text",
    [
        "[webhook]\nsecret = 'hunter2'\n",
        "[webhook]\nsecret = ['hunter2']\n",
        "[webhook]\nsecrets = 'hunter2'\n",
        "[webhook]\nsecret = hunter2\n",
        "[webhook]\nsecret = 'hunter2\n",
        "[webhook]\nsecret = 'whsec_hunter2hunter2'\n",
        "[webhook]\nsecret = 'whsk_hunter2hunter2'\n",
        "[webhook]\nsecret = ['sixteen letters!', 'whpk_hunter2hunter2']\n",
        "[webhook]\nsecret_file = 'hunter2'\n",
        "[store]\nurl = 'mysql://li:hunter2@localhost/feeds'\n",
    ],
)
def test_no_message_shows_a_secret(file: Path, text: str) -> None:
    with pytest.raises(SettingsError) as refused:
        load_settings(written(file, text), SITE)
    assert "hunter2" not in str(refused.value)


def test_a_refused_secret_is_not_in_the_cause_of_the_error(file: Path) -> None:
    """A traceback shows neither its cause nor its context."""
    with pytest.raises(SettingsError) as refused:
        load_settings(None, SITE | {"FEEDSVC_WEBHOOK__SECRET": "hunter2"})
    assert refused.value.__cause__ is None
    assert refused.value.__suppress_context__


def test_the_text_of_settings_does_not_show_the_secret(file: Path) -> None:
    settings = load_settings(None, SITE | {"FEEDSVC_WEBHOOK__SECRET": HIDDEN})
    assert HIDDEN not in f"{settings} {settings!r} {settings.model_dump()} {settings.webhook}"


def test_secrets_returns_the_secret(file: Path) -> None:
    webhook = load_settings(None, SITE | {"FEEDSVC_WEBHOOK__SECRET": HIDDEN}).webhook
    assert webhook.secrets == (HIDDEN,)


@pytest.mark.parametrize(
    "given", [f"['{HIDDEN}', '{HIDDEN}2']", f"""'["{HIDDEN}", "{HIDDEN}2"]'"""]
)
def test_there_may_be_several_secrets(file: Path, given: str) -> None:
    webhook = load_settings(written(file, f"[webhook]\nsecret = {given}\n"), SITE).webhook
    assert webhook.secrets == (HIDDEN, f"{HIDDEN}2")


@pytest.mark.parametrize(
    "secret", ["[sixteen letters", "[[sixteen letters]]", "[1] and sixteen!"]
)
def test_a_secret_may_start_with_a_bracket(file: Path, secret: str) -> None:
    in_file = load_settings(written(file, f"[webhook]\nsecret = '{secret}'\n"), SITE).webhook
    environ = SITE | {"FEEDSVC_WEBHOOK__SECRET": secret}
    assert in_file.secrets == load_settings(None, environ).webhook.secrets == (secret,)


@pytest.mark.parametrize("given", ['["sixteen letters!", "and more of it"', '[ "a", ]'])
def test_a_malformed_list_of_secrets_is_refused_with_the_cure(given: str) -> None:
    problem = only_problem(None, SITE | {"FEEDSVC_WEBHOOK__SECRET": given})
    assert "webhook.secret: " in problem
    assert "it starts like a JSON list" in problem
    assert "sixteen" not in problem


def test_a_file_has_one_secret_per_line(file: Path, tmp_path: Path) -> None:
    kept = tmp_path / "secrets"
    kept.write_text(f"{HIDDEN}\n\n {HIDDEN}2 \n")
    environ = SITE | {"FEEDSVC_WEBHOOK__SECRET_FILE": str(kept)}
    environ["FEEDSVC_WEBHOOK__SECRET"] = f"{HIDDEN}3"
    webhook = load_settings(None, environ).webhook
    assert webhook.secrets == (f"{HIDDEN}3", HIDDEN, f"{HIDDEN}2")
    assert HIDDEN not in f"{webhook} {webhook!r}"


@pytest.mark.parametrize("content", ["", "\n \n", "short\n", None])
def test_a_file_without_a_secret_is_refused(
    file: Path, tmp_path: Path, content: str | None
) -> None:
    kept = tmp_path / "secrets"
    if content is not None:
        kept.write_text(content)
    environ = SITE | {"FEEDSVC_WEBHOOK__SECRET_FILE": str(kept)}
    assert "webhook.secret_file" in only_problem(None, environ)


@pytest.mark.parametrize("kind", ["whsec_", "whpk_", "whsk_"])
def test_a_secret_with_the_prefix_of_a_key_must_be_a_key(
    file: Path, tmp_path: Path, kind: str
) -> None:
    secret = f"{kind}not the base64 of a key"
    problem = only_problem(None, SITE | {"FEEDSVC_WEBHOOK__SECRET": secret})
    assert "FEEDSVC_WEBHOOK__SECRET in the environment: webhook.secret: " in problem
    assert "key" in problem or "base64" in problem
    assert secret not in problem
    kept = tmp_path / "secrets"
    kept.write_bytes(f"{HIDDEN}\n{secret}\n".encode())
    problem = only_problem(None, SITE | {"FEEDSVC_WEBHOOK__SECRET_FILE": str(kept)})
    assert "webhook.secret_file: " in problem
    assert secret not in problem


def test_a_file_of_secrets_that_is_not_utf_8_is_refused(file: Path, tmp_path: Path) -> None:
    kept = tmp_path / "secrets"
    kept.write_bytes(b"\xff" * 20)
    environ = SITE | {"FEEDSVC_WEBHOOK__SECRET_FILE": str(kept)}
    assert "webhook.secret_file: the file is not UTF-8" in only_problem(None, environ)
