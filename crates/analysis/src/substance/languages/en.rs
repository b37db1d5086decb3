use super::*;

pub(super) const LISTS: Lists = &[
    (
        FUNCTION,
        "the, a, an, and, or, of, to, in, on, at, by, for, from, with, about, into, over, under, up, down, out, off, as, is, are, was, \
         were, be, been, being, am, do, does, did, done, doing, have, has, had, having, will, shall, not, no, nor, so, too, very, \
         just, only, also, even, again, then, here, there, all, any, some, every, each, other, such, own, who, whom, whose, which, \
         what, when, where, why, how, because, until, s, t, re, ll, ve, d, m, don, isn, wasn, didn, doesn, can, get, got, getting, go, \
         going, goes, make, makes, say, says, said, thing, things, stuff, one, people, know, think, see, look, come, let, really, \
         now, still, ever, never, always, lot, much, many, few, after, before, during, between, through, anyone, someone, everyone, \
         nobody, nothing, something, anything, everything",
    ),
    (
        REASON,
        "because, since, therefore, thus, hence, consequently, accordingly, so that, in order to, due to, owing to, as a result, \
         result of, reason, reasons, that is why, that s why, which means, it follows, given that, leads to, causes, caused by, \
         considering, thereby, cause",
    ),
    (
        CONTRAST,
        "but, however, although, though, while, whereas, yet, despite, in spite, nevertheless, nonetheless, on the other hand, \
         even if, even though, rather than, instead of, except, otherwise, contrary, unlike, still, regardless, conversely, \
         on the one hand, admittedly, granted",
    ),
    (CONDITION, "if, unless, whether, provided, assuming, suppose, in case, as long as, when, until, once"),
    (
        HEDGE,
        "may, might, maybe, perhaps, possibly, probably, likely, unlikely, seems, seem, seemed, appears, appear, would, could, often, \
         usually, generally, sometimes, somewhat, fairly, largely, mostly, almost, nearly, apparently, presumably, tend, tends, \
         i think, i believe, i suspect, i wonder, in my opinion, in my view, arguably, not necessarily, potentially, unclear",
    ),
    (
        PROPOSAL,
        "should, ought, must, need to, needs to, have to, suggest, suggestion, recommend, propose, proposal, instead, better to, \
         consider, solution, solutions, solve, improve, improvement, alternative, alternatives, option, options, would help, \
         could help, allow, require, ensure, encourage, it would be, hope, why not, what about, a way to, fix",
    ),
    (
        EVIDENCE,
        "according to, study, studies, research, report, reports, reported, data, statistics, survey, percent, per cent, source, \
         evidence, example, examples, for instance, such as, namely, including, specifically, in fact, facts, figures, experience, \
         published, found that, shows that, show that, e g, i e, law, policy, history, rate, rates, cost, costs, average, \
         measured, tested, tried, noticed, compared, worked, article, author, writer, columnist, process, system",
    ),
    (
        COMPARISON,
        "more, less, most, least, fewer, than, better, worse, higher, lower, larger, smaller, increase, increased, decrease, both, \
         either, neither, same, similar, different, difference, equal, rather, equally, first, second, third, finally, further, \
         furthermore, moreover, in addition, additionally, another, also, majority, minority",
    ),
    (
        DETAIL,
        "year, years, month, months, week, weeks, day, days, hour, hours, minutes, yesterday, ago, today, tomorrow, monday, tuesday, \
         wednesday, thursday, friday, saturday, sunday, january, february, april, june, july, august, september, october, november, \
         december, morning, afternoon, evening, dollars, euros, pounds, million, billion, hundred, thousand, half, twice, order, \
         invoice, delivery, model, version, recently, century, decade, decades",
    ),
    (FIRST_PERSON, "i, me, my, mine, we, us, our, ours, myself, ourselves"),
    (SECOND_PERSON, "you, your, yours, yourself, yourselves, u, ur"),
    (POINTING, "this, that, it, its, they, them, he, she, him, these, those, his, her, their"),
    (
        PRAISE,
        "great, good, nice, awesome, amazing, excellent, perfect, wonderful, brilliant, fantastic, superb, beautiful, cool, love, loved, \
         lovely, thanks, thank, thx, cheers, well said, spot on, agree, agreed, exactly, true, so true, indeed, absolutely, totally, \
         definitely, right, yes, yep, yeah, ok, okay, sure, post, comment, blog, page, site, share, sharing, shared, bravo, congrats, \
         congratulations, hello, hi, hey, dear, regards, welcome, best, wow, keep up, work, job, happy, glad, enjoy, enjoyed, \
         interesting, helpful, useful, read, info, information, content, favourite, favorite, like, please, following, follow, this \
         is it, me too, same here, so much, first",
    ),
    (
        INSULT,
        "idiot, idiots, idiotic, stupid, stupidity, moron, morons, moronic, dumb, fool, fools, clown, clowns, loser, losers, liar, liars, \
         pathetic, ignorant, ignoramus, troll, trolls, shill, hypocrite, hypocrites, crap, bullshit, bs, shut up, get a life, wake up, \
         scum, disgrace, brainless, clueless, delusional, imbecile, jerk, whiner, whiners, whining, coward, \
         cowards, traitor, crook, crooks, drivel, rubbish, nonsense, garbage, suck, sucks, twit",
    ),
    (
        AFFECT,
        "disgusting, horrible, awful, hate, damn, hell, ugh, omg, wtf, lol, lmao, rofl, haha, hahaha, sad, shame, shameful, outrageous, \
         sick, unbelievable, insane, crazy, terrible, worst, fed up, god, gosh, yikes, meh, yuck, pfft, sigh",
    ),
    (
        SARCASM,
        "yeah right, oh please, good luck with, give me a break, nice try, oh really, how nice, so called, spare me, boo hoo, who cares, \
         big deal, blah, no kidding, gee, oh well, yawn, duh, whatever, surprise surprise, what a surprise, oh wait, poor little, \
         get over it, get real, good grief, of course they, let me guess, i m sure, seriously, really, ha",
    ),
    (
        PROMOTION,
        "check out, click here, click the, buy now, order now, free shipping, limited time, best price, visit our, visit my, my channel, \
         subscribe, follow me, earn money, make money, work from home, dm me, sign up now, special offer, coupon, full list on, \
         use my code, claim your",
    ),
];
