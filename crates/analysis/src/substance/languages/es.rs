use super::*;

pub(super) const LISTS: Lists = &[
    (
        FUNCTION,
        "el, la, los, las, lo, un, una, unos, unas, de, del, a, al, en, con, por, para, sin, sobre, entre, y, e, o, u, que, es, son, era, \
         eran, fue, ser, soy, está, están, estoy, estaba, estar, ha, han, he, había, hay, haber, hace, hacer, va, van, voy, ir, no, sí, \
         muy, ya, también, tampoco, solo, sólo, más, se, le, les, su, sus, qué, quién, cómo, cuándo, dónde, cuál, todo, toda, todos, \
         todas, algo, nada, nunca, siempre, así, aquí, ahí, allí, puede, pueden, tiene, tienen, tengo, ni, desde, hasta, tan, bien",
    ),
    (
        REASON,
        "porque, ya que, puesto que, pues, por eso, por tanto, por lo tanto, así que, debido a, a causa, razón, razones, dado que, \
         por ello, en consecuencia, para que, motivo, de modo que, por culpa",
    ),
    (
        CONTRAST,
        "pero, sin embargo, aunque, no obstante, mientras que, a pesar, sino, en cambio, por otro lado, por otra parte, salvo, excepto, \
         en lugar, en vez, al contrario, eso sí, ahora bien",
    ),
    (CONDITION, "si, a menos que, siempre que, en caso, con tal, cuando, en cuanto, hasta que"),
    (
        HEDGE,
        "quizá, quizás, tal vez, a lo mejor, probablemente, posiblemente, parece, parecen, podría, podrían, sería, serían, suele, suelen, \
         a veces, normalmente, bastante, casi, creo que, pienso que, en mi opinión, me parece, supongo, seguramente, igual",
    ),
    (
        PROPOSAL,
        "debería, deberían, habría que, hay que, debe, deben, propongo, propuesta, sugiero, sugerencia, recomiendo, mejor, solución, \
         mejorar, alternativa, opción, convendría, estaría bien, me gustaría, quisiera, por qué no, hace falta",
    ),
    (
        EVIDENCE,
        "según, estudio, estudios, informe, datos, cifras, por ciento, fuente, ejemplo, por ejemplo, de hecho, en concreto, experiencia, \
         medido, probado, comprobado, notado, comparado, ley, prueba, es decir, medida",
    ),
    (
        COMPARISON,
        "más que, menos, mayor, menor, mejor, peor, igual, parecido, distinto, diferente, diferencia, primero, segundo, luego, además, \
         por último, finalmente, mayoría, ambos, tanto como",
    ),
    (
        DETAIL,
        "año, años, mes, meses, semana, semanas, día, días, hora, horas, minutos, ayer, hoy, mañana, lunes, martes, miércoles, jueves, \
         viernes, sábado, domingo, euros, mitad, pedido, factura, envío, paquete, pasado, pasada",
    ),
    (FIRST_PERSON, "yo, me, mi, mis, mí, nosotros, nosotras, nos, nuestro, nuestra, nuestros"),
    (SECOND_PERSON, "tú, te, ti, tu, tus, vosotros, os, vuestro, vuestra, usted, ustedes"),
    (POINTING, "este, esta, esto, estos, estas, ese, esa, eso, esos, esas, aquello, él, ella, ellos, ellas"),
    (
        PRAISE,
        "gracias, muchas gracias, genial, perfecto, excelente, estupendo, bueno, buena, buenos, buenas, bonito, precioso, me encanta, \
         encanta, totalmente, de acuerdo, exacto, cierto, verdad, sí, ok, vale, hola, saludos, saludo, artículo, compartir, enhorabuena, \
         felicidades, bravo, querida, querido, estimado, rico, buenísimo, claro, por favor, un abrazo, abrazo",
    ),
    (
        INSULT,
        "idiota, idiotas, imbécil, estúpido, estúpidos, tonto, tontos, gilipollas, mentiroso, mentirosos, ridículo, basura, payaso, \
         payasos, cállate, ignorante, mierda, patético, hipócrita, sinvergüenza, sinvergüenzas, burro, inútil, inútiles",
    ),
    (
        AFFECT,
        "horrible, asco, odio, triste, vergüenza, increíble, jaja, jajaja, jajajaja, lol, uf, ay, dios, madre mía, fatal",
    ),
    (
        SARCASM,
        "sí claro, ya claro, qué sorpresa, no me digas, a quién le importa, menuda sorpresa, anda ya, venga ya, bla",
    ),
    (
        PROMOTION,
        "haz clic, compra ya, código de descuento, descuento, gratis, oferta, suscríbete, mi canal, gana dinero, sígueme, promoción, \
         visita nuestra, aprovecha",
    ),
];
