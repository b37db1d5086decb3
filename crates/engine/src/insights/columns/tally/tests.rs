use super::*;
use crate::insights::columns::Row;
use proptest::prelude::*;
use std::collections::BTreeMap;
use tertulia_model::PersonId;

#[derive(Debug, Clone)]
struct Said {
    at: i64,
    person: Option<u8>,
    channel: u8,
    language: u8,
    bits: u16,
    tone: i8,
}

const LANGUAGES: [&str; 4] = ["en", "de", "und", "ar"];

fn said() -> impl Strategy<Value = Said> {
    (0_i64..500, proptest::option::weighted(0.9, 0_u8..12), 0_u8..3, 0_u8..4, 0_u16..32_768, -1_i8..=1)
        .prop_map(|(at, person, channel, language, bits, tone)| Said { at, person, channel, language, bits, tone })
}

fn columns(all: &[Said]) -> Columns {
    let mut columns = Columns::new(0);
    for (n, said) in (0_i64..).zip(all) {
        let row = Row {
            place: keys::place(said.at * 1_000 + 1_700_000_000_000, n),
            person: columns.person_number(said.person.map(|id| PersonId(100 + i64::from(id)))),
            channel: columns.channel_number(ChannelId(i64::from(said.channel))),
            language: columns.language_number(LANGUAGES[usize::from(said.language)]),
            bits: said.bits,
            tone: said.tone,
            tone_sure: 0,
            noise_sure: 0,
            substance_sure: 0,
        };
        columns.rows.push(row);
    }
    columns
}

