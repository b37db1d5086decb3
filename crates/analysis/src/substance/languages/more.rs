//! Shorter lists: what joins clauses, and what is praise or nothing.

use super::*;

pub(super) const SWEDISH: Lists = &[
    (
        FUNCTION,
        "och, att, det, en, ett, i, på, är, som, av, för, med, till, den, de, om, har, inte, jag, du, vi, ni, han, hon, var, så, men, \
         kan, ska, vill, från, vid, när, hur, vad, också, bara, mycket, här, där, min, mitt, er",
    ),
    (REASON, "eftersom, därför, på grund av, så att, för att, alltså, nämligen"),
    (CONTRAST, "men, dock, fast, även om, trots, medan, däremot, istället"),
    (CONDITION, "om, ifall, såvida, när"),
    (HEDGE, "kanske, troligen, nog, verkar, skulle, kunde, ofta, ibland, ganska, nästan, jag tror"),
    (PROPOSAL, "borde, bör, måste, föreslår, förslag, bättre, lösning, behöver"),
    (EVIDENCE, "enligt, till exempel, procent, undersökning, siffror, erfarenhet"),
    (
        PRAISE,
        "tack, bra, toppen, fint, härligt, perfekt, hej, hälsningar, precis, ja, ok, jättebra, god, underbart, snälla",
    ),
];

pub(super) const POLISH: Lists = &[
    (
        FUNCTION,
        "i, w, we, z, ze, na, do, nie, to, się, że, jest, są, był, była, było, o, od, po, za, przez, dla, jak, co, kto, gdzie, kiedy, tak, \
         już, tylko, też, bardzo, mi, mnie, ja, ty, on, ona, my, wy, oni, ten, ta, te, czy, a, u, mam, ma, może",
    ),
    (REASON, "bo, ponieważ, gdyż, dlatego, więc, zatem, z powodu, żeby, aby, skoro"),
    (CONTRAST, "ale, jednak, chociaż, choć, mimo, natomiast, lecz, zamiast, podczas gdy"),
    (CONDITION, "jeśli, jeżeli, gdyby, czy, o ile, chyba że, gdy"),
    (HEDGE, "może, prawdopodobnie, chyba, wydaje się, mógłby, byłoby, często, czasami, raczej, prawie, myślę"),
    (PROPOSAL, "powinien, powinna, powinno, powinni, trzeba, należy, proponuję, lepiej, rozwiązanie, musi, warto"),
    (EVIDENCE, "według, na przykład, np, procent, badania, dane, doświadczenie"),
    (
        PRAISE,
        "dziękuję, dzięki, super, świetnie, świetny, dobry, dobre, pozdrawiam, cześć, dzień, brawo, zgadzam, dokładnie, tak, ok, pięknie",
    ),
];

pub(super) const TURKISH: Lists = &[
    (
        FUNCTION,
        "ve, bir, bu, o, da, de, mi, mı, mu, için, ile, ne, çok, daha, ben, sen, biz, siz, var, yok, değil, gibi, kadar, olarak, her, \
         en, ki, şu, sonra, önce, hiç, hep, bile, olan, oldu, olur",
    ),
    (REASON, "çünkü, bu yüzden, bu nedenle, dolayı, zira, diye, yüzünden, sebebiyle"),
    (CONTRAST, "ama, fakat, ancak, oysa, rağmen, yine de, halbuki, yerine"),
    (CONDITION, "eğer, şayet, takdirde, ise"),
    (HEDGE, "belki, galiba, sanırım, herhalde, muhtemelen, genellikle, bazen, biraz, bence"),
    (PROPOSAL, "gerek, gerekir, lazım, öneririm, öneri, daha iyi, çözüm, olmalı, keşke"),
    (EVIDENCE, "göre, örneğin, mesela, yüzde, araştırma, rapor, deneyim"),
    (
        PRAISE,
        "teşekkürler, teşekkür ederim, teşekkür, sağolun, harika, güzel, süper, merhaba, selam, selamlar, bravo, aynen, evet, tamam, elinize sağlık",
    ),
];

