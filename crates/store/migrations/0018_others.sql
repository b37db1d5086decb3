-- Other organisations that are looked at beside ours, by what they do in public. One that was removed can be put back for a
-- while.
CREATE TABLE others (
    id BIGINT PRIMARY KEY,
    name TEXT NOT NULL,
    name_folded TEXT NOT NULL,
    saved_by BIGINT NOT NULL,
    saved_at BIGINT NOT NULL,
    version BIGINT NOT NULL DEFAULT 0,
    removed_at BIGINT
);
CREATE UNIQUE INDEX others_by_name ON others (name_folded) WHERE removed_at IS NULL;

-- By which accounts one speaks, each an identity that was heard in public; the names by which others address it there, apart by
-- spaces; and the channel, if one hears nothing but its own page.
CREATE TABLE other_accounts (
    other_id BIGINT NOT NULL,
    identity_id BIGINT NOT NULL,
    called TEXT NOT NULL,
    page_id BIGINT,
    PRIMARY KEY (other_id, identity_id)
);
CREATE INDEX other_accounts_of_identity ON other_accounts (identity_id);
