//! Listen: searching what was heard.

use crate::support::{
    Site,
    talk::{self, Line, Talk},
};
use tertulia_model::{ChannelId, Role};

async fn site() -> (Site, String, ChannelId) {
    let (site, owner) = Site::ready(vec![Talk::new()]).await;
    let channel = talk::channel(&site, "talk", "forum").await;
    (site, owner, channel)
}

fn overheard(id: &str, from: &str, text: &str) -> Line {
    Line { overheard: true, ..Line::new(id, from, text) }
}

#[tokio::test]
async fn an_empty_installation_teaches_what_listening_is() {
    let (site, owner) = Site::ready(vec![Talk::new()]).await;
    let page = site.get("/listen", &owner).await;
    assert_eq!(page.status, 200);
    assert!(page.body.contains("Nothing was heard yet") && page.body.contains("/channels/new"));
    let viewer = site.member(Role::Viewer).await;
    assert!(!site.get("/listen", &viewer).await.body.contains("href=\"/channels/new\""));
}

#[tokio::test]
async fn words_are_found_in_any_script_and_marked_where_they_stand() {
    let (site, owner, channel) = site().await;
    let lines = [
        Line { subject: Some("About the Kettle".into()), ..overheard("1", "amina", "The kettle broke <b>again</b>.") },
        overheard("2", "田中", "昨日の珈琲はとても美味しかったです。"),
        overheard("3", "ليلى", "القهوة وصلت باردة"),
    ];
    talk::hear(&site, channel, &lines).await;
    let all = site.get("/listen", &owner).await.body;
    assert!(all.contains("kettle") && all.contains("珈琲") && all.contains("القهوة"));
    let kettle = site.get("/listen?q=KETTLE", &owner).await.body;
    assert!(kettle.contains("The <mark>kettle</mark> broke &#60;b&#62;again&#60;/b&#62;."), "{kettle}");
    assert!(kettle.contains("About the <mark>Kettle</mark>") && !kettle.contains("珈琲"));
    assert!(site.get("/listen?q=%E7%8F%88%E7%90%B2", &owner).await.body.contains("<mark>珈琲</mark>"));
    let arabic = site.get("/listen?q=%D8%A7%D9%84%D9%82%D9%87%D9%88%D8%A9", &owner).await.body;
    assert!(arabic.contains("<mark>القهوة</mark>") && arabic.contains("Arabic"));
    let nothing = site.get("/listen?q=zeppelin", &owner).await.body;
    assert!(nothing.contains("Nothing fits"));
}

#[tokio::test]
async fn a_day_is_one_of_the_readers_calendar_and_in_a_line_one_of_utc() {
    let (site, owner, channel) = site().await;
    // 2026-11-20T19:00:00Z: in Kolkata it is past midnight.
    let line = Line { at: crate::support::NOW - 17 * 3_600_000, ..overheard("1", "amina", "The kettle broke.") };
    talk::hear(&site, channel, &[line]).await;
    let finds = async |address: &str, zone: &str| {
        let asked =
            crate::support::request("GET", address, "").header("cookie", format!("tertulia_session={owner}{zone}"));
        site.send(asked.body(axum::body::Body::empty()).unwrap()).await.body.contains("broke.")
    };
    for (asked, in_kolkata, in_utc) in [
        ("since=2026-11-21", true, false),
        ("until=2026-11-20", false, true),
        ("q=since:2026-11-21", false, false),
        ("q=kettle+until:2026-11-20", true, true),
    ] {
        let address = format!("/listen?{asked}");
        assert_eq!(finds(&address, "; tz=Asia%2FKolkata").await, in_kolkata, "{asked}");
        assert_eq!(finds(&address, "").await, in_utc, "{asked}");
    }
    let page = site.get("/listen", &owner).await.body;
    assert!(page.contains("From day UTC"), "whose days they are is said where the reader's own are not known");
    let whose = "Days in the line begin and end by UTC.";
    assert!(!page.contains(whose) && site.get("/listen?q=since:2026-11-21", &owner).await.body.contains(whose));
    let preview = site.get("/listen/monitors/preview?q=kettle+until:2026-11-20", &owner).await.body;
    assert!(preview.contains("One message of the last 30 days fits.") && preview.contains(whose), "{preview}");
}

