use super::*;

pub(super) const LISTS: Lists = &[
    (
        FUNCTION,
        "de, het, een, en, of, van, in, op, te, aan, met, voor, bij, naar, uit, over, om, door, tot, onder, is, zijn, was, waren, ben, \
         bent, heeft, heb, hebben, had, hadden, wordt, worden, werd, niet, geen, ook, nog, al, wel, er, dan, hier, daar, wie, wat, waar, \
         hoe, wanneer, welke, zich, als, alle, alles, iets, niets, altijd, nooit, zo, heel, erg, veel, maken, gaat, gaan, komt, kan, \
         kunnen, wil, willen, ja, nee, maar, even, toch, weer, zonder, tegen, na",
    ),
    (
        REASON,
        "omdat, want, daarom, dus, daardoor, aangezien, doordat, vanwege, wegens, reden, redenen, zodat, immers, als gevolg, vandaar",
    ),
    (
        CONTRAST,
        "maar, echter, hoewel, toch, terwijl, ondanks, daarentegen, integendeel, enerzijds, anderzijds, behalve, in plaats, desondanks, \
         ofschoon, anders",
    ),
    (CONDITION, "als, indien, tenzij, mits, of, zolang, zodra, wanneer, voordat, nadat"),
    (
        HEDGE,
        "misschien, waarschijnlijk, mogelijk, wellicht, lijkt, lijken, zou, zouden, kon, vaak, meestal, soms, nogal, bijna, ik denk, \
         ik vind, volgens mij, blijkbaar, ongeveer, eerder",
    ),
    (
        PROPOSAL,
        "moet, moeten, moest, voorstel, stel voor, raad aan, aanraden, beter, oplossing, verbeteren, verbetering, alternatief, \
         mogelijkheid, in plaats daarvan, graag zou, waarom niet, hoeft",
    ),
    (
        EVIDENCE,
        "volgens, onderzoek, studie, rapport, cijfers, gegevens, procent, bron, voorbeeld, bijvoorbeeld, zoals, namelijk, feitelijk, \
         ervaring, gemeten, getest, geprobeerd, gemerkt, vergeleken, wet, bewijs",
    ),
    (
        COMPARISON,
        "meer, minder, meeste, minste, slechter, hoger, lager, groter, kleiner, beide, hetzelfde, vergelijkbaar, verschil, ten eerste, \
         bovendien, verder, ten slotte, daarnaast, dan",
    ),
    (
        DETAIL,
        "jaar, jaren, maand, maanden, week, weken, dag, dagen, uur, uren, minuten, gisteren, vandaag, morgen, maandag, dinsdag, woensdag, \
         donderdag, vrijdag, zaterdag, zondag, euro, helft, bestelling, factuur, levering, pakket, vorige, geleden",
    ),
    (FIRST_PERSON, "ik, mij, me, mijn, wij, we, ons, onze"),
    (SECOND_PERSON, "jij, je, jou, jouw, jullie, u, uw"),
    (POINTING, "dit, dat, deze, die, hij, zij, ze, hem, haar, hun"),
    (
        PRAISE,
        "goed, mooi, leuk, top, prima, perfect, geweldig, fantastisch, super, lekker, heerlijk, bedankt, dank, dankjewel, dank je wel, \
         helemaal mee eens, eens, precies, klopt, waar, ja, oké, ok, hallo, hoi, beste, groet, groeten, artikel, delen, gefeliciteerd, \
         bravo, goede, alsjeblieft, alstublieft, dag",
    ),
    (
        INSULT,
        "idioot, idioten, dom, domme, stom, stomme, sukkel, sukkels, leugenaar, leugenaars, belachelijk, onzin, hou je mond, \
         debiel, klootzak, kut, hypocriet, achterlijk, prutser, prutsers",
    ),
    (
        AFFECT,
        "verschrikkelijk, walgelijk, haat, triest, schande, ongelooflijk, haha, hahaha, lol, omg, bah, jemig, vreselijk",
    ),
    (SARCASM, "ja hoor, tuurlijk, goh, echt waar, wat een verrassing, wie boeit, bla, welja"),
    (
        PROMOTION,
        "klik hier, koop nu, kortingscode, korting, gratis, aanbieding, abonneer, mijn kanaal, geld verdienen, volg mij, actie, \
         bestel nu",
    ),
];
