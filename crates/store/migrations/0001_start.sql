-- Ids are made by the program. Times are milliseconds UTC. JSON stands in TEXT.

CREATE TABLE settings (
    name TEXT NOT NULL PRIMARY KEY,
    value TEXT NOT NULL
);

CREATE TABLE goals (
    id BIGINT PRIMARY KEY,
    sentence TEXT NOT NULL,
    today_value TEXT NOT NULL,
    hoped_value TEXT NOT NULL,
    due_on TEXT NOT NULL,
    declared_at BIGINT NOT NULL,
    declared_by BIGINT NOT NULL
);

CREATE TABLE users (
    id BIGINT PRIMARY KEY,
    mail TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    role TEXT NOT NULL,
    password_hash TEXT,
    theme TEXT NOT NULL DEFAULT 'auto',
    created_at BIGINT NOT NULL,
    disabled_at BIGINT
);

CREATE TABLE sessions (
    token_hash BYTEA NOT NULL PRIMARY KEY,
    user_id BIGINT NOT NULL,
    csrf TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL
);
CREATE INDEX sessions_of_user ON sessions (user_id);

-- A link by which a member sets a password: an invitation, or a reset.
CREATE TABLE password_links (
    token_hash BYTEA NOT NULL PRIMARY KEY,
    user_id BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL
);

CREATE TABLE api_tokens (
    id BIGINT PRIMARY KEY,
    user_id BIGINT NOT NULL,
    name TEXT NOT NULL,
    token_hash BYTEA NOT NULL UNIQUE,
    scopes TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    used_at BIGINT,
    revoked_at BIGINT
);

CREATE TABLE channels (
    id BIGINT PRIMARY KEY,
    connector TEXT NOT NULL,
    account TEXT NOT NULL,
    name TEXT NOT NULL,
    state TEXT NOT NULL,
    settings TEXT NOT NULL,
    secrets BYTEA,
    position TEXT,
    caught_up BOOLEAN NOT NULL DEFAULT FALSE,
    failures BIGINT NOT NULL DEFAULT 0,
    last_error TEXT,
    last_pull_at BIGINT,
    last_heard_at BIGINT,
    lease_owner TEXT,
    lease_until BIGINT NOT NULL DEFAULT 0,
    created_at BIGINT NOT NULL,
    deleted_at BIGINT
);

-- What a channel brought that is no message, by the reason.
CREATE TABLE passed_over (
    channel_id BIGINT NOT NULL,
    reason TEXT NOT NULL,
    times BIGINT NOT NULL,
    last_at BIGINT NOT NULL,
    PRIMARY KEY (channel_id, reason)
);

CREATE TABLE persons (
    id BIGINT PRIMARY KEY,
    name TEXT NOT NULL,
    -- In lower case, as SQLite's LOWER knows only ASCII.
    name_folded TEXT NOT NULL,
    created_at BIGINT NOT NULL
);

CREATE TABLE identities (
    id BIGINT PRIMARY KEY,
    space TEXT NOT NULL,
    handle TEXT NOT NULL,
    handle_folded TEXT NOT NULL,
    name TEXT,
    person_id BIGINT NOT NULL,
    claimed_mail TEXT,
    -- The claimed address that was asked by mail to confirm.
    asked_mail TEXT,
    created_at BIGINT NOT NULL,
    UNIQUE (space, handle)
);
CREATE INDEX identities_of_person ON identities (person_id);

-- Why an identity stands with its person, kept when it is undone.
CREATE TABLE person_links (
    id BIGINT PRIMARY KEY,
    identity_id BIGINT NOT NULL,
    person_id BIGINT NOT NULL,
    evidence TEXT NOT NULL,
    confidence DOUBLE PRECISION NOT NULL,
    created_at BIGINT NOT NULL,
    undone_at BIGINT
);
CREATE INDEX person_links_of_identity ON person_links (identity_id);

