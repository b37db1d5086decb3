//! Monitors find what a plain look at every message finds: what was there before them, what comes after, and whatever
//! changes since.

use crate::{
    search::{all_shown, begin_talks, fill, random_query},
    support::{
        World, on_both, rounds,
        said::{Said, said},
    },
};
use std::collections::HashMap;
use tertulia_analysis::query;
use tertulia_engine::{
    monitors::{self, MonitorForm},
    search::{self, Filter},
    worker,
};
use tertulia_model::{Batch, ChannelId, Inbound, MonitorId, PersonId, SeededChance, Shows};
use tertulia_store::{
    channels::{self, Channel},
    jobs, ledger,
    mentions::{self, Asked},
    monitors as stored, people, reading,
};

pub async fn watch(world: &World, query: &str) -> MonitorId {
    let form = MonitorForm { name: String::new(), query: query.to_owned() };
    monitors::add(&world.engine, &form, world.user).await.unwrap()
}

/// Has the monitors look at all that waits for them, and at the stored past.
pub async fn settle(world: &World) {
    while monitors::match_waiting(&world.engine).await.unwrap() > 0 {}
    let ids: Vec<MonitorId> =
        stored::all(&mut world.engine.db.reader()).await.unwrap().into_iter().map(|monitor| monitor.id).collect();
    for id in ids {
        if let Some(job) = worker::take(&world.engine, worker::MATCH_PAST, id.0).await.unwrap() {
            job.await.unwrap();
        }
    }
}

/// What a monitor's stream holds, by the messages' ids at their source, newest first.
async fn stream(world: &World, id: MonitorId, asked: &Asked) -> Vec<String> {
    let mut db = world.engine.db.reader();
    let monitor = stored::get(&mut db, id).await.unwrap().unwrap();
    let page = mentions::page(&mut db, (id, monitor.version), asked, i64::MAX, 10_000).await.unwrap();
    let mentioned: Vec<_> = page.iter().map(|mention| mention.message_id).collect();
    let messages = reading::by_ids(&mut db, &mentioned).await.unwrap();
    let ids: HashMap<_, _> = messages.into_iter().map(|m| (m.id, m.external_id)).collect();
    page.iter().map(|mention| ids[&mention.message_id].clone()).collect()
}

pub async fn found(world: &World, id: MonitorId) -> Vec<String> {
    stream(world, id, &Asked::default()).await
}

/// What a plain look at every message finds, and what search finds.
async fn looked_for(world: &World, text: &str) -> (Vec<String>, Vec<String>) {
    let query = query::parse(text).unwrap();
    let channels: HashMap<ChannelId, Channel> = channels::all_ever(&mut world.engine.db.reader())
        .await
        .unwrap()
        .into_iter()
        .map(|channel| (channel.id, channel))
        .collect();
    let scan = all_shown(world).await;
    let scan = scan.iter().filter(|m| m.direction == "theirs" && search::matches(&query, m, &channels));
    let searched = search::search(&world.engine, &query, &Filter::default(), None, 10_000).await.unwrap().messages;
    let searched = searched.into_iter().filter(|m| m.direction == "theirs").map(|m| m.external_id).collect();
    (scan.map(|m| m.external_id.clone()).collect(), searched)
}

