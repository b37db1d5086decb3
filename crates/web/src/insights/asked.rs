//! What the address of a page of Insights asks for: the question, the filters and the days, so that a view can be shared.

use crate::{App, Result, access::form::Mistakes, figures::own};
use serde::Deserialize;
use tertulia_engine::{
    EngineError,
    figures::Period,
    insights::{
        asked::{Filter, Question, scored},
        triangulation::Survey,
    },
    topics as desk,
};
use tertulia_model::{ChannelId, Mode};
use tertulia_store::{channels, monitors, segments, topics};

/// The spans that can be chosen with one tap, in days.
pub(crate) const SPANS: [(i64, &str); 4] = [(7, "7 days"), (30, "30 days"), (90, "90 days"), (365, "A year")];
/// Where no days are named: here and where programs ask the same.
pub(crate) const USUAL_DAYS: i64 = 90;

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Asked {
    pub days: String,
    /// Days of one's own, both of them with it.
    pub from: String,
    pub until: String,
    pub question: String,
    pub channel: String,
    pub language: String,
    /// An attribute and one of its parts, both by their keys.
    pub attribute: String,
    pub part: String,
    pub segment: String,
    /// `social`, `service`, `survey` or `offline`: only what was said in this way.
    pub mode: String,
    /// What the survey's side of a question is read from; nothing: what people wrote.
    pub survey: String,
    /// Two outcomes that are its offline side: how many, among how many.
    pub counted: String,
    pub among: String,
    /// Which two sides are taken apart: `service-social`.
    pub between: String,
    /// `yes`: promotion and spam as well.
    pub noise: String,
    /// Where a page of people or messages begins.
    pub skip: String,
    pub below: String,
}

impl Asked {
    /// So many days, and nothing else; the usual ones where none were chosen.
    pub fn of_days(days: Option<i64>) -> Self {
        Self { days: days.map(|days| days.to_string()).unwrap_or_default(), ..Self::default() }
    }

    fn has_own_days(&self) -> bool {
        !self.from.is_empty() || !self.until.is_empty()
    }

    pub fn span(&self) -> Option<i64> {
        let named = self.days.parse().ok().filter(|days| SPANS.iter().any(|(known, _)| known == days));
        (!self.has_own_days()).then_some(named.unwrap_or(USUAL_DAYS))
    }

    pub fn question(&self) -> Option<Question> {
        Question::named(&self.question)
    }

    /// The question of the messages behind a figure: of a survey's side it may be one of its own.
    pub fn question_behind(&self) -> Option<Question> {
        match (Mode::parse(&self.mode), Survey::named(&self.survey)) {
            (Some(Mode::Survey), Some(Survey::Scored(scored))) => Some(Question::Scored(scored)),
            _ => self.question(),
        }
    }

    /// Whether anything but the days narrows what is shown.
    pub fn is_narrowed(&self) -> bool {
        ![&self.channel, &self.language, &self.part, &self.segment, &self.mode, &self.noise]
            .iter()
            .all(|field| field.is_empty())
    }

    /// What the address names is there: nothing is shown of what nobody asked for.
    async fn look(&self, app: &App) -> Result<()> {
        let missing = |field: &str, words: &str| Err(EngineError::invalid(field, words).into());
        let mut db = app.engine.db.reader();
        let channel = self.channel.parse().ok().map(ChannelId);
        if !self.channel.is_empty() && !is_there(channel, async |id| channels::get(&mut db, id).await).await? {
            return missing("channel", "There is no such channel (any more).");
        }
        let segment: Option<i64> = self.segment.parse().ok();
        if !self.segment.is_empty() && !is_there(segment, async |id| segments::get(&mut db, id).await).await? {
            return missing("segment", "There is no such segment (any more).");
        }
        if !self.mode.is_empty() && Mode::parse(&self.mode).is_none() {
            return missing("mode", "There is no such way to say something.");
        }
        if self.question.is_empty() {
            return Ok(());
        }
        let is_known = match self.question() {
            Some(Question::Monitor(monitor)) => monitors::get(&mut db, monitor).await?.is_some(),
            Some(Question::Scored(one)) => scored(&app.engine).await?.iter().any(|(known, _)| *known == one),
            Some(Question::Topic(topic)) => topics::get(&mut db, topic).await?.is_some(),
            known => known.is_some(),
        };
        if is_known { Ok(()) } else { missing("question", "There is no such question (any more).") }
    }

