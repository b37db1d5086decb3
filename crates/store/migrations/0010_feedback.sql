-- What people ask for, in the team's words. An item that was merged into another stays, and counts there.
CREATE TABLE feedback_items (
    id BIGINT PRIMARY KEY,
    title TEXT NOT NULL,
    asked TEXT NOT NULL,
    -- Folded: what the list is searched in.
    title_folded TEXT NOT NULL,
    asked_folded TEXT NOT NULL,
    language TEXT NOT NULL,
    -- The message whose own words the title holds, and what is asked: once these go there, they go here.
    title_of BIGINT,
    asked_of BIGINT,
    change_id BIGINT,
    merged_into BIGINT,
    merged_at BIGINT,
    merged_by BIGINT,
    -- Whether the one it was merged into was joined to its change by that.
    gave_change BOOLEAN NOT NULL DEFAULT FALSE,
    -- The item under which it counts: itself, or the one that it is part of by now.
    root_id BIGINT NOT NULL,
    -- How many people ask, each once; kept here since the list is in this order.
    askers BIGINT NOT NULL DEFAULT 0,
    version BIGINT NOT NULL DEFAULT 0,
    created_by BIGINT NOT NULL,
    created_at BIGINT NOT NULL
);
CREATE INDEX feedback_items_by_askers ON feedback_items (askers, id) WHERE merged_into IS NULL;
CREATE INDEX feedback_items_of_change ON feedback_items (change_id, askers, id) WHERE merged_into IS NULL;
CREATE INDEX feedback_items_of_root ON feedback_items (root_id);
CREATE INDEX feedback_items_by_title_of ON feedback_items (title_of) WHERE title_of IS NOT NULL;
CREATE INDEX feedback_items_by_asked_of ON feedback_items (asked_of) WHERE asked_of IS NOT NULL;

-- Who asks, or said something about it. Without a message it was noted on somebody's behalf.
CREATE TABLE feedback_evidence (
    id BIGINT PRIMARY KEY,
    -- The item that it was given to, and the one under which it counts.
    given_to BIGINT NOT NULL,
    item_id BIGINT NOT NULL,
    message_id BIGINT,
    person_id BIGINT,
    -- False: it speaks of the matter, and its writer does not ask for it.
    asks BOOLEAN NOT NULL,
    note TEXT NOT NULL,
    given_by BIGINT NOT NULL,
    given_at BIGINT NOT NULL,
    -- When they asked: when the message was written, or when it was noted.
    asked_at BIGINT NOT NULL
);
CREATE INDEX feedback_evidence_of_item ON feedback_evidence (item_id, asks, person_id);
CREATE INDEX feedback_evidence_by_time ON feedback_evidence (item_id, asked_at, id);
CREATE INDEX feedback_evidence_given_to ON feedback_evidence (given_to);
CREATE INDEX feedback_evidence_of_person ON feedback_evidence (person_id, item_id);
CREATE INDEX feedback_evidence_of_message ON feedback_evidence (message_id) WHERE message_id IS NOT NULL;

-- The words by which items are found that may be the same.
CREATE TABLE feedback_terms (
    term TEXT NOT NULL,
    item_id BIGINT NOT NULL,
    PRIMARY KEY (term, item_id)
);
CREATE INDEX feedback_terms_of_item ON feedback_terms (item_id);

-- What is done about it. `state`: considering, planned, done, declined.
CREATE TABLE feedback_changes (
    id BIGINT PRIMARY KEY,
    title TEXT NOT NULL,
    words TEXT NOT NULL,
    state TEXT NOT NULL,
    -- What everybody may be told of why it stands so.
    reason TEXT NOT NULL,
    -- Where it is worked on, in a tracker of issues.
    link TEXT,
    askers BIGINT NOT NULL DEFAULT 0,
    version BIGINT NOT NULL DEFAULT 0,
    created_by BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    moved_at BIGINT NOT NULL
);
CREATE INDEX feedback_changes_by_state ON feedback_changes (state, askers, id);

-- Each move of a change; the first has no state before it.
CREATE TABLE feedback_moves (
    id BIGINT PRIMARY KEY,
    change_id BIGINT NOT NULL,
    state_before TEXT,
    reason_before TEXT NOT NULL,
    state TEXT NOT NULL,
    reason TEXT NOT NULL,
    by_user BIGINT NOT NULL,
    at BIGINT NOT NULL,
    undone_at BIGINT,
    undone_by BIGINT
);
CREATE INDEX feedback_moves_of_change ON feedback_moves (change_id, id);
