//! What figures are called and what they mean, in the words that screens, programs and the public page share.

use super::Figure;

/// What a figure is called.
pub fn title(figure: Figure) -> &'static str {
    match figure {
        Figure::FirstAnswer => "First answer",
        Figure::LaterAnswer => "Later answers",
        Figure::Answered => "Answered",
        Figure::JustListened => "Just listened",
        Figure::Unanswered => "Waiting for an answer",
        Figure::TwoWay => "Two-way conversations",
        Figure::Turns => "Turns in a conversation",
        Figure::Meaningful => "Meaningful exchanges",
        Figure::PromisesKept => "Promises kept",
        Figure::LoopTime => "Loop time",
    }
}

/// How it is counted.
pub fn definition(figure: Figure) -> &'static str {
    match figure {
        Figure::FirstAnswer => {
            "How long it takes from the first thing that somebody writes in a conversation to our next message there: the \
             median, so half of them waited less. A conversation belongs to the day on which they first wrote. Who has no \
             answer yet has no time here, and counts under Answered. Whoever was just listened to waits for none, and is \
             named beside it."
        }
        Figure::LaterAnswer => {
            "The same for whatever they wrote after our first answer: from the first message of each further turn of \
             theirs to our next message. A turn is all that one side says until the other speaks. \
             Whoever was just listened to waits for none."
        }
        Figure::Answered => {
            "Of the conversations in which people first wrote to us in these days, the part in which we have answered by \
             now, whether from here or from elsewhere. Whoever was just listened to waits for none, and is named beside it."
        }
        Figure::JustListened => {
            "Of the conversations in which people first wrote to us in these days, the part that a member ended as just \
             listened to: they wanted to be heard, and there was nothing to answer. These count under no figure of answers."
        }
        Figure::Unanswered => {
            "People who had written by the end of these days, however long before, who had the last word, and whose \
             conversation is open or put off. What a member closed, or left waiting for them, asks no answer of us."
        }
        Figure::TwoWay => {
            "Of the conversations that began in these days, by either side, the part in which both they and we have spoken."
        }
        Figure::Turns => {
            "How often the word went to and fro in the two-way conversations that began in these days: the median of \
             their turns, theirs and ours together. Several messages one after the other are one turn."
        }
        Figure::Meaningful => {
            "Of the two-way conversations that began in these days, the part in which somebody wrote, we answered, and the same \
             person came back to that answer, and in which that person said something of substance. What is promotion or spam \
             counts for nothing, and automatic answers on neither side. Where nobody knows yet whether what they said is of \
             substance, it stands on neither side and is named beside it."
        }
        Figure::PromisesKept => {
            "Of the promises that came due in these days, the part of which a member said that it was kept. One whose day \
             is over and of which nobody said anything is not kept. A promise without a day counts when it was settled."
        }
        Figure::LoopTime => {
            "From what somebody first asked of us to the moment they were told what became of it: the median, so half of \
             them were told sooner. It belongs to the day on which they were told, by a message that had left or another \
             way. Who is not told yet has no time here; they stand under Owed."
        }
    }
}
