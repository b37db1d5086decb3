-- What a small shop had that was there from the first step on. {hex} stands for bytes.
INSERT INTO migrations (version, name, applied_at) VALUES (1, 'start', 1790000000000);
INSERT INTO settings (name, value) VALUES ('organisation', 'Wool & Tea ☕');
INSERT INTO users (id, mail, name, role, password_hash, theme, created_at, disabled_at)
VALUES (1, 'amina@example.org', 'Amina', 'owner', '$argon2id$x', 'dark', 1790000000000, NULL);
INSERT INTO channels (id, connector, account, name, state, settings, secrets, position, caught_up, failures, lease_until, created_at)
VALUES (2, 'email', 'shop@example.org', 'Shop', 'live', '{"host":"mail.example.org"}', {00ff10}, '{"uid":7}', TRUE, 0, 0, 1790000000000);
INSERT INTO persons (id, name, name_folded, created_at) VALUES (3, 'ÉLODIE', 'élodie', 1790000000000);
INSERT INTO identities (id, space, handle, handle_folded, name, person_id, claimed_mail, created_at)
VALUES (4, 'mail', 'elodie@example.org', 'elodie@example.org', 'ÉLODIE', 3, NULL, 1790000000000);
INSERT INTO persons (id, name, name_folded, created_at) VALUES (10, 'Noor', 'noor', 1790000000000);
INSERT INTO identities (id, space, handle, handle_folded, name, person_id, claimed_mail, asked_mail, created_at)
VALUES (11, 'webchat:1', 'visitor-1', 'visitor-1', 'Noor', 10, 'noor@example.org', 'noor@example.org', 1790000000000);
INSERT INTO messages (id, place, source_key, source, external_id, channel_id, thread_id, parent_id, parent_rank, conversation_id,
    identity_id, person_id, direction, state, visibility, auto, revision, at, stated_at, heard_at, language, flags, fingerprint, sent_by)
VALUES
    (5, 4728289230848000005, {e307a401c9c33c105729a14ca0aade3b}, 'mail', '<1@example.org>', 2, 5, NULL, 9223372036854775807, 7,
        4, 3, 'theirs', 'shown', 'direct', 'no', 2, 1790000000000, 1789999990000, 1790000000000, 'fr', 8, 77, NULL),
    (6, 4728289482506240006, {a3d83d467b0155d46bf3f96732f36f38}, 'mail', '<2@example.org>', 2, 5, 5, 1, 7,
        NULL, NULL, 'ours', 'shown', 'direct', 'no', 1, 1790000060000, 1790000060000, 1790000060000, 'fr', 0, 78, 1);
INSERT INTO bodies (message_id, revision, subject, text, html, snippet, parts, envelope, raw_blob, raw_offset, raw_length, analysis_version, heard_at)
VALUES
    (5, 1, 'Ma commande', 'Où est-elle ?', NULL, 'Où est-elle ?', '{}', '{}', NULL, NULL, NULL, 1, 1790000000000),
    (5, 2, 'Ma commande', 'Où est ma commande de laine ?', '<p>Où</p>', 'Où est ma commande', '{}', '{}', NULL, NULL, NULL, 1, 1790000000000),
    (6, 1, 'Re: Ma commande', 'Elle part demain.', NULL, 'Elle part demain.', '{}', '{}', NULL, NULL, NULL, 1, 1790000060000);
INSERT INTO aliases (source_key, message_id) VALUES ({d004d2d78a1b3198470c47f53e43095d}, 6);
INSERT INTO awaited (source_key, message_id, rank) VALUES ({a13dd26689445cd86b31c4e73c678b5c}, 5, 1);
INSERT INTO conversations (id, subject, person_id, channel_id, state, assignee_id, snoozed_until, waiting_since, last_at, last_place,
    last_theirs_place, news, snippet, created_at, version)
VALUES (7, 'Ma commande', 3, 2, 'open', 1, NULL, 1790000000000, 1790000060000, 4728289482506240006, 4728289230848000005, 5, 'Où est ma commande', 1790000000000, 3);
INSERT INTO deliveries (id, message_id, conversation_id, channel_id, state, reason, attempts, idempotency_key, outgoing, created_at, updated_at)
VALUES (8, 6, 7, 2, 'unknown', 'no answer', 1, 'key', '{"message":"6","external_id":"<2@example.org>","idempotency_key":"key","to_handle":"elodie@example.org","from_address":null,"from_name":null,"recipients":[],"subject":"Re: Ma commande","text":"Elle part demain.","references":["<1@example.org>"],"reply_token":null,"attachments":[]}', 1790000060000, 1790000060000);
INSERT INTO jobs (id, kind, subject, run_at, attempts, lease_until) VALUES (9, 'wake', 7, 1790000090000, 0, 0);
INSERT INTO jobs (id, kind, subject, run_at, attempts, lease_until) VALUES (10, 'send', 8, 1790000099000, 1, 0);
INSERT INTO drafts (user_id, conversation_id, form, updated_at) VALUES (1, 7, '{"text":"Bonjour"}', 1790000070000);
INSERT INTO changes (topic, subject, at) VALUES ('conversation', 7, 1790000060000);
