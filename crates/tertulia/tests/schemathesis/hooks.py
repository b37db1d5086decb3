"""What chance alone would not come upon, for the test of the API."""

import datetime
import os
import random
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
    path, method = case.operation.path, case.method.upper()
    if path in ("/api/v1/channels", "/api/v1/channels/test"):
        settings_that_work(case)
    elif path == "/api/v1/channels/{id}" and method == "PUT":
        only_a_name(case)
    elif path in ("/api/v1/webhooks", "/api/v1/webhooks/{id}") and method in ("POST", "PUT"):
        address_that_works(case)
    elif path.startswith("/api/v1/monitors/") and path.endswith(("/notice", "/webhooks")) and method == "PUT":
        zone_that_is_known(case)
    elif path == "/api/v1/people/{id}/erasure" and method == "POST":
        name_that_is_theirs(case)
    elif path == "/api/v1/customers/{id}/erasure" and method == "POST":
        name_of_the_customer(case)
    elif path == "/api/v1/people/{id}/merges" and method == "POST":
        somebody_who_joins(case)
    elif path == "/api/v1/feedback/{id}/merge":
        item_that_stays(case)
    elif path == "/api/v1/imports/files":
        file_that_can_be_read(case)
    elif path == "/api/v1/customer-lists/files":
        customers_that_can_be_read(case)
    elif path == "/api/v1/customer-lists" and method == "POST":
        list_that_was_sent(case)
    elif path == "/api/v1/organisations/{id}/merge":
        organisation_that_stays(case)
    elif path in ("/api/v1/segments", "/api/v1/segments/{id}") and method in ("POST", "PUT"):
        rules_that_are_known(case)
    elif path == "/api/v1/today/{card}/pass-on":
        somebody_of_the_team(case)
    elif path == "/api/v1/today/{card}/put-off":
        day_that_is_to_come(case)
    elif path == "/api/v1/tellings/{id}" and method == "PUT":
        words_of_ones_own(case)
    elif path == "/api/v1/tellings/{id}/send":
        telling_as_it_was_seen(case)
    elif path == "/api/v1/invitation-rounds" and method == "POST":
        draw_of_one(case)
    elif path == "/api/v1/invitation-rounds/{id}/texts" and method == "PUT":
        words_in_a_language(case)
    elif path == "/api/v1/invitations/{id}" and method == "PUT":
        words_of_ones_own(case)
    elif path == "/api/v1/invitations/{id}/send":
        invitation_as_it_was_seen(case)
    elif path == "/api/v1/insights/margins/{attribute}" and method == "PUT":
        parts_that_add_up(case)
    elif path in ("/api/v1/others", "/api/v1/others/{id}") and method in ("POST", "PUT"):
        account_that_was_heard(case)
    elif path in ("/api/v1/imports", "/api/v1/imports/preview") and method == "POST":
        file_that_was_sent(case)
    elif path == "/api/v1/mappings" and method == "POST":
        mapping_that_can_be_saved(case)
    elif path == "/api/v1/channels/preview":
        sample_that_can_be_read(case)
    elif path == "/api/v1/conversations/{id}/files":
        file_for_a_reply(case)
    elif path in ("/api/v1/conversations/{id}/replies", "/api/v1/conversations/{id}/entries"):
        words_without_files(case)
    elif path == "/api/v1/messages/{id}/forwards":
        forward_that_can_go(case)
    elif path == "/api/v1/channels/{id}/file":
        file_that_works(case)
    elif path == "/api/v1/channels/{id}/entries":
        values_that_work(case)
    elif path == "/api/v1/messages/{id}/labels/{kind}" and method == "PUT":
        value_of_the_kind(case)
    elif path.startswith("/api/v1/label-samples/{id}/messages/") and method == "PUT":
        value_that_can_be_read(case)
    elif path == "/api/v1/opinions/{id}/votes" and method == "POST":
        votes_on_what_is_there(case)


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


def address_that_works(case):
    """A schema cannot say which addresses may be called, nor which events there are."""
    if is_right(case) and isinstance(case.body, dict):
        case.body = {**case.body, "url": "http://127.0.0.1:9/hooks", "events": ["message.heard", "answer.failed"]}


def only_a_name(case):
    """Which settings a channel has, its kind says."""
    if is_right(case) and isinstance(case.body, dict):
        case.body = {"name": str(case.body.get("name", ""))[:200]}


def zone_that_is_known(case):
    if is_right(case) and isinstance(case.body, dict):
        often = "daily" if case.body.get("often") == "soon" else case.body.get("often")
        case.body = {**case.body, "often": often, "zone": "Europe/Madrid"}


def name_that_is_theirs(case):
    """Nobody is erased by a slip: their name must be given. One person of the demo is erased, the others stay."""
    if is_right(case) and isinstance(case.body, dict):
        case.body = {"name": os.environ["TERTULIA_A_NAME"]}


def name_of_the_customer(case):
    if is_right(case) and isinstance(case.body, dict):
        case.body = {"name": "Ed"}


def somebody_who_joins(case):
    """Chance alone names nobody."""
    if is_right(case) and isinstance(case.body, dict):
        case.body = {**case.body, "person": os.environ["TERTULIA_WHO_JOINS"]}


def item_that_stays(case):
    if is_right(case) and isinstance(case.body, dict):
        case.body = {"into": os.environ["TERTULIA_AN_ITEM"]}


def file_that_can_be_read(case):
    if is_right(case):
        case.query = {"name": "forum.csv"}
        case.body = b"id,text,author\n1,Hello,Ana\n"


