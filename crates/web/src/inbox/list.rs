//! The list: which conversations there are, the one with the newest words first.

mod tabs;

use super::{flash, known::Known, times};
use crate::{
    App, Result, Viewer, WebError,
    by_hand::{WriteDown, write_down},
    components::RowView,
    layout::{Focus, Nav, Shell},
};
use askama::Template;
use axum::{
    extract::{Query, State},
    http::{HeaderMap, StatusCode},
    response::{Html, IntoResponse, Response},
};
use serde::Deserialize;
use tabs::{channel_tabs, outcome_tabs, segment_tabs};
use tertulia_engine::{
    desk::{OUTCOMES, outcome_words},
    segments,
};
use tertulia_model::{ChannelId, ConversationId, UserId};
use tertulia_store::{
    listing::{self, Below, InboxFilter, InboxRow, Whose},
    segments::Rule,
};

const PAGE: i64 = 40;
/// What a live list shows at most, however much came since its page was drawn.
const LIVE_PAGE: i64 = 120;
/// Of how many conversations a live list asks for the rows alone; where more has happened, it asks for all.
const MOST_ALONE: usize = 20;
/// The list of what one has begun to write, however its conversation stands.
const DRAFTS: &str = "drafts";
/// Counting stops here; the screen says "99+".
const MOST_COUNTED: i64 = 100;

/// Which list is shown, as it stands in the address.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(default)]
pub(crate) struct Show {
    state: String,
    /// In whose hands: `me`, `nobody`, or everybody's.
    whose: String,
    /// By which channel it came; empty for all of them.
    channel: String,
    /// How it ended, of closed ones.
    outcome: String,
    /// Only with people of this segment.
    segment: String,
    /// What it asks of them, once that was read.
    #[serde(skip)]
    rules: Vec<Rule>,
    /// The last row of the page before, for "Show older" and for the list that it shows.
    below: String,
    /// The last row that a live list shows.
    down_to: String,
    /// The conversation that is open beside the list.
    current: String,
    /// Only the rows of these conversations, parted by commas.
    only: String,
}

impl Show {
    pub fn state(&self) -> &str {
        match self.state.as_str() {
            state @ ("pending" | "snoozed" | "closed" | DRAFTS) => state,
            _ => "open",
        }
    }

    fn outcome(&self) -> Option<&str> {
        let outcome = Some(self.outcome.as_str()).filter(|_| self.state() == "closed")?;
        OUTCOMES.contains(&outcome).then_some(outcome)
    }

    fn owner(&self) -> &str {
        match self.whose.as_str() {
            whose @ ("me" | "nobody") => whose,
            _ => "",
        }
    }

    fn whose(&self, viewer: UserId) -> Whose {
        match self.owner() {
            "me" => Whose::Of(viewer),
            "nobody" => Whose::Nobodys,
            _ => Whose::Everybodys,
        }
    }

    fn channel(&self) -> Option<ChannelId> {
        self.channel.parse().map(ChannelId).ok()
    }

    fn segment(&self) -> Option<i64> {
        self.segment.parse().ok()
    }

    /// With what its segment asks of people.
    pub async fn read(&self, app: &App) -> Result<Self> {
        let rules = segments::rules_of(&mut app.engine.db.reader(), self.segment()).await?;
        Ok(Self { rules, ..self.clone() })
    }

    pub fn filter(&self, viewer: UserId) -> InboxFilter<'_> {
        let begun = self.state() == DRAFTS;
        let state = (!begun).then_some(self.state());
        InboxFilter {
            state,
            begun,
            whose: self.whose(viewer),
            channel: self.channel(),
            outcome: self.outcome(),
            segment: &self.rules,
            ..InboxFilter::default()
        }
    }

    /// What an address says of the list: empty for everybody's open conversations.
    pub fn query(&self) -> String {
        let channel = self.channel().map(|channel| channel.to_string());
        let segment = self.segment().map(|segment| segment.to_string());
        let said = [
            ("state", self.state(), "open"),
            ("whose", self.owner(), ""),
            ("channel", channel.as_deref().unwrap_or_default(), ""),
            ("outcome", self.outcome().unwrap_or_default(), ""),
            ("segment", segment.as_deref().unwrap_or_default(), ""),
        ];
        let said: Vec<String> = said
            .into_iter()
            .filter(|(_, value, usual)| value != usual)
            .map(|(name, value, _)| format!("{name}={value}"))
            .collect();
        if said.is_empty() { String::new() } else { format!("?{}", said.join("&")) }
    }

    /// The address of the list that differs from this one in one thing, from its top.
    fn other(&self, change: impl FnOnce(&mut Self)) -> String {
        let mut other = Self { outcome: self.outcome.clone(), ..self.in_state(&self.state) };
        change(&mut other);
        format!("/inbox{}", other.query())
    }

    /// The conversations whose rows alone are asked for.
    fn only(&self) -> Result<Vec<ConversationId>> {
        let few =
            || WebError::new(StatusCode::BAD_REQUEST, "Rows are asked for by up to 20 numbers, parted by commas.");
        let named = self.only.split(',').filter(|id| !id.is_empty());
        let only: Vec<_> = named.map(|id| id.parse().map(ConversationId).map_err(|_| few())).collect::<Result<_>>()?;
        if only.len() > MOST_ALONE { Err(few()) } else { Ok(only) }
    }

    /// The same as `query`, to go on behind other parameters.
    pub fn more(&self) -> String {
        self.query().replacen('?', "&", 1)
    }

    fn in_state(&self, state: &str) -> Self {
        let narrowed = self.clone();
        let (outcome, below, down_to, current, only) = Default::default();
        Self { state: state.to_owned(), outcome, below, down_to, current, only, ..narrowed }
    }
}