#[test]
fn soak_live_matching_search_and_a_plain_scan_agree_on_random_queries_over_edits_and_deletions() {
    on_both(async |world| {
        let chance = SeededChance::new(77);
        let threads = begin_talks(&world).await;
        let queries: Vec<String> =
            (0..rounds().max(60)).map(|_| random_query(&chance, &threads)).filter(|text| !text.is_empty()).collect();
        let mut before = Vec::new();
        for text in &queries {
            before.push(watch(&world, text).await);
        }
        settle(&world).await;
        fill(&world).await;
        // Known first without its edit, then with it: a mention of an older wording goes.
        world.hear(&[said("again", "Flat white was cold").created()]).await;
        settle(&world).await;
        world.hear(&[said("again", "").edited(1, "Der Kaffee war kalt")]).await;
        settle(&world).await;
        // Somebody who claims to be us, until the sent folder proves it.
        let claim = said("claim", "Flat white was cold, and the coffee").at_minute(3);
        world.hear(&[claim.clone().by("desk@shop.example").created()]).await;
        settle(&world).await;
        world.hear(&[claim.by_us().created()]).await;
        settle(&world).await;
        assert_eq!(world.message("claim").await.direction, "ours");
        // What ties threads together comes last.
        let bridge = said("bridge0", "Which coffee do you mean?").answering(&["root0"]).reaching(300);
        let both = said("both", "About both rounds").answering(&["root1", "root2"]).showing(Shows::IMAGE);
        world.hear(&[bridge.created(), both.created()]).await;
        settle(&world).await;
        assert_eq!(world.message("root1").await.thread_id, world.message("root2").await.thread_id);
        let mut matched = 0;
        for live in before {
            // A thread that was taken in is asked for by the name of the one that took it.
            let text = stored::get(&mut world.engine.db.reader(), live).await.unwrap().unwrap().query;
            let text = text.as_str();
            let late = watch(&world, text).await;
            settle(&world).await;
            let (scan, searched) = looked_for(&world, text).await;
            assert_eq!(found(&world, live).await, scan, "matched as it came: {text}");
            assert_eq!(found(&world, late).await, scan, "looked for in the past: {text}");
            assert_eq!(searched, scan, "searched: {text}");
            matched += scan.len();
        }
        assert!(matched > 100, "{matched} mentions prove nothing");
    });
}

/// A batch of a stream of everybody's words.
fn stream_of(events: &[Inbound]) -> Batch {
    let items = events.iter().enumerate().map(|(n, event)| {
        crate::support::json::item(&format!("s{n}"), std::slice::from_ref(event), crate::support::NOW)
    });
    Batch { items: items.collect(), only_watched: true, ..Batch::default() }
}

#[test]
fn soak_of_a_stream_everything_is_kept_that_a_monitor_finds_in_it() {
    on_both(async |world| {
        let chance = SeededChance::new(41);
        let threads = begin_talks(&world).await;
        let texts =
            ["Flat white was cold", "Der Kaffee war kalt", "Order 17 has not come. Where is it?", "coffee", "東京の店"];
        let of = |n: usize, id: String| {
            let shows = [Shows::default(), Shows::IMAGE, Shows::FILE][n % 3];
            let reach = [None, Some(0), Some(300)][n / 3 % 3];
            let root = format!("root{}", n % 3);
            let answered = if n.is_multiple_of(4) { vec![root.as_str()] } else { Vec::new() };
            let by = ["rosa@home.example", "tom@work.example"][n % 2];
            Said { reach, shows, ..said(&id, texts[n % texts.len()]) }.by(by).answering(&answered).overheard()
        };
        let whole: Vec<Inbound> = (0..30).map(|n| of(n, format!("whole{n}")).created()).collect();
        world.hear(&whole).await;
        let (mut kept, mut left) = (0, 0);
        for round in 0..rounds().max(20) {
            let text = random_query(&chance, &threads);
            if text.is_empty() {
                continue;
            }
            // What is held of the monitors is told from what they are now by when they were changed.
            world.clock.advance(1);
            let monitor = watch(&world, &text).await;
            let id = |n: usize| format!("r{round}s{n}");
            let events: Vec<Inbound> = (0..30).map(|n| of(n, id(n)).created()).collect();
            world.submit(stream_of(&events)).await.unwrap();
            settle(&world).await;
            let found = found(&world, monitor).await;
            for n in 0..30 {
                let expected = found.contains(&format!("whole{n}"));
                assert_eq!(found.contains(&id(n)), expected, "{text}: {:?}", of(n, id(n)));
                let is_there = world.find(&id(n)).await.is_some();
                (kept, left) = (kept + usize::from(is_there), left + usize::from(!is_there));
            }
            monitors::remove(&world.engine, monitor).await.unwrap();
        }
        assert!(kept > 50 && left > 50, "{kept} kept and {left} left out prove nothing");
    });
}

