use super::{
    super::dates::{Unit, When},
    Table,
};

pub(super) static TABLE: Table = Table {
    code: "it",
    elides: true,
    verb_last: false,
    verbs_i: "mando invio spedisco chiamo richiamo controllo verifico rispondo confermo porto consegno preparo chiedo scrivo passo \
        rimborso sistemo guardo riparo sostituisco aggiorno comunico ricontatto restituisco",
    verbs_we: "mandiamo inviamo spediamo chiamiamo richiamiamo controlliamo verifichiamo rispondiamo confermiamo portiamo consegniamo \
        prepariamo chiediamo scriviamo passiamo rimborsiamo sistemiamo guardiamo ripariamo sostituiamo aggiorniamo comunichiamo \
        ricontattiamo restituiamo",
    phrases: "faccio|facciamo|farò|faremo sapere, tengo|teniamo|terrò|terremo * aggiornat~|informat~|corrente, \
        ti|la|vi|le aggiorno|aggiorniamo, me ne occupo, ce ne occupiamo, me ne incarico, ci penso io, ci pensiamo noi, \
        prometto, promettiamo, mi impegno, m' impegno, ci impegniamo, mi faccio vivo|viva|sentire, ci facciamo vivi|sentire, \
        conti|conta|contate su di me|noi, lasci|lascia|fammi|lasciami * verificare|controllare|chiedere, \
        mi faccia|lasci * verificare|controllare|chiedere|vedere",
    future: "~erò|~irò|~arò|~rrò|~drò|~trò, ~eremo|~iremo|~aremo|~rremo|~dremo|~tremo",
    adverbs: "anche|poi|adesso|personalmente",
    no_acts: "sarò|saremo|avrò|avremo|potrò|potremo|dovrò|dovremo|vorrò|vorremo|saprò|sapremo|mancherò|resterò|resteremo|rimarrò, \
        rimarremo|spererò|ricorderò|ricorderemo|dimenticherò|riuscirò|riusciremo, vedremo $",
    dated: "@i, @we, ti|le|vi|glielo|te|ve lo|la|do|diamo|dico|diciamo|faccio|facciamo, avrà|avrai|avrete|riceverà|riceverai|riceverete",
    denials: "non|mai|=né|nessun|nessuna|senza|neanche|nemmeno",
    harmless: "però, non si preoccupi, non ti preoccupare, non preoccuparti, nessun problema, senza problemi, non c' è problema, \
        senz' altro, non esiti, non esitare, non più tardi, non appena, \
        il|un|del|al|dell'|all'|l'|suo|tuo|di controllo|invio|rimborso|passo|porto",
    conditions: "se, qualora, nel caso, a condizione, a patto",
    whether: "vedere|vedo|vedrò|vedremo|sapere|sa|controll~|verific~|chied~|guard~|conferm~|dir~|dico",
    blocks: "magari|forse|ogni|sempre|ieri|scorso|scorsa|diceva|normalmente, secondo lei|te|voi|lui, di solito, tutti i|gli, tutte le, \
        ha|hai|avete|hanno detto|scritto|promesso|chiesto, il lunedì|martedì|mercoledì|giovedì|venerdì|sabato $, la domenica",
    breaks: "ma",
    times: &[
        ("oggi, oggi stesso, stamattina, stasera, questa sera|mattina, questo pomeriggio, in giornata", When::Day(0)),
        ("domani, domani mattina|pomeriggio|sera, domattina", When::Day(1)),
        ("dopodomani, dopo domani", When::Day(2)),
        ("questa|in settimana, fine settimana, fine della settimana, fine di questa settimana", When::WeekEnds),
        ("settimana prossima, prossima settimana", When::NextWeek),
        ("nel fine settimana, week end, weekend", When::Weekend),
        ("questo mese, fine mese, fine del mese", When::MonthEnds),
        ("mese prossimo, prossimo mese, fine del mese prossimo, fine del prossimo mese", When::NextMonth),
    ],
    within: "entro, tra, fra, in, nel giro di, entro le prossime, entro i prossimi, nelle prossime, nei prossimi",
    numbers: &[
        "un|uno|una|un'",
        "due, un paio di",
        "tre",
        "quattro",
        "cinque",
        "sei",
        "sette",
        "otto",
        "nove",
        "dieci",
    ],
    units: &[
        ("minuti|minuto|min", Unit::Minutes),
        ("ore|ora|h", Unit::Hours),
        ("giorni|giorno", Unit::Days),
        ("giorni|giorno lavorativi|lavorativo", Unit::WorkingDays),
        ("settimane|settimana", Unit::Weeks),
        ("mesi|mese", Unit::Months),
    ],
    weekdays: ["lunedì", "martedì", "mercoledì", "giovedì", "venerdì", "sabato", "domenica"],
    months: [
        "gennaio",
        "febbraio",
        "marzo",
        "aprile",
        "maggio",
        "giugno",
        "luglio",
        "agosto",
        "settembre",
        "ottobre",
        "novembre",
        "dicembre",
    ],
    of: "di",
    day_of: "il|entro il|giorno|al",
    needs_ordinal: false,
    month_first: false,
};
