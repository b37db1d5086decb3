-- Whose answer a message is by what others say: two ids that stand next to each other in somebody's References. Only for
-- messages that name no ancestor themselves, or are not here (yet).
CREATE TABLE told_parents (
    child_key BYTEA NOT NULL,
    parent_key BYTEA NOT NULL,
    channel_id BIGINT NOT NULL,
    PRIMARY KEY (child_key, parent_key, channel_id)
);
CREATE INDEX told_parents_of_parent ON told_parents (parent_key);

-- 512: names what it answers.
UPDATE messages SET flags = flags | 512
    WHERE parent_id IS NOT NULL OR id IN (SELECT message_id FROM awaited);