pub(crate) fn place_in_list(text: &str) -> Option<Below> {
    let (at, id) = text.split_once('.')?;
    Some(Below { last_at: at.parse().ok()?, id: id.parse().ok()? })
}

pub(crate) fn place_words(row: &InboxRow) -> String {
    format!("{}.{}", row.last_at, row.id)
}

/// What to call whoever a conversation is with.
pub(crate) fn whose(person_name: Option<&str>) -> String {
    // What turns a line around would let a name pass for another, also outside its own <bdi>.
    let turns = |c: char| matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    let name: String = person_name.unwrap_or_default().chars().filter(|c| !turns(*c) && !c.is_control()).collect();
    if name.trim().is_empty() { "Somebody unnamed".to_owned() } else { name.trim().to_owned() }
}

/// A row as the list shows it; `show` keeps the list beside the conversation it opens.
pub(crate) fn row_view(row: &InboxRow, known: &Known, show: &Show, current: Option<ConversationId>) -> RowView {
    let channel = known.channel(row.channel_id);
    let is_current = current == Some(row.id);
    let words = if row.snippet.trim().is_empty() { &row.subject } else { &row.snippet };
    RowView {
        id: row.id.to_string(),
        href: match row.begun {
            // What is being passed on stands on a page of its own; whoever looks for a conversation does not mean that.
            Some(message) if message != 0 && show.state() == DRAFTS => {
                format!("/inbox/{}?forward={message}{}", row.id, show.more())
            }
            _ => format!("/inbox/{}{}", row.id, show.query()),
        },
        name: whose(row.person_name.as_deref()),
        channel_icon: channel.icon,
        channel: channel.words,
        words: words.clone(),
        at: row.last_at,
        // What is open beside the list is being read; and what is closed asks nothing of anybody, least of all history.
        unread: row.unread && !is_current && row.state != "closed",
        current: is_current,
        // Where it is open, the words themselves are seen.
        draft: row.begun.is_some() && !is_current,
        ours_last: row.ours_last,
        why: why_back(row),
        assignee: row.assignee_id.map(|id| known.member(id)),
        state: match (row.state.as_str(), row.snoozed_until) {
            ("snoozed", Some(until)) => Some(format!("until {}", times::moment_words(until, &known.zone))),
            ("closed", _) => row.outcome.as_deref().map(|outcome| outcome_words(outcome).to_owned()),
            _ => None,
        },
    }
}

/// Why a conversation needs somebody though its person did not write.
fn why_back(row: &InboxRow) -> Option<(&'static str, &'static str, bool)> {
    match row.trouble.as_deref() {
        Some("failed") => Some(("circle-alert", "could not be delivered", true)),
        Some(_) => Some(("circle-help", "may not have arrived", true)),
        None => row.woken.then_some(("alarm-clock", "snooze over", false)),
    }
}