#[test]
fn what_a_stream_does_not_tell_is_found_out_for_what_is_kept_alone_and_matched() {
    on_both(async |world| {
        *world.wire.reach.lock().unwrap() = Some(5_000);
        watch(&world, "coffee").await;
        let many = watch(&world, "reach>=5000").await;
        let events = [said("a", "tea").overheard().created(), said("b", "coffee").overheard().created()];
        world.submit(stream_of(&events)).await.unwrap();
        settle(&world).await;
        assert_eq!(*world.wire.completed.lock().unwrap(), ["s1"]);
        assert_eq!(world.message("b").await.reach, Some(5_000));
        assert_eq!(found(&world, many).await, ["b"]);
    });
}

#[test]
fn a_picture_that_stays_where_it_was_said_is_found_until_an_edit_takes_it_away() {
    on_both(async |world| {
        let pictures = watch(&world, "has:image").await;
        let files = watch(&world, "has:attachment").await;
        let with = said("with", "Look").overheard().showing(Shows::IMAGE | Shows::FILE);
        let film = said("film", "Watch this").at_minute(1).overheard().showing(Shows::FILE);
        let plain = said("plain", "Nothing to see").at_minute(2).overheard();
        let taken = world.submit(stream_of(&[with.created(), film.created(), plain.created()])).await.unwrap();
        assert_eq!(taken.stored, 2, "what shows nothing is left out");
        // An edit that comes before its message counts all the same.
        let early = said("early", "Look").at_minute(3).overheard();
        world.hear(&[early.clone().showing(Shows::IMAGE).edited(1, "Look again")]).await;
        world.hear(&[early.created()]).await;
        settle(&world).await;
        assert_eq!(found(&world, pictures).await, ["early", "with"]);
        assert_eq!(found(&world, files).await, ["film", "with"]);
        let without = Said { shows: Shows::default(), ..with.clone() };
        world.hear(&[without.edited(1, "Look away"), film.clone().showing(Shows::IMAGE).edited(1, "Watch")]).await;
        settle(&world).await;
        assert_eq!(found(&world, pictures).await, ["early", "film"]);
        assert_eq!(found(&world, files).await, [""; 0]);
        for (text, expected) in [("has:image", &["early", "film"][..]), ("has:attachment", &[])] {
            let expected: Vec<String> = expected.iter().map(|id| (*id).to_owned()).collect();
            assert_eq!(looked_for(&world, text).await, (expected.clone(), expected));
        }
    });
}

#[test]
fn an_identity_that_turns_out_to_be_somebody_else_takes_its_words_along() {
    on_both(async |world| {
        let hers = watch(&world, "from:Robledo").await;
        let others = watch(&world, "coffee -from:Robledo").await;
        let toms = watch(&world, "from:tom").await;
        let ana = Said { name: Some("Ana Robledo".to_owned()), ..said("ana", "coffee").by("ana@home.example") };
        let tom = said("tom", "coffee, too").by("tom@work.example").at_minute(1).overheard();
        let more = said("more", "coffee again").by("tom@work.example").at_minute(2);
        world.hear(&[ana.created(), tom.created(), more.created()]).await;
        settle(&world).await;
        assert_eq!(found(&world, hers).await, ["ana"]);
        assert_eq!(found(&world, others).await, ["more", "tom"]);
        let (ana, tom) = (world.message("ana").await, world.message("tom").await);
        let link = async |link: i64, person: Option<PersonId>| {
            let mut tx = world.engine.db.begin().await.unwrap();
            let (identity, now) = (tom.identity_id.unwrap(), crate::support::NOW);
            people::link(&mut tx, link, identity, person.unwrap(), "she said so", 1.0, now).await.unwrap();
            tx.commit().await.unwrap();
            settle(&world).await;
        };
        link(1, ana.person_id).await;
        assert_eq!(found(&world, hers).await, ["more", "tom", "ana"]);
        assert_eq!(found(&world, others).await, [""; 0]);
        assert_eq!(found(&world, toms).await, ["more", "tom"], "the handle is still theirs");
        // What comes by either handle from now on is hers, and so is what the scan and search find.
        world.hear(&[said("new", "tea").by("tom@work.example").at_minute(3).created()]).await;
        settle(&world).await;
        let expected: Vec<String> = ["new", "more", "tom", "ana"].map(str::to_owned).to_vec();
        assert_eq!(found(&world, hers).await, expected);
        assert_eq!(looked_for(&world, "from:Robledo").await, (expected.clone(), expected));
        // And back again.
        link(2, tom.person_id).await;
        assert_eq!(found(&world, hers).await, ["ana"]);
        assert_eq!(found(&world, others).await, ["more", "tom"]);
        let expected = vec!["ana".to_owned()];
        assert_eq!(looked_for(&world, "from:Robledo").await, (expected.clone(), expected));
    });
}

