use super::*;

pub(super) const LISTS: Lists = &[
    (
        FUNCTION,
        "o, a, os, as, um, uma, uns, umas, de, do, da, dos, das, em, no, na, nos, nas, com, por, pelo, pela, para, sem, sobre, entre, e, \
         ou, que, quem, é, são, era, eram, foi, ser, está, estão, estou, estava, estar, há, tem, têm, tenho, tinha, ter, faz, fazer, \
         vai, vão, vou, ir, não, sim, muito, já, também, só, mais, se, lhe, como, quando, onde, qual, tudo, todo, toda, todos, algo, \
         nada, nunca, sempre, assim, aqui, ali, lá, pode, podem, ainda, depois, até, à, ao, aos",
    ),
    (
        REASON,
        "porque, pois, já que, uma vez que, por isso, portanto, logo, assim que, devido a, por causa, razão, motivo, visto que, \
         de modo que, para que, consequentemente",
    ),
    (
        CONTRAST,
        "mas, porém, contudo, todavia, no entanto, embora, apesar, enquanto, entretanto, senão, por outro lado, em vez, ao contrário, \
         exceto, salvo, mesmo assim",
    ),
    (CONDITION, "se, a menos que, desde que, caso, quando, assim que, até que"),
    (
        HEDGE,
        "talvez, provavelmente, possivelmente, parece, parecem, poderia, poderiam, seria, seriam, costuma, às vezes, geralmente, \
         bastante, quase, acho que, penso que, creio que, na minha opinião, cerca de",
    ),
    (
        PROPOSAL,
        "deveria, deveriam, deve, devem, é preciso, proponho, proposta, sugiro, sugestão, recomendo, melhor, solução, melhorar, \
         alternativa, opção, gostaria, seria bom, por que não, precisa",
    ),
    (
        EVIDENCE,
        "segundo, de acordo com, estudo, estudos, relatório, dados, números, por cento, fonte, exemplo, por exemplo, na verdade, \
         de facto, de fato, experiência, medido, testei, testado, reparei, notei, lei, prova, ou seja",
    ),
    (
        COMPARISON,
        "menos, maior, menor, pior, igual, parecido, diferente, diferença, primeiro, segundo, além disso, por fim, finalmente, ambos, \
         maioria, do que",
    ),
    (
        DETAIL,
        "ano, anos, mês, meses, semana, semanas, dia, dias, hora, horas, minutos, ontem, hoje, amanhã, segunda, terça, quarta, quinta, \
         sexta, sábado, domingo, euros, reais, metade, encomenda, pedido, fatura, entrega, pacote, passado, passada",
    ),
    (FIRST_PERSON, "eu, me, mim, meu, minha, meus, minhas, nós, nosso, nossa"),
    (SECOND_PERSON, "tu, te, ti, teu, tua, você, vocês, vosso, vossa, seu, sua, senhor, senhora"),
    (POINTING, "este, esta, isto, esse, essa, isso, aquele, aquela, aquilo, ele, ela, eles, elas"),
    (
        PRAISE,
        "obrigado, obrigada, muito obrigado, ótimo, óptimo, ótima, perfeito, perfeita, excelente, lindo, linda, bom, boa, bonito, adorei, \
         adoro, amei, concordo, exatamente, verdade, sim, ok, olá, oi, artigo, partilhar, parabéns, cumprimentos, abraço, top, show, \
         maravilhoso, delicioso, por favor, bem dito",
    ),
    (
        INSULT,
        "idiota, idiotas, burro, burros, estúpido, imbecil, mentiroso, mentirosos, ridículo, palhaço, palhaços, cala a boca, ignorante, \
         merda, lixo, hipócrita, otário",
    ),
    (
        AFFECT,
        "horrível, odeio, triste, vergonha, incrível, kkk, kkkk, kkkkk, rsrs, haha, lol, nossa, meu deus, péssimo, nojo",
    ),
    (SARCASM, "sim claro, até parece, que surpresa, quem se importa, conta outra, ah tá, bla"),
    (
        PROMOTION,
        "clique aqui, compre já, código de desconto, desconto, grátis, oferta, inscreva, meu canal, ganhe dinheiro, me siga, promoção, \
         aproveite",
    ),
];
