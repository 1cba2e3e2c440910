"""Signatures of deliveries and messages, compared with published examples."""

from datetime import UTC, datetime

from feedsvc.core.websub.signatures import hub_signature, message_headers


def test_a_hub_signature_is_the_example_of_rfc_4231() -> None:
    digest = "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"
    body = b"what do ya want for nothing?"
    assert hub_signature("Jefe", body) == f"sha256={digest}"


def test_a_message_has_the_headers_of_the_example_of_standard_webhooks() -> None:
    secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"  # noqa: S105 - of the example
    now = datetime.fromtimestamp(1614265330.9, UTC)
    name = "msg_p5jXN8AQM9LWM0D4loKWxJek"
    assert message_headers(secret, name, b'{"test": 2432232314}', now) == {
        "webhook-id": name,
        "webhook-timestamp": "1614265330",
        "webhook-signature": "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
    }