proptest! {
    #[test]
    fn what_is_counted_is_what_a_plain_look_counts(
        mut all in proptest::collection::vec(said(), 0..200),
        (from, until) in (0_i64..500, 0_i64..500),
        channel in proptest::option::of(0_u8..3),
        with_noise in any::<bool>(),
    ) {
        all.sort_by_key(|said| said.at);
        let columns = columns(&all);
        let moment = |at: i64| at * 1_000 + 1_700_000_000_000;
        let mut chosen = Chosen::between(&columns, moment(from), moment(until));
        if let Some(channel) = channel {
            chosen = chosen.on(&columns, &[ChannelId(i64::from(channel))]);
        }
        if with_noise {
            chosen = chosen.with_noise();
        }
        let plain: Vec<&Said> = all.iter().filter(|said| {
            (from..until).contains(&said.at) && said.bits & bits::OURS == 0
                && (with_noise || said.bits & bits::NOISE == 0) && channel.is_none_or(|one| said.channel == one)
        }).collect();
        let tally = columns.tally(&chosen, Heard::Tone(-1));
        let mut people: BTreeMap<u8, (u32, u32, u32)> = BTreeMap::new();
        for said in plain.iter().filter(|said| said.person.is_some()) {
            let toned = said.bits & bits::TONED != 0;
            let one = people.entry(said.person.unwrap()).or_default();
            one.0 += 1;
            one.1 += u32::from(toned);
            one.2 += u32::from(toned && said.tone < 0);
        }
        let mut found: Vec<_> = tally.people.iter().map(|one| {
            let id = columns.person(one.person).unwrap().0 - 100;
            (id as u8, (one.messages, one.judged, one.hits))
        }).collect();
        found.sort_unstable();
        prop_assert_eq!(found, people.clone().into_iter().collect::<Vec<_>>());
        prop_assert_eq!(tally.messages as usize, plain.len());
        prop_assert_eq!(tally.of_nobody as usize, plain.iter().filter(|said| said.person.is_none()).count());

        let by_channel = columns.by_channel(&chosen);
        let sum: u32 = by_channel.iter().flat_map(|voices| &voices.messages).sum();
        prop_assert_eq!(sum as usize, plain.iter().filter(|said| said.person.is_some()).count());
        for voices in &by_channel {
            let mut own: BTreeMap<u8, u32> = BTreeMap::new();
            plain.iter().filter(|said| i64::from(said.channel) == voices.channel.0)
                .filter_map(|said| said.person).for_each(|person| *own.entry(person).or_default() += 1);
            let mut own: Vec<u32> = own.into_values().collect();
            own.sort_unstable_by(|a, b| b.cmp(a));
            prop_assert_eq!(&voices.messages, &own);
        }

        let main = columns.main_languages(&chosen);
        for person in people.keys() {
            let mut counts: BTreeMap<&str, i64> = BTreeMap::new();
            for said in plain.iter().filter(|said| said.person == Some(*person) && said.language != 2) {
                *counts.entry(LANGUAGES[usize::from(said.language)]).or_default() -= 1;
            }
            let expected = counts.into_iter().min_by_key(|(name, count)| (*count, *name)).map(|(name, _)| name);
            let number = columns.number_of(PersonId(100 + i64::from(*person))).unwrap();
            let found = columns.languages().get(usize::from(main[number as usize])).map(String::as_str);
            prop_assert_eq!(found, expected);
        }

        let loudest: Vec<u32> = tally.loudest(2).iter().map(|one| one.person).collect();
        let mut sorted = loudest.clone();
        sorted.sort_unstable();
        let left = tally.without(&sorted);
        prop_assert_eq!(left.people.len() + loudest.len(), tally.people.len());
        prop_assert_eq!(left.messages, left.of_nobody + left.people.iter().map(|one| u64::from(one.messages)).sum::<u64>());
    }

    #[test]
    fn what_is_said_to_us_and_what_everybody_reads_are_parted_by_channel(
        mut all in proptest::collection::vec(said(), 0..200), private in any::<[bool; 3]>(), public in any::<[bool; 3]>(),
    ) {
        all.sort_by_key(|said| said.at);
        let columns = columns(&all);
        let is_meant = |channel: ChannelId, is_public: bool| {
            let n = usize::try_from(channel.0).unwrap();
            if is_public { public[n] } else { private[n] }
        };
        let found = columns.tally(&Chosen::all(&columns).said(&columns, is_meant), Heard::Anything).messages;
        let plain = all.iter().filter(|said| {
            let of = if said.bits & bits::PUBLIC != 0 { public } else { private };
            said.bits & bits::OURS == 0 && of[usize::from(said.channel)]
        });
        prop_assert_eq!(found as usize, plain.count());
    }

    #[test]
    fn of_what_was_answered_somewhere_only_that_is_judged(
        mut all in proptest::collection::vec(said(), 0..200), every in 1_usize..9,
    ) {
        all.sort_by_key(|said| said.at);
        let columns = columns(&all);
        let places = columns.rows.places().iter().copied().step_by(every);
        let known: Vec<(i64, bool)> = places.enumerate().map(|(n, place)| (place, n % 2 == 0)).collect();
        let tally = columns.tally(&Chosen::all(&columns), Heard::Among(&known));
        let theirs = |n: &usize| all[*n].bits & bits::OURS == 0;
        prop_assert_eq!(tally.judged as usize, (0..all.len()).step_by(every).filter(theirs).count());
        prop_assert_eq!(tally.hits as usize, (0..all.len()).step_by(every * 2).filter(theirs).count());
    }

    #[test]
    fn what_stands_at_places_is_found(all in proptest::collection::vec(said(), 0..200), every in 1_usize..9) {
        let mut all = all;
        all.sort_by_key(|said| said.at);
        let columns = columns(&all);
        let places: Vec<i64> = columns.rows.places().iter().copied().step_by(every).collect();
        let chosen = Chosen::all(&columns);
        let since = columns.rows.places().get(all.len() / 3).copied().unwrap_or(0);
        let tally = columns.tally(&chosen, Heard::At(&places, since));
        let is_judged = |(n, said): &(usize, &Said)| *n >= all.len() / 3 && said.bits & (bits::OURS | bits::AGED) == 0;
        let judged = all.iter().enumerate().filter(is_judged);
        prop_assert_eq!(tally.judged as usize, judged.clone().count());
        prop_assert_eq!(tally.hits as usize, judged.filter(|(n, _)| n % every == 0).count());
        prop_assert_eq!(columns.behind(&chosen, Heard::At(&places, since), i64::MAX, usize::MAX).len(), tally.hits as usize);
    }
}
