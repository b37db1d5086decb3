-- What the team notes for itself, in a conversation or of a person: nobody else is ever shown it.
CREATE TABLE notes (
    id BIGINT PRIMARY KEY,
    -- Where it stands, and where it was written: conversations are merged and parted.
    conversation_id BIGINT,
    written_in BIGINT,
    -- Of whom it is, where it stands in no conversation.
    person_id BIGINT,
    -- As a message's: between which of them it stands.
    place BIGINT NOT NULL,
    text TEXT NOT NULL,
    -- As it was before the last change, for as long as that can be undone.
    text_before TEXT,
    written_by BIGINT NOT NULL,
    written_at BIGINT NOT NULL,
    changed_at BIGINT,
    -- It was taken away, and is forgotten once that cannot be undone any more.
    removed_at BIGINT,
    version BIGINT NOT NULL DEFAULT 0
);
CREATE INDEX notes_of_conversation ON notes (conversation_id, place) WHERE conversation_id IS NOT NULL;
CREATE INDEX notes_of_person ON notes (person_id, id) WHERE person_id IS NOT NULL;
CREATE INDEX notes_removed ON notes (removed_at) WHERE removed_at IS NOT NULL;
CREATE INDEX notes_reworded ON notes (changed_at) WHERE text_before IS NOT NULL;

-- Which members a note names, and since when they know.
CREATE TABLE note_mentions (
    user_id BIGINT NOT NULL,
    note_id BIGINT NOT NULL,
    seen_at BIGINT,
    PRIMARY KEY (user_id, note_id)
);
CREATE INDEX note_mentions_of_note ON note_mentions (note_id);
CREATE INDEX note_mentions_unseen ON note_mentions (user_id, note_id) WHERE seen_at IS NULL;

-- How a conversation ended, while it is closed: answered, listened, passed_on.
ALTER TABLE conversations ADD COLUMN outcome TEXT;
ALTER TABLE conversations ADD COLUMN outcome_by BIGINT;
ALTER TABLE conversations ADD COLUMN outcome_at BIGINT;
CREATE INDEX conversations_by_outcome ON conversations (outcome, last_at, id) WHERE outcome IS NOT NULL;
CREATE INDEX conversations_by_outcome_of_channel ON conversations (outcome, channel_id, last_at, id) WHERE outcome IS NOT NULL;
CREATE INDEX conversations_by_outcome_of_member ON conversations (outcome, assignee_id, last_at, id) WHERE outcome IS NOT NULL;

-- Each time that one ended so: it opens again when its person writes, and that it had ended stays known.
CREATE TABLE conversation_endings (
    id BIGINT PRIMARY KEY,
    -- Where it is shown, and which conversation it was.
    conversation_id BIGINT NOT NULL,
    written_in BIGINT NOT NULL,
    place BIGINT NOT NULL,
    outcome TEXT NOT NULL,
    by_user BIGINT NOT NULL,
    at BIGINT NOT NULL
);
CREATE INDEX conversation_endings_of ON conversation_endings (conversation_id, place);