pub(super) const RUSSIAN: Lists = &[
    (
        FUNCTION,
        "и, в, во, не, что, он, она, они, на, я, с, со, как, а, то, все, так, его, но, да, ты, к, у, же, вы, за, бы, по, только, ее, мне, \
         было, вот, от, меня, о, из, ему, еще, нет, для, мы, их, чем, была, уже, или, быть, был, до, это, этот, эта, там, тут",
    ),
    (REASON, "потому что, так как, поэтому, поскольку, из за, чтобы, следовательно, значит, ведь"),
    (CONTRAST, "но, однако, хотя, несмотря, зато, тогда как, вместо, впрочем, наоборот"),
    (CONDITION, "если, ли, при условии, в случае, когда"),
    (HEDGE, "возможно, может быть, вероятно, наверное, кажется, обычно, иногда, часто, почти, думаю, по моему"),
    (PROPOSAL, "нужно, надо, следует, должен, должны, предлагаю, советую, лучше, решение, стоит"),
    (EVIDENCE, "по данным, например, процентов, исследование, согласно, опыт, статистика"),
    (
        PRAISE,
        "спасибо, большое спасибо, отлично, супер, класс, здорово, хорошо, привет, здравствуйте, молодцы, точно, да, согласен, прекрасно",
    ),
];

pub(super) const ARABIC: Lists = &[
    (
        FUNCTION,
        "في, من, على, إلى, عن, مع, هذا, هذه, ذلك, التي, الذي, ما, لا, أن, إن, كان, كانت, هو, هي, هم, أنا, أنت, نحن, قد, كل, بعد, قبل, \
         أو, و, ثم, لم, لن, يا, هل",
    ),
    (REASON, "لأن, لأنه, لأنها, بسبب, لذلك, لهذا, إذن, كي, لكي"),
    (CONTRAST, "لكن, ولكن, رغم, بينما, بدلا, غير أن, إلا أن"),
    (CONDITION, "إذا, لو, إن, في حال"),
    (HEDGE, "ربما, قد, يبدو, أظن, أعتقد, غالبا, أحيانا, تقريبا"),
    (PROPOSAL, "يجب, ينبغي, أقترح, الأفضل, حل, أنصح"),
    (EVIDENCE, "مثلا, على سبيل المثال, حسب, وفقا, دراسة, تجربة"),
    (PRAISE, "شكرا, شكرا جزيلا, رائع, جميل, ممتاز, مرحبا, السلام عليكم, أحسنتم, نعم, تحية طيبة"),
];

pub(super) const JAPANESE: Lists = &[
    (FUNCTION, "です, ます, した, して, ので, から, こと, もの, する, いる, ある, なる, この, その, あの, とい, ない"),
    (REASON, "ので, なぜなら, ため, だから, したがって, そのため"),
    (CONTRAST, "しかし, けれど, ですが, ただし, 一方, のに, ところが"),
    (CONDITION, "もし, なら, たら, 場合"),
    (HEDGE, "かもしれ, と思い, たぶん, おそらく, でしょう, ようです"),
    (PROPOSAL, "べき, 提案, 改善, ほうがいい, 必要"),
    (EVIDENCE, "例えば, たとえば, によると, 調査, 経験, パーセント"),
    (PRAISE, "ありがとう, 素晴らしい, 最高, いいね, すごい, こんにちは, よろしく, はじめまして, 大好き, 美味しい"),
];

pub(super) const CHINESE: Lists = &[
    (FUNCTION, "我们, 你们, 他们, 这个, 那个, 什么, 怎么, 一个, 没有, 可以, 就是, 不是, 还是, 已经"),
    (REASON, "因为, 所以, 由于, 因此, 为了, 于是"),
    (CONTRAST, "但是, 但, 可是, 然而, 虽然, 不过, 尽管, 而不是, 相反"),
    (CONDITION, "如果, 要是, 除非, 是否, 的话"),
    (HEDGE, "可能, 也许, 大概, 似乎, 好像, 应该, 通常, 有时, 我觉得, 我认为"),
    (PROPOSAL, "建议, 应该, 最好, 改进, 需要, 解决"),
    (EVIDENCE, "例如, 比如, 根据, 研究, 数据, 经验, 百分之"),
    (PRAISE, "谢谢, 感谢, 很好, 太好了, 不错, 喜欢, 你好, 您好, 赞同, 支持, 好的, 厉害"),
];
