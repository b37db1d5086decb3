-- What we said we would do, in the words of our own message. `state`: suggested (a sentence looks like a promise), open,
-- kept, broken, dismissed (it was none). Whose promise it is says the message, to whom it was made its conversation.
CREATE TABLE promises (
    id BIGINT PRIMARY KEY,
    message_id BIGINT NOT NULL,
    conversation_id BIGINT NOT NULL,
    -- Empty once the message has none any more.
    words TEXT NOT NULL,
    due_at BIGINT,
    -- The same, or what comes after all of them: the order of lists.
    due_order BIGINT NOT NULL,
    state TEXT NOT NULL,
    -- By what it was recognised; "hand" where a member put it down.
    sign TEXT NOT NULL,
    made_at BIGINT NOT NULL,
    -- Who said that it is one, and who said what became of it.
    confirmed_by BIGINT,
    confirmed_at BIGINT,
    closed_by BIGINT,
    closed_at BIGINT,
    note TEXT,
    version BIGINT NOT NULL DEFAULT 0
);
CREATE INDEX promises_of_message ON promises (message_id);
CREATE INDEX promises_of_conversation ON promises (conversation_id, state, id);
CREATE INDEX promises_by_state ON promises (state, due_order, id);