#[tokio::test]
async fn a_search_from_the_inbox_finds_conversations_and_leads_to_the_message() {
    let (site, owner, channel) = site().await;
    talk::hear(&site, channel, &[overheard("1", "bo", "Said in passing: kettle.")]).await;
    let held = talk::conversation(&site, channel, Line::new("2", "amina", "My kettle is broken.")).await;
    let message = talk::message(&site, held, "2").await;
    let inbox = site.get("/inbox", &owner).await.body;
    assert!(inbox.contains("data-hotkey=\"/\"") && inbox.contains("name=\"held\" value=\"1\""), "{inbox}");
    let found = site.get("/listen?q=kettle&held=1", &owner).await.body;
    assert!(found.contains("is broken") && !found.contains("in passing"), "{found}");
    assert!(found.contains(&format!("href=\"/inbox/{held}?at={message}#message-{message}\"")), "{found}");
    assert!(found.contains("href=\"/listen?q=kettle\""), "everything is one step away");
    assert!(site.get("/listen?q=kettle", &owner).await.body.contains("in passing"));
}

#[tokio::test]
async fn a_broken_query_is_marked_where_it_is_wrong() {
    let (site, owner, _) = site().await;
    let page = site.get("/listen?q=coffee+%22%3Cflat+white", &owner).await;
    assert_eq!(page.status, 200);
    assert!(page.body.contains("coffee <mark>&#34;&#60;flat white</mark>"), "{}", page.body);
    assert!(page.body.contains("The quotation mark is never closed."));
    assert!(page.body.contains("value=\"coffee &#34;&#60;flat white\""), "what was typed stays");
    for wrong in ["(((", "coffee+OR", "lang:", "since:tomorrow", "NEAR/", "%00", "-"] {
        assert_eq!(site.get(&format!("/listen?q={wrong}"), &owner).await.status, 200, "{wrong}");
    }
    assert_eq!(site.get(&format!("/listen?q={}", "(".repeat(9_000)), &owner).await.status, 200);
}

#[tokio::test]
async fn filters_narrow_and_what_a_query_can_say_goes_into_it() {
    let (site, owner, channel) = site().await;
    let other = talk::channel(&site, "talk", "shop").await;
    let old = Line {
        at: crate::support::NOW - 9 * 86_400_000,
        ..overheard("1", "amina", "Where do you open, please, and when? I am here with the dog and it is cold.")
    };
    talk::hear(&site, channel, &[old]).await;
    talk::hear(&site, other, &[overheard("2", "bo", "Guten Tag, ich möchte bitte wissen, wann ihr wieder öffnet.")])
        .await;
    let is_there = async |address: &str| {
        let body = site.get(address, &owner).await.body;
        (body.contains("with the dog"), body.contains("Guten Tag"))
    };
    assert_eq!(is_there("/listen").await, (true, true));
    assert_eq!(is_there(&format!("/listen?channel={other}")).await, (false, true));
    assert_eq!(is_there("/listen?language=en&q=").await, (true, false));
    assert_eq!(is_there("/listen?since=2026-11-20").await, (false, true));
    assert_eq!(is_there("/listen?until=2026-11-20").await, (true, false));
    assert_eq!(is_there("/listen?since=gestern").await, (false, false));
    let folded = site.get("/listen?q=open&has=question&person=amina&channel=&below=", &owner).await;
    assert_eq!(folded.status, 303);
    let to = folded.headers["location"].to_str().unwrap();
    assert_eq!(to, "/listen?q=open%20has%3Aquestion%20from%3A%22amina%22");
    assert_eq!(is_there(to).await, (true, false));
}

#[tokio::test]
async fn a_thread_is_shown_whole_and_opened_as_a_conversation_once() {
    let (site, owner, channel) = site().await;
    let answer = Line { answers: Some("1".into()), ..overheard("2", "bo", "Mine too, since Monday.") };
    talk::hear(&site, channel, &[overheard("1", "amina", "My parcel never came."), answer]).await;
    let body = site.get("/listen?q=parcel", &owner).await.body;
    let id: String = body.split("/listen/thread/").nth(1).unwrap().chars().take_while(char::is_ascii_digit).collect();
    let thread = site.get(&format!("/listen/thread/{id}"), &owner).await;
    assert!(thread.body.contains("My parcel never came.") && thread.body.contains("Mine too, since Monday."));
    assert!(thread.body.contains("2 messages, 2 people."));
    let viewer = site.member(Role::Viewer).await;
    assert!(!site.get(&format!("/listen/thread/{id}"), &viewer).await.body.contains("/listen/open/"));
    assert_eq!(site.post(&format!("/listen/open/{id}"), &viewer, &[]).await.status, 403);
    let opened = site.post(&format!("/listen/open/{id}"), &owner, &[]).await;
    assert_eq!(opened.status, 303);
    let again = site.post(&format!("/listen/open/{id}"), &owner, &[]).await;
    assert_eq!(again.headers["location"], opened.headers["location"], "one thread, one conversation");
    let card = site.get("/listen?q=parcel", &owner).await.body;
    assert!(card.contains("Open conversation") && !card.contains("Open as conversation"));
    assert_eq!(site.get("/listen/thread/99", &owner).await.status, 404);
}

