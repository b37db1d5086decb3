-- Addresses of other programs that are told what happens here. `state`: on, off, paused (it failed for days), gone (it
-- said so itself); `reason` says why it is not on.
CREATE TABLE webhook_endpoints (
    id BIGINT PRIMARY KEY,
    url TEXT NOT NULL,
    description TEXT NOT NULL,
    -- The kinds of events that were chosen, with spaces between.
    kinds TEXT NOT NULL,
    state TEXT NOT NULL,
    reason TEXT,
    -- Encrypted: the secret, and the one before it, which signs as well until `former_until`.
    secrets BYTEA NOT NULL,
    former_until BIGINT,
    -- Since when no call has gone well, and when the last went wrong; and until when it is to be left alone.
    failing_since BIGINT,
    failed_at BIGINT,
    rest_until BIGINT NOT NULL DEFAULT 0,
    created_by BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    -- One node at a time calls an endpoint.
    lease_owner TEXT,
    lease_until BIGINT NOT NULL DEFAULT 0
);

-- What happened, as it is told: ids and links, and no word that anybody wrote.
CREATE TABLE webhook_events (
    id BIGINT PRIMARY KEY,
    kind TEXT NOT NULL,
    body TEXT NOT NULL
);

-- An event on its way to one endpoint. `state`: waiting, done, failed.
CREATE TABLE webhook_calls (
    id BIGINT PRIMARY KEY,
    endpoint_id BIGINT NOT NULL,
    event_id BIGINT NOT NULL,
    kind TEXT NOT NULL,
    state TEXT NOT NULL,
    attempts BIGINT NOT NULL DEFAULT 0,
    -- Those of its attempts that failed by themselves: a receiver that named a time was not there to be asked.
    failures BIGINT NOT NULL DEFAULT 0,
    due_at BIGINT NOT NULL,
    -- When it is given up.
    until_at BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    settled_at BIGINT,
    -- Of its last attempt.
    status BIGINT,
    error TEXT
);
CREATE INDEX webhook_calls_of_endpoint ON webhook_calls (endpoint_id, id);
CREATE INDEX webhook_calls_by_state ON webhook_calls (endpoint_id, state, id);
CREATE INDEX webhook_calls_waiting ON webhook_calls (endpoint_id, due_at, id) WHERE state = 'waiting';
CREATE INDEX webhook_calls_settled ON webhook_calls (settled_at) WHERE settled_at IS NOT NULL;
CREATE INDEX webhook_calls_of_event ON webhook_calls (event_id);

-- The log: each attempt, and how the answer began.
CREATE TABLE webhook_attempts (
    id BIGINT PRIMARY KEY,
    call_id BIGINT NOT NULL,
    at BIGINT NOT NULL,
    took BIGINT NOT NULL,
    status BIGINT,
    answer TEXT NOT NULL,
    error TEXT
);
CREATE INDEX webhook_attempts_of_call ON webhook_attempts (call_id, id);
CREATE INDEX webhook_attempts_answered ON webhook_attempts (id) WHERE answer <> '';
