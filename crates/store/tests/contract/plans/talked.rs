//! What is asked of topics all the time.

use super::Listener;
use tertulia_model::MessageId;
use tertulia_store::{Result, topic_messages, topics};

/// In which languages something is said is counted once a week; which languages have topics is a row a week and language.
pub(super) async fn ask(on: &mut Listener) -> Result<()> {
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
    topic_messages::typical(on, &[1, 2], (1, 9), 3).await?;
    topic_messages::newest_of_each(on, &[1, 2], (1, 9), 3).await?;
    topic_messages::count(on, &[1, 2], (1, 9)).await?;
    topic_messages::voices(on, &[1, 2], (1, 9)).await?;
    topic_messages::places(on, &[1, 2], (1, 9)).await?;
    topic_messages::any_waiting(on).await?;
    topic_messages::between(on, fine, "en", (1, 9), 9).await?;
    topic_messages::by_ids(on, fine, &some).await?;
    topic_messages::still(on, fine, "en", &[(MessageId(1), 1)]).await?;
    Ok(())
}
