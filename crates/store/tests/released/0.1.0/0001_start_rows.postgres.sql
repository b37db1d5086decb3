INSERT INTO message_terms (place, terms) VALUES (4728289230848000005, array_to_tsvector(string_to_array('où est ma commande de laine', ' ')));