#[tokio::test]
async fn an_answer_that_everybody_can_read_says_so_beside_its_button() {
    let (site, owner, channel) = site().await;
    let private = talk::conversation(&site, channel, Line::new("1", "bo", "Where is my parcel?")).await;
    let page = site.get(&format!("/inbox/{private}"), &owner).await.body;
    assert!(page.contains("name=\"text\"") && !page.contains("composer-note"), "as everybody expects");
    talk::hear(&site, channel, &[overheard("2", "amina", "My kettle broke.")]).await;
    let body = site.get("/listen?q=kettle", &owner).await.body;
    let id: String = body.split("/listen/thread/").nth(1).unwrap().chars().take_while(char::is_ascii_digit).collect();
    let opened = site.post(&format!("/listen/open/{id}"), &owner, &[]).await;
    let page = site.get(opened.headers["location"].to_str().unwrap(), &owner).await.body;
    let note = page.split("<span class=\"composer-note\" data-note=\"public\">").nth(1).unwrap();
    assert!(note.split("</span></span>").next().unwrap().contains("Everybody can read this answer."));
    assert!(page.contains("data-counts=\"characters\""));
}

#[tokio::test]
async fn a_thread_shows_a_message_as_its_conversation_does() {
    let (site, owner, channel) = site().await;
    let first = overheard("1", "amina", "My parcel never came.");
    let again = Line {
        revision: 1,
        html: Some("<p>My parcel <b>never</b> came.</p>".into()),
        text: "My parcel did not come.".into(),
        ..first.clone()
    };
    talk::hear(&site, channel, &[first]).await;
    talk::hear(&site, channel, &[again]).await;
    let body = site.get("/listen?q=parcel", &owner).await.body;
    let id: String = body.split("/listen/thread/").nth(1).unwrap().chars().take_while(char::is_ascii_digit).collect();
    let thread = site.get(&format!("/listen/thread/{id}"), &owner).await.body;
    for shown in [&format!("/messages/{id}/html"), &format!("/messages/{id}/revisions"), "id=\"wordings\""] {
        assert!(thread.contains(shown), "{shown}: {thread}");
    }
}

#[tokio::test]
async fn older_things_come_a_page_at_a_time_and_none_twice() {
    let (site, owner, channel) = site().await;
    let lines: Vec<Line> = (0..70).map(|n| overheard(&n.to_string(), "amina", &format!("word number{n}."))).collect();
    talk::hear(&site, channel, &lines).await;
    let mut seen = Vec::new();
    let mut address = Some("/listen?q=word".to_owned());
    while let Some(next) = address {
        let body = site.get(&next, &owner).await.body;
        seen.extend(body.split("id=\"heard-").skip(1).map(|rest| rest.split('"').next().unwrap().to_owned()));
        address = body.split("hx-get=\"").nth(1).map(|rest| rest.split('"').next().unwrap().replace("&#38;", "&"));
        assert!(seen.len() <= 70, "the pages go round");
    }
    assert_eq!(seen.len(), 70);
    seen.sort();
    seen.dedup();
    assert_eq!(seen.len(), 70);
}

#[tokio::test]
async fn a_quiet_line_tells_of_news_only_where_it_fits() {
    let (site, owner, channel) = site().await;
    talk::hear(&site, channel, &[overheard("1", "amina", "About tea.")]).await;
    let source = async |address: &str| {
        let body = site.get(address, &owner).await.body;
        let src = body.split("data-live=\"heard\" data-live-src=\"").nth(1).unwrap();
        src.split('"').next().unwrap().replace("&#38;", "&")
    };
    let (all, tea) = (source("/listen").await, source("/listen?q=tea").await);
    assert_eq!(site.get(&all, &owner).await.status, 204);
    talk::hear(&site, channel, &[Line { at: crate::support::NOW, ..overheard("2", "bo", "About coffee.") }]).await;
    let news = site.get(&all, &owner).await;
    assert!(
        news.status == 200 && news.body.contains("New things were heard.") && news.body.contains("href=\"/listen\"")
    );
    assert_eq!(site.get(&tea, &owner).await.status, 204, "coffee is no news to who listens for tea");
}

