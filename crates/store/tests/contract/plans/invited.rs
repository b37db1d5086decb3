//! What is asked of invitations all the time.

use super::Listener;
use tertulia_model::{ChannelId, DeliveryId, MessageId, PersonId};
use tertulia_store::{Result, invitation_texts, invitations};

/// Whom to invite is chosen among all customers, by hand; texts are few.
pub(super) async fn ask(on: &mut Listener) -> Result<()> {
    let one = invitations::Invitation {
        id: 5,
        round_id: 1,
        customer_id: 1,
        place: 0,
        language: "es".to_owned(),
        state: "draft".to_owned(),
        reason: None,
        words: None,
        words_before: None,
        delivery_id: None,
        by_user: None,
        acted_at: None,
        sent_at: None,
        version: 0,
    };
    invitations::round(on, 1).await?;
    invitations::rounds(on, Some(9), 10).await?;
    invitations::parts(on, 1).await?;
    invitations::get(on, 5).await?;
    invitations::of_delivery(on, DeliveryId(1)).await?;
    invitations::last_held(on, 5, PersonId(1)).await?;
    invitations::last_due(on, ChannelId(1)).await?;
    invitations::candidates(on, 1, 10).await?;
    invitations::invited_since(on, 1).await?;
    invitations::invited_beside(on, &one, 1).await?;
    invitations::has_written(on, PersonId(1)).await?;
    invitations::shared(on, 1).await?;
    invitations::counts(on, 1).await?;
    invitations::languages(on, 1).await?;
    invitations::list(on, 1, &["draft", "sent"], 1, 10).await?;
    invitations::answered(on, 1, 1, 10).await?;
    invitations::shown(on, 5).await?;
    invitations::answers(on, 1).await?;
    invitations::beside(on, &one, false).await?;
    invitations::count_before(on, &one).await?;
    invitations::of_customers(on, &[1]).await?;
    invitations::sent_by(on, &[MessageId(1)]).await?;
    invitation_texts::of_round(on, 1).await?;
    Ok(())
}
