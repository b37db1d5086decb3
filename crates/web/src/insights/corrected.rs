//! What a share would be without what the labels get wrong, in words: what it rests on, or why nothing is corrected and what
//! would mend it.

use super::{
    labels,
    words::{number, range},
};
use crate::figures::words::share;
use tertulia_engine::insights::{asked::Question, corrected::Correction, voices::Answer};
use tertulia_voices::misclassification::{Corrected, Uncorrected};

/// What stands beside the share as the machine reads it.
pub(crate) struct Trust {
    /// Corrected, with its interval; or in a few words why not.
    pub share: String,
    pub sentence: String,
    /// Where its error is measured.
    pub href: String,
    pub link: &'static str,
}

type Said = Result<Corrected, Uncorrected>;

/// Of the share that a question is answered by: of everybody where that is weighed, else of those who were heard. None where the
/// answer is no label, or no share is told.
pub(super) fn at_hand(answer: &Answer) -> Option<(&Correction, &Said)> {
    let correction = answer.corrected.as_ref()?;
    let said = match answer.weighted {
        Some(Ok(_)) => correction.weighted.as_ref(),
        Some(Err(_)) => None,
        None => correction.by_person.as_ref(),
    };
    Some((correction, said?))
}

pub(super) fn trust(answer: &Answer) -> Option<Trust> {
    let correction = answer.corrected.as_ref()?;
    // Where too little is known of people, their messages at least can be.
    let said = at_hand(answer).map_or(&correction.by_message, |(_, said)| said);
    let href = labels::href(correction.kind);
    let (sentence, link) = match said {
        Ok(said) => (rests_on(answer.question, correction, said), "How that was measured"),
        Err(Uncorrected::TooLittleApart { messages: None, .. } | Uncorrected::Blind { .. }) => {
            (refusal(answer.question, said), "What it takes for what")
        }
        Err(_) => (refusal(answer.question, said), "Read a sample"),
    };
    let sentence = format!("{sentence}{}", to_come(correction));
    Some(Trust { share: short(said), sentence, href, link })
}

/// While the past is labelled again, two models stand beside each other.
pub(crate) fn to_come(correction: &Correction) -> String {
    let messages = match correction.to_come {
        None => return String::new(),
        Some(1) => "one message is".to_owned(),
        Some(n) => format!("{} messages are", number(n)),
    };
    format!(
        " The past is being labelled again by another model: {messages} still to come. Until then what is counted is by both models, and \
         errors are those of the new one alone, as far as it has labelled what was read."
    )
}

/// "31 % (22 % to 41 %)", or why not.
pub(crate) fn short(said: &Said) -> String {
    match said {
        Ok(said) => range(said.share, said.low, said.high),
        Err(Uncorrected::NotMeasured) => "error not measured".to_owned(),
        Err(Uncorrected::TooFewLabels { .. }) => "too few were read".to_owned(),
        Err(Uncorrected::TooLittleApart { .. } | Uncorrected::Blind { .. }) => "cannot be told apart".to_owned(),
        Err(Uncorrected::Unread { .. }) => "too little of it was read".to_owned(),
        Err(Uncorrected::Nothing | Uncorrected::Unfit) => "–".to_owned(),
    }
}

/// What a message that is labelled so is called.
fn called(question: Question) -> &'static str {
    match question {
        Question::Negative => "negative",
        Question::Positive => "positive",
        Question::Asks => "a question",
        Question::Wants => "a request",
        Question::Complains => "a complaint",
        Question::Thanks => "thanks",
        Question::Commits => "a promise",
        Question::Substance => "of substance",
        Question::Monitor(_) => "what a monitor finds",
        Question::Scored(_) => "such an answer",
        Question::Topic(_) => "of a topic",
    }
}

/// "9 of 100 (4 to 17)".
fn of_hundred((at, low, high): (f64, f64, f64)) -> String {
    let n = |part: f64| format!("{:.0}", part * 100.0);
    format!("{} of 100 ({} to {})", n(at), n(low), n(high))
}

/// What was checked, and what came of it.
pub(crate) fn checked(question: Question, correction: &Correction) -> String {
    let readers = match correction.readers {
        2 => "two of you".to_owned(),
        n => format!("{n} of you"),
    };
    let what = called(question);
    let false_calls =
        correction.false_calls.map(|rate| format!("of what it calls {what}, {} are not", of_hundred(rate)));
    let missed = correction.missed.map(|rate| format!("of what is {what}, it misses {}", of_hundred(rate)));
    let both: Vec<String> = false_calls.into_iter().chain(missed).collect();
    let messages = match correction.read {
        1 => "one message".to_owned(),
        n => format!("{} messages", number(n)),
    };
    let begun = format!("The machine’s guesses were checked on {messages} that {readers} read");
    if both.is_empty() { format!("{begun}.") } else { format!("{begun}: {}.", both.join("; ")) }
}

/// The same, and of how much of it less is known.
pub(super) fn rests_on(question: Question, correction: &Correction, said: &Corrected) -> String {
    let unread = match said.unread {
        part if part > 0.0 => format!(
            " {} of it is in languages or on channels of which nothing was read, and is taken for like the others.",
            share(part)
        ),
        _ => String::new(),
    };
    let blind = match said.blind {
        part if part > 0.0 => format!(
            " Of {} of it nothing can be said: the labels are not told apart in that language or on that channel. The share is of what \
             was said elsewhere; how far it may lie holds that what was said there may be anything.",
            share(part)
        ),
        _ => String::new(),
    };
    let told = match correction.told {
        0 => String::new(),
        1 => " Of one message one of you said what it is: here it counts as the machine calls it, as its errors are of all.".to_owned(),
        n => format!(
            " Of {} messages one of you said what they are: here they count as the machine calls them, as its errors are of all.",
            number(n)
        ),
    };
    format!("{}{unread}{blind}{told}", checked(question, correction))
}

