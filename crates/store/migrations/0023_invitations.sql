-- Customers who were not heard yet are invited to say something, one by one, each by a person who looked at it.

-- One draw: by which attribute, how many, and from which seed, so that it can be drawn again.
CREATE TABLE invitation_rounds (
    id BIGINT PRIMARY KEY,
    attribute TEXT NOT NULL,
    -- As it was called then.
    title TEXT NOT NULL,
    asked BIGINT NOT NULL,
    seed BIGINT NOT NULL,
    -- Whoever was invited within so many days was left out.
    rest_days BIGINT NOT NULL,
    drawn_by BIGINT NOT NULL,
    drawn_at BIGINT NOT NULL
);

-- How each part of the customers stood when it was drawn; `key`: none where it was not known of them.
CREATE TABLE invitation_parts (
    round_id BIGINT NOT NULL,
    place BIGINT NOT NULL,
    part_key TEXT,
    name TEXT NOT NULL,
    customers BIGINT NOT NULL,
    heard BIGINT NOT NULL,
    reachable BIGINT NOT NULL,
    drawn BIGINT NOT NULL,
    PRIMARY KEY (round_id, place)
);

-- What is said, in each language.
CREATE TABLE invitation_texts (
    round_id BIGINT NOT NULL,
    language TEXT NOT NULL,
    subject TEXT NOT NULL,
    words TEXT NOT NULL,
    version BIGINT NOT NULL DEFAULT 0,
    written_by BIGINT NOT NULL,
    written_at BIGINT NOT NULL,
    PRIMARY KEY (round_id, language)
);

-- One customer who was drawn. Where it goes and in which words is found when it is looked at, and who they are by now is said by the
-- customer's row and the conversation: whatever is merged or parted, nothing needs to be moved here.
-- `state`: draft, queued, unknown, failed, sent, skipped, unsent (it could not be sent, for a `reason`).
CREATE TABLE invitations (
    id BIGINT PRIMARY KEY,
    round_id BIGINT NOT NULL,
    customer_id BIGINT NOT NULL,
    place BIGINT NOT NULL,
    -- Theirs, by the list; und where it does not say.
    language TEXT NOT NULL,
    state TEXT NOT NULL,
    reason TEXT,
    -- Where a member has put the text into other words for this one.
    words TEXT,
    -- Those as they were before what was done last, for whoever undoes that.
    words_before TEXT,
    delivery_id BIGINT,
    by_user BIGINT,
    acted_at BIGINT,
    sent_at BIGINT,
    version BIGINT NOT NULL DEFAULT 0
);
CREATE INDEX invitations_by_state ON invitations (round_id, state, id);
CREATE UNIQUE INDEX invitations_once ON invitations (customer_id, round_id);
CREATE INDEX invitations_of_delivery ON invitations (delivery_id) WHERE delivery_id IS NOT NULL;
CREATE INDEX invitations_by_time ON invitations (acted_at, customer_id) WHERE state IN ('queued', 'unknown', 'sent');
CREATE INDEX invitations_drafted ON invitations (customer_id) WHERE state = 'draft';

-- Every sending of one: what was given up for another is not sent again.
CREATE TABLE invitation_deliveries (
    delivery_id BIGINT PRIMARY KEY,
    invitation_id BIGINT NOT NULL
);
CREATE INDEX invitation_deliveries_of ON invitation_deliveries (invitation_id);
