use super::*;

pub(super) const LISTS: Lists = &[
    (LEADS, "please, and, so, also, then, hi, hello, hey, dear, just, kindly, well, now, ok, okay, but"),
    (
        ASKS_TOLD,
        "i would like to know, i d like to know, i d love to know, want to know, need to know, i wonder, i was wondering, wondering if, \
         let me know if you, let me know whether, let me know when, my question, another question, a question, not sure whether, \
         not sure if i, no idea where, can anyone, does anyone, anyone know, any idea, would be curious",
    ),
    (
        ASKS_FIRST,
        "what is, what are, what s, what does, what do, who is, who can, why is, why do, why does, why did, why are, which of, how is, \
         how does, how about, how to, is it, is this, is the, is your, are your, do i, did you, will you, will it, will there, has my, \
         where s, wheres, when is, when are, when s, any chance",
    ),
    (
        WANTS,
        "please send, please check, please cancel, please refund, please change, please fix, please call, please confirm, please give, \
         please help, please let, please add, please remove, please replace, please stop, please make, please look, please put, \
         please forward, please update, please resend, please reply, please answer, please bring, please keep, please reserve, \
         please book, please don t, please do not, please tell, please take, please be, please contact, please return, please write, \
         please provide, please deliver, please ship, please get, please have, please post, please return, please try, \
         i want a refund, want my money, i demand, i request, i am requesting, i would like to request, requesting, \
         i would like to order, i d like to order, i d like to book, i would like to book, i d like to cancel, \
         i would like to cancel, i d like to return, i would like to return, i d like to reserve, i would like a refund, \
         i d like a refund, would like you to, d like you to, need you to, want you to, would appreciate it if, be grateful if, \
         be grateful for, i need help, need your help, help me, let me know, get back to me, give me a call, call me back, \
         could someone, can someone, can somebody, could somebody, would you mind, we need a, i need a, i need an, i need the, \
         i request that, asking you to, ask you to, sign me up, put me down, set aside for me, save me a, keep me posted, sort this out, \
         reply asap, someone please, urgently need",
    ),
    (
        WANTS_OR_ASKS,
        "can you, could you, would you, will you, can we get, can i get, can i have, could i have, could i get, may i have, could we have, \
         can we have, could we book, can i change, can i cancel, can i return, could i change, is it possible to, would it be possible, \
         any chance of, can u, could u, is there any way to, is there a way to",
    ),
    (
        WANTS_ANSWER,
        "tell me where, tell me when, tell me if, tell me whether, tell me how, tell me what, tell me which, tell me why, can you tell, \
         could you tell, can you explain, could you explain, can you say, do you think, would you say, would you recommend, \
         can you recommend, could you recommend, would you like, can you believe, can you imagine, will you be open, will you have, \
         can you get, could you confirm whether, can you eat, can you drink, can you still",
    ),
    (
        WANTS_FIRST,
        "send me, send us, send it, tell us, tell the, give me, give us, bring back, bring me, fix, check the, check your, check my, check if, \
         cancel my, cancel the, refund, refund me, replace, change my, change the, add a, add me, add my, add more, remove, stop, \
         make it, make sure, put back, put it, let us know, let me know, call me, write to me, answer me, answer my, reply to, show me, \
         help us, help, explain, keep the, keep it, look into, sort it, do something, get rid, try to, remember to, book me, reserve, \
         ask the, ask your, say hello, pass on, forward this, take me off, unsubscribe me, open earlier, do not, don t",
    ),
    (WANTS_MAYBE, "please, pls, plz, asap, kindly, urgent, urgently"),
    (
        WANTS_NOTHING,
        "yes please, yes pls, oh please, please don t hesitate, please do not hesitate, please feel free, please note, pleased, \
         let me know if you have any, let me know if you need, don t worry, do not worry, please enjoy, please find, don t forget to, \
         feel free, let me know if there s anything, no need, help yourself, i don t need, do not need, please accept our, \
         fix the date, can t help, couldn t help, helped me",
    ),
    (
        COMPLAINS,
        "complaint, complain, complaining, disappointed, disappointing, disappointment, unacceptable, never arrived, still waiting, \
         has not arrived, hasn t arrived, have not received, haven t received, hasn t come, never came, never received, not received, \
         didn t arrive, did not arrive, charged twice, charged me twice, double charged, overcharged, doesn t work, does not work, \
         not working, didn t work, stopped working, wrong order, wrong item, wrong size, wrong address, rip off, ripped off, rude, \
         terrible, awful, horrible, disgusting, worst, fed up, waste of money, money back, no reply, no answer, no response, \
         not happy, unhappy, let down, not good enough, not what i ordered, poor service, bad service, poor quality, \
         undrinkable, inedible, misleading, ridiculous, false advertising, arrived broken, arrived damaged, is broken, \
         was broken, came broken, frustrating, frustrated, annoying, annoyed, angry, tastes of nothing, tastes like nothing, \
         tastes like cardboard, no longer tastes, gone stale, went stale, never again, unfair, unhelpful, ignored me, \
         out of order, keeps crashing, keeps failing, second time this, third time this, too long to wait, shame on",
    ),
    (
        COMPLAINS_LIKELY,
        "broken, damaged, stale, faulty, defective, leaking, leaked, torn, burnt, spoiled, mouldy, moldy, rotten, dirty, filthy, cold coffee, \
         too late, too slow, too expensive, overpriced, too weak, too loud, too bitter, useless, problem with, a problem, problems with, \
         an issue, missing from, is missing, was missing, were missing, delayed, incorrect, tasteless, bland, doesn t taste, \
         does not taste, worse than, got worse, gotten worse, not as good, isn t as good, no taste, no smell, cancelled without, \
         without warning, without notice, not fair, out of stock again, not fresh, crashed, fails, failed, \
         i can t log, i cannot log, can t open, can t pay, nobody answers, nobody answered, nobody told",
    ),
    (
        COMPLAINS_MAYBE,
        "cold, late, slow, bad, poor, weak, bitter, sour, noisy, loud, flat, tired of, again, still, nobody, twice, wrong, mistake, error, missing, dull, sadly, unfortunately, problem, delay",
    ),
    (
        COMPLAINS_NOTHING,
        "sorry about, sorry that, sorry for, sorry to hear, we apologise, we apologize, my apologies, our apologies, no complaints, \
         not a complaint, no problem, not complaining, can t complain, cannot complain, my mistake, my own mistake, my fault, problem solved, \
         your worry, if it is broken, if anything is wrong, nothing wrong, not to complain, not writing to complain, no rush, \
         sorry to nudge, wrong about, missing you, miss you",
    ),
    (
        THANKS,
        "thank you, thanks, thank u, thankyou, thx, many thanks, cheers, much appreciated, really appreciate, i appreciate, we appreciate, \
         grateful to, so grateful, very grateful, ty, tysm, much obliged, i am grateful, i m grateful, bless you, hats off to, \
         my gratitude, only gratitude, with gratitude",
    ),
    (
        THANKS_NOTHING,
        "thanks for nothing, thank you for nothing, no thanks, no thank you, thanks but no, thank god, thanks to the, cheers to",
    ),
    (
        COMMITS,
        "on my way, count me in, count on me, i m in, i m coming, we re coming, i am coming, see you on, see you tomorrow, will do, \
         i ll be there, we ll be there, i ll take, going out today, goes out today, go out today, you have my word, \
         will be refunded, i am sending, we are sending, i m sending, we re sending",
    ),
    (
        COMMITS_NOTHING,
        "if, unless, maybe, perhaps, would, you will, i wish, whenever, i wonder, shall i, should i, could, i ll say, i ll admit",
    ),
    (
        DENIES,
        "not, no, never, nothing, none, without, isn t, wasn t, aren t, weren t, don t, doesn t, didn t, hasn t, haven t, hadn t, won t, \
         can t, cannot, couldn t, wouldn t, neither, nor, hardly, barely, ain t, isnt, dont, doesnt, wasnt",
    ),
];
