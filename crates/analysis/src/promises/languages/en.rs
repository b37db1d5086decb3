use super::{
    super::dates::{Unit, When},
    Table,
};

pub(super) static TABLE: Table = Table {
    code: "en",
    elides: false,
    verb_last: false,
    verbs_i: "sending posting mailing shipping calling ringing checking bringing refunding delivering asking writing replacing",
    verbs_we: "",
    phrases: "i promise, we promise, i give you my word, you have my word, leave it with|to me|us, i'm|we're on it, \
        i am on it, we are on it, you can count on me|us, let me|us ask|check|look|find|get|call|confirm|verify|chase, \
        i'll|we'll be in touch, i|we will be in touch, i'll|we'll be back, i|we will be back, \
        you'll hear from me|us, you will hear from me|us, \
        i'll|we'll have * ready|done|fixed|sorted|sent, i|we will have * ready|done|fixed|sorted|sent, \
        i'll|we'll have * for you, i|we will have * for you, \
        i'll|we'll have an|your answer|reply|news, i'll|we'll have a word|look|go, we|i will have a word|look|go, we|i will have an|your answer|reply|news",
    future: "i'll, we'll, i|we will, i|we shall, i'm|we're going to, i am going to, we are going to, i'm|we're gonna",
    adverbs: "also|then|just|personally|certainly|definitely|gladly|happily|now|always|surely|both|all, of course",
    no_acts: "be|have|need|say|admit|love|miss|never|want|like|remember|understand|assume|hope|think|stay|remain|continue|\
        enjoy|bear|probably|possibly|spare|cherish, see $, see you|what, talk to you, take your word, stop here, \
        keep that in mind, let you decide|go",
    dated: "i'm|we're @i, i am @i, we are @i, you'll have|get|receive, you will have|get|receive",
    denials: "not|never|don't|won't|can't|cannot|couldn't|wouldn't|doesn't|no|neither|nor|unable|hardly",
    harmless: "don't worry, no worries, no problem, not to worry, no later than, why not, no matter, no doubt, if possible, \
        if not sooner, even if, i will say, of course not",
    conditions: "if|unless|provided|whenever, in case, as long as",
    whether: "see|check|know|ask|confirm|verify|look|sure|clarify, find out, let you know",
    blocks: "maybe|perhaps|every|each|usually|normally, i wish, shall i|we, \
        you|he|she|they|customer|colleague|somebody|someone said|says|wrote|told|thought|mentioned|promised|claimed|asked, \
        according to, on mondays|tuesdays|wednesdays|thursdays|fridays|saturdays|sundays",
    breaks: "but",
    times: &[
        (
            "today, tonight, this morning|afternoon|evening, right now, end of day|business, end of the day",
            When::Day(0),
        ),
        ("tomorrow, first thing in the morning", When::Day(1)),
        ("day after tomorrow, a couple of days", When::Day(2)),
        ("end of the|this week, later this week, this week", When::WeekEnds),
        ("next week, end of next week", When::NextWeek),
        ("weekend, end of the weekend", When::Weekend),
        ("end of the|this month, later this month, this month", When::MonthEnds),
        ("next month, end of next month", When::NextMonth),
        ("last monday|tuesday|wednesday|thursday|friday|saturday|sunday", When::No),
    ],
    within: "in, within, in the next, within the next, over the next, in about, in at most",
    numbers: &["a|an|one", "two, a couple of", "three", "four", "five", "six", "seven", "eight", "nine", "ten"],
    units: &[
        ("minutes|minute|min", Unit::Minutes),
        ("hours|hour|hrs|h", Unit::Hours),
        ("days|day", Unit::Days),
        ("working|business days|day", Unit::WorkingDays),
        ("weeks|week", Unit::Weeks),
        ("months|month", Unit::Months),
    ],
    weekdays: [
        "monday|mon",
        "tuesday|tue|tues",
        "wednesday",
        "thursday|thu|thur|thurs",
        "friday|fri",
        "saturday",
        "sunday",
    ],
    months: [
        "january|jan",
        "february|feb",
        "march",
        "april|apr",
        "may",
        "june|jun",
        "july|jul",
        "august|aug",
        "september|sept|sep",
        "october|oct",
        "november|nov",
        "december|dec",
    ],
    of: "of",
    day_of: "by|on|before|until|till|the",
    needs_ordinal: true,
    month_first: true,
};