    /// The messages that are asked for. Where the days are none, those of the usual ones, and what is wrong.
    pub async fn filter(&self, app: &App) -> Result<(Filter, Mistakes)> {
        self.look(app).await?;
        let usual = Period::last_days(&app.engine, self.span().unwrap_or(USUAL_DAYS)).await?;
        let (period, mistakes) = match self.has_own_days().then(|| own(&self.from, &self.until)) {
            None => (usual, Mistakes::default()),
            Some(Ok(period)) => (period, Mistakes::default()),
            Some(Err(error)) => (usual, Mistakes::of(error)?),
        };
        let mut filter = Filter::of(period);
        filter.channel = self.channel.parse().ok();
        filter.language = (!self.language.is_empty()).then(|| self.language.clone());
        if !self.attribute.is_empty() && !self.part.is_empty() {
            filter.part = Some((self.attribute.clone(), self.part.clone()));
        }
        filter.segment = self.segment.parse().ok();
        filter.mode = Mode::parse(&self.mode);
        filter.with_noise = self.noise == "yes";
        Ok((filter, mistakes))
    }

    /// The fields that an address says, in their order.
    fn said(&self) -> Vec<(&'static str, String)> {
        let mut said = match self.span() {
            Some(days) => vec![("days", days.to_string())],
            None => vec![("from", self.from.clone()), ("until", self.until.clone())],
        };
        let more = [
            ("question", &self.question),
            ("channel", &self.channel),
            ("language", &self.language),
            ("attribute", &self.attribute),
            ("part", &self.part),
            ("segment", &self.segment),
            ("mode", &self.mode),
            ("survey", &self.survey),
            ("counted", &self.counted),
            ("among", &self.among),
            ("between", &self.between),
            ("noise", &self.noise),
        ];
        said.extend(more.into_iter().map(|(name, value)| (name, value.clone())));
        said
    }

    /// What of the view another side of Insights can show as well; an address without anything where nothing was chosen.
    pub fn tab(&self, path: &str) -> String {
        let is_chosen = self.has_own_days() || !self.days.is_empty();
        let is_shown = |(name, value): &(&'static str, String)| match (path, *name) {
            (_, "days" | "from" | "until") if !is_chosen => false,
            // The ledger has spans of its own, and nothing else to choose.
            ("/insights/ledger", "days") => ["7", "30", "90"].contains(&value.as_str()),
            ("/insights/ledger", _) => false,
            ("/insights/topics", name) => ["days", "from", "until", "language"].contains(&name),
            ("/insights/triangulation", name) => !["channel", "language", "mode"].contains(&name),
            (_, name) => !["survey", "counted", "among", "between"].contains(&name),
        };
        let said = self.said().into_iter().filter(|one| !one.1.is_empty() && is_shown(one));
        let mut text = url::form_urlencoded::Serializer::new(String::new());
        let text = text.extend_pairs(said).finish();
        if text.is_empty() { path.to_owned() } else { format!("{path}?{text}") }
    }

    /// The same view on a page, with some things otherwise.
    pub fn with(&self, path: &str, changes: &[(&str, &str)]) -> String {
        let mut all: Vec<(&str, String)> = self.said();
        for (name, value) in changes {
            all.retain(|(known, _)| known != name && !(*name == "days" && matches!(*known, "from" | "until")));
            all.push((name, (*value).to_owned()));
        }
        let mut text = url::form_urlencoded::Serializer::new(String::new());
        text.extend_pairs(all.iter().filter(|(_, value)| !value.is_empty()));
        format!("{path}?{}", text.finish())
    }

    pub fn here(&self, path: &str) -> String {
        self.with(path, &[])
    }

