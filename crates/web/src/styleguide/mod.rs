//! Every component in its states, and four whole screens made of samples: to look at while a screen is written. The
//! program serves none of it; `cargo run -p tertulia-web --example styleguide` does.

mod beside;
mod samples;

use crate::components::{AttachmentView, ComposerView, GoalView, HeardView, MessageView, RowView};
use crate::layout::{Focus, Nav, Shell, Theme};
use crate::notes::NoteView;
use crate::today;
use askama::Template;

#[derive(Template)]
#[template(path = "styleguide/components.html")]
struct ComponentsPage {
    shell: Shell,
    rows: Vec<RowView>,
    messages: Vec<MessageView>,
    notes: Vec<NoteView>,
    story: Vec<Vec<(String, Option<String>)>>,
    composers: Vec<ComposerView>,
    heard: Vec<HeardView>,
    attachments: Vec<AttachmentView>,
    goal: GoalView,
    filters: Vec<(&'static str, &'static str, bool, u64)>,
    roles: Vec<(&'static str, &'static str)>,
    names: Vec<&'static str>,
}

#[derive(Template)]
#[template(path = "styleguide/inbox.html")]
struct InboxPage {
    shell: Shell,
    rows: Vec<RowView>,
    messages: Vec<MessageView>,
    composer: ComposerView,
    filters: Vec<(&'static str, &'static str, bool, u64)>,
}

#[derive(Template)]
#[template(path = "styleguide/today.html")]
struct TodayPage {
    shell: Shell,
    cards: Vec<today::View>,
    members: Vec<today::Member>,
    goal: GoalView,
}

#[derive(Template)]
#[template(path = "styleguide/sign_in.html")]
struct SignInPage {
    shell: Shell,
}

/// Which sample to show; the names are those of `?page=`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sample {
    Components,
    /// Three columns on a desktop, the list on a phone.
    InboxList,
    /// Three columns on a desktop, the conversation on a phone.
    Conversation,
    Today,
    SignIn,
}

impl Sample {
    pub const ALL: [(&'static str, Self); 5] = [
        ("components", Self::Components),
        ("inbox", Self::InboxList),
        ("conversation", Self::Conversation),
        ("today", Self::Today),
        ("sign-in", Self::SignIn),
    ];

    pub fn parse(text: &str) -> Self {
        Self::ALL.iter().find(|(name, _)| *name == text).map_or(Self::Components, |(_, sample)| *sample)
    }
}

/// The page as HTML. `lang` turns the whole shell round where it is written from the right.
pub fn styleguide(sample: Sample, theme: Theme, lang: &str) -> askama::Result<String> {
    let shell = samples::shell(theme, lang);
    match sample {
        Sample::Components => components(shell),
        Sample::InboxList => inbox(shell, Focus::List, "inbox"),
        Sample::Conversation => inbox(shell, Focus::Main, "conversation"),
        Sample::Today => {
            let shell = Shell { current: Nav::Today, page: "today", title: "Today".to_owned(), ..shell };
            today_page(shell, samples::today()).render()
        }
        Sample::SignIn => SignInPage { shell: Shell { user: None, title: "Sign in".to_owned(), ..shell } }.render(),
    }
}

fn today_page(shell: Shell, cards: Vec<today::View>) -> TodayPage {
    TodayPage { shell, cards, members: samples::members(), goal: samples::goal() }
}

fn components(shell: Shell) -> askama::Result<String> {
    ComponentsPage {
        shell,
        rows: samples::rows(),
        messages: samples::messages(),
        notes: beside::notes(),
        story: beside::story(),
        composers: vec![samples::mail_composer(), samples::chat_composer()],
        heard: samples::heard(),
        attachments: samples::attachments(),
        goal: samples::goal(),
        filters: samples::filters(),
        roles: vec![("viewer", "Viewer: reads"), ("agent", "Agent: reads and answers"), ("owner", "Owner: everything")],
        names: samples::NAMES.to_vec(),
    }
    .render()
}

fn inbox(shell: Shell, focus: Focus, page: &'static str) -> askama::Result<String> {
    let shell = Shell { current: Nav::Inbox, focus, page, title: "Inbox".to_owned(), ..shell };
    InboxPage {
        shell,
        rows: samples::rows(),
        messages: samples::messages(),
        composer: samples::mail_composer(),
        filters: samples::filters(),
    }
    .render()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn every_page() -> impl Iterator<Item = String> {
        Sample::ALL
            .iter()
            .flat_map(|(_, sample)| [Theme::Light, Theme::Dark].map(|theme| styleguide(*sample, theme, "en").unwrap()))
    }

    #[test]
    fn no_page_holds_an_inline_script_style_or_handler() {
        for page in every_page() {
            for forbidden in ["<style", " style=\"", "javascript:", " onclick", " onload", "hx-on"] {
                assert!(!page.contains(forbidden), "{forbidden}");
            }
            assert!(!page.replace("<script src=", "").contains("<script"), "only scripts with an address");
        }
    }

    #[test]
    fn what_people_wrote_is_escaped() {
        let page = styleguide(Sample::Components, Theme::Light, "en").unwrap();
        assert!(page.contains("&#60;b&#62;"), "the sample with markup in it shows its markup");
        assert!(!page.contains("<b>not bold"));
    }

    #[test]
    fn no_two_elements_of_a_page_share_an_id() {
        for (name, sample) in Sample::ALL {
            let page = styleguide(sample, Theme::Light, "en").unwrap();
            let mut seen = std::collections::BTreeSet::new();
            for id in page.split(" id=\"").skip(1).filter_map(|rest| rest.split('"').next()) {
                assert!(seen.insert(id.to_owned()), "{name}: {id} twice");
            }
        }
    }

    #[test]
    fn a_page_in_arabic_runs_from_the_right() {
        assert!(styleguide(Sample::InboxList, Theme::Light, "ar").unwrap().contains(r#"lang="ar" dir="rtl""#));
    }

    #[test]
    fn a_viewer_sees_no_settings() {
        let mut shell = samples::shell(Theme::Light, "en");
        shell.user = Some(crate::layout::UserView { name: "Vi".to_owned(), role: tertulia_model::Role::Viewer });
        let page = today_page(shell, Vec::new()).render().unwrap();
        assert!(page.contains("href=\"/inbox\"") && !page.contains("href=\"/channels\""));
    }
}
