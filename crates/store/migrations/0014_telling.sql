-- Whoever asked for a change is told what became of it, one by one, and later asked whether it helped.

-- What is said, in each language. `kind`: done, declined (what became of it), helped (whether it helped).
CREATE TABLE telling_texts (
    change_id BIGINT NOT NULL,
    kind TEXT NOT NULL,
    language TEXT NOT NULL,
    words TEXT NOT NULL,
    version BIGINT NOT NULL DEFAULT 0,
    written_by BIGINT NOT NULL,
    written_at BIGINT NOT NULL,
    PRIMARY KEY (change_id, kind, language)
);

-- How far the drafts of a change are prepared, and when its people are asked whether it helped.
CREATE TABLE telling_rounds (
    change_id BIGINT PRIMARY KEY,
    -- The asker up to whom drafts are prepared; none while nothing is being prepared.
    after_person BIGINT,
    looked BIGINT NOT NULL DEFAULT 0,
    begun_at BIGINT,
    ended_at BIGINT,
    -- Days after which they are asked; none: those of the organisation. 0: they are not.
    ask_days BIGINT,
    -- Whoever was told until then is asked at once.
    ask_until BIGINT
);

-- One person and what became of one change (`kind`, as above): who is told that it is declined has not heard that it is done.
-- `state`: draft, queued, unknown, failed, told, by_hand, skipped, owed (it could not be told, for
-- a `reason`). Where it is answered, and in which words, is read from the message and the text when it is looked at.
CREATE TABLE tellings (
    id BIGINT PRIMARY KEY,
    change_id BIGINT NOT NULL,
    kind TEXT NOT NULL,
    person_id BIGINT NOT NULL,
    -- False: of two of one person (they were merged) the other one counts.
    stands BOOLEAN NOT NULL DEFAULT TRUE,
    -- What they said, which is answered; none where it was noted on their behalf.
    message_id BIGINT,
    -- Theirs; und where nobody knows it.
    language TEXT NOT NULL,
    state TEXT NOT NULL,
    reason TEXT,
    -- Where a member has put the text into other words for this one.
    words TEXT,
    note TEXT,
    -- Both as they were before what was done last, for whoever undoes that.
    words_before TEXT,
    note_before TEXT,
    -- When they asked first.
    asked_at BIGINT NOT NULL,
    delivery_id BIGINT,
    by_user BIGINT,
    acted_at BIGINT,
    -- When it got through, and how long that took since they asked first.
    told_at BIGINT,
    took BIGINT,
    -- Whether it helped: helped, not, unclear; by which message of theirs, and who said so.
    answer TEXT,
    answer_message_id BIGINT,
    answered_by BIGINT,
    answered_at BIGINT,
    version BIGINT NOT NULL DEFAULT 0
);
CREATE UNIQUE INDEX tellings_once ON tellings (change_id, kind, person_id) WHERE stands = TRUE;
CREATE INDEX tellings_by_state ON tellings (change_id, kind, state, id) WHERE stands = TRUE;
CREATE INDEX tellings_of_person ON tellings (person_id, change_id);
CREATE INDEX tellings_of_message ON tellings (message_id) WHERE message_id IS NOT NULL;
CREATE INDEX tellings_of_answer ON tellings (answer_message_id) WHERE answer_message_id IS NOT NULL;
CREATE INDEX tellings_of_delivery ON tellings (delivery_id) WHERE delivery_id IS NOT NULL;
CREATE INDEX tellings_owed ON tellings (id) WHERE stands = TRUE AND kind <> 'helped' AND state IN ('owed', 'failed');
CREATE INDEX tellings_by_time ON tellings (change_id, kind, told_at) WHERE stands = TRUE AND told_at IS NOT NULL;
CREATE INDEX tellings_took ON tellings (took, id) WHERE stands = TRUE AND took IS NOT NULL;
CREATE INDEX tellings_of_change_took ON tellings (change_id, took, id) WHERE stands = TRUE AND took IS NOT NULL;

-- Every sending of a telling: one that was given up for another is not sent again.
CREATE TABLE telling_deliveries (
    delivery_id BIGINT PRIMARY KEY,
    telling_id BIGINT NOT NULL
);
CREATE INDEX telling_deliveries_of ON telling_deliveries (telling_id);
