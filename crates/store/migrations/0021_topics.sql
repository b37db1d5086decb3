-- What people talk about, found week by week in each language. What is known of a topic from week to week are words that
-- several people used, and no message.
CREATE TABLE topics (
    id BIGINT PRIMARY KEY,
    language TEXT NOT NULL,
    -- A person split it from this one; NULL: it was found.
    part_of BIGINT,
    -- JSON: the words it is called by, those that told it in its last week, and how it is known again.
    label TEXT NOT NULL,
    words TEXT NOT NULL,
    profile TEXT NOT NULL,
    -- Weeks are counted from the Monday before 1970, in UTC.
    first_week BIGINT NOT NULL,
    last_week BIGINT NOT NULL,
    weeks_quiet BIGINT NOT NULL,
    -- Since when nobody looks for it any more.
    forgotten_week BIGINT
);
CREATE INDEX topics_of_language ON topics (language, id);

-- How much was said of a topic in a week, as messages are placed.
CREATE TABLE topic_weeks (
    topic_id BIGINT NOT NULL,
    week BIGINT NOT NULL,
    messages BIGINT NOT NULL,
    people BIGINT NOT NULL,
    -- new, continued, resumed, quiet, split, merged or forgotten; from or into which, or after how many weeks.
    event TEXT,
    event_of BIGINT,
    -- How often something changed since it was counted.
    stale BIGINT NOT NULL,
    PRIMARY KEY (topic_id, week)
);
CREATE INDEX topic_weeks_stale ON topic_weeks (stale, topic_id, week) WHERE stale > 0;

-- A week of a language in which topics were looked for.
CREATE TABLE topic_runs (
    language TEXT NOT NULL,
    week BIGINT NOT NULL,
    messages BIGINT NOT NULL,
    -- How many topics were learnt from; the others were placed by what was learnt.
    learnt_from BIGINT NOT NULL,
    of_none BIGINT NOT NULL,
    topics BIGINT NOT NULL,
    at BIGINT NOT NULL,
    PRIMARY KEY (language, week)
);

-- Of which topic a message is: as it was found, and as whose part it is shown. It goes with the message's words.
CREATE TABLE message_topics (
    message_id BIGINT PRIMARY KEY,
    topic_id BIGINT NOT NULL,
    unit_id BIGINT NOT NULL,
    week BIGINT NOT NULL,
    -- By which wording.
    revision BIGINT NOT NULL,
    -- 0 to 100.
    sure SMALLINT NOT NULL,
    -- Its rank among the typical ones of its week.
    typical SMALLINT
);
CREATE INDEX message_topics_of_unit ON message_topics (unit_id, message_id);
CREATE INDEX message_topics_of_week ON message_topics (unit_id, week);
CREATE INDEX message_topics_of_topic ON message_topics (topic_id, message_id);
CREATE INDEX message_topics_typical ON message_topics (unit_id, week, typical) WHERE typical IS NOT NULL;

-- What people decided about topics. Each can be taken back.
CREATE TABLE topic_wishes (
    id BIGINT PRIMARY KEY,
    -- merge, split, rename, hide or unhide.
    kind TEXT NOT NULL,
    topic_id BIGINT NOT NULL,
    -- Into which it is merged, or which part was split from it.
    other_id BIGINT,
    -- The name.
    words TEXT,
    by_user BIGINT NOT NULL,
    at BIGINT NOT NULL,
    undone_by BIGINT,
    undone_at BIGINT,
    -- A split: the message after which those of the topic are still to be looked at.
    looked_to BIGINT
);
CREATE INDEX topic_wishes_standing ON topic_wishes (undone_at, id);
CREATE INDEX topic_wishes_to_look ON topic_wishes (looked_to, id) WHERE looked_to IS NOT NULL;

-- Messages that came, or of which something is known otherwise, since they were looked at.
CREATE TABLE to_place (
    message_id BIGINT PRIMARY KEY
);
