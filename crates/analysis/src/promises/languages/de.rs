use super::{
    super::dates::{Unit, When},
    Table,
};

pub(super) static TABLE: Table = Table {
    code: "de",
    elides: false,
    verb_last: true,
    verbs_i: "schicke schick sende rufe ruf bringe bring mache liefere repariere überweise erstatte prüfe kläre schaue schau sehe \
        frage frag komme antworte schreibe schreib buche bestelle tausche hole lege reserviere bestätige erledige besorge gebe \
        leite kontaktiere informiere sage spreche verschicke versende ersetze besuche backe packe stelle hänge trage wechsle ändere \
        korrigiere veröffentliche verlängere storniere versuche suche bespreche lade poste übersetze",
    verbs_we: "schicken senden rufen bringen machen liefern reparieren überweisen erstatten prüfen klären schauen sehen fragen \
        kommen antworten schreiben buchen bestellen tauschen holen legen reservieren bestätigen erledigen besorgen geben leiten \
        kontaktieren informieren sagen sprechen verschicken versenden ersetzen besuchen backen packen stellen hängen tragen wechseln \
        ändern korrigieren veröffentlichen verlängern stornieren versuchen suchen besprechen laden posten übersetzen",
    phrases: "ich * melde mich, wir * melden uns, melde|meld ich mich, melden wir uns, melde|meld mich, melden uns, \
        ich|wir * gebe|geb|geben * bescheid, gebe|geb|geben ich|wir|ihnen|dir|euch * bescheid, sage|sag|sagen ich|wir|ihnen|dir * bescheid, \
        ich * sage|sag * bescheid, ich kümmere|kümmer mich, wir kümmern uns, kümmere ich mich, kümmern wir uns, \
        halte|halten * auf dem laufenden, verspreche ich, ich verspreche, wir versprechen, versprechen wir, versprochen, \
        sie hören von mir|uns, du hörst von mir|uns, ihr hört von mir|uns, hören sie von mir|uns, \
        ich schaue|sehe|frage * nach $, wir schauen|sehen|fragen * nach $, ich frage erst|gleich|noch, wir fragen erst|gleich|noch, ich prüfe das|es|dies, wir prüfen das|es|dies, \
        ich kläre das|es, wir klären das|es, ich gehe dem|der * nach, wir gehen dem|der * nach, ich erkundige mich, wir erkundigen uns, \
        komme|kommen * auf sie|dich|euch zurück, lassen|lass sie|mich|uns * nachsehen|prüfen|nachfragen",
    future: "ich werde, wir werden, werde ich, werden wir",
    adverbs: "auch|dann|nun|jetzt|gerne|gern",
    no_acts: "sein|haben|müssen|können|vermissen|brauchen|wohl|freuen|warten|hoffen|müde|alt|krank|sehen $",
    dated: "ich @i, @i ich, wir @we, @we wir, sie bekommen|erhalten|haben * von mir|uns, bekommen|erhalten|haben sie, \
        du bekommst|erhältst, sie bekommen|erhalten",
    denials: "nicht|kein|keine|keinen|keiner|keinem|nie|niemals|weder|ohne",
    harmless: "keine sorge, kein problem, ohne weiteres, nicht später, keine ursache, guten|schönen morgen, \
        wenn ich|wir mehr|etwas|was",
    conditions: "wenn|falls|sofern",
    whether: "",
    blocks: "vielleicht|eventuell|würde|würden|könnte|könnten|jeden|jede|jeder|immer|normalerweise|üblicherweise|gestern|vorgestern, \
        soll ich, sollen wir, laut, letzten|letzte|letzter, \
        sagten|schrieben|meinten|sagtest|schriebst|sagte|schrieb|meinte, hat|haben|hast * gesagt|geschrieben|versprochen, \
        montags|dienstags|mittwochs|donnerstags|freitags|samstags|sonntags",
    breaks: "aber",
    times: &[
        ("heute, noch heute, heute morgen|vormittag|mittag|nachmittag|abend|nacht", When::Day(0)),
        ("morgen, morgen früh|vormittag|mittag|nachmittag|abend", When::Day(1)),
        ("übermorgen, uebermorgen", When::Day(2)),
        ("diese|dieser woche, ende der|dieser woche", When::WeekEnds),
        ("nächste|nächster|naechste|kommende|kommender woche, ende nächster|kommender woche", When::NextWeek),
        ("wochenende", When::Weekend),
        ("diesen monat, ende des|dieses monats, monatsende", When::MonthEnds),
        ("nächsten|kommenden monat, ende nächsten|kommenden monats", When::NextMonth),
        ("am morgen, jeden morgen", When::No),
    ],
    within: "in, innerhalb von, innerhalb der nächsten, binnen, in den nächsten, in spätestens",
    numbers: &["ein|eine|einer|einem|eines", "zwei", "drei", "vier", "fünf", "sechs", "sieben", "acht", "neun", "zehn"],
    units: &[
        ("minuten|minute|min", Unit::Minutes),
        ("stunden|stunde|std|h", Unit::Hours),
        ("tagen|tage|tag|tages", Unit::Days),
        ("arbeitstagen|arbeitstage|arbeitstag|werktagen|werktage|werktag", Unit::WorkingDays),
        ("wochen|woche", Unit::Weeks),
        ("monaten|monate|monat", Unit::Months),
    ],
    weekdays: [
        "montag|montagmorgen|montagabend|montagnachmittag",
        "dienstag|dienstagmorgen|dienstagabend|dienstagnachmittag",
        "mittwoch|mittwochmorgen|mittwochabend",
        "donnerstag|donnerstagmorgen|donnerstagabend",
        "freitag|freitagmorgen|freitagabend|freitagnachmittag",
        "samstag|sonnabend|samstagmorgen",
        "sonntag|sonntagabend",
    ],
    months: [
        "januar|jänner",
        "februar",
        "märz",
        "april",
        "mai",
        "juni",
        "juli",
        "august",
        "september",
        "oktober",
        "november",
        "dezember",
    ],
    of: "",
    day_of: "am|den|zum|bis, bis zum, ab dem",
    needs_ordinal: false,
    month_first: false,
};
