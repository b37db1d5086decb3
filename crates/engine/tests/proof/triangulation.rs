//! One question, asked of four sources: each says what a plain look says, and they are compared as people.

use crate::{
    customers::bring,
    insights::{handle, hear, label, label_all, list},
    support::{
        World, on_both,
        said::{Said, said},
    },
};
use std::collections::HashMap;
use tertulia_engine::{
    EngineError,
    figures::Period,
    goals::outcomes::{self, OutcomeForm},
    insights::{
        asked::{Filter, Question, scored},
        triangulation::{Asked, Odd, Offline, On, Origin, Source, Survey, Triangulation, triangulate},
        voices,
    },
    opinions::{self, Brought, Given, Named},
};
use tertulia_model::{Mode, PersonId};
use tertulia_store::{binds, opinions as ballots};
use tertulia_voices::opinions::Vote;

/// Sixty write in public, of whom 45 are negative, and sixty to us alone, of whom 15 are.
async fn crowd(world: &World) {
    let one = |n: usize| said(&format!("m{n}"), "Do you have it in blue?").by(&handle(n));
    let all: Vec<Said> = (0..120).map(|n| if n < 60 { one(n).in_public() } else { one(n) }).collect();
    hear(world, &all).await;
    label(world, |n| n < 45 || (60..75).contains(&n), 120).await;
}

async fn filter(world: &World) -> Filter {
    Filter::of(Period::last_days(&world.engine, 30).await.unwrap())
}

async fn ask(world: &World, asked: &Asked) -> Triangulation {
    triangulate(&world.engine, &filter(world).await, asked).await.unwrap()
}

fn of(all: &Triangulation, mode: Mode) -> &Source {
    all.sources.iter().find(|source| source.mode == mode).unwrap()
}

#[test]
fn what_everybody_reads_and_what_is_said_to_us_are_two_sources_of_one_question() {
    on_both(async |world| {
        crowd(&world).await;
        let all = ask(&world, &Asked::of(Question::Negative)).await;
        assert_eq!(all.sources.iter().map(|source| source.mode).collect::<Vec<_>>(), Mode::ALL);
        let (social, service) = (of(&all, Mode::Social), of(&all, Mode::Service));
        let share = |source: &Source| source.by_person.as_ref().map(|said| (said.n, said.share)).unwrap();
        assert_eq!((social.answers, share(social)), (60, (60, 0.75)));
        assert_eq!((service.answers, share(service)), (60, (60, 0.25)));
        assert!(of(&all, Mode::Survey).by_person.as_ref().unwrap_err().n == 0, "nobody was asked");
        assert_eq!((all.on, all.readings.len(), all.apart.as_ref().unwrap().by.len()), (On::AsHeard, 2, 0));
        let pair = &all.comparison.as_ref().unwrap().pairs[0];
        assert!(pair.differs && (pair.difference - 0.5).abs() < 1e-9 && pair.low > 0.3, "{pair:?}");
        let Origin::Messages { channels, .. } = &social.origin else { panic!("{:?}", social.origin) };
        assert_eq!(channels, &[world.channel.id]);

        // Behind each side are its messages alone.
        for (mode, n, negative) in [(Mode::Social, 60, 45), (Mode::Service, 60, 15), (Mode::Survey, 0, 0)] {
            let filter = Filter { mode: Some(mode), ..filter(&world).await };
            assert_eq!(voices::people(&world.engine, &filter, None, (0, 100)).await.unwrap().1, n);
            let messages = voices::messages(&world.engine, &filter, Some(Question::Negative), None, 100).await.unwrap();
            assert_eq!(messages.len(), negative);
        }
        // Where the kind of channel says that it asks, all that is heard there was asked.
        *world.wire.mode.lock().unwrap() = Some(Mode::Survey);
        let all = ask(&world, &Asked::of(Question::Negative)).await;
        assert_eq!(of(&all, Mode::Survey).answers, 120);
        assert_eq!((of(&all, Mode::Social).answers, of(&all, Mode::Service).answers), (0, 0));
    });
}

