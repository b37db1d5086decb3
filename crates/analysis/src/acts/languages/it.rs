use super::*;

pub(super) const LISTS: Lists = &[
    (LEADS, "per favore, per cortesia, e, allora, ciao, salve, buongiorno, buonasera"),
    (
        ASKS_TOLD,
        "vorrei sapere, volevo sapere, mi piacerebbe sapere, mi chiedo, volevo chiedere, vorrei chiedere, una domanda, la mia domanda, \
         qualcuno sa, sapete se, sai se, sa se",
    ),
    (
        ASKS_FIRST,
        "cosa è, che cosa, chi è, perché, qual è, quali sono, quanto, quanti, come si, come faccio, dove posso, dov è, dove sono, quando è, \
         quando arriva, quando aprite, c è un, ci sono, avete, fate, siete aperti, spedite, posso, si può, è possibile, è aperto",
    ),
    (
        WANTS,
        "vi prego di, la prego di, ti prego di, vi chiedo di, le chiedo di, chiedo che, vorrei ordinare, vorrei prenotare, vorrei annullare, \
         vorrei restituire, vorrei cambiare, vorrei un, vorrei una, vorrei che, ho bisogno di, abbiamo bisogno, mi serve, ci serve, \
         mandatemi, inviatemi, mi mandi, mi mandate, mi invii, mi inviate, fatemi sapere, mi faccia sapere, fammi sapere, chiamatemi, \
         mi chiami, aiutatemi, mi aiuti, rispondete, rispondetemi, esigo, richiedo, voglio un rimborso, rimborsatemi, voglio indietro, \
         sarei grato, sarei grata, controllate, verificate per favore, si prega di",
    ),
    (
        WANTS_OR_ASKS,
        "potete, potreste, puoi, potresti, può, potrebbe, sarebbe possibile, è possibile avere, posso avere, posso cambiare, potrei avere, possiamo prenotare",
    ),
    (
        WANTS_ANSWER,
        "potete dirmi, può dirmi, puoi dirmi, potreste dirmi, potrebbe dirmi, si può, non può, non puoi, non potete, può essere, mi può dire, potete consigliarmi",
    ),
    (
        WANTS_FIRST,
        "mandate, inviate, mandami, controllate, annullate, cambiate, aggiungete, smettete, aiutate, ditemi, dimmi, fate qualcosa, rimettete, mettete, tenetemi, ditegli, digli, lasciate, spiegatemi, datemi, dammi",
    ),
    (WANTS_MAYBE, "per favore, per cortesia, urgente, al più presto, cortesemente"),
    (
        WANTS_NOTHING,
        "sì per favore, non esitare, non esitate, non esiti, non si preoccupi, non preoccuparti, non preoccupatevi, non ho bisogno, non serve",
    ),
    (
        COMPLAINS,
        "reclamo, lamentela, lamentarmi, deluso, delusa, delusione, deludente, inaccettabile, non è arrivato, mai arrivato, non è ancora arrivato, \
         sto ancora aspettando, aspetto ancora, non ho ricevuto, mai ricevuto, addebitato due volte, doppio addebito, non funziona, \
         non funzionano, ordine sbagliato, vergognoso, una vergogna, orribile, schifoso, fa schifo, mai più, rimborso, nessuna risposta, \
         nessuno risponde, arrabbiato, arrabbiata, insoddisfatto, insoddisfatta, pessimo, pessima, truffa, maleducato, maleducata, \
         non sa di niente, non sa di nulla, sa di cartone, senza sapore, stufo, stufa, scandaloso, non capisco come",
    ),
    (
        COMPLAINS_LIKELY,
        "rotto, rotta, danneggiato, danneggiata, difettoso, difettosa, scaduto, bruciato, ammuffito, sporco, troppo tardi, troppo lento, \
         troppo caro, troppo amaro, problema con, un problema, problemi con, sbagliato, sbagliata, insipido, \
         peggio di, peggiorato, senza avvisare, non capisco perché, perso",
    ),
    (
        COMPLAINS_MAYBE,
        "freddo, fredda, lento, cattivo, debole, amaro, di nuovo, due volte, nessuno, peccato, purtroppo, errore, ritardo, manca",
    ),
    (
        COMPLAINS_NOTHING,
        "mi dispiace, ci dispiace, ci scusiamo, scusate per, mi scuso, nessun problema, senza problemi, errore mio, colpa mia, non c è problema",
    ),
    (
        THANKS,
        "grazie, grazie mille, molte grazie, mille grazie, vi ringrazio, la ringrazio, ti ringrazio, ringrazio, ringraziamenti, tante grazie",
    ),
    (THANKS_NOTHING, "no grazie, grazie per niente, grazie a dio, grazie al cavolo"),
    (
        COMMITS,
        "ti mando, vi mando, le mando, ti invio, vi invio, le invio, te lo mando, ve lo mando, glielo mando, ti avviso, vi avviso, \
         ti chiamo, vi chiamo, la chiamo, ci penso io, me ne occupo, ci vediamo, arrivo subito, vengo domani, ci sarò, ci sono anche io, contate su, \
         parte oggi, partono oggi, lo prometto, promesso",
    ),
    (COMMITS_NOTHING, "forse, magari, vorrei, potrei, dovrei"),
    (DENIES, "non, mai, senza, nessun, nessuna, niente, nulla, neanche"),
];