def file_that_was_sent(case):
    if is_right(case) and isinstance(case.body, dict):
        case.body = {"file": os.environ["TERTULIA_A_FILE"], "source": "Forum"}


def customers_that_can_be_read(case):
    if is_right(case):
        case.query = {"name": "crm.csv"}
        case.body = b"customer number,name\n3,Cy\n"


def list_that_was_sent(case):
    """What columns a file has, the file says."""
    if is_right(case) and isinstance(case.body, dict):
        case.body = {"file": os.environ["TERTULIA_A_CUSTOMER_FILE"], "list": str(case.body.get("list") or "CRM")[:80]}


def organisation_that_stays(case):
    if is_right(case) and isinstance(case.body, dict):
        case.body = {"into": os.environ["TERTULIA_AN_ORGANISATION"]}


def rules_that_are_known(case):
    """Which attributes there are, a schema cannot say."""
    if is_right(case) and isinstance(case.body, dict):
        rule = {"attribute": "segment", "is": "one_of", "words": ["Retail"]}
        # No two segments have one name.
        case.body = {"name": f"Retail {uuid.uuid4()}", "rules": [rule]}


def somebody_of_the_team(case):
    if is_right(case) and isinstance(case.body, dict):
        case.body = {"to": os.environ["TERTULIA_A_COLLEAGUE"], "note": "You know them"}


def day_that_is_to_come(case):
    if is_right(case) and isinstance(case.body, dict):
        case.body = {"until": (datetime.date.today() + datetime.timedelta(days=3)).isoformat()}


def words_of_ones_own(case):
    """Which places can be filled in, and how it stood before, a schema cannot say."""
    if is_right(case) and isinstance(case.body, dict):
        case.body = {"words": "It is done, and it shines."}


def telling_as_it_was_seen(case):
    if is_right(case) and isinstance(case.body, dict):
        case.body = {"seen": os.environ["TERTULIA_AS_IT_WAS_SEEN"]}


def draw_of_one(case):
    """Which attributes there are, a schema cannot say; and many draws would leave nobody."""
    if is_right(case) and isinstance(case.body, dict):
        case.body = {"attribute": "segment", "size": 1, "seed": 7}


def parts_that_add_up(case):
    """That no part stands there twice, a schema cannot say."""
    if is_right(case) and isinstance(case.body, dict):
        parts = [{"name": "Gold", "amount": 20}, {"name": "Iron", "amount": 80}]
        case.body = {"source": "Our own count", "as_of": "2026-01-01", "parts": parts}


def words_in_a_language(case):
    """Each language is written once."""
    if is_right(case) and isinstance(case.body, dict):
        language = random.choice(["es", "fr", "it", "pt", "nl", "pl", "sv", "da", "fi", "cs"])
        case.body = {"language": language, "subject": "A question", "words": "What do you miss?"}


def invitation_as_it_was_seen(case):
    if is_right(case) and isinstance(case.body, dict):
        case.body = {"seen": os.environ["TERTULIA_AN_INVITATION_AS_IT_WAS_SEEN"]}


def account_that_was_heard(case):
    """Who was heard in public, a schema cannot say."""
    if is_right(case) and isinstance(case.body, dict):
        account = {"account": os.environ["TERTULIA_A_PUBLIC_ACCOUNT"]}
        case.body = {"name": str(case.body.get("name") or "Rival")[:100], "accounts": [account]}


def mapping_that_can_be_saved(case):
    if is_right(case) and isinstance(case.body, dict):
        case.body = {"name": "Forum", "replace": True, "import": {"file": os.environ["TERTULIA_A_FILE"]}}


def sample_that_can_be_read(case):
    """What a sample looks like, the channel's settings say."""
    if is_right(case) and isinstance(case.body, dict):
        settings = {"name": "Shop", "text": "text", "author": "by"}
        case.body = {"connector": "webhook", "settings": settings, "sample": '{"text": "Hello", "by": "ana"}'}


VALUES = {"language": "es", "sentiment": "negative", "noise": "spam", "substance": "thin"}


def value_of_the_kind(case):
    """Which values a kind has, a schema cannot say."""
    if is_right(case) and isinstance(case.body, dict):
        case.body = {"value": VALUES.get(case.path_parameters.get("kind"), "yes")}


def value_that_can_be_read(case):
    if is_right(case) and isinstance(case.body, dict) and case.body.get("value") is not None:
        case.body = {"value": "positive"}


def votes_on_what_is_there(case):
    """Which statements a ballot has, a schema cannot say, nor that nobody is two persons."""
    if is_right(case) and isinstance(case.body, dict):
        for vote in case.body.get("votes") or []:
            vote.pop("person_id", None)
            vote["participant"] = "17"
            vote["statement_id"] = os.environ["TERTULIA_A_STATEMENT"]


def file_for_a_reply(case):
    if is_right(case):
        case.query = {"name": "menu.pdf"}
        case.body = b"Beans, roasted today"


def words_without_files(case):
    """Which addresses, files and channels there are, a schema cannot say."""
    if is_right(case) and isinstance(case.body, dict) and len(case.body.get("text", "")) % 2 == 0:
        case.body = {"text": case.body.get("text") or "Hello"}


def forward_that_can_go(case):
    if is_right(case) and isinstance(case.body, dict):
        case.body = {"to": [{"address": "nils@mill.example"}], "text": str(case.body.get("text", ""))[:500]}


def settings_that_work(case):
    """The document leaves a channel's settings to its kind. A right request without any gets some that are taken."""
    if is_right(case) and isinstance(case.body, dict) and not case.body.get("settings"):
        case.body = dict(CHANNEL)
