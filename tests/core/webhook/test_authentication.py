"""Authentication of calls, with signatures made as the forges document them."""

import base64
import hashlib
import hmac
from datetime import UTC, datetime, timedelta
from urllib.parse import quote

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from feedsvc.core.webhook.authentication import (
    Authentication,
    authenticate_by_body,
    authenticate_by_token,
    is_signed,
    secret_fault,
)

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
SECONDS = str(int(NOW.timestamp()))
MILLISECONDS = f"{SECONDS}123"
BODY = '{"ref": "refs/heads/主"}'.encode()
OLD, SECRET, OTHER = "an old secret, 16+", "the secret of today", "somebody else's secret"
KEY = bytes(range(32))
WHSEC = "whsec_" + base64.b64encode(KEY).decode()
SIGNER = Ed25519PrivateKey.from_private_bytes(b"feedsvc's tests sign with this..")
PUBLIC = SIGNER.public_key().public_bytes_raw()
WHPK = "whpk_" + base64.b64encode(PUBLIC).decode()
SECRETS = (OLD, SECRET, WHSEC, WHPK)


def by_token(
    headers: dict[str, str], *secrets: str, now: datetime = NOW
) -> Authentication | None:
    return authenticate_by_token(headers, secrets or SECRETS, now)


def by_body(
    headers: dict[str, str], *secrets: str, body: bytes = BODY, now: datetime = NOW
) -> Authentication | None:
    return authenticate_by_body(headers, body, secrets or SECRETS, now)


def hex_of(secret: str, body: bytes = BODY, algorithm: str = "sha256") -> str:
    return hmac.new(secret.encode(), body, algorithm).hexdigest()


def gitee(secret: str, timestamp: str = MILLISECONDS) -> dict[str, str]:
    signed = hmac.new(secret.encode(), f"{timestamp}\n{secret}".encode(), hashlib.sha256)
    token = base64.b64encode(signed.digest()).decode()
    return {"x-gitee-token": token, "x-gitee-timestamp": timestamp}


def v1(key: bytes = KEY, name: str = "msg_1", timestamp: str = SECONDS) -> str:
    signed = hmac.new(key, f"{name}.{timestamp}.".encode() + BODY, hashlib.sha256)
    return "v1," + base64.b64encode(signed.digest()).decode()


def v1a(name: str = "msg_1", timestamp: str = SECONDS) -> str:
    signature = SIGNER.sign(f"{name}.{timestamp}.".encode() + BODY)
    return "v1a," + base64.b64encode(signature).decode()


def standard(signature: str, name: str = "msg_1", timestamp: str = SECONDS) -> dict[str, str]:
    return {
        "webhook-id": name,
        "webhook-timestamp": timestamp,
        "webhook-signature": signature,
    }


# Examples in the documentation of the forges.


def test_the_example_of_github_is_authenticated() -> None:
    digest = "757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17"
    headers = {"x-hub-signature-256": f"sha256={digest}"}
    authentication = by_body(headers, "It's a Secret to Everybody", body=b"Hello, World!")
    assert authentication == Authentication("github", "")


def whpk(private: bytes) -> str:
    public = Ed25519PrivateKey.from_private_bytes(private).public_key()
    return "whpk_" + base64.b64encode(public.public_bytes_raw()).decode()


EXAMPLES = {
    "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw": "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
    whpk(b"TESTSIGNINGKEYDONOTUSETHISFORANY"): "v1a,"
    "tQ9V2XOqn7jL/DQenEFpqIugdBVtiMmER5mhSkXBNwM0mkATuDe6KYYUuxqtaiHeYGb7KaaBRdM5WqyeFiL8Ag==",
}


@pytest.mark.parametrize("secret", EXAMPLES)
def test_the_examples_of_standard_webhooks_are_authenticated(secret: str) -> None:
    name, timestamp = "msg_p5jXN8AQM9LWM0D4loKWxJek", "1614265330"
    headers = standard(EXAMPLES[secret], name, timestamp)
    now = datetime.fromtimestamp(int(timestamp), UTC)
    authentication = by_body(headers, secret, body=b'{"test": 2432232314}', now=now)
    assert authentication == Authentication("standard", f"standard:{name}")