#[test]
fn another_wording_is_matched_anew_and_what_a_member_decided_stays() {
    on_both(async |world| {
        let coffee = watch(&world, "coffee").await;
        world.hear(&[said("a", "coffee and cake").created(), said("b", "Coffee, please").created()]).await;
        world.hear(&[said("c", "tea and cake").created(), said("d", "our coffee").by_us().created()]).await;
        settle(&world).await;
        assert_eq!(found(&world, coffee).await, ["b", "a"], "what we say is no mention");
        let a = world.message("a").await.id;
        monitors::decide(&world.engine, coffee, a, "listened", world.user).await.unwrap();
        let cake = MonitorForm { name: "Cake".to_owned(), query: "cake".to_owned() };
        monitors::change(&world.engine, coffee, &cake, None).await.unwrap();
        settle(&world).await;
        assert_eq!(found(&world, coffee).await, ["c", "a"]);
        let listened = Asked { state: Some("listened".to_owned()), ..Asked::default() };
        assert_eq!(stream(&world, coffee, &listened).await, ["a"]);
        monitors::decide(&world.engine, coffee, a, "noise", world.user).await.unwrap();
        assert_eq!(found(&world, coffee).await, ["c"]);
        let monitor = stored::get(&mut world.engine.db.reader(), coffee).await.unwrap().unwrap();
        assert_eq!((monitor.behind, monitor.version, monitor.name.as_str()), (None, 2, "Cake"));
    });
}

#[test]
fn a_paused_monitor_hears_nothing_and_catches_up_when_it_goes_on() {
    on_both(async |world| {
        let tea = watch(&world, "tea").await;
        world.hear(&[said("a", "tea").created()]).await;
        settle(&world).await;
        monitors::pause(&world.engine, tea, true).await.unwrap();
        world.hear(&[said("b", "more tea").created(), said("a", "").edited(1, "coffee")]).await;
        settle(&world).await;
        assert_eq!(found(&world, tea).await, ["a"], "as it stood");
        monitors::pause(&world.engine, tea, false).await.unwrap();
        settle(&world).await;
        assert_eq!(found(&world, tea).await, ["b"]);
        let removed = monitors::remove(&world.engine, tea).await.unwrap();
        assert_eq!(removed.name, "tea");
        assert!(monitors::pause(&world.engine, tea, true).await.is_err());
    });
}

#[test]
fn a_thread_a_name_and_a_deletion_are_matched_as_an_arrival_is() {
    on_both(async |world| {
        let first = said("root", "The counter was closed").by("rosa@home.example");
        let reply = said("late", "Same here").by("tom@work.example").answering(&["between"]).at_minute(2);
        world.hear(&[first.created(), reply.created()]).await;
        let thread = world.message("root").await.thread_id;
        let whole = watch(&world, &format!("in:{thread}")).await;
        let hers = watch(&world, "from:Robledo").await;
        settle(&world).await;
        assert_eq!(found(&world, whole).await, ["root"]);
        assert_eq!(found(&world, hers).await, [""; 0]);
        // What ties the two together comes last.
        let between = said("between", "And on Sunday?").answering(&["root"]).at_minute(1);
        world.hear(&[between.created()]).await;
        let tom = world.message("late").await.person_id.unwrap();
        let mut tx = world.engine.db.begin().await.unwrap();
        people::rename(&mut tx, tom, "Tom Robledo").await.unwrap();
        tx.commit().await.unwrap();
        settle(&world).await;
        // Whichever of the two threads took the other in.
        let now = whole;
        assert_eq!(found(&world, now).await, ["late", "between", "root"]);
        assert_eq!(found(&world, hers).await, ["late"]);
        world.hear(&[first.deleted()]).await;
        settle(&world).await;
        assert_eq!(found(&world, now).await, ["late", "between"]);
        let author = monitors::mute(&world.engine, Some(now), world.message("late").await.id, "person", world.user);
        let mute = author.await.unwrap();
        assert_eq!(found(&world, now).await, ["between"]);
        assert_eq!(found(&world, hers).await, ["late"], "muted there, not here");
        monitors::unmute(&world.engine, mute).await.unwrap();
        assert_eq!(found(&world, now).await, ["late", "between"]);
    });
}

