-- How many people the source says a message could reach.
ALTER TABLE messages ADD COLUMN reach BIGINT;

-- When the channel said that a message of ours reached its reader's device.
ALTER TABLE deliveries ADD COLUMN arrived_at BIGINT;

-- How many messages of a day a channel may bring (none: any number), and how long it keeps them.
ALTER TABLE channels ADD COLUMN day_cap BIGINT;
ALTER TABLE channels ADD COLUMN keep_days BIGINT;

-- Whose server a job asks something of: no channel has all places. 0: nobody's.
ALTER TABLE jobs ADD COLUMN channel_id BIGINT NOT NULL DEFAULT 0;
UPDATE jobs SET channel_id = COALESCE((SELECT channel_id FROM deliveries WHERE deliveries.id = jobs.subject), 0)
    WHERE kind = 'send';
-- Counts the claims of a job: whoever lost it to a later one has no say any more.
ALTER TABLE jobs ADD COLUMN claim BIGINT NOT NULL DEFAULT 0;
CREATE INDEX jobs_held ON jobs (lease_until) WHERE channel_id <> 0;
CREATE INDEX jobs_of_channel ON jobs (channel_id, kind, run_at);

-- Until when its service asked not to be asked for news, and for nothing to be sent: kept by every node, and after a restart.
ALTER TABLE channels ADD COLUMN pull_after BIGINT NOT NULL DEFAULT 0;
ALTER TABLE channels ADD COLUMN send_after BIGINT NOT NULL DEFAULT 0;

CREATE INDEX identities_by_handle ON identities (handle);

-- What a channel left for later (JSON); the job of kind 'errand' says when.
CREATE TABLE errands (
    id BIGINT PRIMARY KEY,
    channel_id BIGINT NOT NULL,
    name TEXT NOT NULL,
    task TEXT NOT NULL,
    UNIQUE (channel_id, name)
);

-- The coverage ledger: what a channel heard on a day (days since 1970-01-01, UTC), and how late.
CREATE TABLE ledger_days (
    channel_id BIGINT NOT NULL,
    day BIGINT NOT NULL,
    heard BIGINT NOT NULL DEFAULT 0,
    history BIGINT NOT NULL DEFAULT 0,
    -- Of what was heard live and says when it was written.
    lag_times BIGINT NOT NULL DEFAULT 0,
    lag_total BIGINT NOT NULL DEFAULT 0,
    lag_most BIGINT NOT NULL DEFAULT 0,
    -- The smallest share that the source said it gave; none where it said nothing.
    sampled DOUBLE PRECISION,
    PRIMARY KEY (channel_id, day)
);
CREATE INDEX ledger_days_by_day ON ledger_days (day);

-- What was seen and not kept, by its reason. `kind`: passed (it was no message), aside (in Quarantine), unwatched, over
-- (the channel's daily number), erased (of somebody who asked to be erased), counted (the channel's own count), aged (kept, and let go
-- when the channel's days were over).
CREATE TABLE ledger_counts (
    channel_id BIGINT NOT NULL,
    day BIGINT NOT NULL,
    kind TEXT NOT NULL,
    reason TEXT NOT NULL,
    times BIGINT NOT NULL,
    PRIMARY KEY (channel_id, day, kind, reason)
);
CREATE INDEX ledger_counts_by_day ON ledger_counts (day);

-- Spans in which a channel was not heard. `kind`: away (it failed, was stopped or paused, or the program did not run;
-- `until_at` none while it goes on), lost (the source says that something is missing for good).
CREATE TABLE ledger_gaps (
    id BIGINT PRIMARY KEY,
    channel_id BIGINT NOT NULL,
    kind TEXT NOT NULL,
    from_at BIGINT NOT NULL,
    until_at BIGINT,
    reason TEXT NOT NULL
);
CREATE INDEX ledger_gaps_by_end ON ledger_gaps (until_at);
CREATE INDEX ledger_gaps_of_channel ON ledger_gaps (channel_id, from_at);
CREATE INDEX ledger_gaps_open ON ledger_gaps (channel_id) WHERE until_at IS NULL;

-- Whether somebody wants to hear from us: the newest row of a subject and channel holds, the older ones are its record.
-- About an identity (`subject_kind`: identity) or a person; `channel_id` 0 means every channel.
CREATE TABLE consents (
    id BIGINT PRIMARY KEY,
    subject_kind TEXT NOT NULL,
    subject_id BIGINT NOT NULL,
    channel_id BIGINT NOT NULL,
    -- Null: they only asked for help, and what they said before holds.
    allowed BOOLEAN,
    words TEXT NOT NULL,
    at BIGINT NOT NULL,
    by_user BIGINT,
    -- The event that told it: heard again, it is no new wish.
    event_key BYTEA UNIQUE
);
CREATE INDEX consents_of_subject ON consents (subject_kind, subject_id, channel_id, at);

-- Messages that the monitors have still to look at. `uses`: which monitors, by what they ask for (0: all of them).
CREATE TABLE to_match (
    message_id BIGINT PRIMARY KEY,
    uses BIGINT NOT NULL
);

CREATE TABLE monitors (
    id BIGINT PRIMARY KEY,
    name TEXT NOT NULL,
    query TEXT NOT NULL,
    -- Bits: what the query asks for besides words.
    uses BIGINT NOT NULL,
    -- Counts the wordings of the query; a mention of an older one is looked at again.
    version BIGINT NOT NULL,
    state TEXT NOT NULL,
    -- The place below which the stored past is still to be looked at; none once it was.
    behind BIGINT,
    behind_from BIGINT,
    looked_at BIGINT NOT NULL DEFAULT 0,
    created_by BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL
);

-- A message that matched. `state`: new, listened (that we heard it was all there was to do), noise.
CREATE TABLE mentions (
    monitor_id BIGINT NOT NULL,
    place BIGINT NOT NULL,
    message_id BIGINT NOT NULL,
    version BIGINT NOT NULL,
    revision BIGINT NOT NULL,
    at BIGINT NOT NULL,
    channel_id BIGINT NOT NULL,
    language TEXT NOT NULL,
    state TEXT NOT NULL,
    decided_by BIGINT,
    decided_at BIGINT,
    -- The change (changes.seq) with which it was found as it came, so in the order of commits; 0 where it was found in the
    -- stored past, of which nobody is told.
    found BIGINT NOT NULL,
    PRIMARY KEY (monitor_id, place)
);
CREATE INDEX mentions_of_message ON mentions (message_id);
CREATE INDEX mentions_by_finding ON mentions (monitor_id, found);
CREATE INDEX mentions_by_state ON mentions (monitor_id, state, place);
CREATE INDEX mentions_by_version ON mentions (monitor_id, version);
CREATE INDEX mentions_by_time ON mentions (monitor_id, at, channel_id, language, state);

-- Whose words, or which thread's, a monitor (0: all of them) does not show. `kind`: person, thread, part (what was a thread
-- of its own when it was muted, and became part of a larger one: these messages of it).
CREATE TABLE mutes (
    id BIGINT PRIMARY KEY,
    monitor_id BIGINT NOT NULL,
    kind TEXT NOT NULL,
    subject_id BIGINT NOT NULL,
    created_by BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    UNIQUE (monitor_id, kind, subject_id)
);