# Tokens and signatures of the forges.

TOKENS = {
    "bearer": {"authorization": f"Bearer {SECRET}", "idempotency-key": "7"},
    "gitlab": {
        "x-gitlab-token": SECRET,
        "idempotency-key": "7",
        "x-gitlab-event-uuid": "shared by all events that one event triggers",
    },
    "gitee": {"x-gitee-token": SECRET, "x-gitee-timestamp": "7"},
}
SIGNED = {
    "github": {
        "x-hub-signature-256": f"sha256={hex_of(SECRET)}",
        "x-hub-signature": f"sha1={hex_of(SECRET, algorithm='sha1')}",
        "x-github-delivery": "7",
    },
    "gitea": {
        "x-hub-signature-256": f"sha256={hex_of(SECRET)}",
        "x-gogs-signature": hex_of(SECRET),
        "x-gitea-signature": hex_of(SECRET),
        "x-gitea-delivery": "7",
        "x-github-delivery": "8",
        "x-github-event": "push",
    },
    "forgejo": {
        "x-gitea-signature": hex_of(SECRET),
        "x-forgejo-signature": hex_of(SECRET),
        "x-forgejo-delivery": "7",
    },
    "gogs": {"x-gogs-signature": hex_of(SECRET), "x-gogs-delivery": "7"},
    "bitbucket": {
        "x-hub-signature": f"sha256={hex_of(SECRET)}",
        "x-request-uuid": "7",
        "x-request-id": "8",
    },
    "standard": standard(v1(name="7"), "7"),
}


@pytest.mark.parametrize("provider", TOKENS)
def test_a_token_authenticates(provider: str) -> None:
    assert by_token(TOKENS[provider]) == Authentication(provider, f"{provider}:7")


@pytest.mark.parametrize("provider", SIGNED)
def test_a_signature_over_the_body_authenticates(provider: str) -> None:
    assert by_body(SIGNED[provider]) == Authentication(provider, f"{provider}:7")
    assert is_signed(SIGNED[provider])


@pytest.mark.parametrize("provider", TOKENS)
def test_a_wrong_token_does_not_authenticate(provider: str) -> None:
    assert by_token(TOKENS[provider], OTHER) is None


@pytest.mark.parametrize("provider", SIGNED)
def test_a_signature_with_another_secret_or_body_does_not_authenticate(provider: str) -> None:
    assert by_body(SIGNED[provider], OTHER, "whsec_" + "A" * 32) is None
    assert by_body(SIGNED[provider], body=BODY + b" ") is None


@pytest.mark.parametrize("secrets", [(OLD, SECRET), (SECRET, OLD)])
def test_each_of_several_secrets_authenticates(secrets: tuple[str, ...]) -> None:
    for secret in secrets:
        assert by_token({"authorization": f"Bearer {secret}"}, *secrets)
        assert by_body({"x-gitea-signature": hex_of(secret)}, *secrets)
        assert by_token(gitee(secret), *secrets)


def test_a_bearer_token_follows_its_scheme() -> None:
    assert by_token({"authorization": f"bEARER  {SECRET} "}) == Authentication("bearer", "")
    for value in (SECRET, f"Basic {SECRET}", f"Bearer{SECRET}", "Bearer", "Bearer ", ""):
        assert by_token({"authorization": value}) is None


def test_a_non_ascii_token_is_compared_as_utf_8() -> None:
    on_the_wire = "上海的密码".encode().decode("latin-1")
    assert by_token({"x-gitee-token": on_the_wire}, "上海的密码")
    assert by_token({"x-gitee-token": "上海的密码"}, "上海的密码") is None


def test_the_event_uuid_of_gitlab_is_not_an_id() -> None:
    """An event that another event triggers has the same UUID, and would be dropped."""
    headers = {"x-gitlab-token": SECRET, "x-gitlab-event-uuid": "7"}
    assert by_token(headers) == Authentication("gitlab", "")


def test_the_request_id_is_the_id_of_bitbucket_data_center() -> None:
    headers = {"x-hub-signature": f"sha256={hex_of(SECRET)}", "x-request-id": "7"}
    assert by_body(headers) == Authentication("bitbucket", "bitbucket:7")


