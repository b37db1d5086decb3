CREATE TABLE message_terms (
    place BIGINT PRIMARY KEY,
    terms TSVECTOR NOT NULL
);
CREATE INDEX message_terms_index ON message_terms USING gin (terms);

CREATE TABLE changes (
    seq BIGSERIAL PRIMARY KEY,
    topic TEXT NOT NULL,
    subject BIGINT NOT NULL,
    at BIGINT NOT NULL
);