-- One row a message, narrow: its words stand in bodies. `place` is the time it counts as written and a tie-break in one
-- number: the order of every list. A deleted message stays as a tombstone.
CREATE TABLE messages (
    id BIGINT PRIMARY KEY,
    place BIGINT NOT NULL,
    source_key BYTEA NOT NULL,
    source TEXT NOT NULL,
    external_id TEXT NOT NULL,
    channel_id BIGINT NOT NULL,
    thread_id BIGINT NOT NULL,
    -- What it claims to answer, and how far up its references that stands: below zero where it would close a ring.
    parent_id BIGINT,
    parent_rank BIGINT NOT NULL,
    conversation_id BIGINT,
    identity_id BIGINT,
    person_id BIGINT,
    direction TEXT NOT NULL,
    state TEXT NOT NULL,
    visibility TEXT NOT NULL,
    auto TEXT NOT NULL,
    revision BIGINT NOT NULL,
    at BIGINT NOT NULL,
    stated_at BIGINT,
    heard_at BIGINT NOT NULL,
    language TEXT NOT NULL,
    flags BIGINT NOT NULL,
    fingerprint BIGINT NOT NULL,
    sent_by BIGINT
);
CREATE UNIQUE INDEX messages_place ON messages (place);
CREATE UNIQUE INDEX messages_source_key ON messages (source_key);
CREATE INDEX messages_of_thread ON messages (thread_id, place);
CREATE INDEX messages_of_channel ON messages (channel_id, place);
-- Edits that came before what they change: few.
CREATE INDEX messages_waiting ON messages (channel_id) WHERE state = 'waiting';
CREATE INDEX messages_of_person ON messages (person_id, place);
CREATE INDEX messages_of_conversation ON messages (conversation_id, place) WHERE conversation_id IS NOT NULL;
-- Answers that were not written here.
CREATE INDEX messages_answered_elsewhere ON messages (conversation_id, place) WHERE direction = 'ours' AND sent_by IS NULL;

CREATE TABLE bodies (
    message_id BIGINT NOT NULL,
    revision BIGINT NOT NULL,
    subject TEXT,
    text TEXT NOT NULL,
    html TEXT,
    snippet TEXT NOT NULL,
    parts TEXT NOT NULL,
    envelope TEXT NOT NULL,
    raw_blob TEXT,
    raw_offset BIGINT,
    raw_length BIGINT,
    analysis_version BIGINT NOT NULL,
    heard_at BIGINT NOT NULL,
    PRIMARY KEY (message_id, revision)
);

-- Other names of a message at its source: a Message-ID that a server rewrote.
CREATE TABLE aliases (
    source_key BYTEA NOT NULL PRIMARY KEY,
    message_id BIGINT NOT NULL
);

-- References to messages that are not here (yet). Rank 1 is the direct parent.
CREATE TABLE awaited (
    source_key BYTEA NOT NULL,
    message_id BIGINT NOT NULL,
    rank BIGINT NOT NULL,
    PRIMARY KEY (source_key, message_id)
);
CREATE INDEX awaited_by_message ON awaited (message_id);

CREATE TABLE attachments (
    id BIGINT PRIMARY KEY,
    message_id BIGINT NOT NULL,
    revision BIGINT NOT NULL,
    name TEXT NOT NULL,
    media_type TEXT NOT NULL,
    content_id TEXT,
    inline BOOLEAN NOT NULL,
    blob TEXT NOT NULL,
    byte_offset BIGINT NOT NULL,
    size BIGINT NOT NULL
);
CREATE INDEX attachments_of_message ON attachments (message_id);

CREATE TABLE conversations (
    id BIGINT PRIMARY KEY,
    subject TEXT NOT NULL,
    person_id BIGINT,
    channel_id BIGINT NOT NULL,
    state TEXT NOT NULL,
    assignee_id BIGINT,
    snoozed_until BIGINT,
    waiting_since BIGINT,
    last_at BIGINT NOT NULL,
    last_place BIGINT NOT NULL,
    last_theirs_place BIGINT NOT NULL,
    news BIGINT NOT NULL,
    woken BOOLEAN NOT NULL DEFAULT FALSE,
    snippet TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    version BIGINT NOT NULL DEFAULT 0
);
CREATE INDEX conversations_by_state ON conversations (state, last_at, id);
CREATE INDEX conversations_of_person ON conversations (person_id, last_at);
CREATE INDEX conversations_of_assignee ON conversations (assignee_id, state, last_at, id) WHERE assignee_id IS NOT NULL;
CREATE INDEX conversations_of_nobody ON conversations (state, last_at, id) WHERE assignee_id IS NULL;
CREATE INDEX conversations_of_channel ON conversations (channel_id, state, last_at, id);
CREATE INDEX conversations_by_time ON conversations (last_at, id);
CREATE INDEX conversations_waiting ON conversations (state, waiting_since, id) WHERE waiting_since IS NOT NULL;

-- A late link between two conversations; a person decides.
CREATE TABLE merge_proposals (
    first_id BIGINT NOT NULL,
    second_id BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    decision TEXT,
    PRIMARY KEY (first_id, second_id)
);
CREATE INDEX merge_proposals_of_second ON merge_proposals (second_id);

