use super::*;

pub(super) const LISTS: Lists = &[
    (
        FUNCTION,
        "le, la, les, l, un, une, des, du, de, d, et, ou, à, au, aux, en, dans, sur, sous, avec, pour, par, chez, est, sont, était, \
         étaient, être, été, ai, as, a, ont, avait, avoir, suis, es, sommes, êtes, fait, faire, va, vont, aller, ne, n, pas, plus, que, \
         qu, qui, quoi, dont, où, quand, comment, se, s, y, tout, tous, toute, toutes, même, très, trop, bien, si, non, oui, aussi, \
         encore, déjà, jamais, toujours, rien, quelque, chose, peut, peuvent, c, j, m, t, là, ici, alors, puis, on, entre, après, avant",
    ),
    (
        REASON,
        "parce que, parce qu, car, puisque, donc, ainsi, par conséquent, c est pourquoi, afin de, afin que, grâce à, à cause, en raison, \
         raison, raisons, du fait, c est pour ça, pour que, étant donné",
    ),
    (
        CONTRAST,
        "mais, cependant, pourtant, toutefois, néanmoins, alors que, tandis que, bien que, malgré, quoique, en revanche, par contre, \
         au contraire, d un côté, d autre part, sauf, plutôt que, au lieu, or, certes, sinon",
    ),
    (CONDITION, "si, à condition, pourvu que, à moins, au cas où, lorsque, quand, dès que, tant que"),
    (
        HEDGE,
        "peut être, probablement, sans doute, semble, semblent, paraît, pourrait, pourraient, serait, seraient, souvent, parfois, \
         généralement, plutôt, presque, je pense, je crois, à mon avis, selon moi, il me semble, éventuellement, apparemment, environ",
    ),
    (
        PROPOSAL,
        "devrait, devraient, faudrait, il faut, doit, doivent, propose, proposer, proposition, suggère, suggestion, recommande, mieux, \
         solution, améliorer, alternative, possibilité, il serait, j aimerais, souhaite, pourquoi ne pas, besoin de",
    ),
    (
        EVIDENCE,
        "selon, d après, étude, études, rapport, chiffres, données, pour cent, source, exemple, par exemple, notamment, en effet, \
         en fait, expérience, mesuré, testé, essayé, remarqué, constaté, comparé, loi, preuve, c est à dire",
    ),
    (
        COMPARISON,
        "plus que, moins, davantage, meilleur, meilleure, pire, supérieur, inférieur, autant, pareil, semblable, différent, différence, \
         d abord, ensuite, enfin, de plus, en outre, par ailleurs, deuxièmement, la plupart, ailleurs",
    ),
    (
        DETAIL,
        "an, ans, année, années, mois, semaine, semaines, jour, jours, heure, heures, minutes, hier, aujourd hui, demain, lundi, mardi, \
         mercredi, jeudi, vendredi, samedi, dimanche, euros, moitié, commande, facture, livraison, colis, dernier, dernière",
    ),
    (FIRST_PERSON, "je, me, moi, mon, ma, mes, nous, notre, nos"),
    (SECOND_PERSON, "tu, te, toi, ton, ta, tes, vous, votre, vos"),
    (POINTING, "ce, cet, cette, ces, ceci, cela, ça, il, elle, ils, elles, lui, leur, leurs, son, sa, ses"),
    (
        PRAISE,
        "merci, bravo, super, génial, parfait, excellent, magnifique, bon, bonne, beau, belle, bien dit, d accord, exactement, vrai, oui, \
         ok, bonjour, bonsoir, salut, cordialement, article, partage, merci beaucoup, félicitations, j adore, adore, aime, top, beaucoup, \
         madame, monsieur, tellement, s il vous plaît",
    ),
    (
        INSULT,
        "idiot, idiote, idiots, stupide, imbécile, imbéciles, con, cons, connard, débile, menteur, menteurs, ridicule, n importe quoi, \
         ta gueule, nul, minable, hypocrite, clown, conneries, crétin, abruti",
    ),
    (
        AFFECT,
        "horrible, dégoûtant, déteste, triste, honte, incroyable, affreux, mdr, lol, ptdr, omg, haha, beurk, pfff",
    ),
    (
        SARCASM,
        "mais bien sûr, c est ça, ben voyons, sans blague, comme par hasard, quelle surprise, on s en fiche, blabla, ah bon",
    ),
    (
        PROMOTION,
        "cliquez ici, achetez, code promo, gratuit, offre spéciale, abonnez vous, ma chaîne, gagner de l argent, promotion, réduction, \
         suivez moi, commandez maintenant, bon plan",
    ),
];
