//! The figures for whoever watches over the installation.

use super::{Api, problem};
use crate::support::talk::{self, Line};
use serde_json::json;
use tertulia_engine::accounts;
use tertulia_web::{App, Metrics};

#[tokio::test]
async fn figures_are_for_keys_that_may_read_unless_the_operator_opens_them() {
    let api = Api::new().await;
    assert_eq!(problem(&api.ask("GET", "/metrics", &[], "").await).0, 401);
    assert_eq!(api.get("/metrics").await.status, 200);
    let engine = api.site.engine.clone();
    let key = accounts::add_api_token(&engine, api.owner, "x", &["manage".into()]).await.unwrap();
    let mut api = Api { key, ..api };
    assert_eq!(problem(&api.get("/metrics").await).0, 403);
    api.site.router = tertulia_web::router(App::new(engine).watched_by(Metrics::Open));
    assert_eq!(api.ask("GET", "/metrics", &[], "").await.status, 200);
}

#[tokio::test]
async fn figures_tell_how_it_stands_and_name_nobody() {
    let api = Api::new().await;
    api.done("POST", "/api/v1/monitors", &json!({ "query": "grinder" })).await;
    let id = talk::conversation(&api.site, api.channel, Line::new("a", "amina", "My grinder is broken.")).await;
    talk::hear_raw(&api.site, api.channel, vec![("bad".into(), b"no".to_vec())]).await;
    let path = format!("/api/v1/conversations/{id}/replies");
    assert_eq!(api.reply(&path, "k", &json!({ "text": "We are sorry." })).await.status, 202);
    api.site.clock.advance(12_000);
    let answer = api.get("/metrics").await;
    assert_eq!(answer.headers["content-type"], "text/plain; version=0.0.4; charset=utf-8");
    let of = format!("channel=\"{}\",connector=\"talk\"", api.channel);
    for line in [
        "tertulia_build_info{version=".to_owned(),
        "tertulia_jobs_due{kind=\"send\"} 1\n".to_owned(),
        "tertulia_jobs_oldest_seconds{kind=\"send\"} 2\n".to_owned(),
        "tertulia_messages_unmatched 1\n".to_owned(),
        "tertulia_quarantine_items 1\n".to_owned(),
        "tertulia_deliveries{state=\"queued\"} 1\n".to_owned(),
        "tertulia_deliveries{state=\"failed\"} 0\n".to_owned(),
        format!("tertulia_channel_failing{{{of}}} 0\n"),
        format!("tertulia_messages_heard_today{{{of},kind=\"live\"}} 1\n"),
        "_count{method=\"POST\",route=\"/api/v1/conversations/{id}/replies\",status=\"2xx\"} 1\n".to_owned(),
    ] {
        assert!(answer.body.contains(&line), "{line} is not in\n{}", answer.body);
    }
    for word in ["amina", "roaster", "grinder", "ines", &id.to_string()] {
        assert!(!answer.body.contains(word), "{word} is in\n{}", answer.body);
    }
    let samples = answer.body.lines().filter(|line| !line.starts_with('#'));
    let mut named: Vec<&str> = samples.map(|line| line.rsplit_once(' ').unwrap().0).collect();
    let all = named.len();
    named.sort_unstable();
    named.dedup();
    assert_eq!(named.len(), all, "each sample stands there once");
    api.done("POST", &format!("/api/v1/channels/{}/pause", api.channel), &json!(null)).await;
    assert!(api.get("/metrics").await.body.contains(&format!("tertulia_channel_paused{{{of}}} 1\n")));
}

#[tokio::test]
async fn how_late_a_channel_hears_is_told_on_average_and_at_the_most_until_the_day_ends() {
    let api = Api::new().await;
    let now = api.site.engine.now();
    let said = |id: &str, minutes: i64| Line { at: now - minutes * 60_000, ..Line::new(id, "amina", "Hello") };
    let lags = async |api: &Api| {
        let figures = api.get("/metrics").await.body;
        let lags = figures.lines().filter(|line| line.contains("lag_seconds{"));
        lags.map(str::to_owned).collect::<Vec<_>>()
    };
    assert_eq!(lags(&api).await, [""; 0]);
    talk::hear_late(&api.site, api.channel, &[said("a", 1), said("b", 5)]).await;
    let of = format!("channel=\"{}\",connector=\"talk\"", api.channel);
    let of_the_day = [("lag", 180), ("longest_lag", 300)]
        .map(|(name, lag)| format!("tertulia_channel_{name}_seconds{{{of}}} {lag}"));
    assert_eq!(lags(&api).await, of_the_day);
    api.site.clock.advance(86_400_000);
    assert_eq!(lags(&api).await, [""; 0], "of that day nothing was heard yet, as the help says");
}
