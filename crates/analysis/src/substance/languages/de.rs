use super::*;

pub(super) const LISTS: Lists = &[
    (
        FUNCTION,
        "der, die, das, den, dem, des, ein, eine, einen, einem, einer, eines, und, oder, in, im, an, am, auf, aus, bei, beim, mit, nach, \
         von, vom, zu, zum, zur, für, über, um, vor, hinter, ist, sind, war, waren, bin, bist, sein, hat, haben, habe, hatte, hatten, \
         wird, werden, wurde, wurden, nicht, kein, keine, keinen, nur, auch, schon, noch, so, sehr, ja, nein, da, dann, hier, dort, \
         wer, was, wo, wie, wann, welche, welcher, man, sich, als, alle, alles, jeder, etwas, nichts, immer, nie, mal, doch, eben, \
         ganz, viel, viele, machen, macht, gibt, geht, kommt, kann, können, will, wollen, halt, bis, durch, ohne, gegen",
    ),
    (
        REASON,
        "weil, da, denn, deshalb, daher, darum, deswegen, somit, folglich, also, damit, aufgrund, wegen, grund, gründe, dadurch, \
         infolge, nämlich, um zu, sodass, so dass",
    ),
    (
        CONTRAST,
        "aber, jedoch, obwohl, allerdings, trotzdem, dennoch, während, hingegen, dagegen, sondern, zwar, andererseits, einerseits, \
         obgleich, trotz, statt, außer, ansonsten, sonst",
    ),
    (CONDITION, "wenn, falls, sofern, ob, solange, sobald, vorausgesetzt, es sei denn, bevor, nachdem"),
    (
        HEDGE,
        "vielleicht, möglicherweise, wahrscheinlich, vermutlich, eventuell, könnte, könnten, würde, würden, dürfte, scheint, scheinen, \
         meist, meistens, oft, manchmal, ziemlich, eher, wohl, fast, ich denke, ich glaube, ich finde, meiner meinung, anscheinend",
    ),
    (
        PROPOSAL,
        "sollte, sollten, müsste, muss, müssen, vorschlag, vorschlagen, schlage vor, empfehle, empfehlen, stattdessen, besser wäre, \
         wäre gut, lösung, verbessern, verbesserung, möglichkeit, alternative, wünsche, bräuchte, wie wäre",
    ),
    (
        EVIDENCE,
        "laut, studie, studien, bericht, zahlen, daten, prozent, quelle, beispiel, beispielsweise, zum beispiel, z b, etwa, tatsächlich, \
         erfahrung, gemessen, getestet, probiert, ausprobiert, bemerkt, festgestellt, gezeigt, gesetz, geprüft, verglichen",
    ),
    (
        COMPARISON,
        "mehr, weniger, meisten, wenigsten, besser, schlechter, höher, niedriger, größer, kleiner, beide, gleich, ähnlich, anders, \
         unterschied, erstens, zweitens, außerdem, zudem, ferner, schließlich, zuletzt, ebenso, im vergleich",
    ),
    (
        DETAIL,
        "jahr, jahre, jahren, monat, monate, monaten, woche, wochen, tag, tage, tagen, stunde, stunden, minuten, gestern, heute, morgen, \
         montag, dienstag, mittwoch, donnerstag, freitag, samstag, sonntag, euro, franken, hälfte, bestellung, rechnung, lieferung, \
         paket, letzte woche, vor kurzem",
    ),
    (FIRST_PERSON, "ich, mich, mir, mein, meine, meinen, meinem, meiner, wir, uns, unser, unsere"),
    (SECOND_PERSON, "du, dich, dir, dein, deine, ihr, euch, euer, eure, sie, ihnen, ihre, ihren"),
    (POINTING, "dies, diese, dieser, dieses, es, er, ihn, ihm, das, jene, jener"),
    (
        PRAISE,
        "gut, super, toll, schön, klasse, prima, perfekt, wunderbar, großartig, spitze, danke, dank, vielen dank, liebe, lieber, hallo, \
         guten, grüße, gruß, freundlichen, genau, stimmt, richtig, ja, okay, ok, beitrag, artikel, seite, teilen, bravo, glückwunsch, \
         gefällt, weiter so, sehr, lecker, bitte, tolle, toller, tolles, schöner, schöne, moin, servus",
    ),
    (
        INSULT,
        "idiot, idioten, idiotisch, dumm, dummkopf, blöd, blödsinn, trottel, depp, deppen, lügner, lächerlich, schwachsinn, quatsch, \
         unsinn, halt die klappe, spinner, versager, heuchler, armselig, hirnlos, pack, scheiße, scheiss, mist",
    ),
    (
        AFFECT,
        "schrecklich, furchtbar, ekelhaft, hasse, traurig, schande, unglaublich, wahnsinn, haha, lol, omg, boah, oh gott, pfui",
    ),
    (
        SARCASM,
        "na klar, ja klar, ach was, von wegen, schon klar, wer hätte das gedacht, ach wirklich, wen interessiert, toll gemacht, blabla",
    ),
    (
        PROMOTION,
        "jetzt kaufen, hier klicken, rabatt, rabattcode, gratis, kostenlos, sonderangebot, angebot, abonniert, folgt mir, schaut vorbei, \
         mein kanal, geld verdienen, jetzt bestellen, gutscheincode",
    ),
];
