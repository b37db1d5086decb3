-- Only which term stands in which message: the matcher looks at the words themselves. Every visible character belongs
-- to a term; only what stands between terms (a space) parts them, as in the other database.
CREATE VIRTUAL TABLE message_terms USING fts5 (
    terms, content = '', contentless_delete = 1, detail = none,
    tokenize = "ascii tokenchars '!""#$%&''()*+,-./:;<=>?@[\]^_`{|}~'"
);
-- Terms are gathered in memory up to this many bytes; what a large transaction brings then becomes one segment, not many.
INSERT INTO message_terms (message_terms, rank) VALUES ('hashsize', 16777216);
-- Who writes merges a few pages with each write ('merge', in `messages::index`), eight segments into one; left to itself
-- the index would merge nothing with most commits and much with one, for which everybody would wait. All of a level at
-- once only where sixty-four have come together.
INSERT INTO message_terms (message_terms, rank) VALUES ('automerge', 0);
INSERT INTO message_terms (message_terms, rank) VALUES ('usermerge', 8);
INSERT INTO message_terms (message_terms, rank) VALUES ('crisismerge', 64);

-- The order in which changes were committed.
CREATE TABLE changes (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    topic TEXT NOT NULL,
    subject BIGINT NOT NULL,
    at BIGINT NOT NULL
);