#[tokio::test]
async fn what_somebody_wrote_is_shown_before_what_they_quoted() {
    let (site, owner, channel) = site().await;
    let quoting = "Thank you, the tea is fine.\n\n> Is the coffee cold?\n> And the tea?\n";
    talk::hear(&site, channel, &[overheard("1", "amina", quoting)]).await;
    let tea = site.get("/listen?q=tea", &owner).await.body;
    assert!(tea.contains("the <mark>tea</mark> is fine.") && !tea.contains("in what was quoted"), "{tea}");
    let coffee = site.get("/listen?q=coffee", &owner).await.body;
    assert!(coffee.contains("<mark>coffee</mark>") && coffee.contains("in what was quoted"), "{coffee}");
}

fn location(answer: &crate::support::Answer) -> String {
    answer.headers["location"].to_str().unwrap().to_owned()
}

/// Follows where a form leads.
async fn saved(site: &Site, owner: &str, form: &[(&str, &str)]) -> String {
    let answer = site.post("/listen/monitors/new", owner, form).await;
    assert_eq!(answer.status, 303, "{}", answer.body);
    location(&answer)
}

async fn settle(site: &Site) {
    while tertulia_engine::monitors::match_waiting(&site.engine).await.unwrap() > 0 {}
    for monitor in tertulia_store::monitors::all(&mut site.engine.db.reader()).await.unwrap() {
        let kind = tertulia_engine::worker::MATCH_PAST;
        if let Some(job) = tertulia_engine::worker::take(&site.engine, kind, monitor.id.0).await.unwrap() {
            job.await.unwrap();
        }
    }
}

#[tokio::test]
async fn a_monitor_is_previewed_saved_and_shows_what_was_said_before_and_since() {
    let (site, owner, channel) = site().await;
    let none = site.get("/listen/monitors", &owner).await.body;
    assert!(none.contains("No monitor yet") && none.contains("/listen/monitors/new"));
    talk::hear(
        &site,
        channel,
        &[overheard("1", "amina", "The kettle <i>sings</i>."), overheard("2", "bo", "Good tea")],
    )
    .await;
    let preview = site.get("/listen/monitors/preview?q=kettle", &owner).await.body;
    assert!(
        preview.contains("One message of the last 30 days fits.") && preview.contains("<mark>kettle</mark>"),
        "{preview}"
    );
    let broken = site.get("/listen/monitors/preview?q=%22kettle", &owner).await.body;
    assert!(broken.contains("The quotation mark is never closed."), "{broken}");
    let put_together = site.get("/listen/monitors/preview?any=kettle,tea&none=sings", &owner).await.body;
    assert!(
        put_together.contains("(kettle OR tea) NOT sings") && put_together.contains("Good <mark>tea</mark>"),
        "{put_together}"
    );
    let refused = site.post("/listen/monitors/new", &owner, &[("name", "x"), ("q", "\"kettle")]).await;
    assert_eq!(refused.status, 422);
    assert!(
        refused.body.contains("never closed") && refused.body.contains("value=\"&#34;kettle\""),
        "{}",
        refused.body
    );
    let href = saved(&site, &owner, &[("name", "Kettles"), ("q", "kettle")]).await;
    let before = site.get(&href, &owner).await.body;
    assert!(before.contains("Looking at what was heard before") && before.contains("Kettles"), "{before}");
    settle(&site).await;
    talk::hear(&site, channel, &[overheard("3", "ليلى", "kettle ☕")]).await;
    assert_eq!(site.get(&format!("{href}/news?after=0"), &owner).await.status, 204, "the past is no news");
    let shown = async |n: usize| site.get(&format!("{href}/news?after=0&shown={n}"), &owner).await.status;
    assert_eq!(
        (shown(0).await, shown(1).await),
        (200.try_into().unwrap(), 204.try_into().unwrap()),
        "one was found there"
    );
    settle(&site).await;
    assert_eq!(site.get(&format!("{href}/news?after=0"), &owner).await.status, 200);
    let page = site.get(&href, &owner).await.body;
    assert!(!page.contains("Looking at what was heard before"));
    assert!(page.contains("ليلى") && page.contains("&#60;i&#62;sings") && !page.contains("Good tea"), "{page}");
    assert!(page.contains("<strong>2</strong> messages that fit") && page.contains("class=\"series-0\""), "{page}");
    let list = site.get("/listen/monitors", &owner).await.body;
    assert!(list.contains("Kettles") && list.contains("2 in the last 7 days"), "{list}");
    let save = site.get("/listen?q=kettle+OR+tea", &owner).await.body;
    assert!(save.contains("/listen/monitors/new?q=kettle%20OR%20tea"), "{save}");
}

