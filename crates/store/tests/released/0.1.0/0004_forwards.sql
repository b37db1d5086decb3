-- A member may write several things in one conversation at a time: the answer (forwards = 0), and the passing on of each
-- of its messages. What was thrown away can be taken up again for a moment.
CREATE TABLE drafts_and_forwards (
    user_id BIGINT NOT NULL,
    conversation_id BIGINT NOT NULL,
    forwards BIGINT NOT NULL,
    form TEXT NOT NULL,
    updated_at BIGINT NOT NULL,
    thrown_at BIGINT,
    PRIMARY KEY (user_id, conversation_id, forwards)
);
INSERT INTO drafts_and_forwards (user_id, conversation_id, forwards, form, updated_at)
    SELECT user_id, conversation_id, 0, form, updated_at FROM drafts;
DROP TABLE drafts;
ALTER TABLE drafts_and_forwards RENAME TO drafts;

ALTER TABLE draft_files ADD COLUMN forwards BIGINT NOT NULL DEFAULT 0;
ALTER TABLE draft_files ADD COLUMN thrown_at BIGINT;
