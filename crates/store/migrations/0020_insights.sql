-- How everybody is made up, where no list of customers says: shares by hand or from a file, with where they are from.
CREATE TABLE margins (
    attribute TEXT NOT NULL,
    folded TEXT NOT NULL,
    value TEXT NOT NULL,
    -- A count of people, or a share of all: what is added up to a whole.
    amount DOUBLE PRECISION NOT NULL,
    PRIMARY KEY (attribute, folded)
);

-- Where the margins of an attribute are from, of which day, and who put them down.
CREATE TABLE margin_sources (
    attribute TEXT NOT NULL PRIMARY KEY,
    source TEXT NOT NULL,
    as_of TEXT NOT NULL,
    by_user BIGINT NOT NULL,
    at BIGINT NOT NULL,
    version BIGINT NOT NULL DEFAULT 0
);
