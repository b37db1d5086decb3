use super::*;

pub(super) const LISTS: Lists = &[
    (LEADS, "por favor, y, pues, hola, entonces, bueno, buenas, también, oye, oiga, pero, y no"),
    (
        ASKS_TOLD,
        "quisiera saber, quería saber, me gustaría saber, querría saber, quería preguntar, quisiera preguntar, una pregunta, mi pregunta, \
         otra pregunta, la duda, una duda, me pregunto, alguien sabe, sabéis si, sabes si, saben si, pregunta si, dice que si, \
         necesito saber, no sé si",
    ),
    (
        ASKS_FIRST,
        "qué hora, qué tal va, quién es, por qué, cuál es, cuáles son, cuánto, cuántos, cómo se, cómo hago, dónde hay, dónde se, \
         cuándo es, cuándo vuelve, cuándo vais, cuándo abren, hay algún, hay wifi, hay sitio, abrís, abren, tenéis, se puede, podría, \
         podrían, podéis, sabéis, hacéis, vendéis, está abierto, está libre, es posible",
    ),
    (
        WANTS,
        "por favor envíen, por favor enviad, por favor envía, por favor manden, por favor mandad, por favor cancelen, por favor revisen, \
         por favor confirmen, por favor que, ruego, rogamos, les pido, os pido, le pido, te pido, pido que, quiero pedir, quisiera pedir, \
         me gustaría pedir, quiero reservar, quisiera reservar, me gustaría reservar, quería reservar, quiero cancelar, quiero devolver, \
         quiero cambiar, quiero que, quisiera que, me gustaría que, necesito que, necesito un, necesito una, necesitamos, exijo, solicito, \
         solicitamos, envíenme, mandadme, enviadme, mándame, envíame, mandame, dime cuándo, díganme, decidme, avisadme, avísame, avísenme, \
         llámame, llámenme, ayúdame, ayudadme, ayuda por favor, devuélvanme, devolvedme, quiero mi dinero, me pasas, me pasáis, me das, \
         me dais, me mandas, me mandáis, me envías, me enviáis, me guardas, me guardáis, me dices, nos pasas, nos mandas, nos das, \
         podríais servir, haced el favor, haga el favor, contestad, contesten, respondan, responded, agradecería que, se lo agradecería, \
         os agradecería, le agradecería, les agradecería, me hace falta, a ver si podéis, a ver si puede",
    ),
    (
        WANTS_OR_ASKS,
        "podéis, podríais, puedes, podrías, puede usted, podría, podrían, pueden, se puede cambiar, se puede reservar, se puede cancelar, \
         se puede devolver, sería posible, es posible, puedo cambiar, puedo cancelar, puedo devolver, puedo reservar, podemos reservar, \
         podría cambiar, me podéis, me puedes",
    ),
    (
        WANTS_ANSWER,
        "podéis decirme, puedes decirme, podría decirme, podrían decirme, me podéis decir, me puedes decir, podrías decirme, \
         podéis recomendar, puedes venir, podéis venir, pueden venir, cuando puedas, si puedes, si podéis, si pueden, como podéis ver, \
         ya puedes, puedes ser, ya podéis, me dices que",
    ),
    (
        WANTS_FIRST,
        "dímelo, decídmelo, díganmelo, dígamelo, manda, mandad, manden, envía, enviad, envíen, dile, decidle, dígale, dejad, deja de, dejen, haced, haz, hagan, revisad, revisen, \
         mirad, cambiad, cambien, devolved, devuelvan, poned, pon, pongan, traed, trae, guardad, guardadme, resérvame, \
         reservad, quitad, quiten, avisad, avisen, contadnos, cuéntanos, explicad, explíquenme, ayuda, dadme, dame, denme, pregúntale, \
         preguntadle, escribid, arreglad, arreglen, no digáis, no digas, no quitéis, poneos, pónganse, subid, bajad",
    ),
    (WANTS_MAYBE, "por favor, porfa, porfi, urgente, cuanto antes, lo antes posible, x favor, plis"),
    (
        WANTS_NOTHING,
        "sí por favor, no dudes, no dudéis, no duden, no te preocupes, no os preocupéis, no se preocupe, no hace falta, no necesito, ya no necesito, no hay prisa, dile que sí, deja deja, haz caso",
    ),
    (
        COMPLAINS,
        "queja, quejas, quejarme, reclamación, reclamo, decepcionado, decepcionada, decepción, decepcionante, inaceptable, no ha llegado, \
         nunca llegó, no llegó, no me ha llegado, sigue sin llegar, sigo esperando, seguimos esperando, todavía no, aún no ha, \
         no he recibido, me han cobrado dos veces, cobrado dos veces, cobro duplicado, no funciona, no funcionan, ha dejado de funcionar, \
         pedido equivocado, se han equivocado, os habéis equivocado, vergonzoso, una vergüenza, qué vergüenza, horrible, fatal, asqueroso, \
         nunca más, devuélvanme, quiero mi dinero, nadie contesta, nadie responde, sin respuesta, no contestan, no contestáis, \
         harto, harta, hartos, indignante, indignado, indignada, un desastre, una estafa, estafa, timo, maleducado, maleducada, borde, \
         no sabe a nada, ya no sabe, no huele, ya no huele, sabe a cartón, me ha sentado mal, molesto, enfadado, enfadada, \
         descontento, pésimo, pésima, mala calidad, mal servicio, os parece normal, qué poca, llegó roto, llegó rota",
    ),
    (
        COMPLAINS_LIKELY,
        "roto, rota, rotos, dañado, dañada, defectuoso, defectuosa, caducado, rancio, rancia, mohoso, sucio, sucia, demasiado tarde, \
         demasiado lento, demasiado caro, muy caro, carísimo, demasiado amargo, mucho ruido, problema con, un problema, problemas con, equivocado, equivocada, insípido, soso, sosa, peor que, ha empeorado, ya no es, \
         no está bien, sin avisar, nadie avisó, no entiendo por qué, no entiendo cómo, \
         estaba cerrado, han subido, se ha perdido, perdido el",
    ),
    (
        COMPLAINS_MAYBE,
        "frío, fría, lento, lenta, malo, mala, flojo, floja, amargo, otra vez, dos veces, nadie, lástima, falta, faltan, quemado, quemada, por desgracia, lamentablemente, desgraciadamente, error, retraso",
    ),
    (
        COMPLAINS_NOTHING,
        "lo siento, lo sentimos, sentimos que, perdón por, disculpa por, disculpe, disculpad, disculpen las, no hay problema, ningún problema, sin problema, no es una queja, no me quejo, sin queja, error mío, fallo mío, culpa mía, no pasa nada, nuestro fallo",
    ),
    (
        THANKS,
        "gracias, muchas gracias, mil gracias, muchísimas gracias, os agradezco, le agradezco, te agradezco, les agradezco, agradecido, agradecida, agradecidos, mis agradecimientos, se agradece",
    ),
    (THANKS_NOTHING, "no gracias, gracias por nada, gracias a dios, gracias a que"),
    (
        COMMITS,
        "te envío, os envío, le envío, les envío, te mando, os mando, le mando, les mando, te lo envío, te lo mando, se lo envío, se lo mando, \
         te cambio, le cambio, os cambio, te aviso, os aviso, le aviso, les aviso, te llamo, le llamo, os llamo, lo busco ahora, lo miro ahora, \
         lo reviso ahora, te guardo, le guardo, os guardo, me apunto, allí estaré, allí estaremos, nos vemos el, cuenta conmigo, \
         contad conmigo, voy mañana, voy el, me paso mañana, me paso el, pasaré, iré, lo haré, ahora mismo lo, lo pongo, me comprometo, \
         esta tarde voy, sale hoy, salen hoy, sale mañana, prometo, lo prometo, te la envío, se la envío",
    ),
    (
        COMMITS_NOTHING,
        "si, quizá, quizás, tal vez, a lo mejor, ojalá, podría, debería, como siempre, voy el primero, que si",
    ),
    (DENIES, "no, nunca, jamás, sin, ningún, ninguna, nada, tampoco, apenas"),
];
