INSERT INTO message_terms (rowid, terms) VALUES (4728289230848000005, 'où est ma commande de laine');
