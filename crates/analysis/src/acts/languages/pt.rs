use super::*;

pub(super) const LISTS: Lists = &[
    (LEADS, "por favor, e, então, olá, oi, bom dia, boa tarde, boa noite, também"),
    (
        ASKS_TOLD,
        "gostaria de saber, queria saber, gostava de saber, queria perguntar, me pergunto, pergunto me, uma pergunta, a minha pergunta, \
         uma dúvida, alguém sabe, sabem se, sabe se, vocês sabem",
    ),
    (
        ASKS_FIRST,
        "o que é, quem é, por que, porque é que, qual é, quais são, quanto, quantos, como é, como faço, onde posso, onde é, onde está, \
         quando é, quando chega, quando abrem, há algum, tem algum, têm, vocês enviam, vocês têm, vocês abrem, vocês fazem, posso, é possível, \
         está aberto, estão abertos, fazem entregas",
    ),
    (
        WANTS,
        "por favor envie, por favor enviem, por favor mandem, por favor verifiquem, por favor cancelem, por favor confirmem, peço que, \
         peço lhe, peço vos, pedia que, solicito, exijo, quero pedir, queria pedir, gostaria de pedir, gostaria de encomendar, \
         queria encomendar, quero encomendar, gostaria de reservar, queria reservar, quero reservar, quero cancelar, gostaria de cancelar, \
         quero devolver, gostaria de devolver, queria trocar, gostaria de trocar, quero que, gostaria que, preciso que, preciso de, \
         precisamos de, mandem me, me mandem, enviem me, me enviem, me mande, me envie, avisem me, me avisem, me avise, avise me, \
         liguem me, me liguem, me ligue, ajudem me, me ajudem, me ajude, respondam, quero meu dinheiro, quero o meu dinheiro, \
         agradecia que, agradeceria se, podem verificar, pode verificar, poderiam verificar, conseguem enviar, consegue enviar",
    ),
    (
        WANTS_OR_ASKS,
        "podem, poderiam, pode, poderia, podes, podias, podiam, podia, conseguem, consegue, seria possível, posso trocar, posso cancelar, posso devolver, posso reservar, dá para trocar",
    ),
    (
        WANTS_ANSWER,
        "podem dizer me, pode dizer me, podem me dizer, pode me dizer, poderia me dizer, poderiam me dizer, pode ser, não pode, não podem, pode ter sido, podem recomendar, sabe dizer, só pode",
    ),
    (
        WANTS_FIRST,
        "mandem, enviem, envie, verifiquem, verifique, cancelem, troquem, ponham, tragam, parem, ajudem, digam, diga, diz, expliquem, avisem, façam, guardem, deem, dê me, me dê, deixem",
    ),
    (WANTS_MAYBE, "por favor, se faz favor, urgente, o quanto antes, com urgência, pfv, pf"),
    (
        WANTS_NOTHING,
        "sim por favor, não hesite, não hesitem, não se preocupe, não se preocupem, não preciso, não precisa, não é preciso",
    ),
    (
        COMPLAINS,
        "reclamação, reclamar, queixa, queixar, decepcionado, decepcionada, desiludido, desiludida, desilusão, decepção, inaceitável, \
         não chegou, nunca chegou, ainda não chegou, continuo à espera, ainda estou à espera, ainda estou esperando, não recebi, nunca recebi, \
         cobrado duas vezes, cobrança em duplicado, cobrança duplicada, aparece duas vezes, não funciona, não funcionam, parou de funcionar, \
         pedido errado, encomenda errada, vergonha, vergonhoso, horrível, péssimo, péssima, nojento, nunca mais, reembolso, meu dinheiro de volta, \
         ninguém responde, sem resposta, insatisfeito, insatisfeita, chateado, chateada, absurdo, descaso, uma porcaria, burla, golpe, \
         não sabe a nada, sem sabor, sabe a cartão, farto, farta, mal atendido, mal educado",
    ),
    (
        COMPLAINS_LIKELY,
        "quebrado, quebrada, danificado, danificada, com defeito, estragado, estragada, queimado, fora do prazo, sujo, suja, \
         tarde demais, lento demais, muito caro, caro demais, fina demais, grossa demais, problema com, um problema, problemas com, \
         atrasado, atrasada, errado, errada, insípido, pior que, piorou, sem aviso, \
         não entendo porque, não percebo porque, em duplicado, duas vezes, perdido",
    ),
    (
        COMPLAINS_MAYBE,
        "frio, fria, lento, mau, má, ruim, fraco, amargo, outra vez, de novo, ninguém, demais, infelizmente, erro, atraso, falta",
    ),
    (
        COMPLAINS_NOTHING,
        "lamentamos, pedimos desculpa, peço desculpa, desculpe pelo, desculpem a, sem problema, nenhum problema, não há problema, erro meu, culpa minha, engano meu",
    ),
    (
        THANKS,
        "obrigado, obrigada, muito obrigado, muito obrigada, obrigadão, agradeço, agradecemos, grato, grata, valeu, brigado, brigada, agradecido, agradecida",
    ),
    (
        THANKS_NOTHING,
        "não obrigado, não obrigada, obrigado por nada, obrigada por nada, agradecia que, fui obrigado, fui obrigada, é obrigado, obrigado a",
    ),
    (
        COMMITS,
        "envio lhe, mando lhe, te envio, te mando, vos envio, vos mando, aviso vos, eu aviso, te aviso, ligo lhe, te ligo, eu trato, \
         trato disso, cuido disso, pode contar, podem contar, conta comigo, contem comigo, estarei lá, vou amanhã, passo amanhã, sai hoje, \
         seguem hoje, segue hoje, prometo, combinado, vou aí",
    ),
    (COMMITS_NOTHING, "talvez, gostaria, poderia, deveria, queria"),
    (DENIES, "não, nunca, jamais, sem, nenhum, nenhuma, nada, nem"),
];
