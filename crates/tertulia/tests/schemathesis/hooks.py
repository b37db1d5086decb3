"""A new Idempotency-Key for each request: two requests by chance with one key are rightly refused."""

import uuid

import schemathesis


@schemathesis.hook
def before_call(context, case, kwargs):
    headers = case.headers or {}
    given = headers.get("Idempotency-Key")
    if given is not None and 0 < len(given.strip()) <= 200 and given.isascii():
        headers["Idempotency-Key"] = str(uuid.uuid4())
