use super::{
    super::dates::{Unit, When},
    Table,
};

pub(super) static TABLE: Table = Table {
    code: "pt",
    elides: false,
    verb_last: false,
    verbs_i: "envio mando ligo respondo confirmo verifico passo levo trago entrego devolvo digo escrevo vejo preparo reservo resolvo \
        pergunto telefono aviso conserto troco reembolso busco consulto",
    verbs_we: "enviamos mandamos ligamos respondemos confirmamos verificamos passamos levamos trazemos entregamos devolvemos dizemos \
        escrevemos vemos preparamos reservamos resolvemos perguntamos telefonamos avisamos consertamos trocamos reembolsamos \
        buscamos consultamos",
    phrases: "te|lhe|vos|o|a|já|eu|nós aviso|avisamos, aviso|avisamos te|lhe|vos|o|a, \
        dou|damos * notícias|retorno|resposta, fico|ficamos de, trato|tratamos disso|do|da|de, cuido|cuidamos disso|do|da, \
        me encarrego, encarrego me, encarregamo nos, prometo, prometemos, comprometo me, me comprometo, \
        pode|podes|podem contar comigo|connosco|conosco, deixe|deixa|deixem me|eu * ver|verificar|confirmar|perguntar|checar|consultar, \
        mantenho|mantemos o|a|te|lhe|você informado|informada, entro|entramos|entrarei|entraremos em contato|contacto",
    future: "vou|vamos * ~ar|~er|~ir|pôr|ver|ir|dar|ler, irei|iremos * ~ar|~er|~ir, ~arei|~erei|~irei, ~aremos|~eremos|~iremos",
    adverbs: "também|então|agora|já|pessoalmente",
    no_acts: "vou|vamos ter|ser|estar|precisar|adorar|querer|poder|sentir|haver, vamos * conseguir, \
        preparei|reparei|parei|separei|comparei|esperei|gerei|alterei|considerei|liberei|recuperei|superei|retirei|tirei|virei, \
        queremos|esperemos|seremos|serei|estaremos|estarei|teremos|terei|poderei|poderemos|saberei|saberemos|gostarei|gostaremos, \
        precisarei|precisaremos|deverei|deveremos|ficarei|ficaremos|haverei, ver $",
    dated: "@i, @we, te|lhe|vos @i|@we, faço isso, tratamos, trato, \
        terá|terás|terão|receberá|receberás|receberão",
    denials: "não|nunca|jamais|nem|sem|nenhum|nenhuma",
    harmless: "não se preocupe|preocupem, não te preocupes, sem falta, sem problema|problemas, não há problema, não tem problema, \
        nenhum problema, não mais tarde, não hesite|hesites, o|do|um|no|seu|teu|de|ao envio|aviso|passo|troco",
    conditions: "se quiser|quiseres|quiserem|tiver|tiveres|for|forem|puder|puderes|preferir|houver|precisar|precisares|der|desejar, \
        se o|a|os|as|você|isso|tudo, caso, desde que",
    whether: "ver|vejo|verei|veremos|saber|sabe|verific~|pergunt~|confirm~|consult~|dig~|direi",
    blocks: "talvez|cada|sempre|ontem|anteontem|normalmente|segundo|eventualmente|oxalá, todos os, todas as, \
        disse|disseste|disseram|dizia|escreveu|escreveste|prometeu|prometeste|comentou, \
        às segundas|terças|quartas|quintas|sextas, aos sábados|domingos, semana passada, segunda|terça|quarta|quinta|sexta passada",
    breaks: "mas",
    times: &[
        ("hoje, ainda hoje, hoje mesmo, hoje à tarde|noite, esta manhã|tarde|noite, nesta tarde", When::Day(0)),
        ("amanhã, amanhã de manhã, amanhã à tarde|noite", When::Day(1)),
        ("depois de amanhã", When::Day(2)),
        ("esta|nesta|desta semana, fim|final da|desta semana", When::WeekEnds),
        ("próxima semana, semana que vem, semana próxima, para a semana", When::NextWeek),
        ("fim de semana", When::Weekend),
        ("este|neste|deste mês, fim|final do|deste mês", When::MonthEnds),
        ("próximo mês, mês que vem, fim|final do próximo mês, fim|final do mês que vem", When::NextMonth),
    ],
    within: "em, dentro de, em até, daqui a, no prazo de, em menos de, nas|nos próximas|próximos, em cerca de",
    numbers: &["um|uma", "dois|duas", "três", "quatro", "cinco", "seis", "sete", "oito", "nove", "dez"],
    units: &[
        ("minutos|minuto|min", Unit::Minutes),
        ("horas|hora|h", Unit::Hours),
        ("dias|dia", Unit::Days),
        ("dias|dia úteis|útil", Unit::WorkingDays),
        ("semanas|semana", Unit::Weeks),
        ("meses|mês", Unit::Months),
    ],
    weekdays: [
        "segunda feira, na|até|à|próxima|nesta|esta|de segunda, até à segunda",
        "terça feira, na|até|à|próxima|nesta|esta|de terça, até à terça",
        "quarta feira, na|até|à|próxima|nesta|esta|de quarta, até à quarta",
        "quinta feira, na|até|à|próxima|nesta|esta|de quinta, até à quinta",
        "sexta feira, na|até|à|próxima|nesta|esta|de sexta, até à sexta",
        "sábado",
        "domingo",
    ],
    months: [
        "janeiro",
        "fevereiro",
        "março",
        "abril",
        "maio",
        "junho",
        "julho",
        "agosto",
        "setembro",
        "outubro",
        "novembro",
        "dezembro",
    ],
    of: "de",
    day_of: "dia",
    needs_ordinal: false,
    month_first: false,
};
