use super::*;

pub(super) const LISTS: Lists = &[
    (LEADS, "et, alors, bonjour, bonsoir, salut, donc, merci de, aussi"),
    (
        ASKS_TOLD,
        "je voudrais savoir, j aimerais savoir, je me demande, je voulais savoir, pourriez vous me dire, pouvez vous me dire, une question, \
         ma question, quelqu un sait, quelqu un connaît, savez vous, je souhaite savoir, dites moi si",
    ),
    (
        ASKS_FIRST,
        "quel est, quelle est, quels sont, quelles sont, qui est, pourquoi, où est, où sont, à quelle heure, qu est ce, \
         est il, est elle, est ce, y a t, avez vous, faites vous, livrez vous, êtes vous, peut on, puis je",
    ),
    (
        WANTS,
        "merci de m, merci de me, merci de nous, merci de bien, merci d envoyer, merci de vérifier, merci de rembourser, merci de faire, \
         veuillez, envoyez moi, donnez moi, rappelez moi, répondez moi, aidez moi, dites moi, faites moi, prière de, je vous prie de, \
         je vous demande, je souhaite commander, je voudrais commander, j aimerais commander, je souhaite annuler, je voudrais annuler, \
         je souhaite réserver, je voudrais réserver, je voudrais un, je voudrais une, je voudrais que, j aimerais que, je demande, \
         j exige, j ai besoin de, nous avons besoin, il me faudrait, tenez moi au courant, faites quelque chose, \
         serait il possible de, je vous serais reconnaissant, vous serait il possible, laissez moi, besoin d aide, remboursez",
    ),
    (
        WANTS_OR_ASKS,
        "pouvez vous, pourriez vous, peux tu, pourrais tu, vous pouvez, vous pourriez, tu peux, tu pourrais, est il possible, est ce possible, \
         puis je avoir, puis je changer, je peux avoir, on peut avoir, pourrait on",
    ),
    (
        WANTS_ANSWER,
        "me dire, nous dire, m expliquer, me conseiller, me recommander, vous pouvez venir, tu peux venir, vous pouvez toujours",
    ),
    (
        WANTS_FIRST,
        "envoyez, envoie, donnez, donne moi, vérifiez, annulez, changez, remboursez, ajoutez, arrêtez, aidez, dites, dis moi, faites, rendez, \
         gardez moi, mettez, remettez, expliquez, ne dites, n oubliez pas de m",
    ),
    (WANTS_MAYBE, "s il vous plaît, s il te plaît, svp, stp, urgent, au plus vite"),
    (
        WANTS_NOTHING,
        "oui s il vous plaît, n hésitez pas, ne vous inquiétez pas, pas besoin, je n ai pas besoin, je n ai plus besoin, ne t inquiète, dites donc, veuillez trouver, veuillez agréer",
    ),
    (
        COMPLAINS,
        "réclamation, me plaindre, plainte, déçu, déçue, déçus, décevant, décevante, déception, inacceptable, jamais arrivé, jamais reçu, \
         pas arrivé, pas encore arrivé, pas reçu, toujours pas, toujours rien, j attends toujours, débité deux fois, facturé deux fois, \
         prélevé deux fois, ne marche pas, ne marche plus, ne fonctionne pas, ne fonctionne plus, mauvaise commande, erreur de, honteux, \
         scandaleux, horrible, dégoûtant, catastrophe, plus jamais, remboursement, remboursez, sans réponse, aucune réponse, \
         pas contente, pas content, mécontent, mécontente, en colère, insupportable, inadmissible, arnaque, n a plus de goût, \
         aucun goût, goût de carton, mal accueilli, impoli, désagréable, ras le bol, marre de, me désabonner parce",
    ),
    (
        COMPLAINS_LIKELY,
        "cassé, cassée, abîmé, abîmée, défectueux, défectueuse, périmé, périmée, brûlé, moisi, trop tard, trop lent, trop cher, trop chère, \
         trop amer, trop bruyant, un problème, problème avec, des problèmes, il manque, en retard, moins bon, \
         moins bonne, pire que, sans prévenir, personne ne répond, ne comprends pas pourquoi, déchiré, dommage que, \
         deux au lieu, au lieu d un, au lieu d une",
    ),
    (
        COMPLAINS_MAYBE,
        "froid, froide, tard, lent, lente, mauvais, mauvaise, faible, amer, encore une fois, dommage, deux fois, malheureusement, erreur, retard",
    ),
    (
        COMPLAINS_NOTHING,
        "désolé pour, désolée pour, désolé que, nous sommes désolés, je suis désolé, toutes nos excuses, mes excuses, pas de problème, aucun problème, sans problème, mon erreur, rien à redire",
    ),
    (
        THANKS,
        "merci, merci beaucoup, mille mercis, un grand merci, je vous remercie, je te remercie, remercie, remerciements, grand merci, mercis",
    ),
    (
        THANKS_NOTHING,
        "non merci, merci pour rien, merci de m, merci de me, merci de nous, merci de bien, merci de vérifier, merci de faire, merci d envoyer, merci de rembourser, dieu merci",
    ),
    (
        COMMITS,
        "je vous envoie, je t envoie, nous vous envoyons, je viens, nous venons, on vient, j arrive, je passe demain, je m en occupe, \
         on s en occupe, comptez sur, je vous rappelle, je te rappelle, je vous écrirai, vous est remboursé, part aujourd hui, \
         partent aujourd hui, je vous tiens au courant, je vous mets de côté, je serai là, on sera là, c est promis, promis",
    ),
    (
        COMMITS_NOTHING,
        "si, peut être, voudrais, pourrais, aimerais, à condition, je viens de, nous venons de, on vient de, vient de",
    ),
    (DENIES, "pas, jamais, aucun, aucune, sans, rien, plus de, nullement, guère"),
];