/// Why nothing is corrected, and what would mend it.
pub(crate) fn refusal(question: Question, said: &Said) -> String {
    let Err(why) = said else { return String::new() };
    let what = called(question);
    let more = |messages: &Option<u64>| match messages {
        Some(1) => " Reading one more message as they come would do.".to_owned(),
        Some(n) => format!(" Reading about {} more messages as they come would do.", number(*n)),
        None => String::new(),
    };
    match why {
        Uncorrected::NotMeasured => {
            "How often the machine is wrong of this was not measured here; once two of you have read a sample, the share without \
             that error stands beside it."
                .to_owned()
        }
        Uncorrected::TooFewLabels { class, labels, more: needed, read, messages } => {
            let is = match class.as_str() {
                "yes" => what.to_owned(),
                "no" => format!("not {what}"),
                other => other.to_owned(),
            };
            format!(
                "It cannot be corrected for the machine’s errors yet: of {} that were read {} {} {is}, and it takes {needed} more such.{}",
                number(read.round() as u64),
                number(labels.round() as u64),
                if *labels == 1.0 { "is" } else { "are" },
                more(messages)
            )
        }
        Uncorrected::TooLittleApart { messages: None, .. } => format!(
            "It cannot be corrected: the machine hardly tells what is {what} from what is not, and no reading mends that. Read these \
             messages rather than count them."
        ),
        Uncorrected::TooLittleApart { messages, .. } => format!(
            "It cannot be corrected yet: what was read does not show surely enough that the machine tells what is {what} from what is \
             not.{}",
            more(messages)
        ),
        Uncorrected::Unread { share: part } => format!(
            "It cannot be corrected: {} of it is in languages or on channels of which nothing was read. A sample of those would mend it.",
            share(*part)
        ),
        Uncorrected::Blind { share: part, unread } => {
            let unread = if *unread > 0.0 { format!(", and of {} nothing was read", share(*unread)) } else { String::new() };
            format!(
                "It cannot be corrected: of {} of it nothing can be said, since the labels are not told apart in that language or on \
                 that channel{unread}. Read those messages rather than count them.",
                share(*part)
            )
        }
        Uncorrected::Nothing | Uncorrected::Unfit => "There is nothing to correct.".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tertulia_analysis::labels::Kind;

    fn correction() -> Correction {
        let share =
            Corrected { share: 0.31, low: 0.22, high: 0.414, observed: 0.4, unread: 0.25, blind: 0.0, known: 0.01 };
        Correction {
            kind: Kind::Complaint,
            read: 1_240,
            readers: 2,
            false_calls: Some((0.09, 0.04, 0.17)),
            missed: None,
            told: 12,
            to_come: None,
            by_message: Ok(share),
            by_person: Some(Ok(share)),
            weighted: None,
        }
    }

    #[test]
    fn what_it_rests_on_is_told_in_hundreds_of_messages() {
        let correction = correction();
        let said = correction.by_person.clone().unwrap();
        assert_eq!(short(&said), "31 % (22 % to 41 %)");
        assert_eq!(
            rests_on(Question::Complains, &correction, &said.unwrap()),
            "The machine’s guesses were checked on 1,240 messages that two of you read: of what it calls a complaint, 9 of 100 (4 to \
             17) are not. 25 % of it is in languages or on channels of which nothing was read, and is taken for like the others. Of \
             12 messages one of you said what they are: here they count as the machine calls them, as its errors are of all."
        );
    }

    #[test]
    fn of_how_much_nothing_can_be_said_is_told() {
        let correction = correction();
        let share = Corrected { unread: 0.0, blind: 0.15, known: 0.0, ..correction.by_message.clone().unwrap() };
        let sentence = rests_on(Question::Complains, &correction, &share);
        assert!(sentence.contains(" Of 15 % of it nothing can be said: the labels are not told apart"), "{sentence}");
        let why = Err(Uncorrected::Blind { share: 0.4, unread: 0.2 });
        assert_eq!(short(&why), "cannot be told apart");
        let why = refusal(Question::Complains, &why);
        assert!(why.contains("of 40 % of it nothing can be said") && why.contains("of 20 % nothing was read"), "{why}");
    }

    #[test]
    fn while_the_past_is_labelled_again_it_is_said_how_much_is_still_to_come() {
        assert_eq!(to_come(&correction()), "");
        let sentence = to_come(&Correction { to_come: Some(1_200), ..correction() });
        assert!(sentence.contains("by another model: 1,200 messages are still to come."), "{sentence}");
    }

    #[test]
    fn what_is_too_little_says_how_much_more_would_mend_it() {
        let few = |labels, messages| {
            Err(Uncorrected::TooFewLabels { class: "yes".to_owned(), labels, more: 6, read: 120.0, messages })
        };
        assert_eq!(
            refusal(Question::Complains, &few(4.0, Some(180))),
            "It cannot be corrected for the machine’s errors yet: of 120 that were read 4 are a complaint, and it takes 6 more such. \
             Reading about 180 more messages as they come would do."
        );
        assert!(
            refusal(Question::Thanks, &few(0.0, None))
                .ends_with("of 120 that were read 0 are thanks, and it takes 6 more such.")
        );
        assert!(refusal(Question::Asks, &Err(Uncorrected::NotMeasured)).contains("was not measured here"));
        let blind = |messages| Err(Uncorrected::TooLittleApart { apart: 0.1, messages });
        assert!(refusal(Question::Negative, &blind(None)).contains("no reading mends that"));
        assert!(refusal(Question::Negative, &blind(Some(40))).contains("about 40 more messages"));
    }
}
