-- Ballots: a question with statements, to each of which people say that they agree, disagree or pass.
CREATE TABLE ballots (
    id BIGINT PRIMARY KEY,
    question TEXT NOT NULL,
    created_by BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    -- Rises with whatever its map depends on.
    stamp BIGINT NOT NULL DEFAULT 0
);

CREATE TABLE ballot_statements (
    id BIGINT PRIMARY KEY,
    ballot_id BIGINT NOT NULL,
    -- A number or a name, by which a newer file means the same.
    statement_key TEXT NOT NULL,
    text TEXT NOT NULL,
    language TEXT NOT NULL,
    position BIGINT NOT NULL,
    -- It keeps its votes and moves nobody.
    is_hidden BOOLEAN NOT NULL,
    -- It says who people are, and not what they think.
    is_about_people BOOLEAN NOT NULL,
    -- What brought it; none where somebody wrote it.
    batch_id BIGINT
);
CREATE UNIQUE INDEX ballot_statements_by_key ON ballot_statements (ballot_id, statement_key);
CREATE INDEX ballot_statements_in_order ON ballot_statements (ballot_id, position, id);
CREATE INDEX ballot_statements_of_batch ON ballot_statements (batch_id) WHERE batch_id IS NOT NULL;

-- Who votes, by a number or a name of theirs in this ballot alone (an address in small letters), and who that is among those
-- who were heard, where it is said.
CREATE TABLE ballot_voters (
    id BIGINT PRIMARY KEY,
    ballot_id BIGINT NOT NULL,
    voter_key TEXT NOT NULL,
    person_id BIGINT,
    batch_id BIGINT
);
CREATE UNIQUE INDEX ballot_voters_by_key ON ballot_voters (ballot_id, voter_key);
CREATE INDEX ballot_voters_named ON ballot_voters (voter_key);
CREATE INDEX ballot_voters_of_person ON ballot_voters (person_id) WHERE person_id IS NOT NULL;
CREATE INDEX ballot_voters_of_batch ON ballot_voters (batch_id) WHERE batch_id IS NOT NULL;

-- A file, or what a program sent at once. What it brought counts once it is `done`; while it is `taking`, or where that broke
-- off, nothing of it does.
CREATE TABLE ballot_batches (
    id BIGINT PRIMARY KEY,
    ballot_id BIGINT NOT NULL,
    name TEXT NOT NULL,
    state TEXT NOT NULL,
    statements BIGINT NOT NULL,
    votes BIGINT NOT NULL,
    -- The same stood already.
    known BIGINT NOT NULL,
    wrong BIGINT NOT NULL,
    by_user BIGINT NOT NULL,
    at BIGINT NOT NULL
);
CREATE INDEX ballot_batches_of ON ballot_batches (ballot_id, id);

-- What one said to one statement, once for each batch. Of several the latest counts: taking a batch back leaves what stood
-- before.
CREATE TABLE ballot_votes (
    ballot_id BIGINT NOT NULL,
    voter_id BIGINT NOT NULL,
    statement_id BIGINT NOT NULL,
    batch_id BIGINT NOT NULL,
    -- -1, 0 or 1.
    vote SMALLINT NOT NULL,
    at BIGINT NOT NULL,
    PRIMARY KEY (ballot_id, voter_id, statement_id, batch_id)
);
CREATE INDEX ballot_votes_of_batch ON ballot_votes (batch_id, voter_id, statement_id);
CREATE INDEX ballot_votes_of_voter ON ballot_votes (voter_id, batch_id);
CREATE INDEX ballot_votes_of_statement ON ballot_votes (statement_id, batch_id);
