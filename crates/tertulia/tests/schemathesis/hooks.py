"""What chance alone would not come upon, for the test of the API."""

import uuid

import schemathesis

CHANNEL = {
    "connector": "webchat",
    "name": "Chat on our page",
    "settings": {"name": "Fuente & Flor", "allowed_origins": ["https://roastery.example"]},
}


@schemathesis.hook
def before_call(context, case, kwargs):
    fresh_key(case)
    if case.operation.path in ("/api/v1/channels", "/api/v1/channels/test"):
        settings_that_work(case)
    if case.operation.path.endswith("/file"):
        file_that_works(case)
    if case.operation.path == "/api/v1/channels/{id}/entries":
        values_that_work(case)


def fresh_key(case):
    """A new Idempotency-Key for each request: two requests by chance with one key are rightly refused."""
    headers = case.headers or {}
    given = headers.get("Idempotency-Key")
    if given is not None and 0 < len(given.strip()) <= 200 and given.isascii():
        headers["Idempotency-Key"] = str(uuid.uuid4())


def is_right(case):
    return case.meta is not None and case.meta.generation.mode.is_positive


def file_that_works(case):
    """Bytes by chance are hardly ever a table."""
    if is_right(case) and len(case.body or b"") % 2 == 0:
        case.body = b"who,they said\nKim,Hello\n"


def values_that_work(case):
    """The document leaves an entry's values to the channel's kind."""
    if is_right(case) and isinstance(case.body, dict) and not case.body.get("values"):
        case.body = {"values": {"they_said": "Hello", "when": 1795262400000}}


def settings_that_work(case):
    """The document leaves a channel's settings to its kind. A right request without any gets some that are taken."""
    if is_right(case) and isinstance(case.body, dict) and not case.body.get("settings"):
        case.body = dict(CHANNEL)
