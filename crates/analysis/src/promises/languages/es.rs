use super::{
    super::dates::{Unit, When},
    Table,
};

pub(super) static TABLE: Table = Table {
    code: "es",
    elides: false,
    verb_last: false,
    verbs_i: "envío mando llamo escribo paso confirmo digo llevo devuelvo traigo preparo contesto respondo busco reviso miro \
        arreglo reparo cambio ingreso entrego reservo guardo compruebo pregunto consulto reembolso aviso recojo",
    verbs_we: "enviamos mandamos llamamos escribimos pasamos confirmamos decimos llevamos devolvemos traemos preparamos \
        contestamos respondemos buscamos revisamos miramos arreglamos reparamos cambiamos ingresamos entregamos reservamos \
        guardamos comprobamos preguntamos consultamos reembolsamos avisamos recogemos",
    phrases: "me encargo, nos encargamos, me ocupo, nos ocupamos, te|le|os|les|lo|la|los|las aviso|avisamos, \
        te|le|os|les|lo|la|los|las mantengo|mantenemos|mantendré|mantendremos * tanto|informado|informada|informados, \
        te|le|os|les digo|decimos algo, prometo, prometemos, me comprometo, nos comprometemos, \
        déjame|déjeme|déjenme|déjanos|déjenos revisar|ver|mirar|comprobar|preguntar|consultar|confirmar, \
        cuenta|cuente|cuenten con ello, te|le|os|les doy|damos * respuesta|noticias, \
        tendrás|tendrá|tendréis|tendrán|recibirás|recibirá noticias, estaré|estaremos en contacto, \
        tendré|tendremos * listo|lista|listos|listas|preparado|preparada",
    future: "voy|vamos a, ~aré|~eré|~iré|~dré|~rré, ~aremos|~eremos|~iremos|~dremos|~rremos",
    adverbs: "también|luego|ahora|personalmente, con gusto",
    no_acts: "ser|estar|tener|haber|echar|necesitar|poder, a la|el|los|las|casa, ver $, queremos|esperemos|miremos|podré|podremos, \
        seré|seremos|estaré|estaremos|tendré|tendremos|habré|habremos|sabré|sabremos|querré|querremos, \
        deberé|deberemos|necesitaré|necesitaremos|recordaré|recordaremos|agradeceré|agradeceremos|echaré|echaremos, \
        compremos|consideremos|quedaré|quedaremos",
    dated: "@i, @we, te|se|le|os lo|la|los|las tengo|tenemos|doy|damos|hago|hacemos, \
        tendrás|tendrá|tendréis|tendrán|recibirás|recibirá|recibiréis|recibirán",
    denials: "no|nunca|jamás|tampoco|ni|sin|nadie|ningún|ninguna",
    harmless: "no te preocupes, no se preocupe|preocupen, no os preocupéis, no hay problema, ningún problema, sin problema|problemas, \
        sin falta, no más tarde, no dudes|dude, el|del|un|su|tu|de|al|este envío|cambio|paso|pago|aviso, vamos a ver $, vamos a ver que",
    conditions: "si, en caso de, siempre que",
    whether: "ver|veo|veré|saber|sabe|comprob~|compruebo|pregunt~|mir~|revis~|confirm~|averigu~|consult~|dig~|diré",
    blocks: "quizá|quizás|cada|siempre|normalmente|ayer|anteayer|anoche|según|ojalá, tal vez, a lo mejor, \
        todos los, todas las, los lunes|martes|miércoles|jueves|viernes|sábados|domingos, \
        dijo|dijiste|dijeron|decía|decías|escribió|escribiste|comentó|comentaste|prometió|prometiste, \
        lunes|martes|miércoles|jueves|viernes|sábado|domingo pasado, semana pasada",
    breaks: "pero",
    times: &[
        ("hoy, hoy mismo, esta mañana|tarde|noche", When::Day(0)),
        ("mañana, mañana mismo, mañana por la mañana|tarde|noche", When::Day(1)),
        ("pasado mañana", When::Day(2)),
        ("esta semana, fin|final|finales de la semana, final|finales de semana, final de esta semana", When::WeekEnds),
        ("la semana que viene, la próxima semana, semana próxima, semana que viene", When::NextWeek),
        ("fin de semana", When::Weekend),
        ("este mes, fin|final|finales de mes, final de este mes", When::MonthEnds),
        (
            "el mes que viene, el próximo mes, mes que viene, final|finales|fin del mes que viene, final|finales|fin del próximo mes",
            When::NextMonth,
        ),
        ("la mañana", When::No),
    ],
    within: "en, dentro de, en menos de, en un plazo de, en el plazo de, antes de, en los|las próximos|próximas, en unos|unas",
    numbers: &["un|una|uno", "dos, un par de", "tres", "cuatro", "cinco", "seis", "siete", "ocho", "nueve", "diez"],
    units: &[
        ("minutos|minuto|min", Unit::Minutes),
        ("horas|hora|h", Unit::Hours),
        ("días|día", Unit::Days),
        ("días|día hábiles|laborables|laborable|hábil", Unit::WorkingDays),
        ("semanas|semana", Unit::Weeks),
        ("meses|mes", Unit::Months),
    ],
    weekdays: ["lunes", "martes", "miércoles", "jueves", "viernes", "sábado", "domingo"],
    months: [
        "enero",
        "febrero",
        "marzo",
        "abril",
        "mayo",
        "junio",
        "julio",
        "agosto",
        "septiembre|setiembre",
        "octubre",
        "noviembre",
        "diciembre",
    ],
    of: "de|del",
    day_of: "el|día|del, el día, del día",
    needs_ordinal: false,
    month_first: false,
};