/// A list's words and address, whether it is the one that is shown, and how many stand in it, where that is said.
type Tab = (&'static str, String, bool, i64);

/// A channel to choose, and the list that shows only what came by it.
pub(crate) struct ChannelTab {
    pub icon: String,
    pub words: String,
    pub href: String,
    pub is_shown: bool,
}

/// The column of conversations.
pub(crate) struct ListView {
    pub states: Vec<Tab>,
    pub drafts: Option<Tab>,
    /// How closed ones ended; nothing elsewhere.
    pub outcomes: Vec<Tab>,
    pub tabs_src: String,
    pub owners: Vec<Tab>,
    /// The name of the channel that is shown alone, and all there are to choose from; nothing where there is but one.
    pub channel: Option<String>,
    pub channels: Vec<ChannelTab>,
    /// The same of segments.
    pub segment: Option<String>,
    pub segments: Vec<ChannelTab>,
    /// To the form for what was said where no program hears it.
    pub write_down: Option<WriteDown>,
    pub rows: Vec<RowView>,
    pub older: Option<String>,
    pub live_src: String,
    /// Whether a row comes and goes only by what happens to its conversation: not by a draft, nor by what is known of a
    /// person.
    pub is_live_by_row: bool,
    /// What an empty list says: icon, title, text.
    pub empty: (&'static str, &'static str, &'static str),
}

pub(crate) async fn list_view(
    app: &App,
    known: &Known,
    show: &Show,
    current: Option<ConversationId>,
) -> Result<ListView> {
    let show = &show.read(app).await?;
    let below = place_in_list(&show.below);
    let rows = async {
        let filter = show.filter(known.viewer);
        Ok(listing::inbox(&mut app.engine.db.reader(), known.viewer, filter, below, PAGE + 1).await?)
    };
    let (mut rows, segments, (states, drafts)) =
        tokio::try_join!(rows, segment_tabs(app, show), states(app, known.viewer, show))?;
    let has_more = rows.len() as i64 > PAGE;
    rows.truncate(PAGE.unsigned_abs() as usize);
    let query = show.query();
    let last = rows.last().map(place_words);
    let beside = current.map(|id| format!("&current={id}")).unwrap_or_default();
    let owners = [("Everybody’s", ""), ("Mine", "me"), ("Nobody’s", "nobody")]
        .map(|(words, owner)| (words, show.other(|other| other.whose = owner.to_owned()), owner == show.owner(), 0));
    Ok(ListView {
        states,
        drafts,
        outcomes: outcome_tabs(show),
        tabs_src: format!("/inbox/tabs{query}"),
        owners: owners.to_vec(),
        channel: show.channel().map(|id| known.channel(id).words),
        channels: channel_tabs(known, show),
        segment: segments.iter().skip(1).find(|tab| tab.is_shown).map(|tab| tab.words.clone()),
        segments,
        write_down: write_down(app, known.may_converse),
        rows: rows.iter().map(|row| row_view(row, known, show, current)).collect(),
        older: last.as_ref().filter(|_| has_more).map(|last| format!("/inbox?below={last}{}", show.more())),
        // From the row after the page before down to its own last one: where older pages follow, each list keeps to
        // its own rows. The last page has no end below.
        live_src: format!(
            "/inbox/list?below={}&down_to={}{beside}{}",
            below.map(|_| show.below.as_str()).unwrap_or_default(),
            last.filter(|_| has_more).unwrap_or_default(),
            show.more()
        ),
        is_live_by_row: show.state() != DRAFTS && show.segment().is_none(),
        empty: empty_words(show),
    })
}

/// Of which lists it is said how much they hold.
const COUNTED: [(&str, &str); 4] =
    [("open", "Open"), ("pending", "Pending"), ("snoozed", "Snoozed"), (DRAFTS, "Drafts")];

/// The lists by state, and that of drafts: who writes to the end at once has none, and needs none.
async fn states(app: &App, viewer: UserId, show: &Show) -> Result<(Vec<Tab>, Option<Tab>)> {
    let lists = COUNTED.map(|(state, _)| show.in_state(state));
    let filters = lists.each_ref().map(|list| list.filter(viewer));
    let counts = listing::count(&mut app.engine.db.reader(), viewer, filters, MOST_COUNTED).await?;
    let tab = |(state, words), count| {
        let href = format!("/inbox{}", show.in_state(state).query());
        (words, href, state == show.state(), count)
    };
    let mut tabs: Vec<Tab> = COUNTED.into_iter().zip(counts).map(|(one, count)| tab(one, count)).collect();
    let drafts = tabs.pop().filter(|(_, _, is_shown, count)| *is_shown || *count > 0);
    // How many are closed only grows, and asks nothing of anybody.
    tabs.push(tab(("closed", "Closed"), 0));
    Ok((tabs, drafts))
}

fn empty_words(show: &Show) -> (&'static str, &'static str, &'static str) {
    match (show.state(), show.owner()) {
        ("pending", _) => {
            ("clock", "We wait for nobody", "Conversations that you answered stand here until they write again.")
        }
        ("snoozed", _) => {
            ("alarm-clock", "Nothing is put off", "What you snooze comes back by itself, at the time you chose.")
        }
        ("closed", _) if show.outcome().is_some() => (
            "archive",
            "None ended so yet",
            "When you close a conversation you can say how it ended, by the arrow beside Close.",
        ),
        ("closed", _) => (
            "archive",
            "Nothing is closed yet",
            "Closed conversations stay here; they open again when their person writes.",
        ),
        (DRAFTS, _) => ("pencil", "Nothing is begun", "What you begin to write and do not send stands here."),
        _ if show.segment().is_some() => {
            ("users", "Nobody of this segment waits", "When one of them writes to you, it stands here at once.")
        }
        _ if show.channel().is_some() => {
            ("coffee", "Nobody waits on this channel", "When somebody writes to you there, it stands here at once.")
        }
        (_, "me") => ("check-check", "Nothing here is yours", "Open a conversation and press a to take it."),
        (_, "nobody") => {
            ("check-check", "Somebody has each of them", "What comes in stands here until somebody takes it.")
        }
        _ => ("coffee", "Nobody waits", "When somebody writes to you, it stands here at once. Have a coffee."),
    }
}

#[derive(Template)]
#[template(path = "inbox/page.html")]
struct InboxPage {
    shell: Shell,
    list: ListView,
    has_channels: bool,
}

/// The list alone.
pub(crate) async fn page(
    State(app): State<App>,
    viewer: Viewer,
    headers: HeaderMap,
    Query(show): Query<Show>,
) -> Result<Response> {
    let mut shell = app.shell(&viewer, "inbox", "Inbox", Nav::Inbox).await?;
    shell.focus = Focus::List;
    shell.toast = flash::take(&app, &headers);
    let known = Known::read(&app, &viewer, &headers).await?;
    let list = list_view(&app, &known, &show, None).await?;
    let page = InboxPage { shell, list, has_channels: known.channels.values().any(|channel| channel.is_live) };
    Ok(flash::said(&headers, Html(page.render()?).into_response()))
}

#[derive(Template)]
#[template(path = "inbox/rows.html")]
struct Rows {
    rows: Vec<RowView>,
}

/// The rows that a live list shows now; or of those that it asks for, which ones still stand in it.
pub(crate) async fn fragment(
    State(app): State<App>,
    viewer: Viewer,
    headers: HeaderMap,
    Query(show): Query<Show>,
) -> Result<Html<String>> {
    let known = Known::read(&app, &viewer, &headers).await?;
    let (below, down_to) = (place_in_list(&show.below), place_in_list(&show.down_to));
    let mut db = app.engine.db.reader();
    let show = show.read(&app).await?;
    let filter = InboxFilter { down_to, ..show.filter(known.viewer) };
    let rows = match show.only()? {
        only if only.is_empty() => listing::inbox(&mut db, known.viewer, filter, below, LIVE_PAGE).await?,
        only => listing::inbox_among(&mut db, known.viewer, filter, below, &only).await?,
    };
    let current = show.current.parse().ok();
    let rows = rows.iter().map(|row| row_view(row, &known, &show, current)).collect();
    Ok(Html(Rows { rows }.render()?))
}

#[derive(Template)]
#[template(path = "inbox/tabs.html")]
struct Tabs {
    states: Vec<Tab>,
}

/// Which lists there are, and how many stand in each now.
pub(crate) async fn tabs(State(app): State<App>, viewer: Viewer, Query(show): Query<Show>) -> Result<Html<String>> {
    Ok(Html(Tabs { states: states(&app, viewer.user.id, &show.read(&app).await?).await?.0 }.render()?))
}

#[derive(Template)]
#[template(path = "inbox/unread.html")]
struct Unread {
    unread: u64,
}

/// The number beside "Inbox".
pub(crate) async fn unread(State(app): State<App>, viewer: Viewer) -> Result<Html<String>> {
    Ok(Html(Unread { unread: app.unread(&viewer).await? }.render()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_says_only_what_differs_from_everybodys_open_conversations() {
        let of = |state: &str, whose: &str, channel: &str| Show {
            state: state.into(),
            whose: whose.into(),
            channel: channel.into(),
            ..Show::default()
        };
        let show = |state: &str, whose: &str| of(state, whose, "");
        assert_eq!(show("", "").query(), "");
        assert_eq!(show("open", "you").query(), "");
        assert_eq!(show("closed", "").query(), "?state=closed");
        assert_eq!(show("open", "nobody").query(), "?whose=nobody");
        assert_eq!(show("pending", "me").more(), "&state=pending&whose=me");
        assert_eq!(show("<script>", "").state(), "open");
        assert_eq!(of("drafts", "me", "7").query(), "?state=drafts&whose=me&channel=7");
        assert_eq!(of("", "", "<script>").query(), "");
        let ended = |state: &str, outcome: &str| Show { outcome: outcome.into(), ..show(state, "") };
        assert_eq!(ended("closed", "listened").query(), "?state=closed&outcome=listened");
        assert_eq!(
            (ended("open", "listened").query(), ended("closed", "x").query()),
            ("".into(), "?state=closed".into())
        );
        assert_eq!(of("closed", "", "7").other(|other| other.channel.clear()), "/inbox?state=closed");
    }

    #[test]
    fn a_place_in_the_list_that_is_none_is_no_place() {
        assert_eq!(place_in_list("17.4"), Some(Below { last_at: 17, id: ConversationId(4) }));
        for bad in ["", "17", ".", "17.x", "99999999999999999999.1"] {
            assert_eq!(place_in_list(bad), None, "{bad}");
        }
    }
}
