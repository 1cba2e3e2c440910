"""A full story with every request logged: no secret is in the log, and each line has an id."""

import json
import re
from pathlib import Path

import requests

from feedsvc.web.admin.door import COOKIE
from tests.support.hub import FORM
from tests.support.running import running, wait_until
from tests.support.subscriber import a_subscriber
from tests.support.writing import PostFolder

TOKEN = "Zxadmin-k7Qm2vXw9dRt4ZpL"  # noqa: S105 - of this test
SIGNING = "whsec_" + "QUFB" * 8


def test_no_secret_is_logged_while_everything_happens(
    tmp_path: Path, posts: PostFolder
) -> None:
    posts.write("tea.md", tags="[tea]")
    with a_subscriber() as receiver:
        settings = {
            "FEEDSVC_LOG__FORMAT": "json",
            "FEEDSVC_LOG__LEVEL": "debug",
            "FEEDSVC_LOG__REQUESTS": "all",
            "FEEDSVC_ADMIN__TOKEN": TOKEN,
            "FEEDSVC_WEBHOOK__SECRET": "Zxwebhook-secret",
            "FEEDSVC_HUB__NETWORKS": '["127.0.0.0/8"]',
            "FEEDSVC_NOTIFY": json.dumps(
                [{"url": f"{receiver.url}/Zxnotify?t=Zx", "secret": SIGNING}]
            ),
        }
        with running(tmp_path, posts.root, settings) as server:
            got = _sign_in_and_out(server.url)
            for token in (TOKEN, "Zxwrong"):
                for path in (f"/status?token={token}", f"/none?password={token}"):
                    server.get(path, {"Authorization": f"Bearer {token}", "X-Request-ID": "me"})
            for secret in ("Zxwebhook-secret", "Zxwrong-secret"):
                server.ask(
                    "POST", "/hooks/rebuild", {"Authorization": f"Bearer {secret}"}, b"{}"
                )
            topic = f"{server.url}/tags/tea/atom.xml"
            body = (
                f"hub.mode=subscribe&hub.topic={topic}&hub.secret=Zxhub"
                f"&hub.callback={receiver.url}/Zxcallback%3Ftoken=Zx&hub.verify_token=Zxverify"
            )
            assert server.ask("POST", "/hub", FORM, body.encode()).status_code == 202
            wait_until(lambda: "confirmed" in server.log, "the subscription")
            posts.write("tea.md", "Other words.", tags="[tea]")
            wait_until(lambda: "notified" in server.log, "the message")
            wait_until(lambda: "delivered" in server.log, "the delivery")
            server.get("/atom.xml")
            wait_until(lambda: '"path": "/atom.xml"' in server.log, "the poll in the log")
            log = server.log
    lines = [json.loads(line) for line in log.splitlines() if line.startswith("{")]
    assert len(lines) == len(log.splitlines())
    assert not re.findall("Zx[a-z]*", log)
    for secret in (got, SIGNING, SIGNING[6:]):
        assert secret not in log
    of_requests = [line for line in lines if line["logger"] == "feedsvc.web.requests"]
    assert {"/status", "/none", "/hooks/rebuild", "/hub"} <= {
        each["path"] for each in of_requests
    }
    assert all(each["request"] for each in of_requests)
    assert len([each for each in of_requests if each["request"] == "me"]) == 4


def _sign_in_and_out(url: str) -> str:
    """Sign in and out with the form; the value of the cookie."""
    with requests.Session() as browser:
        browser.post(f"{url}/status", {"token": "Zxwrong"}, timeout=10)
        browser.post(f"{url}/status", {"token": TOKEN}, timeout=10)
        value = browser.cookies[COOKIE]
        assert browser.get(f"{url}/status", timeout=10).status_code == 200
        browser.post(f"{url}/status", {"leave": "1"}, timeout=10)
    return str(value)