# Gitee's signature.


def test_a_signature_of_gitee_covers_its_timestamp() -> None:
    headers = gitee(SECRET)
    assert by_token(headers) == Authentication("gitee", f"gitee:{MILLISECONDS}")
    escaped = quote(headers["x-gitee-token"], safe="")
    assert "%3D" in escaped
    assert by_token(headers | {"x-gitee-token": escaped})
    assert by_token(headers | {"x-gitee-timestamp": f"{SECONDS}124"}) is None


@pytest.mark.parametrize("plus", ["+", "/"])
def test_base64_of_gitee_may_be_percent_encoded(plus: str) -> None:
    tokens = (gitee(SECRET, f"{SECONDS}{n:03}") for n in range(100))
    headers = next(headers for headers in tokens if plus in headers["x-gitee-token"])
    assert by_token(headers)
    assert by_token(headers | {"x-gitee-token": quote(headers["x-gitee-token"], safe="")})


def test_a_signature_of_gitee_is_valid_for_an_hour() -> None:
    headers = gitee(SECRET, f"{SECONDS}000")
    for minutes, is_valid in [(60, True), (-60, True), (61, False), (-61, False)]:
        now = NOW + timedelta(minutes=minutes)
        assert bool(by_token(headers, now=now)) is is_valid


# Standard Webhooks.


def test_one_valid_signature_of_several_is_enough() -> None:
    wrong = v1(b"x" * 32)
    for signature in (
        f"{wrong} {v1()}",
        f"{v1()} {wrong}",
        f"v2,x v1,  {v1a()}",
        f"{v1()} {v1a()}",
    ):
        assert by_body(standard(signature)) == Authentication("standard", "standard:msg_1")
    assert by_body(standard(v1()), WHPK) is None
    assert by_body(standard(v1a()), WHSEC) is None


def test_only_the_first_sixteen_signatures_are_checked() -> None:
    wrong = v1(b"x" * 32)
    assert by_body(standard(" ".join([*[wrong] * 15, v1()])))
    assert by_body(standard(" ".join([*[wrong] * 16, v1()]))) is None


@pytest.mark.parametrize("signature", [v1(), v1a()])
def test_a_signature_is_valid_for_five_minutes(signature: str) -> None:
    headers = standard(signature)
    for seconds, is_valid in [(300, True), (-300, True), (301, False), (-301, False)]:
        assert bool(by_body(headers, now=NOW + timedelta(seconds=seconds))) is is_valid


@pytest.mark.parametrize("signature", [v1(), v1a()])
def test_a_signature_covers_id_and_timestamp(signature: str) -> None:
    headers = standard(signature)
    later = str(int(SECONDS) + 1)
    assert by_body(headers | {"webhook-id": "msg_2"}) is None
    assert by_body(headers | {"webhook-timestamp": later}) is None
    for name in headers:
        rest = {key: value for key, value in headers.items() if key != name}
        assert by_body(rest) is None


def test_an_id_that_is_empty_or_not_ascii_is_refused() -> None:
    for name in ("", "é"):
        assert by_body(standard(v1(name=name), name)) is None


def test_a_signing_token_of_gitlab_is_a_standard_webhook() -> None:
    headers = standard(v1()) | {"x-gitlab-event": "Push Hook", "idempotency-key": "msg_1"}
    assert by_body(headers) == Authentication("standard", "standard:msg_1")


def test_only_a_whsec_secret_is_a_key_of_standard_webhooks() -> None:
    plain = base64.b64encode(KEY).decode()
    assert by_body(standard(v1()), plain) is None
    assert by_body(standard(v1(plain.encode())), plain) is None


def test_a_short_key_does_not_authenticate() -> None:
    for length, is_valid in [(0, False), (23, False), (24, True)]:
        key = b"k" * length
        secret = "whsec_" + base64.b64encode(key).decode()
        assert bool(by_body(standard(v1(key)), secret)) is is_valid


