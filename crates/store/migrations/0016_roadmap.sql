-- What everybody may read of a change, in words of its own. Taken off the page, its words are kept for the next time.
CREATE TABLE roadmap_entries (
    change_id BIGINT PRIMARY KEY,
    title TEXT NOT NULL,
    words TEXT NOT NULL,
    language TEXT NOT NULL,
    is_public BOOLEAN NOT NULL,
    by_user BIGINT NOT NULL,
    published_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL
);
CREATE INDEX feedback_changes_by_time ON feedback_changes (state, moved_at, id);
CREATE INDEX feedback_changes_by_link ON feedback_changes (link) WHERE link IS NOT NULL;

-- Who asks for a change on its public page. Until the address is confirmed nobody but whoever reads it there knows of it.
CREATE TABLE roadmap_voices (
    id BIGINT PRIMARY KEY,
    change_id BIGINT NOT NULL,
    -- In lower case.
    address TEXT NOT NULL,
    -- What they want to say with it; empty once it went the way of every message.
    words TEXT NOT NULL,
    -- Which link holds: each mail has another, and only that of the last does. How many went out on that day.
    round BIGINT NOT NULL,
    asked_at BIGINT NOT NULL,
    confirmed_at BIGINT,
    -- What they count by. None where they had asked for it before.
    evidence_id BIGINT,
    UNIQUE (change_id, address)
);
CREATE INDEX roadmap_voices_of_address ON roadmap_voices (address, id);
CREATE INDEX roadmap_voices_asked ON roadmap_voices (asked_at) WHERE confirmed_at IS NULL;

-- Trackers of issues that tell us what became of an issue.
CREATE TABLE trackers (
    id BIGINT PRIMARY KEY,
    title TEXT NOT NULL,
    -- Encrypted.
    secrets BYTEA NOT NULL,
    created_by BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    -- When it last called.
    heard_at BIGINT
);

-- What was told already, by a fingerprint: a call that is played back changes nothing.
CREATE TABLE tracker_calls (
    tracker_id BIGINT NOT NULL,
    mark BYTEA NOT NULL,
    at BIGINT NOT NULL,
    PRIMARY KEY (tracker_id, mark)
);
CREATE INDEX tracker_calls_by_time ON tracker_calls (at);

-- What a tracker said of the issue that a change links to. `what`: closed, reopened. A closed one waits for a person to say
-- whether the change is done, until then or until the issue is open again.
CREATE TABLE tracker_notes (
    id BIGINT PRIMARY KEY,
    change_id BIGINT NOT NULL,
    tracker_id BIGINT NOT NULL,
    -- What the change linked to then.
    link TEXT NOT NULL,
    what TEXT NOT NULL,
    -- By the tracker's clock, and ours.
    said_at BIGINT NOT NULL,
    heard_at BIGINT NOT NULL,
    waits BOOLEAN NOT NULL
);
CREATE INDEX tracker_notes_of_change ON tracker_notes (change_id, id);
CREATE INDEX tracker_notes_waiting ON tracker_notes (id) WHERE waits = TRUE;