#[tokio::test]
async fn a_search_that_becomes_a_monitor_says_what_it_keeps_otherwise() {
    let (site, owner, channel) = site().await;
    let held = talk::conversation(&site, channel, Line::new("1", "Amina \"Mina\" Öz", "Please refund me.")).await;
    talk::hear(&site, channel, &[overheard("2", "bo", "A refund for me, too")]).await;
    let person =
        tertulia_store::conversations::get(&mut site.engine.db.reader(), held).await.unwrap().unwrap().person_id;
    let only = format!("q=refund+OR+money&person={}", person.unwrap());
    let search = site.get(&format!("/listen?{only}&since=2026-11-01&held=1"), &owner).await.body;
    let href = search.split("href=\"").find(|rest| rest.starts_with("/listen/monitors/new")).unwrap();
    let href = href.split('"').next().unwrap().replace("&#38;", "&");
    let form = site.get(&href, &owner).await.body;
    let line = "value=\"(refund OR money) from:&#34;Amina  Mina  Öz&#34; since:2026-11-01\"";
    assert!(form.contains(line), "{form}");
    assert!(form.contains("please") || form.contains("Please"), "{form}");
    assert!(!form.contains("for me, too"), "it finds what the search found: {form}");
    for said in ["knows people by name", "begin and end by UTC", "all that is heard, whoever holds it"] {
        assert!(form.contains(said), "{said}: {form}");
    }
    let plain = site.get("/listen/monitors/new?q=refund", &owner).await.body;
    assert!(!plain.contains("The search"), "where nothing changes nothing is said");
    assert!(
        site.get(&format!("/listen?person={}", person.unwrap()), &owner)
            .await
            .body
            .contains("/listen/monitors/new?person")
    );
}

#[tokio::test]
async fn a_monitor_put_together_for_a_channel_finds_it_whatever_its_name() {
    let (site, owner, channel) = site().await;
    let form = tertulia_engine::channels::ChannelForm { name: "Bo's \"Shop\" (2)".to_owned(), ..Default::default() };
    tertulia_engine::channels::update(&site.engine, channel, form).await.unwrap();
    talk::hear(&site, channel, &[overheard("1", "amina", "The kettle sings")]).await;
    let preview = site.get(&format!("/listen/monitors/preview?channel={channel}"), &owner).await.body;
    assert!(preview.contains("One message of the last 30 days fits."), "{preview}");
    assert!(preview.contains("channel:&#34;Bo&#39;s Shop (2)&#34;"), "{preview}");
}

#[tokio::test]
async fn many_monitors_come_a_page_at_a_time_and_one_is_found_by_name_or_by_what_it_looks_for() {
    let (site, owner, channel) = site().await;
    for n in 0..62 {
        saved(&site, &owner, &[("name", &format!("Watch {n:02}")), ("q", &format!("kettle{n:02}"))]).await;
    }
    talk::hear(&site, channel, &[overheard("1", "amina", "kettle61 sings")]).await;
    settle(&site).await;
    let rows = |body: &str| body.matches("class=\"monitor-row\"").count();
    let first = site.get("/listen/monitors", &owner).await.body;
    assert_eq!(rows(&first), 60);
    let older = first.split("hx-get=\"").nth(1).unwrap().split('"').next().unwrap().replace("&#38;", "&");
    let second = site.get(&older, &owner).await.body;
    assert!(rows(&second) == 2 && second.contains("Watch 60") && second.contains("1 in the last 7 days"), "{second}");
    for asked in ["watch+61", "K%C3%89TTLE61"] {
        let found = site.get(&format!("/listen/monitors?q={asked}"), &owner).await.body;
        assert!(rows(&found) == 1 && found.contains("Watch 61"), "{found}");
    }
    let none = site.get("/listen/monitors?q=samovar", &owner).await.body;
    assert!(rows(&none) == 0 && none.contains("No monitor is called that") && none.contains("New monitor"), "{none}");
    assert_eq!(rows(&site.get("/listen/monitors?after=99999999999999999", &owner).await.body), 0);
}

