//! A desk with a mailbox, worked at as a browser does.

use super::{
    Answer, Site, request,
    talk::{self, Line, Talk},
};
use axum::body::Body;
use tertulia_model::{ChannelId, ConversationId};
use tertulia_store::{conversations, deliveries, reading, users};

/// A desk with a mailbox.
pub struct Desk {
    pub site: Site,
    pub owner: String,
    pub mail: ChannelId,
}

pub async fn desk() -> Desk {
    let (site, owner) = Site::ready(vec![Talk::named("email"), Talk::named("talk")]).await;
    let mail = talk::channel(&site, "email", "shop@roaster.example").await;
    Desk { site, owner, mail }
}

impl Desk {
    pub async fn hears(&self, line: Line) -> ConversationId {
        talk::conversation(&self.site, self.mail, line).await
    }

    pub async fn held(&self, id: ConversationId) -> conversations::Conversation {
        conversations::get(&mut self.site.engine.db.reader(), id).await.unwrap().unwrap()
    }

    pub async fn get(&self, path: &str) -> Answer {
        self.site.get(path, &self.owner).await
    }

    pub async fn post(&self, path: &str, form: &[(&str, &str)]) -> Answer {
        self.site.post(path, &self.owner, form).await
    }

    pub async fn me(&self) -> tertulia_model::UserId {
        users::all(&mut self.site.engine.db.reader()).await.unwrap()[0].id
    }

    /// Posts as the composer does, with files.
    pub async fn reply(&self, id: ConversationId, fields: &[(&str, &str)], files: &[(&str, &[u8])]) -> Answer {
        self.compose(&format!("/inbox/{id}/reply"), fields, files).await
    }

    /// The composer's form, sent to one of its addresses.
    pub async fn compose(&self, path: &str, fields: &[(&str, &str)], files: &[(&str, &[u8])]) -> Answer {
        let mut body = Vec::new();
        for (name, value) in fields {
            let head = format!("--cut\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n");
            body.extend(head.into_bytes());
        }
        for (name, bytes) in files {
            let head = format!(
                "--cut\r\nContent-Disposition: form-data; name=\"attachment\"; filename=\"{name}\"\r\nContent-Type: image/png\r\n\r\n"
            );
            body.extend(head.into_bytes());
            body.extend_from_slice(bytes);
            body.extend(b"\r\n");
        }
        body.extend(b"--cut--\r\n");
        let request = request("POST", path, &self.owner)
            .header("sec-fetch-site", "same-origin")
            .header("content-type", "multipart/form-data; boundary=cut");
        self.site.send(request.body(Body::from(body)).unwrap()).await
    }

    pub async fn newest(&self, id: ConversationId) -> String {
        let said = reading::conversation(&mut self.site.engine.db.reader(), id, None, 1_000).await.unwrap();
        said.iter().map(|message| message.id).max().unwrap().to_string()
    }

    pub async fn sent(&self, id: ConversationId) -> Vec<deliveries::Delivery> {
        deliveries::of_conversation(&mut self.site.engine.db.reader(), id).await.unwrap()
    }
}

/// The value of a field of the composer on a page.
pub fn field(body: &str, name: &str) -> String {
    let marker = format!("name=\"{name}\" value=\"");
    let body = body.split("<tt-composer").nth(1).unwrap_or(body);
    body.split(&marker).nth(1).and_then(|rest| rest.split('"').next()).unwrap_or_default().to_owned()
}

pub fn location(answer: &Answer) -> String {
    assert_eq!(answer.status, 303, "{}", answer.body);
    answer.headers["location"].to_str().unwrap().to_owned()
}

/// The cookie that carries what the next page says, as a browser sends it back.
pub fn said(answer: &Answer) -> String {
    let mut set = answer.headers.get_all("set-cookie").iter().map(|value| value.to_str().unwrap());
    let cookie = set.rfind(|value| value.starts_with("tertulia_said=")).expect("a line to say");
    cookie.split(';').next().unwrap().to_owned()
}

pub fn amina(id: &str, text: &str) -> Line {
    Line { name: Some("Amina Yusuf".into()), subject: Some("Beans".into()), ..Line::new(id, "amina@example.org", text) }
}

impl Desk {
    /// The page that an answer leads to, with what it says.
    pub async fn follow(&self, answer: &Answer) -> String {
        follow(&self.site, &self.owner, answer).await
    }
}

pub async fn follow(site: &Site, session: &str, answer: &Answer) -> String {
    let cookies = format!("tertulia_session={session}; {}", said(answer));
    let next = request("GET", &location(answer), "").header("cookie", cookies);
    site.send(next.body(Body::empty()).unwrap()).await.body
}

/// The address that the page's undo goes to.
pub fn undo_of(page: &str) -> String {
    let from = page.find("class=\"toast").expect("something to undo");
    page[from..].split("action=\"").nth(1).unwrap().split('"').next().unwrap().replace("&#38;", "&")
}
