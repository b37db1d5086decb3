use super::*;

pub(super) const LISTS: Lists = &[
    (LEADS, "alstublieft, alsjeblieft, en, dus, hallo, hoi, dag, ook, graag"),
    (
        ASKS_TOLD,
        "ik zou graag weten, ik wil graag weten, ik wilde weten, ik vraag me af, een vraag, mijn vraag, nog een vraag, weet iemand, \
         heeft iemand, ik vroeg me af, benieuwd of",
    ),
    (
        ASKS_FIRST,
        "wat is, wat kost, wat zijn, wie is, waarom, hoe kan, hoe lang, hoeveel, hoe laat, waar is, waar kan, waar vind, wanneer is, wanneer komt, \
         wanneer gaat, welke, is er, zijn er, zijn jullie, hebben jullie, heeft u, kan ik, kan je, kun je, mag ik, is het, is dit, \
         verzenden jullie, leveren jullie, doen jullie, kan dat",
    ),
    (
        WANTS,
        "stuur mij, stuur me, graag ontvang, graag hoor, graag een, gelieve, kunnen jullie alsjeblieft, kunt u alstublieft, ik verzoek, \
         ik wil graag bestellen, ik wil graag reserveren, ik wil graag annuleren, ik wil graag retourneren, ik zou graag, \
         ik wil mijn geld, geld terug, ik heb nodig, we hebben nodig, ik heb hulp nodig, laat me weten, laat mij weten, laat het me weten, \
         bel me, bel mij, help me, help mij, neem contact op, geef me, geef mij, zou fijn zijn als, zou mooi zijn als, reageer, \
         wilt u, willen jullie, wil je, zou u, zou je, zouden jullie, stuur een, stuur het, verzoek om",
    ),
    (
        WANTS_OR_ASKS,
        "kunt u, kun je, kunnen jullie, kan je, kan u, zou u kunnen, zou je kunnen, zouden jullie kunnen, is het mogelijk, kan ik ruilen, kan ik annuleren, kan ik retourneren, mag ik een",
    ),
    (
        WANTS_ANSWER,
        "mij vertellen, me vertellen, mij zeggen, me zeggen, kunnen jullie aanraden, kun je aanraden, kun je daar, kan je daar",
    ),
    (
        WANTS_FIRST,
        "stuur, stop met, geef, zorg dat, zorg ervoor, doe iets, controleer, annuleer, verander, vervang, breng, zeg, vertel, leg uit, maak, zet, hou op, houd op, reserveer",
    ),
    (WANTS_MAYBE, "alstublieft, alsjeblieft, aub, ajb, svp, dringend, spoed"),
    (WANTS_NOTHING, "ja graag, ja alsjeblieft, aarzel niet, geen zorgen, niet nodig, heb ik niet nodig, maak je geen"),
    (
        COMPLAINS,
        "klacht, klachten, klagen, teleurgesteld, teleurstellend, teleurstelling, onacceptabel, nooit aangekomen, niet aangekomen, \
         nog niet aangekomen, nog steeds niet, wacht nog steeds, nog niet ontvangen, niet ontvangen, nooit ontvangen, dubbel afgeschreven, \
         twee keer afgeschreven, te veel betaald, werkt niet, werkt niet meer, doet het niet, verkeerde bestelling, schandalig, schande, \
         vreselijk, verschrikkelijk, walgelijk, nooit meer, geen reactie, geen antwoord, niet tevreden, ontevreden, boos, geïrriteerd, \
         oplichting, onbeleefd, onvriendelijk, smaakt nergens naar, smaakt naar karton, belachelijk, waardeloos, slechte service, kraakt",
    ),
    (
        COMPLAINS_LIKELY,
        "kapot, beschadigd, defect, lek, lekt, verbrand, bedorven, beschimmeld, vies, te laat, te langzaam, te traag, te duur, te bitter, te slap, \
         probleem met, een probleem, problemen met, ontbreekt, ontbreken, vertraagd, verkeerd, verkeerde, smakeloos, \
         slechter dan, minder lekker, zonder waarschuwing, niemand reageert, gescheurd, oudbakken",
    ),
    (
        COMPLAINS_MAYBE,
        "koud, langzaam, traag, slecht, slap, bitter, alweer, twee keer, niemand, jammer, helaas, fout, vertraging",
    ),
    (
        COMPLAINS_NOTHING,
        "het spijt me, het spijt ons, onze excuses, mijn excuses, sorry voor, sorry dat, geen probleem, geen klachten, mijn fout, niet erg",
    ),
    (
        THANKS,
        "bedankt, dank je, dank u, dankjewel, dank je wel, dankuwel, dank u wel, hartelijk dank, veel dank, dank voor, met dank, hartstikke bedankt, duizendmaal dank",
    ),
    (THANKS_NOTHING, "nee bedankt, nee dank je, bedankt voor niets, dank zij, dankzij"),
    (
        COMMITS,
        "ik stuur, wij sturen, we sturen, ik zal, wij zullen, we zullen, ik ga het, ik kom, wij komen, we komen, ik bel je, ik bel u, ik regel, \
         we regelen, ik laat het weten, ik laat je weten, ik laat u weten, laten we weten, ik zoek het uit, ik kijk het na, reken maar, \
         ik ben erbij, tot morgen, tot zaterdag, gaat vandaag, gaan vandaag, beloofd, ik beloof, ik neem contact, ik breng",
    ),
    (COMMITS_NOTHING, "indien, misschien, zou, wellicht, ik kom net"),
    (DENIES, "niet, geen, nooit, zonder, niets, niks, nauwelijks"),
];
