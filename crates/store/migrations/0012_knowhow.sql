-- Know-how: what we know, in short articles that are put into answers. An article in several languages is several rows of
-- one topic, which has the id of the first of them.
CREATE TABLE articles (
    id BIGINT PRIMARY KEY,
    topic_id BIGINT NOT NULL,
    language TEXT NOT NULL,
    title TEXT NOT NULL,
    body TEXT NOT NULL,
    link TEXT,
    -- Words of it that say something.
    length BIGINT NOT NULL,
    version BIGINT NOT NULL,
    archived_at BIGINT,
    archived_by BIGINT,
    created_by BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    changed_by BIGINT NOT NULL,
    changed_at BIGINT NOT NULL
);
CREATE UNIQUE INDEX articles_of_topic ON articles (topic_id, language);
CREATE INDEX articles_in_order ON articles (topic_id, id) WHERE archived_at IS NULL;
CREATE INDEX articles_archived ON articles (topic_id, id) WHERE archived_at IS NOT NULL;

-- How an article stood at each version of it, the present one as well.
CREATE TABLE article_versions (
    article_id BIGINT NOT NULL,
    version BIGINT NOT NULL,
    language TEXT NOT NULL,
    title TEXT NOT NULL,
    body TEXT NOT NULL,
    link TEXT,
    by_user BIGINT NOT NULL,
    at BIGINT NOT NULL,
    PRIMARY KEY (article_id, version)
);

-- By what articles are found that are not archived.
CREATE TABLE article_terms (
    term TEXT NOT NULL,
    article_id BIGINT NOT NULL,
    times BIGINT NOT NULL,
    in_title BOOLEAN NOT NULL,
    PRIMARY KEY (term, article_id)
);
CREATE INDEX article_terms_of_article ON article_terms (article_id);

-- An article that an answer of ours held, and what a member says came of it: `helped`, `not`, `unclear`, or nothing yet.
CREATE TABLE article_uses (
    id BIGINT PRIMARY KEY,
    article_id BIGINT NOT NULL,
    message_id BIGINT NOT NULL,
    conversation_id BIGINT NOT NULL,
    used_by BIGINT NOT NULL,
    used_at BIGINT NOT NULL,
    helped TEXT,
    said_by BIGINT,
    said_at BIGINT
);
CREATE UNIQUE INDEX article_uses_of_message ON article_uses (message_id, article_id);
CREATE INDEX article_uses_of_article ON article_uses (article_id, id);
CREATE INDEX article_uses_of_conversation ON article_uses (conversation_id, used_at);

-- Words that are written again and again, with places to be filled in. Of a member, or of the team: then `owner_id` is 0.
CREATE TABLE saved_replies (
    id BIGINT PRIMARY KEY,
    owner_id BIGINT NOT NULL,
    title TEXT NOT NULL,
    body TEXT NOT NULL,
    -- Both, folded: what is searched in.
    folded TEXT NOT NULL,
    version BIGINT NOT NULL,
    removed_at BIGINT,
    changed_by BIGINT NOT NULL,
    changed_at BIGINT NOT NULL,
    -- As it stood before the last change, for as long as that can be undone.
    title_before TEXT,
    body_before TEXT,
    owner_before BIGINT
);
CREATE INDEX saved_replies_of_owner ON saved_replies (owner_id, id) WHERE removed_at IS NULL;
CREATE INDEX saved_replies_removed ON saved_replies (removed_at) WHERE removed_at IS NOT NULL;
CREATE INDEX saved_replies_before ON saved_replies (changed_at) WHERE title_before IS NOT NULL;

-- A message of theirs that asks something, among those that ask the same. Whose it is, and of which conversation, says the
-- message; its words go with it.
CREATE TABLE questions (
    message_id BIGINT PRIMARY KEY,
    group_id BIGINT NOT NULL,
    words TEXT NOT NULL,
    asked_at BIGINT NOT NULL
);
CREATE INDEX questions_of_group ON questions (group_id, asked_at, message_id);
CREATE INDEX questions_by_time ON questions (asked_at);

-- Questions that are the same. `state`: open, known (an article speaks of it), none (a member says that it asks nothing).
CREATE TABLE question_groups (
    id BIGINT PRIMARY KEY,
    language TEXT NOT NULL,
    state TEXT NOT NULL,
    -- The article that speaks of it; where the state is open, one that would if it were not archived.
    article_id BIGINT,
    people BIGINT NOT NULL DEFAULT 0,
    -- The member who says so: that it is none, that this article was written for it, or, without one, that it is open.
    said_by BIGINT,
    said_at BIGINT,
    version BIGINT NOT NULL DEFAULT 0
);
CREATE INDEX question_groups_by_people ON question_groups (state, people, id);
CREATE INDEX question_groups_of_article ON question_groups (article_id) WHERE article_id IS NOT NULL;

-- By what the first questions of a group are found.
CREATE TABLE question_terms (
    term TEXT NOT NULL,
    message_id BIGINT NOT NULL,
    PRIMARY KEY (term, message_id)
);
CREATE INDEX question_terms_of_message ON question_terms (message_id);