#[test]
fn sources_are_weighted_alike_or_not_at_all_and_the_difference_is_taken_apart() {
    on_both(async |world| {
        crowd(&world).await;
        // Of the customers a third has gold; all of these speak in public.
        bring(&world, &list(0..120), "leave").await;
        let all = ask(&world, &Asked::of(Question::Negative)).await;
        assert!(of(&all, Mode::Social).weighted.as_ref().unwrap().is_ok());
        assert!(
            of(&all, Mode::Service).weighted.as_ref().unwrap().is_err(),
            "of a third of all nobody was heard there"
        );
        assert_eq!((all.on, all.readings.len()), (On::AsHeard, 2), "what is weighted is compared with nothing else");
        let apart = all.apart.as_ref().unwrap();
        assert_eq!((apart.first, apart.second), (Mode::Social, Mode::Service));
        let plan = apart.by.iter().find(|by| by.attribute == "Plan").unwrap();
        assert!((plan.difference - 0.5).abs() < 1e-9);
        assert!((plan.composition.value + plan.within.value - 0.5).abs() < 1e-9);
        let gold = plan.segments.iter().find(|one| one.segment.as_deref() == Some("Gold")).unwrap();
        assert_eq!((gold.people, gold.answers.0), ((40, 0), Some(1.0)));

        // Thirty more with gold write to us: now both are weighted.
        let more: Vec<Said> =
            (0..30).map(|n| said(&format!("g{n}"), "Do you have it in blue?").by(&handle(n))).collect();
        hear(&world, &more).await;
        let negative: Vec<(String, bool)> = (0..30).map(|n| (format!("g{n}"), true)).collect();
        label_all(&world, &negative).await;
        let all = ask(&world, &Asked::of(Question::Negative)).await;
        assert_eq!((all.on, all.readings.len()), (On::Weighted, 2));
        // Gold a third, silver two thirds: in public 1 and a quarter (5 of 20), to us 1 and a quarter (15 of 60).
        let share = |mode| of(&all, mode).on(On::Weighted).unwrap().share;
        assert!((share(Mode::Social) - 0.5).abs() < 1e-6 && (share(Mode::Service) - 0.5).abs() < 1e-6);
        assert!(!all.comparison.as_ref().unwrap().pairs[0].differs, "who is alike says the same");
        let turned = Asked { between: Some((Mode::Service, Mode::Social)), ..Asked::of(Question::Negative) };
        assert_eq!(ask(&world, &turned).await.apart.unwrap().first, Mode::Service);
    });
}

/// Forty of them vote on one statement: of those with gold all agree, of the others none. The first has two names.
async fn vote(world: &World) -> (i64, i64) {
    let engine = &world.engine;
    let ballot = opinions::add(engine, world.user, "How is it?", "It is too dear").await.unwrap();
    let names: Vec<String> = (20..60).map(handle).chain(["nobody".to_owned(), "again".to_owned()]).collect();
    let mut persons: HashMap<String, PersonId> = HashMap::new();
    for name in &names[..40] {
        let identity = tertulia_store::people::identity(&mut engine.db.reader(), "mail", name).await.unwrap();
        persons.insert(name.clone(), identity.unwrap().person_id);
    }
    persons.insert("again".to_owned(), persons[&handle(20)]);
    let votes = (0..names.len() as u32).map(|participant| tertulia_engine::opinions::Said {
        line: u64::from(participant) + 1,
        participant,
        statement: 0,
        vote: if participant < 20 || participant == 41 { Vote::Agree } else { Vote::Disagree },
        at: None,
    });
    let brought = Brought {
        votes: votes.collect(),
        statements: vec![Named { key: "1".to_owned(), text: String::new(), is_taken_out: false }],
        participants: names,
        ..Brought::default()
    };
    let given = Given { ballot, by: world.user, name: "votes.csv", brought: &brought, persons: &persons };
    opinions::give(engine, &given).await.unwrap();
    let statement = ballots::statements(&mut engine.db.reader(), ballot, None, 9).await.unwrap()[0].id;
    (ballot, statement)
}

