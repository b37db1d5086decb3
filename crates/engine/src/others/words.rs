//! What these figures mean, in the words that screens and programs share; of another organisation and of ours they mean the same.

/// How "answered" is counted.
pub const ANSWERED: &str = "Of the people who said something to an organisation in public in these days, each once in each \
     thread, the part who have a public answer from it by now. Said to it is what answers something that it said, names its \
     account, or stands on its page. An answer is a public message by one of its accounts that answers one of that person's \
     own. What was answered in private, or where nobody here heard it, counts as not answered: the real part may be larger.";

/// How "first answer" is counted.
pub const FIRST_ANSWER: &str = "How long it took from the first thing of these days that somebody said to an organisation in a \
     thread to its first public answer to that person there: the median, so half of them waited less. Who has no public answer \
     has no time here, and counts under Answered.";

/// What nobody outside can see of them.
pub const UNSEEN: [(&str, &str); 2] = [
    (
        "Promises kept",
        "Not visible from outside: what they promised and to whom, and whether it was kept, is theirs to know.",
    ),
    (
        "Loop time",
        "Not visible from outside: when they told somebody what became of a wish cannot be known from what is public.",
    ),
];
