-- What changed of the messages that figures over all of them are made of, in the order of commits: `kind` is place (the
-- messages from one place to another), person (whose words they are, and what is known of them) or customers.
CREATE TABLE column_news (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    kind TEXT NOT NULL,
    first_at BIGINT NOT NULL,
    last_at BIGINT NOT NULL
);
