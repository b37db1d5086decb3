-- Persons who turned out to be one. Until it is undone, `from_id` is part of `into_id`, and of whomever that one is part of.
CREATE TABLE person_merges (
    id BIGINT PRIMARY KEY,
    from_id BIGINT NOT NULL,
    into_id BIGINT NOT NULL,
    -- Why, in words that were shown; and the member who decided it.
    evidence TEXT NOT NULL,
    confidence DOUBLE PRECISION NOT NULL,
    by_user BIGINT NOT NULL,
    at BIGINT NOT NULL,
    -- What the one that stays was called before, and with it.
    name_before TEXT NOT NULL,
    name_before_folded TEXT NOT NULL,
    name_after TEXT NOT NULL,
    -- Nobody of the team decided it: it was so probable.
    is_automatic BOOLEAN NOT NULL DEFAULT FALSE,
    undone_by BIGINT,
    undone_at BIGINT
);
CREATE INDEX person_merges_by_time ON person_merges (id) WHERE undone_at IS NULL;
CREATE UNIQUE INDEX person_merges_from ON person_merges (from_id) WHERE undone_at IS NULL;
CREATE INDEX person_merges_into ON person_merges (into_id);

-- What moved with a merge, to be told apart again: kind is identity, conversation, consent or mute.
CREATE TABLE person_merge_parts (
    merge_id BIGINT NOT NULL,
    kind TEXT NOT NULL,
    part_id BIGINT NOT NULL,
    PRIMARY KEY (merge_id, kind, part_id)
);
CREATE INDEX person_merge_parts_of ON person_merge_parts (kind, part_id);

-- Of whom somebody is part: the last one, however often that one was merged in turn.
ALTER TABLE persons ADD COLUMN merged_into BIGINT;
CREATE INDEX persons_merged ON persons (merged_into) WHERE merged_into IS NOT NULL;

-- What a person decided about two of them: that they are not the same is remembered.
CREATE TABLE person_pairs (
    first_id BIGINT NOT NULL,
    second_id BIGINT NOT NULL,
    decision TEXT NOT NULL,
    by_user BIGINT NOT NULL,
    at BIGINT NOT NULL,
    PRIMARY KEY (first_id, second_id)
);
CREATE INDEX person_pairs_second ON person_pairs (second_id);

-- What became of what was suggested, with the probability that was shown: by this it is known how often a suggestion is right here.
-- `is_same` is null while two are one by themselves and nobody decided about it; `merge_id` is by what they are one.
CREATE TABLE reviewed_pairs (
    first_id BIGINT NOT NULL,
    second_id BIGINT NOT NULL,
    probability DOUBLE PRECISION NOT NULL,
    is_same BOOLEAN,
    merge_id BIGINT,
    by_user BIGINT NOT NULL,
    at BIGINT NOT NULL,
    PRIMARY KEY (first_id, second_id)
);
CREATE INDEX reviewed_pairs_of_merge ON reviewed_pairs (merge_id) WHERE merge_id IS NOT NULL;
CREATE INDEX reviewed_pairs_second ON reviewed_pairs (second_id);

-- By what an identity is found where another may be of the same person (hashes), and which version of them was noted.
ALTER TABLE identities ADD COLUMN keys_version BIGINT NOT NULL DEFAULT 0;
CREATE INDEX identities_by_keys ON identities (keys_version, id);
CREATE TABLE identity_keys (
    key_hash BIGINT NOT NULL,
    identity_id BIGINT NOT NULL,
    PRIMARY KEY (key_hash, identity_id)
);
CREATE INDEX identity_keys_of ON identity_keys (identity_id);

-- Two identities that may be of one person: how probable that is, and why (JSON). `first_id` is the lower.
CREATE TABLE identity_suggestions (
    first_id BIGINT NOT NULL,
    second_id BIGINT NOT NULL,
    probability DOUBLE PRECISION NOT NULL,
    reasons TEXT NOT NULL,
    found_at BIGINT NOT NULL,
    PRIMARY KEY (first_id, second_id)
);
CREATE INDEX identity_suggestions_second ON identity_suggestions (second_id);
CREATE INDEX identity_suggestions_likely ON identity_suggestions (probability, first_id, second_id);

-- When somebody said by the link in the mail that a claimed address is theirs: only what was confirmed so is proven.
ALTER TABLE asked_mails ADD COLUMN confirmed_at BIGINT;
CREATE INDEX asked_mails_confirmed ON asked_mails (address) WHERE confirmed_at IS NOT NULL;

-- What an identity says of itself besides its name, in its profile or below its mails: by this others are found who may be the
-- same person. It is what somebody typed, and proves nothing. `kind`: link, phone, line. It goes with the message it came by.
CREATE TABLE identity_traits (
    identity_id BIGINT NOT NULL,
    kind TEXT NOT NULL,
    value TEXT NOT NULL,
    message_id BIGINT NOT NULL,
    PRIMARY KEY (identity_id, kind, value)
);
CREATE INDEX identity_traits_of_message ON identity_traits (message_id);

-- Somebody is asked, where they write to us, whether another identity is theirs as well.
CREATE TABLE identity_questions (
    id BIGINT PRIMARY KEY,
    asked_id BIGINT NOT NULL,
    other_id BIGINT NOT NULL,
    -- Of the message that asks: `deliveries.idempotency_key`.
    sent_key TEXT NOT NULL UNIQUE,
    -- BLAKE3 of what stands in the link; who reads it here cannot follow the link.
    token_hash BYTEA NOT NULL UNIQUE,
    by_user BIGINT NOT NULL,
    asked_at BIGINT NOT NULL,
    -- yes, no; what was said first holds.
    answer TEXT,
    answered_at BIGINT
);
CREATE INDEX identity_questions_asked ON identity_questions (asked_id, asked_at);
CREATE INDEX identity_questions_other ON identity_questions (other_id);
