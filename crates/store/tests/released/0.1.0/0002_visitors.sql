-- What each visitor of a chat is shown, in the order in which it was committed: `seq` counts up for each identity, and
-- their live stream resumes from it. Only what stands here is ever told to them. No message of a chat could be stored
-- before this table was there, so there is nothing to bring over.
CREATE TABLE visitor_log (
    identity_id BIGINT NOT NULL,
    seq BIGINT NOT NULL,
    message_id BIGINT NOT NULL UNIQUE,
    -- The name that the visitor's page knows the message by.
    shown_id TEXT NOT NULL,
    PRIMARY KEY (identity_id, seq)
);

-- Claimed addresses that were asked by mail to confirm. Begun and not asked: a mail is on its way, or the program
-- stopped before it knew that it had left.
CREATE TABLE asked_mails (
    identity_id BIGINT NOT NULL,
    address TEXT NOT NULL,
    begun_at BIGINT NOT NULL,
    asked_at BIGINT,
    PRIMARY KEY (identity_id, address)
);
CREATE INDEX asked_mails_of_address ON asked_mails (address, begun_at);
INSERT INTO asked_mails (identity_id, address, begun_at, asked_at)
    SELECT id, asked_mail, 0, 0 FROM identities WHERE asked_mail IS NOT NULL;
ALTER TABLE identities DROP COLUMN asked_mail;
