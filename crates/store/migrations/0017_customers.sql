-- What may be known of somebody. These every list may bring; more are made when they are first named.
CREATE TABLE attributes (
    -- Folded: two titles that people take for one are one.
    name TEXT NOT NULL PRIMARY KEY,
    title TEXT NOT NULL,
    -- `text`, `number`, `date` or `choice`.
    kind TEXT NOT NULL,
    place BIGINT NOT NULL
);
INSERT INTO attributes (name, title, kind, place) VALUES ('segment', 'Segment', 'choice', 1),
    ('region', 'Region', 'choice', 2), ('language', 'Language', 'choice', 3), ('plan', 'Plan', 'choice', 4),
    ('since', 'Customer since', 'date', 5);

-- Who is a customer, as a list of the team's says. `person_id` is whom they turned out to be among those who were heard,
-- and `tie` how that is known: none, confirmed, said, doubtful (then nobody) or member.
CREATE TABLE customers (
    id BIGINT PRIMARY KEY,
    list TEXT NOT NULL,
    -- By what a row of a newer list is known to be the same.
    customer_key TEXT NOT NULL UNIQUE,
    external_id TEXT,
    name TEXT NOT NULL,
    name_folded TEXT NOT NULL,
    organisation_id BIGINT,
    -- Of all that the row said: the same again changes nothing.
    digest TEXT NOT NULL,
    -- The run in which they stood last, and since when they stand in none any more.
    run_id BIGINT NOT NULL,
    left_at BIGINT,
    person_id BIGINT,
    tie TEXT NOT NULL DEFAULT 'none',
    created_at BIGINT NOT NULL,
    changed_at BIGINT NOT NULL
);
CREATE INDEX customers_of_person ON customers (person_id) WHERE person_id IS NOT NULL;
CREATE INDEX customers_of_organisation ON customers (organisation_id, id) WHERE organisation_id IS NOT NULL;
CREATE INDEX customers_of_list ON customers (list, run_id, id) WHERE left_at IS NULL;
CREATE INDEX customers_by_tie ON customers (tie, id);
CREATE INDEX customers_who_left ON customers (id) WHERE left_at IS NOT NULL;

-- By what they may be known among those who write: exactly as it is kept with identities.
CREATE TABLE customer_handles (
    space TEXT NOT NULL,
    handle TEXT NOT NULL,
    customer_id BIGINT NOT NULL,
    PRIMARY KEY (space, handle, customer_id)
);
CREATE INDEX customer_handles_of ON customer_handles (customer_id);
CREATE INDEX identities_claiming ON identities (claimed_mail) WHERE claimed_mail IS NOT NULL;

-- What a member said: that a customer is somebody, or is not.
CREATE TABLE customer_ties (
    customer_id BIGINT NOT NULL,
    person_id BIGINT NOT NULL,
    is_same BOOLEAN NOT NULL,
    by_user BIGINT NOT NULL,
    at BIGINT NOT NULL,
    PRIMARY KEY (customer_id, person_id)
);
CREATE INDEX customer_ties_of_person ON customer_ties (person_id);

-- Each value with where it is from: of a customer by a list (`run_id`), or of a person by a member, by a program, or as
-- they said themselves.
CREATE TABLE attribute_values (
    id BIGINT PRIMARY KEY,
    customer_id BIGINT,
    person_id BIGINT,
    attribute TEXT NOT NULL,
    value TEXT NOT NULL,
    folded TEXT NOT NULL,
    number DOUBLE PRECISION,
    -- `list`, `hand`, `program` or `said`.
    source TEXT NOT NULL,
    by_user BIGINT,
    run_id BIGINT,
    at BIGINT NOT NULL
);
CREATE INDEX attribute_values_of_customer ON attribute_values (customer_id, attribute) WHERE customer_id IS NOT NULL;
CREATE INDEX attribute_values_of_person ON attribute_values (person_id, attribute) WHERE person_id IS NOT NULL;
CREATE INDEX attribute_values_of_list ON attribute_values (attribute, folded) WHERE customer_id IS NOT NULL;