#[test]
fn a_query_that_cannot_be_read_or_asks_for_nothing_is_refused_at_its_field() {
    on_both(async |world| {
        for wrong in ["coffee \"flat white", "", "   ", "lang:", "reach>many"] {
            let form = MonitorForm { name: "x".to_owned(), query: wrong.to_owned() };
            let refused = monitors::add(&world.engine, &form, world.user).await.unwrap_err();
            let tertulia_engine::EngineError::Invalid(errors) = refused else { panic!("{wrong}: {refused}") };
            assert_eq!(errors[0].field, "query", "{wrong}");
        }
    });
}

#[test]
fn a_stream_of_everybodys_words_keeps_what_somebody_looks_for_and_counts_the_rest() {
    on_both(async |world| {
        watch(&world, "roastery").await;
        let overheard = |id: &str, text: &str| said(id, text).overheard();
        let kept: Said = overheard("watched", "The roastery smells good");
        let batch = stream_of(&[
            kept.created(),
            overheard("nobody", "Good morning").created(),
            said("to us", "Hello, are you open?").created(),
            overheard("ours", "We are").by_us().created(),
            overheard("gone at once", "roastery!").created(),
            overheard("gone at once", "").deleted(),
            overheard("never kept", "").deleted(),
        ]);
        let taken = world.submit(batch).await.unwrap();
        assert_eq!(taken.stored, 4);
        // Later: an edit and a deletion of what was kept are heard, those of what was not are not.
        let later = [kept.edited(1, "It smells"), overheard("nobody", "").edited(1, "Good evening")];
        world.submit(stream_of(&later)).await.unwrap();
        assert_eq!(world.message("watched").await.text, "It smells");
        assert_eq!(world.message("gone at once").await.state, "deleted");
        assert!(world.find("nobody").await.is_none() && world.find("never kept").await.is_none());
        let today = ledger::day_of(crate::support::NOW);
        let counts = ledger::counts(&mut world.engine.db.reader(), today, today).await.unwrap();
        let unwatched: Vec<_> = counts.iter().filter(|count| count.kind == "unwatched").map(|c| c.times).collect();
        assert_eq!(unwatched, [3]);
        // Edited into something that a monitor looks for. A bare edit has nothing to change and would wait for good; where
        // it comes with the message itself, it is heard as it stands.
        let bare = overheard("bare", "").edited(3, "I like the roastery");
        let whole = overheard("whole", "I like the roastery");
        let item = |name: &str, events: &[Inbound]| crate::support::json::item(name, events, crate::support::NOW);
        let items = vec![
            item("e1", &[bare]),
            item("e2", &[whole.created(), whole.edited(3, "I like the roastery")]),
            // Of what was kept with other words, it is an edit and no other message.
            item("e3", &[overheard("watched", "It is gone").created(), kept.edited(2, "It is gone")]),
        ];
        let before = world.count().await;
        world.submit(Batch { items, only_watched: true, ..Batch::default() }).await.unwrap();
        assert!(world.find("bare").await.is_none(), "nothing waits for what was left out");
        assert_eq!((world.message("whole").await.state.as_str(), world.count().await), ("shown", before + 1));
        assert_eq!(world.message("watched").await.text, "It is gone");
        // Its first wording comes late, by another way: no other message either.
        world.hear(&[overheard("whole", "I like nothing").created()]).await;
        assert_eq!(
            (world.message("whole").await.text.as_str(), world.count().await),
            ("I like the roastery", before + 1)
        );
        let counts = ledger::counts(&mut world.engine.db.reader(), today, today).await.unwrap();
        assert!(counts.iter().any(|c| c.kind == "unwatched" && c.times == 1 && c.reason.contains("was not kept")));
        let due = jobs::next_due(&mut world.engine.db.reader(), crate::support::NOW).await.unwrap();
        assert!(due.is_some(), "the monitor still has its past to look at");
    });
}

