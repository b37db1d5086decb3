-- A card of Today on which somebody decided something. `kind`: first (they wrote for the first time and wait), promise (it is
-- due), back (they came back), quiet (nobody has heard of them for long), new (they speak of us and never talked with us).
CREATE TABLE today_cards (
    id BIGINT PRIMARY KEY,
    kind TEXT NOT NULL,
    -- The conversation (first, back), the promise, or the person (quiet, new).
    subject_id BIGINT NOT NULL,
    -- What tells it from an earlier card about the same: the place of the last word before the silence (back, quiet).
    cause BIGINT NOT NULL,
    -- About whom, and where they talk: for an erasure, and for what the person is given of it.
    person_id BIGINT,
    conversation_id BIGINT,
    -- open, or done.
    state TEXT NOT NULL,
    -- The day (since 1970-01-01, where the organisation is) from which on it stands.
    from_day BIGINT NOT NULL,
    -- Whose Today it is in; none: of whoever has what it is about.
    holder_id BIGINT,
    -- Who passed it on to them; none where nobody did.
    passed_by BIGINT,
    -- What whoever passed it on wrote with it.
    note TEXT NOT NULL,
    by_user BIGINT NOT NULL,
    at BIGINT NOT NULL,
    version BIGINT NOT NULL
);
CREATE UNIQUE INDEX today_cards_subject ON today_cards (kind, subject_id, cause);
CREATE INDEX today_cards_of_holder ON today_cards (holder_id, from_day, id) WHERE state = 'open' AND holder_id IS NOT NULL;
CREATE INDEX today_cards_by_member ON today_cards (by_user, at);
CREATE INDEX today_cards_of_person ON today_cards (person_id) WHERE person_id IS NOT NULL;
CREATE INDEX today_cards_of_conversation ON today_cards (conversation_id) WHERE conversation_id IS NOT NULL;

-- Which card of a kind that is not refilled was a member's on a day; `subject_id` 0: there was none.
CREATE TABLE today_draws (
    user_id BIGINT NOT NULL,
    day BIGINT NOT NULL,
    kind TEXT NOT NULL,
    subject_id BIGINT NOT NULL,
    cause BIGINT NOT NULL,
    PRIMARY KEY (user_id, day, kind)
);
CREATE INDEX today_draws_of_subject ON today_draws (kind, subject_id, day);
CREATE INDEX today_draws_by_day ON today_draws (day);

-- How a member's day ended: how much was due on it, and how much of that was left.
CREATE TABLE today_days (
    user_id BIGINT NOT NULL,
    day BIGINT NOT NULL,
    due BIGINT NOT NULL,
    left_over BIGINT NOT NULL,
    PRIMARY KEY (user_id, day)
);
CREATE INDEX today_days_by_day ON today_days (day);

-- Whoever waits in a conversation in which nobody of us may have said anything yet: an answer on its first day can hide in it. The
-- state is written so that SQLite takes no wider index for it.
CREATE INDEX conversations_unanswered ON conversations (waiting_since, id)
    WHERE state || '' = 'open' AND waiting_since <= created_at + 86400000;

-- What we said in a conversation: whether it is answered is asked of those that hold thousands of lines of others, too.
CREATE INDEX messages_said ON messages (conversation_id, place) WHERE direction = 'ours' AND auto = 'person';

-- What was said on a day of promises.
CREATE INDEX promises_by_closed ON promises (closed_at) WHERE closed_at IS NOT NULL;

-- What somebody said to others.
CREATE INDEX messages_apart ON messages (person_id, place) WHERE conversation_id IS NULL;

-- Each page says how many of the newest are not read: from the index alone.
DROP INDEX conversations_by_state;
CREATE INDEX conversations_by_state ON conversations (state, last_at, id, news);