    /// The same messages on a page, and this asked of them.
    pub fn of_question(&self, path: &str, question: Question) -> String {
        self.with(path, &[("survey", ""), ("question", &question.name())])
    }

    /// The same messages and people on a page, whatever is asked of them; with some things otherwise.
    pub fn of_all(&self, path: &str, changes: &[(&str, &str)]) -> String {
        self.with(path, &[&[("question", ""), ("survey", "")], changes].concat())
    }
}

async fn is_there<K, T>(id: Option<K>, get: impl AsyncFnOnce(K) -> tertulia_store::Result<Option<T>>) -> Result<bool> {
    match id {
        Some(id) => Ok(get(id).await?.is_some()),
        None => Ok(false),
    }
}

/// What can be asked: of labels, then what monitors find; each with what it is called.
pub(crate) async fn questions(app: &App) -> Result<Vec<(Question, String)>> {
    let mut all: Vec<(Question, String)> =
        Question::OF_LABELS.into_iter().map(|question| (question, super::words::title(question))).collect();
    for monitor in monitors::all(&mut app.engine.db.reader()).await? {
        all.push((Question::Monitor(monitor.id), format!("Speak of “{}”", monitor.name)));
    }
    Ok(all)
}

/// What a question is called; none where it is gone.
pub(crate) async fn named(app: &App, question: Question) -> Result<Option<String>> {
    if let Question::Scored(one) = question {
        let all = scored(&app.engine).await?;
        return Ok(all
            .into_iter()
            .find(|(known, _)| *known == one)
            .map(|(one, asked)| super::words::scored(one, &asked)));
    }
    if let Question::Topic(topic) = question {
        let names = desk::name(&app.engine, &[topic]).await?;
        return Ok(names.get(&topic).map(|name| format!("Speak of “{name}”")));
    }
    Ok(questions(app).await?.into_iter().find(|(known, _)| *known == question).map(|(_, name)| name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_keeps_what_is_asked_and_changes_one_thing() {
        let asked = Asked { question: "negative".into(), channel: "4".into(), ..Asked::default() };
        assert_eq!(asked.here("/insights/voices"), "/insights/voices?days=90&question=negative&channel=4");
        let own = Asked { from: "2026-11-01".into(), until: "2026-11-08".into(), ..asked };
        assert_eq!(
            own.with("/insights", &[("question", ""), ("part", "a b")]),
            "/insights?from=2026-11-01&until=2026-11-08&channel=4&part=a+b"
        );
        assert_eq!(own.with("/insights", &[("days", "7"), ("channel", "")]), "/insights?question=negative&days=7");
        let scored = Asked { survey: "score-low-7".into(), mode: "survey".into(), ..own.clone() };
        let of_all = "/insights/people?from=2026-11-01&until=2026-11-08&channel=4&mode=survey&part=a";
        assert_eq!(scored.of_all("/insights/people", &[("part", "a")]), of_all);
        let odd = Asked { days: "8".into(), ..Asked::default() };
        assert_eq!(Asked::default().tab("/insights/topics"), "/insights/topics");
        let all = Asked { language: "es".into(), noise: "yes".into(), between: "service-social".into(), ..own.clone() };
        let days = "from=2026-11-01&until=2026-11-08";
        assert_eq!(all.tab("/insights"), format!("/insights?{days}&question=negative&channel=4&language=es&noise=yes"));
        assert_eq!(all.tab("/insights/topics"), format!("/insights/topics?{days}&language=es"));
        let four = "question=negative&between=service-social&noise=yes";
        assert_eq!(all.tab("/insights/triangulation"), format!("/insights/triangulation?{days}&{four}"));
        let month = Asked { days: "30".into(), ..Asked::default() };
        assert_eq!(month.tab("/insights/ledger"), "/insights/ledger?days=30");
        assert_eq!(all.tab("/insights/ledger"), "/insights/ledger");
        assert_eq!((odd.span(), odd.is_narrowed(), own.is_narrowed()), (Some(90), false, true));
    }
}