#[tokio::test]
async fn a_mention_is_listened_to_marked_as_noise_or_muted_and_each_can_be_taken_back() {
    let (site, owner, channel) = site().await;
    talk::hear(&site, channel, &[overheard("1", "amina", "kettle one"), overheard("2", "bo", "kettle two")]).await;
    let href = saved(&site, &owner, &[("q", "kettle")]).await;
    settle(&site).await;
    let message = async |id: &str| {
        let key = tertulia_store::keys::source_key("talk:forum", id);
        tertulia_store::messages::known(&mut site.engine.db.reader(), &[key]).await.unwrap()[0].id
    };
    let (one, two) = (message("1").await, message("2").await);
    let decided = site.post(&format!("{href}/mentions/{one}"), &owner, &[("state", "noise")]).await;
    assert_eq!((decided.status.as_u16(), location(&decided)), (303, href.clone()));
    let page = site.get(&href, &owner).await.body;
    assert!(!page.contains("kettle</mark> one") && page.contains("kettle</mark> two"), "{page}");
    let noise = site.get(&format!("{href}?state=noise"), &owner).await.body;
    assert!(noise.contains("kettle</mark> one") && noise.contains("It is new again"));
    site.post(&format!("{href}/mentions/{one}"), &owner, &[("state", "listened")]).await;
    let listened = site.get(&format!("{href}?state=listened"), &owner).await.body;
    assert!(listened.contains("kettle</mark> one") && !listened.contains("kettle</mark> two"));
    site.post(&format!("{href}/mute/{two}"), &owner, &[("kind", "person")]).await;
    let muted = site.get(&href, &owner).await.body;
    assert!(!muted.contains("kettle</mark> two") && muted.contains("Muted here (1)"), "{muted}");
    let unmute = muted.split("action=\"").find(|rest| rest.contains("/unmute/")).unwrap().split('"').next().unwrap();
    site.post(unmute, &owner, &[]).await;
    assert!(site.get(&href, &owner).await.body.contains("kettle</mark> two"));
    tertulia_engine::monitors::mute(&site.engine, None, one, "thread", tertulia_model::UserId(1)).await.unwrap();
    assert!(site.get(&href, &owner).await.body.contains("in every monitor"), "and so it is shown again in all");
    let held_up = "has not looked at all that was heard before";
    site.post(&format!("{href}/state"), &owner, &[("state", "paused")]).await;
    assert!(!site.get(&href, &owner).await.body.contains(held_up), "what it found stands there");
    site.post(&format!("{href}/edit"), &owner, &[("name", "Kettles"), ("q", "kettle two")]).await;
    assert!(site.get(&href, &owner).await.body.contains(held_up), "it says why it shows nothing");
    site.post(&format!("{href}/edit"), &owner, &[("name", "Kettles"), ("q", "kettle")]).await;
    site.post(&format!("{href}/state"), &owner, &[("state", "live")]).await;
    settle(&site).await;
    assert!(!site.get(&href, &owner).await.body.contains(held_up));
    let viewer = site.member(Role::Viewer).await;
    let looked = site.get(&href, &viewer).await.body;
    assert!(
        looked.contains("kettle</mark> two") && !looked.contains("Just listened"),
        "who may only read decides nothing"
    );
    assert_eq!(site.post(&format!("{href}/mentions/{one}"), &viewer, &[("state", "noise")]).await.status, 403);
    assert_eq!(site.get("/listen/monitors/99", &owner).await.status, 404);
    assert!(site.get(&format!("{href}/remove"), &owner).await.body.contains("stay in Listen"));
    assert_eq!(location(&site.post(&format!("{href}/remove"), &owner, &[]).await), "/listen/monitors");
    assert_eq!(site.get(&href, &owner).await.status, 404);
}