def test_a_whsec_secret_may_be_used_as_a_plain_secret() -> None:
    assert by_token({"authorization": f"Bearer {WHSEC}"})
    assert by_body({"x-hub-signature-256": f"sha256={hex_of(WHSEC)}"})


# Everybody may know a public key.


@pytest.mark.parametrize("public", [WHPK, f" {WHPK}", WHPK.upper(), f"\ufeff{WHPK}\n"])
def test_a_public_key_is_neither_a_token_nor_an_hmac_key(public: str) -> None:
    assert by_token({"authorization": f"Bearer {public.strip()}"}, public) is None
    assert by_token({"authorization": f"Bearer {WHPK}"}, public) is None
    assert by_token({"x-gitlab-token": public}, public) is None
    assert by_token({"x-gitee-token": public}, public) is None
    assert by_token(gitee(public), public) is None
    assert by_body({"x-hub-signature-256": f"sha256={hex_of(public)}"}, public) is None
    for key in (public.encode(), PUBLIC):
        assert by_body(standard(v1(key)), public) is None


# Calls that are refused.

ARABIC = str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩")
REFUSED = {
    "nothing": {},
    "SHA-1": {"x-hub-signature": f"sha1={hex_of(SECRET, algorithm='sha1')}"},
    "SHA-1 as SHA-256": {"x-hub-signature-256": f"sha256={hex_of(SECRET, algorithm='sha1')}"},
    "SHA-1 at GitHub": {"x-hub-signature-256": f"sha1={hex_of(SECRET, algorithm='sha1')}"},
    "a cut signature": {"x-hub-signature-256": f"sha256={hex_of(SECRET)[:-1]}"},
    "a long signature": {"x-hub-signature-256": f"sha256={hex_of(SECRET)}0"},
    "a line end": {"x-gitea-signature": f"{hex_of(SECRET)}\n"},
    "no mark": {"x-hub-signature-256": hex_of(SECRET)},
    "a mark too many": {"x-gitea-signature": f"sha256={hex_of(SECRET)}"},
    "capitals": {"x-hub-signature-256": f"sha256={hex_of(SECRET).upper()}"},
    "empty values": dict.fromkeys(
        ["x-gitea-signature", "x-gitlab-token", "x-gitee-token", "webhook-signature"], ""
    ),
    "an empty signature": {"x-hub-signature-256": "sha256="},
    "full-width digits": {"x-gitea-signature": "\uff11" * 64},
    "not ASCII": {"x-hub-signature-256": "sha256=é", "authorization": "Bearer é"},
    "lone surrogates": dict.fromkeys(
        ["authorization", "x-gitlab-token", "x-gitee-token", "webhook-id"], "\ud800"
    ),
    "very long": dict.fromkeys(
        ["authorization", "x-gitlab-token", "x-gitee-token", "x-gitee-signature"],
        "Bearer " + "%" * 1_000_000,
    ),
    "no base64": standard("v1,é v1a,é v1a,AAAA v1a,"),
    "words for a time": standard(v1(), timestamp="now"),
    "a time of 5,000 digits": standard(v1(), timestamp="1" * 5_000),
    "Gitee's time of 5,000 digits": gitee(SECRET, "1" * 5_000),
    "Gitee's time in other digits": gitee(SECRET, MILLISECONDS.translate(ARABIC)),
    "Gitee without a time": {"x-gitee-token": gitee(SECRET)["x-gitee-token"]},
    "a token where another is due": {"x-hub-signature-256": SECRET, "x-token": SECRET},
}


@pytest.mark.parametrize("how", REFUSED)
def test_a_call_without_valid_token_or_signature_is_refused(how: str) -> None:
    assert by_token(REFUSED[how]) is None
    assert by_body(REFUSED[how]) is None


def test_no_secret_and_an_empty_secret_authenticate_nobody() -> None:
    for secrets in ((), ("",)):
        assert authenticate_by_token({"authorization": "Bearer "}, secrets, NOW) is None
        assert authenticate_by_token({"x-gitlab-token": ""}, secrets, NOW) is None
        assert authenticate_by_token(gitee(""), secrets, NOW) is None
        assert (
            authenticate_by_body({"x-gitea-signature": hex_of("")}, BODY, secrets, NOW) is None
        )
        assert authenticate_by_body(standard(v1(b"")), BODY, secrets, NOW) is None


