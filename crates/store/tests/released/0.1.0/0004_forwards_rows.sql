-- What the shop had besides, once the later steps of 0.1.0 had been made.
INSERT INTO migrations (version, name, applied_at) VALUES (2, 'visitors', 1790000080000);
INSERT INTO migrations (version, name, applied_at) VALUES (3, 'told parents', 1790000080000);
INSERT INTO migrations (version, name, applied_at) VALUES (4, 'forwards', 1790000080000);
INSERT INTO visitor_log (identity_id, seq, message_id, shown_id) VALUES (11, 1, 5, 'question'), (11, 3, 6, 'answer');
INSERT INTO asked_mails (identity_id, address, begun_at, asked_at) VALUES (11, 'noor@work.example', 1790000081000, NULL);
INSERT INTO told_parents (child_key, parent_key, channel_id)
VALUES ({b47085fb35f218056c20f7163a2a0d58}, {e307a401c9c33c105729a14ca0aade3b}, 2);
INSERT INTO drafts (user_id, conversation_id, forwards, form, updated_at, thrown_at)
VALUES
    (1, 7, 5, '{"text":"Look at this"}', 1790000082000, NULL),
    (1, 7, 6, '{"text":"Never mind"}', 1790000083000, 1790000084000);
INSERT INTO draft_files (id, user_id, conversation_id, forwards, name, media_type, blob, byte_offset, size, created_at, thrown_at)
VALUES (12, 1, 7, 5, 'laine.png', 'image/png', 'ab12', 0, 9, 1790000082000, NULL);