-- The one value that holds for a person, of all that are known: what is filtered by.
CREATE TABLE person_values (
    person_id BIGINT NOT NULL,
    attribute TEXT NOT NULL,
    value TEXT NOT NULL,
    folded TEXT NOT NULL,
    number DOUBLE PRECISION,
    PRIMARY KEY (person_id, attribute)
);
CREATE INDEX person_values_by_word ON person_values (attribute, folded, person_id);
CREATE INDEX person_values_by_number ON person_values (attribute, number, person_id) WHERE number IS NOT NULL;

-- A list on its way in, and what came of it.
CREATE TABLE customer_runs (
    id BIGINT PRIMARY KEY,
    list TEXT NOT NULL,
    -- The file's name.
    name TEXT NOT NULL,
    blob TEXT NOT NULL,
    size BIGINT NOT NULL,
    columns TEXT NOT NULL,
    mapping TEXT NOT NULL,
    -- What becomes of those of the same list who stand in it no more: keep or leave.
    missing TEXT NOT NULL,
    -- `waiting`, `running`, `done`, `stopped` or `failed`.
    state TEXT NOT NULL,
    -- How many rows were read.
    position BIGINT NOT NULL DEFAULT 0,
    read_bytes BIGINT NOT NULL DEFAULT 0,
    added BIGINT NOT NULL DEFAULT 0,
    changed BIGINT NOT NULL DEFAULT 0,
    same BIGINT NOT NULL DEFAULT 0,
    wrong BIGINT NOT NULL DEFAULT 0,
    gone BIGINT NOT NULL DEFAULT 0,
    error TEXT,
    created_by BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    finished_at BIGINT
);
CREATE INDEX customer_runs_of_blob ON customer_runs (blob);

-- Rows that were not taken, by the line of the file at which each begins; none of their words.
CREATE TABLE customer_wrong (
    run_id BIGINT NOT NULL,
    line BIGINT NOT NULL,
    reason TEXT NOT NULL,
    -- Of whom it speaks, where that is known: they did not leave.
    customer_id BIGINT,
    PRIMARY KEY (run_id, line)
);
CREATE INDEX customer_wrong_of ON customer_wrong (customer_id, run_id) WHERE customer_id IS NOT NULL;

-- Companies and other bodies that people belong to. One that was merged into another stays, and counts there (`root_id`).
CREATE TABLE organisations (
    id BIGINT PRIMARY KEY,
    name TEXT NOT NULL,
    name_folded TEXT NOT NULL UNIQUE,
    merged_into BIGINT,
    merged_at BIGINT,
    merged_by BIGINT,
    root_id BIGINT NOT NULL,
    created_at BIGINT NOT NULL
);
CREATE INDEX organisations_of_root ON organisations (root_id);

-- What one was called before: a list that still calls it so means it.
CREATE TABLE organisation_names (
    name_folded TEXT NOT NULL PRIMARY KEY,
    organisation_id BIGINT NOT NULL,
    name TEXT NOT NULL
);
CREATE INDEX organisation_names_of ON organisation_names (organisation_id);

-- Who belongs to one, as a member said.
CREATE TABLE organisation_people (
    organisation_id BIGINT NOT NULL,
    person_id BIGINT NOT NULL,
    by_user BIGINT NOT NULL,
    at BIGINT NOT NULL,
    PRIMARY KEY (organisation_id, person_id)
);
CREATE INDEX organisation_people_of ON organisation_people (person_id);

-- A filter that is kept under a name: rules (JSON) over attributes that all hold.
CREATE TABLE segments (
    id BIGINT PRIMARY KEY,
    name TEXT NOT NULL,
    folded TEXT NOT NULL UNIQUE,
    rules TEXT NOT NULL,
    saved_by BIGINT NOT NULL,
    saved_at BIGINT NOT NULL,
    version BIGINT NOT NULL DEFAULT 0
);

-- How the customers are made up, by their segment: counted when a list was read.
CREATE TABLE segment_shares (
    folded TEXT NOT NULL PRIMARY KEY,
    value TEXT NOT NULL,
    customers BIGINT NOT NULL
);
