use super::{
    super::dates::{Unit, When},
    Table,
};

pub(super) static TABLE: Table = Table {
    code: "fr",
    elides: true,
    verb_last: false,
    verbs_i: "envoie rappelle appelle vérifie regarde confirme réponds donne passe fais livre rembourse renvoie prépare apporte \
        dis écris transmets demande contacte expédie poste dépose viens répare change recontacte",
    verbs_we: "envoyons rappelons appelons vérifions regardons confirmons répondons donnons passons faisons livrons remboursons \
        renvoyons préparons apportons disons écrivons transmettons demandons contactons expédions postons déposons venons \
        réparons changeons recontactons",
    phrases: "je vous|te|le|la|les tiens au courant, je vous|te|le|la|les tiens informé|informée|informés, \
        nous|on vous|te tenons|tient au courant, nous|on vous|te tenons|tient informé|informée|informés, \
        je reviens vers vous|toi, nous revenons vers vous, on revient vers vous|toi, \
        je m' en occupe|charge, nous nous en occupons|chargeons, on s' en occupe|charge, \
        je promets, je vous|te promets, nous vous promettons, on vous|te promet, je m' engage, nous nous engageons, \
        comptez|compte sur moi|nous, laissez|laisse moi|nous * vérifier|regarder|demander|voir|confirmer",
    future: "je vais, nous allons, on va, je|j' * ~rai, nous * ~erons|~irons|~drons|~rrons, on * ~era|~ira|~dra|~rra",
    adverbs: "aussi|ensuite|bien sûr|donc|personnellement|maintenant",
    no_acts: "bien|mieux|être|avoir|devoir|pouvoir|adorer|regretter|vrai|manquer|ravi, vais|allons|va au|à|chez, voir $, \
        serai|serons|sera|aurai|aurons|aura|pourrai|pourrons|pourra|devrai|devrons|devra|saurai|saurons, \
        voudrai|voudrons|espérons|désirons|retirons|verrons|verra|faudra|oublierai|oublierons|souviendrai",
    dated: "je|j'|on * @i, nous * @we, vous aurez|recevrez, tu auras|recevras",
    denials: "ne|n'|pas|jamais|aucun|aucune|ni|sans",
    harmless: "sans faute, pas de problème|soucis|souci, sans souci|problème, pas d' inquiétude, ne vous inquiétez pas, \
        ne t' inquiète pas, ne vous en faites pas, n' hésitez pas, n' hésite pas, sans tarder, pas plus tard, s' il vous|te plaît",
    conditions: "si, s' il|ils, au cas où, à condition",
    whether: "voir|vois|verrai|verrons|vérifi~|regard~|demand~|savoir|sais|dir~|dis|confirm~",
    blocks: "peut être, chaque|toujours|hier|selon, tous les, toutes les, d' habitude, en général, \
        vous|tu|il|elle|on|client|collègue avez|as|a dit|écrit|promis|demandé, vous|tu|il|elle disiez|disais|disait|écriviez|écrivais, \
        le lundi|mardi|mercredi|jeudi|vendredi|samedi|dimanche $, \
        lundi|mardi|mercredi|jeudi|vendredi|samedi|dimanche dernier, semaine dernière",
    breaks: "mais",
    times: &[
        ("aujourd' hui, ce matin|soir, cet après midi, en fin de journée, dans la journée", When::Day(0)),
        ("demain, demain matin|soir, demain après midi", When::Day(1)),
        ("après demain", When::Day(2)),
        ("cette semaine, fin de semaine, fin de la semaine, fin de cette semaine", When::WeekEnds),
        ("la semaine prochaine, semaine prochaine", When::NextWeek),
        ("week end, weekend, le week end", When::Weekend),
        ("ce mois, fin du mois, fin de mois", When::MonthEnds),
        ("le mois prochain, mois prochain, fin du mois prochain", When::NextMonth),
    ],
    within: "dans, dans les, d' ici, sous, en moins de, d' ici à",
    numbers: &["un|une", "deux", "trois", "quatre", "cinq", "six", "sept", "huit", "neuf", "dix"],
    units: &[
        ("minutes|minute|min", Unit::Minutes),
        ("heures|heure|h", Unit::Hours),
        ("jours|jour", Unit::Days),
        ("jours|jour ouvrés|ouvrables|ouvré|ouvrable", Unit::WorkingDays),
        ("semaines|semaine", Unit::Weeks),
        ("mois", Unit::Months),
    ],
    weekdays: ["lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche"],
    months: [
        "janvier",
        "février",
        "mars",
        "avril",
        "mai",
        "juin",
        "juillet",
        "août",
        "septembre",
        "octobre",
        "novembre",
        "décembre",
    ],
    of: "de",
    day_of: "le|au",
    needs_ordinal: false,
    month_first: false,
};