-- Where a conversation that was merged away went, and how it was before (JSON), so that it can be parted again.
CREATE TABLE merges (
    from_id BIGINT PRIMARY KEY,
    into_id BIGINT NOT NULL,
    merged_at BIGINT NOT NULL,
    subject TEXT NOT NULL,
    before TEXT NOT NULL
);
CREATE INDEX merges_into ON merges (into_id, merged_at);

-- Which messages it brought along.
CREATE TABLE merged_messages (
    from_id BIGINT NOT NULL,
    message_id BIGINT NOT NULL,
    PRIMARY KEY (from_id, message_id)
);

-- Up to which of a conversation's news a member has seen it. News are numbered by the moment in which we heard of them.
CREATE TABLE reads (
    user_id BIGINT NOT NULL,
    conversation_id BIGINT NOT NULL,
    seen BIGINT NOT NULL,
    PRIMARY KEY (user_id, conversation_id)
);

CREATE TABLE drafts (
    user_id BIGINT NOT NULL,
    conversation_id BIGINT NOT NULL,
    form TEXT NOT NULL,
    updated_at BIGINT NOT NULL,
    PRIMARY KEY (user_id, conversation_id)
);

-- Files put to a draft, until the draft is sent or thrown away.
CREATE TABLE draft_files (
    id BIGINT PRIMARY KEY,
    user_id BIGINT NOT NULL,
    conversation_id BIGINT NOT NULL,
    name TEXT NOT NULL,
    media_type TEXT NOT NULL,
    blob TEXT NOT NULL,
    byte_offset BIGINT NOT NULL,
    size BIGINT NOT NULL,
    created_at BIGINT NOT NULL
);
CREATE INDEX draft_files_of_draft ON draft_files (user_id, conversation_id);

CREATE TABLE deliveries (
    id BIGINT PRIMARY KEY,
    message_id BIGINT NOT NULL UNIQUE,
    conversation_id BIGINT NOT NULL,
    channel_id BIGINT NOT NULL,
    state TEXT NOT NULL,
    reason TEXT,
    attempts BIGINT NOT NULL DEFAULT 0,
    in_flight BOOLEAN NOT NULL DEFAULT FALSE,
    idempotency_key TEXT NOT NULL UNIQUE,
    outgoing TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    left_by BIGINT,
    left_at BIGINT
);
CREATE INDEX deliveries_by_state ON deliveries (state, updated_at);
CREATE INDEX deliveries_of_conversation ON deliveries (conversation_id, state);

CREATE TABLE jobs (
    id BIGINT PRIMARY KEY,
    kind TEXT NOT NULL,
    subject BIGINT NOT NULL,
    run_at BIGINT NOT NULL,
    attempts BIGINT NOT NULL DEFAULT 0,
    lease_owner TEXT,
    lease_until BIGINT NOT NULL DEFAULT 0,
    last_error TEXT,
    UNIQUE (kind, subject)
);
CREATE INDEX jobs_due ON jobs (run_at);

CREATE TABLE quarantine (
    id BIGINT PRIMARY KEY,
    channel_id BIGINT NOT NULL,
    item_key TEXT NOT NULL,
    reason TEXT NOT NULL,
    hint TEXT NOT NULL,
    blob TEXT NOT NULL,
    byte_offset BIGINT NOT NULL,
    size BIGINT NOT NULL,
    received_at BIGINT NOT NULL,
    history BOOLEAN NOT NULL,
    state TEXT NOT NULL,
    decided_by BIGINT,
    decided_at BIGINT,
    UNIQUE (channel_id, item_key)
);
CREATE INDEX quarantine_by_state ON quarantine (state, id);

CREATE TABLE imports (
    id BIGINT PRIMARY KEY,
    channel_id BIGINT NOT NULL,
    name TEXT NOT NULL,
    format TEXT NOT NULL,
    mapping TEXT NOT NULL,
    blob TEXT NOT NULL,
    size BIGINT NOT NULL,
    position BIGINT NOT NULL DEFAULT 0,
    state TEXT NOT NULL,
    taken BIGINT NOT NULL DEFAULT 0,
    known BIGINT NOT NULL DEFAULT 0,
    skipped BIGINT NOT NULL DEFAULT 0,
    quarantined BIGINT NOT NULL DEFAULT 0,
    reasons TEXT NOT NULL DEFAULT '{}',
    error TEXT,
    worked_ms BIGINT NOT NULL DEFAULT 0,
    created_by BIGINT,
    created_at BIGINT NOT NULL,
    finished_at BIGINT
);
