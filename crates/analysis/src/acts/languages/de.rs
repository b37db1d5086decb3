use super::*;

pub(super) const LISTS: Lists = &[
    (LEADS, "bitte, und, also, hallo, moin, dann, aber, liebe, lieber, guten tag, noch"),
    (
        ASKS_TOLD,
        "wüsste gern, wüsste gerne, wollte fragen, wollte wissen, möchte wissen, möchte gern wissen, würde gern wissen, frage mich, \
         eine frage, meine frage, noch eine frage, ich frage, weiß jemand, weiss jemand, kann mir jemand sagen, hat jemand, \
         hätte gern gewusst, gilt das auch, nicht sicher ob",
    ),
    (
        ASKS_FIRST,
        "was ist, was kostet, was sind, was macht, wer ist, wer hat, wer kann, warum ist, warum sind, warum gibt, warum kommt, wieso, \
         weshalb, welche, welcher, welches, wie ist, wie oft, wie viele, wie geht das, wie funktioniert, ist das, ist die, ist der, \
         ist im, sind die, sind das, kann man, darf ich, darf man, gibt es, gibts, bieten sie, bietet ihr, habt ihr, hat wer, hat noch wer, \
         liefern sie, liefert ihr, seid ihr, sind sie, wann macht, wann kommen, wann wird, wo bleibt, wo sind",
    ),
    (
        WANTS,
        "bitte senden, bitte schicken, bitte schickt, bitte sendet, bitte prüfen, bitte prüft, bitte stornieren, bitte ändern, \
         bitte ändert, bitte melden, bitte meldet, bitte rufen, bitte antworten, bitte teilen, bitte geben, bitte gebt, bitte helfen, \
         bitte helft, bitte um, ich bitte, wir bitten, bitte nicht, bitte erstatten, bitte bestätigen, bitte reservieren, bitte schreibt, \
         bitte schreiben, bitte schick, bitte sagen, bitte sagt, bitte macht, bitte lasst, bitte legt, bitte stellt, bitte am, bitte mehr, \
         bitte weniger, bitte wieder, bitte keine, bitte kein, schickt mir, schicken sie mir, senden sie mir, senden sie, \
         schicken sie, rufen sie, geben sie, prüfen sie, sagt bescheid, sagen sie bescheid, gebt bescheid, meldet euch, \
         melden sie sich, ich brauche, wir brauchen, ich möchte bestellen, möchte stornieren, möchte reservieren, möchte zurückgeben, \
         ich hätte gern, ich hätte gerne, wir hätten gern, wir hätten gerne, ich möchte gern, ich möchte eine, ich möchte einen, \
         wäre dankbar, wäre sehr dankbar, ich wäre für, würde mich freuen wenn, wäre schön wenn, wäre nett wenn, wäre toll wenn, \
         ich will mein geld, geld zurück, ich fordere, ersuche, mit der bitte, bitte dringend, ich erwarte, schreibt doch, macht doch, \
         könntest du bitte, könnten sie bitte, können sie bitte, kannst du bitte, könnt ihr bitte, lasst uns wissen, lassen sie mich wissen",
    ),
    (
        WANTS_OR_ASKS,
        "können sie, könnten sie, kannst du, könntest du, könnt ihr, könntet ihr, würden sie, würdest du, würdet ihr, kann ich, könnte ich, \
         können wir, könnten wir, wäre es möglich, ist es möglich, kann man",
    ),
    (
        WANTS_ANSWER,
        "mir sagen, uns sagen, mir erklären, können sie empfehlen, könnt ihr empfehlen, was können, kann ich bei, kann ich mit, kann ich auch, \
         kann man bei, kann man auch, gilt das",
    ),
    (
        WANTS_FIRST,
        "schickt, schick, sendet, gebt, gib mir, gib, macht mal, mach mal, helft, hilf mir, sagt mir, sag mir, sagt, erklärt, ändert, \
         bringt, nehmt, stellt, lasst, lass, hört auf, hör auf, schreibt, ruft, ruf mich, denkt an, passt auf, storniert, tut was",
    ),
    (WANTS_MAYBE, "bitte, dringend, umgehend, schnellstmöglich"),
    (
        WANTS_NOTHING,
        "bitte sehr, bitte schön, bitteschön, bittesehr, ja bitte, wie bitte, ach bitte, lass stehen, zögern sie nicht, keine sorge, \
         brauche nichts, brauche ich nicht, brauchen wir nicht, brauche keine, lasst euch",
    ),
    (
        COMPLAINS,
        "beschwerde, beschweren, beschwere, reklamation, reklamieren, enttäuscht, enttäuschend, enttäuschung, nicht angekommen, \
         nie angekommen, noch nicht da, warte immer noch, warten immer noch, warte seit, immer noch nicht, nicht erhalten, \
         noch nicht erhalten, doppelt abgebucht, zweimal abgebucht, zu viel berechnet, funktioniert nicht, geht nicht, falsch geliefert, \
         falsche bestellung, unverschämt, unverschämtheit, frechheit, unfreundlich, schrecklich, furchtbar, ekelhaft, katastrophe, \
         nie wieder, geld zurück, keine antwort, nicht zufrieden, unzufrieden, ärgerlich, verärgert, ärgere mich, nervt, zumutung, \
         geht gar nicht, schmeckt nach nichts, schmeckt nach pappe, schmeckt nicht mehr, leider nix, leider nichts, kaputt angekommen, \
         schade um, unmöglich so, mieser, miese, schlechter service, abzocke, nicht in ordnung, lässt nach, mangelhaft",
    ),
    (
        COMPLAINS_LIKELY,
        "kaputt, beschädigt, defekt, undicht, ranzig, verbrannt, verdorben, schimmelig, schmutzig, dreckig, zu spät, zu langsam, zu teuer, \
         zu laut, zu bitter, zu schwach, überteuert, problem mit, ein problem, probleme mit, verspätet, verspätung, \
         falsche, geschmacklos, schlechter als, schlechter geworden, nicht mehr so gut, nicht so gut, ohne vorwarnung, \
         niemand antwortet, knarzt, tropft, klemmt, abgelaufen, verschimmelt, gerissen",
    ),
    (
        COMPLAINS_MAYBE,
        "kalt, spät, langsam, schlecht, schwach, bitter, sauer, schade, schon wieder, immer noch, niemand, zweimal, leider, fehler, falsch, vergessen, fehlt",
    ),
    (
        COMPLAINS_NOTHING,
        "tut mir leid, tut uns leid, entschuldigung für, entschuldigen sie, bitte um entschuldigung, kein problem, keine beschwerde, \
         kann nicht klagen, mein fehler, unser fehler, nichts zu beanstanden, kein fehler, nicht schlimm, nicht dramatisch, leider nicht möglich, \
         leider nicht mehr",
    ),
    (
        THANKS,
        "danke, vielen dank, herzlichen dank, besten dank, dankeschön, danke schön, danke sehr, tausend dank, lieben dank, bedanke mich, bedanken uns, dank im voraus, merci vielmal, vergelts gott, schönen dank",
    ),
    (THANKS_NOTHING, "nein danke, danke für nichts, na danke, na vielen dank, dank der, gott sei dank, wäre dankbar"),
    (
        COMMITS,
        "geht heute raus, gehen heute raus, geht morgen raus, gehen morgen raus, bin dabei, wir sind dabei, ich komme gern, ich komme am, \
         wir kommen am, komme vorbei, kommen vorbei, wird erstattet, ich probiere, ich übernehme das, ich bringe, mache ich, machen wir, \
         wird gemacht, schicke ihnen, schicke dir, schicken ihnen, schicken dir, schicke euch, ändere ich",
    ),
    (COMMITS_NOTHING, "wenn, falls, vielleicht, würde, könnte, soll ich, sollen wir, ob ich, sobald ihr, hätte"),
    (DENIES, "nicht, kein, keine, keinen, keinem, nie, niemals, ohne, nichts, weder, nix, kaum"),
];