#[test]
fn a_mail_tells_once_what_came_names_no_more_than_was_asked_for_and_waits_through_quiet_hours() {
    crate::support::on_both_by_mail(async |world| {
        let tea = watch(&world, "tea").await;
        settle(&world).await;
        // At noon it is quiet until three.
        let form = monitors::NoticeForm {
            mail: monitors::Often::Hourly,
            quiet_from: 11,
            quiet_until: 15,
            most: 2,
            ..Default::default()
        };
        monitors::set_notice(&world.engine, tea, world.user, &form).await.unwrap();
        let said_by = |n: i64| said(&format!("m{n}"), &format!("tea number {n}\nof many")).at_minute(n).created();
        world.hear(&[said_by(1), said_by(2), said_by(3)]).await;
        settle(&world).await;
        assert_eq!(monitors::unseen(&world.engine, world.user, 100).await.unwrap(), 3);
        assert_eq!(monitors::tell(&world.engine).await.unwrap(), 0, "it is quiet");
        world.clock.set(crate::support::NOW + 4 * 3_600_000);
        world.wire.will([crate::support::json::Wire::Rejected("no such mailbox")]);
        assert_eq!(monitors::tell(&world.engine).await.unwrap(), 0, "it did not leave");
        world.clock.advance(3_600_000);
        assert_eq!(monitors::tell(&world.engine).await.unwrap(), 1);
        assert_eq!(monitors::tell(&world.engine).await.unwrap(), 0, "told once");
        let letters = world.wire.sent.lock().unwrap().iter().map(|o| o.text.clone()).collect::<Vec<_>>();
        let letter = letters.last().unwrap();
        assert!(letter.contains("tea number 3 of many") && !letter.contains("tea number 1"), "{letter}");
        assert!(letter.contains("1 more were held back: you asked for 2 a mail."), "{letter}");
        assert!(letter.contains(&format!("http://desk.example/listen/monitors/{tea}")), "{letter}");
        let newest = mentions::newest(&mut world.engine.db.reader(), (tea, 1)).await.unwrap();
        monitors::note_seen(&world.engine, tea, world.user, newest).await.unwrap();
        assert_eq!(monitors::unseen(&world.engine, world.user, 100).await.unwrap(), 0);
    });
}

#[test]
fn who_is_told_hears_of_an_edit_that_fits_at_last_and_not_again_of_one_that_still_fits_nor_of_the_past() {
    on_both(async |world| {
        let open = said("later", "Open on Sunday").created();
        world.hear(&[said("old", "tea, long ago").created(), open, said("known", "tea now").created()]).await;
        let tea = watch(&world, "tea").await;
        monitors::set_notice(&world.engine, tea, world.user, &monitors::NoticeForm::default()).await.unwrap();
        settle(&world).await;
        let unseen = async || monitors::unseen(&world.engine, world.user, 100).await.unwrap();
        assert_eq!(unseen().await, 0, "what is found in the past is no news");
        world.hear(&[said("known", "").edited(2, "tea, now and then")]).await;
        settle(&world).await;
        assert_eq!(unseen().await, 0, "it had been found before");
        world.hear(&[said("new", "tea tomorrow").created()]).await;
        settle(&world).await;
        let newest = mentions::newest(&mut world.engine.db.reader(), (tea, 1)).await.unwrap();
        monitors::note_seen(&world.engine, tea, world.user, newest).await.unwrap();
        assert_eq!(unseen().await, 0);
        world.hear(&[said("later", "").edited(2, "Open on Sunday, with tea")]).await;
        settle(&world).await;
        assert_eq!(unseen().await, 1, "its id is older than what was seen last");
    });
}