#[tokio::test]
async fn the_ledger_says_what_was_heard_when_a_channel_was_away_and_what_was_not_kept() {
    let (site, owner, channel) = site().await;
    let empty = site.get("/listen/coverage", &owner).await.body;
    assert!(empty.contains("It was not away") && empty.contains("Nothing was heard as it came."), "{empty}");
    talk::hear(&site, channel, &[overheard("1", "amina", "kettle")]).await;
    tertulia_engine::channels::set_state(&site.engine, channel, tertulia_model::ChannelState::Paused).await.unwrap();
    let page = site.get("/listen/coverage?days=30", &owner).await.body;
    assert!(page.contains("One message was heard as it came"), "{page}");
    assert!(page.contains("and still") && page.contains("It was paused here."), "{page}");
    assert!(page.contains("One channel was away"), "{page}");
}

#[tokio::test]
async fn who_wants_to_be_told_of_a_monitor_sees_a_number_beside_listen_until_they_look() {
    let (site, owner, channel) = site().await;
    let href = saved(&site, &owner, &[("q", "kettle")]).await;
    settle(&site).await;
    let form = [("mail", "daily"), ("quiet_from", "20"), ("quiet_until", "8"), ("most", "10")];
    let wrong = site.post(&format!("{href}/notice"), &owner, &[form[0], form[1], form[2], ("most", "0")]).await;
    assert_eq!(wrong.status, 422);
    assert_eq!(location(&site.post(&format!("{href}/notice"), &owner, &form).await), href);
    assert_eq!(site.get("/listen/monitors/unseen", &owner).await.body, "");
    talk::hear(&site, channel, &[overheard("1", "amina", "The kettle sings"), overheard("2", "bo", "kettle")]).await;
    settle(&site).await;
    assert!(site.get("/listen/monitors/unseen", &owner).await.body.starts_with("2<"));
    let other = site.member(Role::Agent).await;
    assert_eq!(site.get("/listen/monitors/unseen", &other).await.body, "", "only who asked for it is told");
    for narrowed in ["state=noise", "day=2026-03-01", "language=pt", &format!("channel={channel}"), "below=1"] {
        site.get(&format!("{href}?{narrowed}"), &owner).await;
        let unseen = site.get("/listen/monitors/unseen", &owner).await.body;
        assert!(unseen.starts_with("2<"), "{narrowed}: {unseen}");
    }
    let page = site.get(&href, &owner).await.body;
    assert!(page.contains("You are told of what it finds") && page.contains("value=\"daily\" selected"), "{page}");
    assert!(page.contains("No mail can leave"), "there is no mailbox: {page}");
    assert_eq!(site.get("/listen/monitors/unseen", &owner).await.body, "", "they have looked");
    site.post(&format!("{href}/notice/stop"), &owner, &[]).await;
    assert!(site.get(&href, &owner).await.body.contains("Be told of what it finds"));
}

#[tokio::test]
async fn a_form_opened_before_somebody_elses_change_shows_both_wordings_and_saves_over_it_only_when_asked_again() {
    let (site, owner, _) = site().await;
    let href = saved(&site, &owner, &[("name", "Kettles"), ("q", "kettle")]).await;
    let edit = format!("{href}/edit");
    let form = site.get(&edit, &owner).await.body;
    assert!(form.contains("name=\"was_name\" value=\"Kettles\"") && form.contains("name=\"was_q\" value=\"kettle\""));
    let shown = [("was_name", "Kettles"), ("was_q", "kettle")];
    let save = async |q: &str, was: &[(&str, &str)]| {
        let fields: Vec<(&str, &str)> =
            [("name", "Kettles"), ("q", q)].into_iter().chain(was.iter().copied()).collect();
        site.post(&edit, &owner, &fields).await
    };
    assert_eq!(save("kettle NOT whistle", &shown).await.status, 303);
    let stale = save("kettle OR pot", &shown).await;
    assert_eq!(stale.status, 422);
    assert!(stale.body.contains("It was changed meanwhile") && stale.body.contains("kettle NOT whistle"));
    assert!(stale.body.contains("name=\"q\" type=\"search\" value=\"kettle OR pot\""), "{}", stale.body);
    assert!(stale.body.contains("name=\"was_q\" value=\"kettle NOT whistle\""), "who saves again has seen it");
    // What is wrong with a query is told as before, and hides nothing of the other's change.
    let broken = save("\"kettle", &shown).await;
    assert!(broken.status == 422 && broken.body.contains("name=\"was_q\" value=\"kettle\""));
    assert_eq!(save("kettle OR pot", &[("was_name", "Kettles"), ("was_q", "kettle NOT whistle")]).await.status, 303);
    assert!(site.get(&href, &owner).await.body.contains("kettle OR pot"));
}
