//! The program's parts in this process, with the real connector and real servers, for what a test of the process could not
//! wait for: the five minutes that a server is given to answer, and a clock that is set back.

#[path = "../../../web/tests/support/mod.rs"]
mod support;

use crate::desk::{letter, settings};
use std::{sync::Arc, time::Duration};
use support::Site;
use tertulia_connector::{Connector, Secret};
use tertulia_engine::{
    channels::{self, ChannelForm},
    outbound::{self, ReplyForm, UNDO_MILLIS},
    scheduler, worker,
};
use tertulia_model::{ChannelId, ConversationId, DeliveryState};
use tertulia_store::{
    channels as stored_channels,
    conversations::{self, Conversation},
    deliveries::{self, Delivery},
    keys::source_key,
    messages as stored, users,
};
use tertulia_testkit::Mail;

/// A mailbox that is heard and answered from.
pub struct Shop {
    pub site: Site,
    pub session: String,
    pub channel: ChannelId,
    working: Vec<tokio::task::JoinHandle<()>>,
}

impl Drop for Shop {
    fn drop(&mut self) {
        self.working.iter().for_each(tokio::task::JoinHandle::abort);
    }
}

pub async fn until<T>(what: &str, mut look: impl AsyncFnMut() -> Option<T>) -> T {
    for _ in 0..1_500 {
        if let Some(found) = look().await {
            return found;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    panic!("it never came to this: {what}");
}

impl Shop {
    pub async fn open(mail: &Mail, patience: Duration) -> Self {
        rustls::crypto::ring::default_provider().install_default().ok();
        let email = tertulia_connector_email::connector().with_patience(patience).with_waiting(Duration::from_secs(2));
        let connectors: Vec<Arc<dyn Connector>> = vec![Arc::new(email)];
        let (site, session) = Site::ready(connectors).await;
        let typed = settings(mail, "shop", mail.imap_port).into_iter();
        let mut form = ChannelForm { name: "Our mail".to_owned(), ..ChannelForm::default() };
        form.settings = typed.map(|(name, value)| (name.to_owned(), value.into())).collect();
        form.settings["imap_port"] = mail.imap_port.into();
        form.settings["smtp_port"] = mail.smtp_port.into();
        form.secrets.insert("password".to_owned(), Secret::new(Mail::PASSWORD));
        let channel = channels::add(&site.engine, "email", form).await.unwrap();
        let working =
            vec![tokio::spawn(scheduler::run(site.engine.clone())), tokio::spawn(worker::run(site.engine.clone()))];
        let shop = Self { site, session, channel, working };
        until("the mailbox is heard", async || {
            let channel = stored_channels::get(&mut shop.site.engine.db.reader(), channel).await.unwrap()?;
            channel.last_pull_at.filter(|_| channel.caught_up)
        })
        .await;
        shop
    }

    /// A customer writes and is answered; the answer leaves once it can no longer be taken back.
    pub async fn asked_and_answered(&self, mail: &Mail, name: &str) -> Delivery {
        let id = format!("{name}@q.test");
        let from = format!("{name} <{name}@example.test>");
        mail.put("shop", letter(&from, "shop@desk.test", &id, "Order", "", "Where is it?").as_bytes());
        let engine = &self.site.engine;
        let conversation = self.heard(&id).await.id;
        let owner = users::by_mail(&mut engine.db.reader(), "ines@roaster.example").await.unwrap().unwrap().id;
        let form = ReplyForm {
            conversation,
            channel: self.channel,
            text: format!("It left this morning, {name}."),
            recipients: Vec::new(),
            subject: None,
            from_address: None,
            idempotency_key: format!("k-{name}"),
            seen: None,
            shown: Vec::new(),
            even_if_unseen: false,
            close: false,
            files: outbound::Files::OfDraft,
            articles: Vec::new(),
            forwards: None,
        };
        outbound::queue_reply(engine, owner, form).await.unwrap()
    }

    /// The conversation into which a mail came, once it is heard.
    pub async fn heard(&self, id: &str) -> Conversation {
        let mut db = self.site.engine.db.reader();
        until(&format!("{id} is heard"), async || {
            let known = stored::known(&mut db, &[source_key("mail", id)]).await.unwrap();
            conversations::get(&mut db, known.first()?.conversation_id?).await.unwrap()
        })
        .await
    }

    pub async fn delivery(&self, delivery: &Delivery) -> Delivery {
        deliveries::get(&mut self.site.engine.db.reader(), delivery.id).await.unwrap().unwrap()
    }

    pub async fn ends_as(&self, delivery: &Delivery, state: DeliveryState) -> Delivery {
        until(&format!("the delivery is {state:?}"), async || {
            Some(self.delivery(delivery).await).filter(|d| d.state == state)
        })
        .await
    }

    pub fn let_go(&self) {
        self.site.clock.advance(UNDO_MILLIS);
        self.site.engine.bell.ring();
    }

    pub async fn page(&self, conversation: ConversationId) -> String {
        self.site.get(&format!("/inbox/{conversation}"), &self.session).await.body
    }

    pub async fn decide(&self, delivery: &Delivery, act: &str) {
        let answer = self.site.post(&format!("/deliveries/{}/{act}", delivery.id), &self.session, &[]).await;
        assert_eq!(answer.status, 303, "{}", answer.body);
    }
}
