-- Only which term stands in which message: the matcher looks at the words themselves. Every visible character belongs
-- to a term; only what stands between terms (a space) parts them, as in the other database.
CREATE VIRTUAL TABLE message_terms USING fts5 (
    terms, content = '', contentless_delete = 1, detail = none,
    tokenize = "ascii tokenchars '!""#$%&''()*+,-./:;<=>?@[\]^_`{|}~'"
);
-- Terms are gathered in memory up to this many bytes; what a large transaction brings then becomes one segment, not many.
INSERT INTO message_terms (message_terms, rank) VALUES ('hashsize', 16777216);
-- Eight segments are merged at once, not four: each term is written again less often, and a search looks into a few more
-- segments. They are merged little by little; all of a level in one commit, for which everybody would wait, only where
-- sixty-four have come together.
INSERT INTO message_terms (message_terms, rank) VALUES ('automerge', 8);
INSERT INTO message_terms (message_terms, rank) VALUES ('crisismerge', 64);

-- The order in which changes were committed.
CREATE TABLE changes (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    topic TEXT NOT NULL,
    subject BIGINT NOT NULL,
    at BIGINT NOT NULL
);
