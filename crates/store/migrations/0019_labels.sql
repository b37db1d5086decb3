-- What the models make of each message of theirs. A value is a small number (`analysis::labels`), NULL where no model says
-- anything; with each stands how sure the model is, 0 to 100. Of what a message does (`acts`) each bit is one act, and
-- `acts_sure` has seven bits an act. It goes with the message's words.
CREATE TABLE labels (
    message_id BIGINT PRIMARY KEY,
    -- Of which wording, and by which version of all models.
    revision BIGINT NOT NULL,
    version BIGINT NOT NULL,
    language SMALLINT,
    language_sure SMALLINT,
    sentiment SMALLINT,
    sentiment_sure SMALLINT,
    noise SMALLINT,
    noise_sure SMALLINT,
    substance SMALLINT,
    substance_sure SMALLINT,
    acts SMALLINT,
    acts_sure BIGINT
);
CREATE INDEX labels_by_version ON labels (version);

-- Where a person says that it is something else. Of a message and a kind one stands: it holds, whatever a model says. Those
-- that stood before stay known.
CREATE TABLE label_corrections (
    id BIGINT PRIMARY KEY,
    message_id BIGINT NOT NULL,
    kind SMALLINT NOT NULL,
    value SMALLINT NOT NULL,
    by_user BIGINT NOT NULL,
    at BIGINT NOT NULL,
    -- It was taken back, another took its place, or the message was worded anew.
    ended_at BIGINT,
    -- Of a language: in which one the message stood before anybody said another.
    stood TEXT
);
CREATE UNIQUE INDEX label_corrections_standing ON label_corrections (message_id, kind) WHERE ended_at IS NULL;
CREATE INDEX label_corrections_of ON label_corrections (message_id, id);

-- Random samples that people label without seeing what a model said. With its seed the same sample is drawn again from the
-- same messages.
CREATE TABLE label_samples (
    id BIGINT PRIMARY KEY,
    kind SMALLINT NOT NULL,
    -- Of each language on each channel.
    each_cell BIGINT NOT NULL,
    seed BIGINT NOT NULL,
    drawn_by BIGINT NOT NULL,
    drawn_at BIGINT NOT NULL,
    -- Nobody is asked to go on; what was read counts.
    ended_at BIGINT
);
CREATE INDEX label_samples_of_kind ON label_samples (kind, id);

CREATE TABLE label_sample_messages (
    sample_id BIGINT NOT NULL,
    message_id BIGINT NOT NULL,
    -- The order in which they are read, which is chance as well.
    position BIGINT NOT NULL,
    -- The cell, as it was when the sample was drawn, and how many messages there were in it.
    channel_id BIGINT NOT NULL,
    language TEXT NOT NULL,
    of_cell BIGINT NOT NULL,
    -- Which wording is read.
    revision BIGINT NOT NULL,
    -- Where readers differed: what holds, and who says so.
    settled SMALLINT,
    settled_by BIGINT,
    settled_at BIGINT,
    PRIMARY KEY (sample_id, message_id)
);
CREATE UNIQUE INDEX label_sample_messages_in_order ON label_sample_messages (sample_id, position);
CREATE INDEX label_sample_messages_of ON label_sample_messages (message_id);

-- What one reader said; NULL: that it cannot be told.
CREATE TABLE label_readings (
    sample_id BIGINT NOT NULL,
    message_id BIGINT NOT NULL,
    by_user BIGINT NOT NULL,
    value SMALLINT,
    at BIGINT NOT NULL,
    PRIMARY KEY (sample_id, message_id, by_user)
);
CREATE INDEX label_readings_of ON label_readings (message_id);