#[test]
fn a_statement_that_people_voted_on_and_what_was_counted_stand_beside_what_was_said() {
    on_both(async |world| {
        crowd(&world).await;
        let (ballot, statement) = vote(&world).await;
        let voted = |agree| Survey::Voted { ballot, statement, agree };
        let with = |survey| Asked { survey, ..Asked::of(Question::Negative) };
        let all = ask(&world, &with(voted(true))).await;
        let survey = of(&all, Mode::Survey);
        let said = survey.by_person.as_ref().unwrap();
        assert_eq!((survey.answers, said.n), (41, 41), "who votes under two names is one");
        assert!((said.share - 20.0 / 41.0).abs() < 1e-9);
        let turned = ask(&world, &with(voted(false))).await;
        assert!((of(&turned, Mode::Survey).by_person.as_ref().unwrap().share - 21.0 / 41.0).abs() < 1e-9);
        assert_eq!(all.comparison.as_ref().unwrap().pairs.len(), 3);
        // Of those who are chosen only votes of people who are known count.
        bring(&world, &list(0..120), "leave").await;
        let gold = Filter { part: Some(("plan".to_owned(), "gold".to_owned())), ..filter(&world).await };
        let some = triangulate(&world.engine, &gold, &with(voted(true))).await.unwrap();
        assert_eq!((of(&some, Mode::Survey).answers, of(&some, Mode::Social).answers), (20, 40));
        assert!(some.apart.is_none_or(|apart| apart.by.is_empty()), "some people are compared with nobody");
        let odd = with(Survey::Voted { ballot, statement: 7, agree: true });
        let refused = triangulate(&world.engine, &filter(&world).await, &odd).await;
        assert!(matches!(refused, Err(EngineError::Invalid(_))));

        let count = async |name: &str, values: [(&str, &str); 2]| {
            let form = OutcomeForm { name: name.to_owned(), adds_up: true, ..OutcomeForm::default() };
            let id = outcomes::add(&world.engine, world.user, &form).await.unwrap();
            for (day, value) in values {
                outcomes::enter(&world.engine, world.user, id, (day, value, "The door")).await.unwrap();
            }
            id
        };
        let day = filter(&world).await.period.last();
        let days = [day.to_string(), day.yesterday().unwrap().to_string()];
        let part = count("Left without buying", [(&days[0], "30"), (&days[1], "10")]).await;
        let whole = count("Came in", [(&days[0], "60"), (&days[1], "40")]).await;
        let with = |part, of| Asked { offline: Offline::Counted { part, of }, ..Asked::of(Question::Negative) };
        let all = ask(&world, &with(part, whole)).await;
        let offline = of(&all, Mode::Offline);
        let said = offline.on(all.on).unwrap();
        assert_eq!((said.n, said.share, offline.odd), (100, 0.4, None));
        assert!(all.readings.iter().any(|reading| reading.mode == Mode::Offline));
        assert_eq!(of(&ask(&world, &with(whole, part)).await, Mode::Offline).odd, Some(Odd::NoPart));
        let some = triangulate(&world.engine, &gold, &with(part, whole)).await.unwrap();
        assert_eq!(of(&some, Mode::Offline).odd, Some(Odd::OfSome));
        let empty = OutcomeForm { name: "Nothing".to_owned(), ..OutcomeForm::default() };
        let empty = outcomes::add(&world.engine, world.user, &empty).await.unwrap();
        assert_eq!(of(&ask(&world, &with(empty, whole)).await, Mode::Offline).odd, Some(Odd::Nothing));
    });
}

#[test]
fn scores_on_a_scale_are_an_answer_of_whoever_gave_them() {
    on_both(async |world| {
        crowd(&world).await;
        *world.wire.mode.lock().unwrap() = Some(Mode::Survey);
        let mut tx = world.engine.db.begin().await.unwrap();
        let sql = "INSERT INTO survey_answers (message_id, survey, question, scale, score, attributes, at, person_id) \
                   SELECT id, 'Autumn', 'Would you recommend us?', 'nps', $2, '{}', at, person_id FROM messages WHERE id = $1";
        for n in 0..40_usize {
            let id = world.message(&format!("m{n}")).await.id;
            tx.run(sql, binds![id, if n < 12 { 6.0 } else { 9.0 }]).await.unwrap();
        }
        tx.commit().await.unwrap();
        let all = scored(&world.engine).await.unwrap();
        assert_eq!(all.iter().map(|(one, asked)| one.scores(asked)).collect::<Vec<_>>(), [(0.0, 6.0), (9.0, 10.0)]);
        let with = |n: usize| Asked { survey: Survey::Scored(all[n].0), ..Asked::of(Question::Negative) };
        let found = ask(&world, &with(0)).await;
        let low = of(&found, Mode::Survey);
        assert_eq!((low.answers, low.by_person.as_ref().unwrap().share), (40, 0.3), "the others were not asked");
        let found = ask(&world, &with(1)).await;
        assert!((of(&found, Mode::Survey).by_person.as_ref().unwrap().share - 0.7).abs() < 1e-9);
        let behind = Filter { mode: Some(Mode::Survey), ..filter(&world).await };
        let question = Some(Question::Scored(all[0].0));
        assert_eq!(voices::messages(&world.engine, &behind, question, None, 100).await.unwrap().len(), 12);
    });
}
