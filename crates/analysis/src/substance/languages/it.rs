use super::*;

pub(super) const LISTS: Lists = &[
    (
        FUNCTION,
        "il, lo, la, i, gli, le, l, un, uno, una, di, del, dello, della, dei, degli, delle, a, al, alla, ai, da, dal, dalla, in, nel, \
         nella, con, su, sul, sulla, per, tra, fra, e, ed, o, che, chi, cui, è, sono, era, erano, essere, stato, stata, ho, hai, ha, \
         abbiamo, hanno, aveva, avere, fa, fare, va, vanno, non, no, sì, molto, già, anche, solo, più, si, ci, ne, come, dove, quando, \
         quale, cosa, tutto, tutti, tutta, tutte, qualcosa, niente, nulla, mai, sempre, così, qui, qua, lì, può, possono, ancora, poi",
    ),
    (
        REASON,
        "perché, poiché, siccome, quindi, perciò, dunque, pertanto, di conseguenza, a causa, grazie a, dato che, visto che, motivo, \
         ragione, affinché, per questo, infatti",
    ),
    (
        CONTRAST,
        "ma, però, tuttavia, anche se, sebbene, benché, mentre, invece, nonostante, al contrario, d altra parte, eppure, tranne, salvo, \
         piuttosto, altrimenti",
    ),
    (CONDITION, "se, a meno che, purché, nel caso, qualora, quando, appena, finché"),
    (
        HEDGE,
        "forse, probabilmente, magari, sembra, sembrano, potrebbe, potrebbero, sarebbe, sarebbero, spesso, di solito, a volte, \
         abbastanza, quasi, credo, penso, secondo me, a mio parere, mi pare, circa",
    ),
    (
        PROPOSAL,
        "dovrebbe, dovrebbero, bisogna, bisognerebbe, deve, devono, propongo, proposta, suggerisco, suggerimento, consiglio, meglio, \
         soluzione, migliorare, alternativa, opzione, vorrei, servirebbe, perché non",
    ),
    (
        EVIDENCE,
        "secondo, studio, studi, rapporto, dati, cifre, per cento, fonte, esempio, per esempio, ad esempio, in effetti, esperienza, \
         misurato, provato, notato, verificato, legge, prova, cioè",
    ),
    (
        COMPARISON,
        "meno, maggiore, minore, migliore, peggiore, peggio, uguale, simile, diverso, differenza, prima, secondo, inoltre, infine, \
         entrambi, maggior parte, rispetto",
    ),
    (
        DETAIL,
        "anno, anni, mese, mesi, settimana, settimane, giorno, giorni, ora, ore, minuti, ieri, oggi, domani, lunedì, martedì, mercoledì, \
         giovedì, venerdì, sabato, domenica, euro, metà, ordine, fattura, spedizione, pacco, scorso, scorsa",
    ),
    (FIRST_PERSON, "io, mi, me, mio, mia, miei, noi, nostro, nostra"),
    (SECOND_PERSON, "tu, ti, te, tuo, tua, voi, vi, vostro, vostra, lei, suo, sua"),
    (POINTING, "questo, questa, questi, queste, quello, quella, quelli, ciò, lui, esso, loro"),
    (
        PRAISE,
        "grazie, grazie mille, bravo, bravi, ottimo, ottima, perfetto, perfetta, bello, bella, buono, buona, bellissimo, fantastico, \
         esatto, vero, d accordo, sì, ok, ciao, salve, buongiorno, saluti, articolo, complimenti, adoro, buonissimo, mille, prego, cara, \
         caro, per favore",
    ),
    (
        INSULT,
        "idiota, idioti, stupido, stupidi, imbecille, scemo, cretino, bugiardo, bugiardi, ridicolo, ridicoli, pagliaccio, pagliacci, \
         ignorante, schifo, merda, ipocrita, buffone, buffoni",
    ),
    (AFFECT, "orribile, odio, triste, vergogna, incredibile, ahah, ahahah, haha, lol, mamma mia, che schifo, pessimo"),
    (SARCASM, "sì certo, come no, ma va, che sorpresa, a chi importa, figuriamoci, ma dai, bla"),
    (
        PROMOTION,
        "clicca qui, compra ora, codice sconto, sconto, gratis, offerta, iscriviti, il mio canale, guadagna, seguimi, promozione, \
         approfitta",
    ),
];
