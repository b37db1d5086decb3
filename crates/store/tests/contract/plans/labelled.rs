//! What is asked of labels and topics all the time.

use super::Listener;
use tertulia_model::MessageId;
use tertulia_store::{Result, label_samples, labels, topic_messages, topics};

pub(super) async fn ask(on: &mut Listener) -> Result<()> {
    ask_of_labels(on).await?;
    ask_of_topics(on).await
}

/// How many are corrected or were labelled by which version is counted on one page only; samples are drawn by hand, and few.
async fn ask_of_labels(on: &mut Listener) -> Result<()> {
    let some = [MessageId(1), MessageId(2)];
    labels::of(on, &some).await?;
    labels::outdated(on, 1, 9, 10).await?;
    labels::still(on, &[(MessageId(1), 1)]).await?;
    labels::corrections(on, &some).await?;
    labels::history(on, MessageId(1)).await?;
    labels::candidates(on, 2, 9, 10).await?;
    label_samples::get(on, 1).await?;
    label_samples::messages(on, 1).await?;
    label_samples::readings(on, 1).await?;
    label_samples::drawn_of_kind(on, 2).await?;
    label_samples::readings_of_kind(on, 2).await?;
    Ok(())
}

/// In which languages something is said is counted once a week; which languages have topics is a row a week and language.
async fn ask_of_topics(on: &mut Listener) -> Result<()> {
    let some = [MessageId(1), MessageId(2)];
    let fine = topic_messages::NoNoise { kind: 3, value: 1 };
    topics::get(on, 1).await?;
    topics::of_language(on, "en").await?;
    topics::weeks(on, "en", (1, 9)).await?;
    topics::runs(on, "en", (1, 9)).await?;
    topics::to_count(on, 9).await?;
    topics::to_look(on).await?;
    topics::one_wish(on, 1).await?;
    topics::standing(on).await?;
    topics::wishes(on, Some(9), 9).await?;
    topic_messages::of(on, &some).await?;
    topic_messages::newest(on, &[1], (1, 9), None, 9).await?;
    topic_messages::newest_of_topic(on, 1, 9).await?;
    topic_messages::of_topic(on, 1, 0, 9).await?;
    topic_messages::typical(on, 1, (1, 9), 3).await?;
    topic_messages::count(on, &[1, 2], (1, 9)).await?;
    topic_messages::any_waiting(on).await?;
    topic_messages::between(on, fine, "en", (1, 9), 9).await?;
    topic_messages::by_ids(on, fine, &some).await?;
    Ok(())
}
