-- What the columns of a kind of file mean, kept under a name for the next file of the kind. `folded` is the name without
-- its case: two names that people take for one are one. `columns` are those of the file it was made for.
CREATE TABLE mappings (
    id BIGINT PRIMARY KEY,
    name TEXT NOT NULL,
    folded TEXT NOT NULL UNIQUE,
    columns TEXT NOT NULL,
    mapping TEXT NOT NULL,
    saved_by BIGINT,
    saved_at BIGINT NOT NULL,
    used_at BIGINT
);