CREATE TABLE muted_messages (
    mute_id BIGINT NOT NULL,
    message_id BIGINT NOT NULL,
    PRIMARY KEY (mute_id, message_id)
);

-- How a member is told of a monitor's mentions (JSON: how often by mail, quiet hours, how many at a time).
CREATE TABLE monitor_notices (
    monitor_id BIGINT NOT NULL,
    user_id BIGINT NOT NULL,
    form TEXT NOT NULL,
    -- Up to which mention (mentions.found) they have seen the stream; and up to which they were told by mail, when.
    seen_to BIGINT NOT NULL,
    told_to BIGINT NOT NULL,
    told_at BIGINT NOT NULL,
    PRIMARY KEY (monitor_id, user_id)
);
CREATE INDEX monitor_notices_of_user ON monitor_notices (user_id);

-- Keyed hashes of what was erased at somebody's wish (an identity, a message): it does not come back. And of a wish not to
-- be written to, which outlives whoever had it.
CREATE TABLE erased (
    key_hash BYTEA NOT NULL PRIMARY KEY,
    kind TEXT NOT NULL,
    at BIGINT NOT NULL
);

-- Blobs that hold bytes which nothing needs any more and which must leave the disk: written anew without them.
CREATE TABLE trims (
    blob TEXT NOT NULL PRIMARY KEY,
    -- Somebody was erased: they do not wait for an import that could go on.
    erased BOOLEAN NOT NULL
);

-- Whatever names a range of a blob, by the blob: what is still needed of it.
CREATE INDEX bodies_by_blob ON bodies (raw_blob);
CREATE INDEX attachments_by_blob ON attachments (blob);
CREATE INDEX draft_files_by_blob ON draft_files (blob);
CREATE INDEX quarantine_by_blob ON quarantine (blob);

-- Reports of erasures: what was erased where, without a word of it (JSON).
CREATE TABLE erasures (
    id BIGINT PRIMARY KEY,
    at BIGINT NOT NULL,
    by_user BIGINT NOT NULL,
    report TEXT NOT NULL,
    -- While the job of kind 'erase' is at it: what is still to be looked for, encrypted.
    sealed BYTEA,
    -- Blobs that were written anew or deleted meanwhile, and by how many bytes they became smaller.
    rewritten BIGINT NOT NULL DEFAULT 0,
    removed BIGINT NOT NULL DEFAULT 0,
    bytes_gone BIGINT NOT NULL DEFAULT 0
);

-- Backups that were made of this installation: what was erased since is still in them.
CREATE TABLE backups (
    folder TEXT NOT NULL PRIMARY KEY,
    at BIGINT NOT NULL
);

-- Answers of surveys, as figures.
CREATE TABLE survey_answers (
    message_id BIGINT PRIMARY KEY,
    survey TEXT NOT NULL,
    question TEXT NOT NULL,
    scale TEXT NOT NULL,
    score DOUBLE PRECISION,
    attributes TEXT NOT NULL,
    at BIGINT NOT NULL,
    person_id BIGINT
);
CREATE INDEX survey_answers_by_question ON survey_answers (survey, question, at);

-- What a program asked for once (Idempotency-Key), and what it was answered.
CREATE TABLE api_answers (
    token_id BIGINT NOT NULL,
    idempotency_key TEXT NOT NULL,
    request_hash BYTEA NOT NULL,
    status BIGINT NOT NULL,
    body TEXT NOT NULL,
    at BIGINT NOT NULL,
    PRIMARY KEY (token_id, idempotency_key)
);
CREATE INDEX api_answers_by_time ON api_answers (at);