@pytest.mark.parametrize("secret", ["whpk_", "whpk_é", "whpk_AAAA", "whsec_é", "whsec_====="])
def test_an_invalid_key_does_not_authenticate(secret: str) -> None:
    for signature in (v1(), v1a(), v1(b"")):
        assert by_body(standard(signature), secret) is None


def test_a_body_is_read_only_if_there_may_be_a_signature() -> None:
    for how in ("nothing", "SHA-1", "a cut signature", "empty values", "no mark"):
        assert not is_signed(REFUSED[how])
    assert not is_signed(TOKENS["gitlab"])
    assert not is_signed(standard("v2,x"))
    assert is_signed({"x-gitea-signature": hex_of(OTHER)})
    assert is_signed(standard("v1a,wrong"))


NAMES = {
    "an id": ("72d3162e-cc78-11e3-81ab-4c9367dc0958", "72d3162e-cc78-11e3-81ab-4c9367dc0958"),
    "100 characters": ("x" * 100, "x" * 100),
    "101 characters": ("x" * 101, hashlib.sha256(b"x" * 101).hexdigest()),
    "a NUL": ("a\0b", hashlib.sha256(b"a\0b").hexdigest()),
    "a surrogate": ("\ud800", hashlib.sha256(b"\xed\xa0\x80").hexdigest()),
}


@pytest.mark.parametrize("what", NAMES)
def test_an_id_is_kept_or_hashed(what: str) -> None:
    given_, kept = NAMES[what]
    headers = {"authorization": f"Bearer {SECRET}", "idempotency-key": given_}
    assert by_token(headers) == Authentication("bearer", f"bearer:{kept}")


# Faults of secrets in the settings.

FAULTY = {
    "whpk_": "public key",
    WHPK[:-4]: "public key",
    WHPK.upper(): "public key",
    f"Bearer {WHPK}": "public key",
    "whsec_": "whsec_",
    "whsec_!" + "A" * 32: "whsec_",
    "whsec_c2hvcnQ=": "whsec_",
    "whsk_" + WHPK[5:]: "private key",
}


@pytest.mark.parametrize("secret", FAULTY)
def test_an_unusable_key_has_a_fault(secret: str) -> None:
    assert FAULTY[secret] in secret_fault(secret)


@pytest.mark.parametrize("secret", [*SECRETS, f" {WHPK}\n"])
def test_a_usable_secret_has_no_fault(secret: str) -> None:
    assert secret_fault(secret) == ""


# Arbitrary calls.

ANY = st.text(st.characters())
AUTHENTICATING = sorted({name for headers in (TOKENS | SIGNED).values() for name in headers})
VALUES = st.one_of(
    ANY,
    st.sampled_from([MILLISECONDS, SECONDS, "Bearer ", "sha256=", "v1,", "v1a,"]),
    st.binary(min_size=32, max_size=32).map(bytes.hex),
    st.binary(min_size=32, max_size=32).map(lambda value: f"sha256={value.hex()}"),
    st.builds("{}{}".format, st.sampled_from(["v1,", "v1a,", "Bearer ", "v1a, v1,"]), ANY),
    st.binary(max_size=70).map(lambda value: "v1a," + base64.b64encode(value).decode()),
)


@settings(suppress_health_check=[HealthCheck.too_slow])  # on a busy machine
@given(
    headers=st.dictionaries(st.sampled_from(AUTHENTICATING), VALUES),
    body=st.binary(),
    secrets=st.lists(st.one_of(ANY, ANY.map("whpk_{}".format), ANY.map("whsec_{}".format))),
)
def test_an_arbitrary_call_raises_nothing_and_is_refused(
    headers: dict[str, str], body: bytes, secrets: list[str]
) -> None:
    stored = [f"{secret}, which nobody can guess" for secret in secrets] + list(SECRETS)
    assert authenticate_by_token(headers, stored, NOW) is None
    assert authenticate_by_body(headers, body, stored, NOW) is None
    assert is_signed(headers) in (True, False)
    for secret in secrets:
        secret_fault(secret)
