-- Each row is one version of a goal: the latest stands, the others stay written. `goal_id` is the id of its first.
ALTER TABLE goals ADD COLUMN goal_id BIGINT NOT NULL DEFAULT 0;
-- Who sees to it.
ALTER TABLE goals ADD COLUMN owner_id BIGINT;
-- By what it is measured: the name of a figure, 'outcome', or nothing (then it is words alone).
ALTER TABLE goals ADD COLUMN measure TEXT NOT NULL DEFAULT '';
ALTER TABLE goals ADD COLUMN outcome_id BIGINT;
-- Measured over so many days, the last of which is its day.
ALTER TABLE goals ADD COLUMN over_days BIGINT NOT NULL DEFAULT 30;
ALTER TABLE goals ADD COLUMN baseline DOUBLE PRECISION;
ALTER TABLE goals ADD COLUMN target DOUBLE PRECISION;
-- The target is not to be exceeded; else it is to be reached.
ALTER TABLE goals ADD COLUMN at_most BOOLEAN NOT NULL DEFAULT FALSE;
-- Since when this version can no longer be changed; none while nobody listens.
ALTER TABLE goals ADD COLUMN frozen_at BIGINT;
ALTER TABLE goals ADD COLUMN after_listening BOOLEAN NOT NULL DEFAULT FALSE;
ALTER TABLE goals ADD COLUMN given_up_at BIGINT;
-- What a figure came to when the goal's day was over: it stays, whatever is answered, closed or forgotten later.
ALTER TABLE goals ADD COLUMN ended_at BIGINT;
ALTER TABLE goals ADD COLUMN ended_value DOUBLE PRECISION;
ALTER TABLE goals ADD COLUMN ended_n BIGINT NOT NULL DEFAULT 0;
ALTER TABLE goals ADD COLUMN ended_people BIGINT NOT NULL DEFAULT 0;
-- So far there was one goal, declared anew at times. What kinds of channels hear is not known here: each counts, an archive
-- that was brought in as well.
UPDATE goals SET goal_id = (SELECT MIN(first_one.id) FROM goals first_one), owner_id = declared_by,
    after_listening = EXISTS (SELECT 1 FROM channels WHERE channels.created_at <= goals.declared_at);
UPDATE goals SET frozen_at = CASE WHEN after_listening THEN declared_at
    ELSE (SELECT MIN(channels.created_at) FROM channels WHERE channels.created_at > goals.declared_at) END;
CREATE INDEX goals_of_goal ON goals (goal_id, id);

-- What is seen outside of Tertulia: visits, orders, calls that were not needed. Over a span its values are added up, or the
-- latest of them holds.
CREATE TABLE outcomes (
    id BIGINT PRIMARY KEY,
    name TEXT NOT NULL,
    unit TEXT NOT NULL,
    adds_up BOOLEAN NOT NULL,
    created_by BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    -- Nothing new is measured by it any more.
    archived_at BIGINT
);

-- One value of a day (days since 1970-01-01) from one source.
CREATE TABLE outcome_values (
    id BIGINT PRIMARY KEY,
    outcome_id BIGINT NOT NULL,
    day BIGINT NOT NULL,
    -- From where it is known: a till, a file.
    source TEXT NOT NULL,
    value DOUBLE PRECISION NOT NULL,
    given_by BIGINT NOT NULL,
    given_at BIGINT NOT NULL,
    UNIQUE (outcome_id, day, source)
);

-- Whoever was told within some days.
CREATE INDEX tellings_told ON tellings (told_at, id) WHERE stands = TRUE AND took IS NOT NULL;
