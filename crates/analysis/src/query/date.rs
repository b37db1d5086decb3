//! Days of the Gregorian calendar as counts since 1970-01-01 (H. Hinnant, "chrono-compatible low-level date algorithms").

pub(super) const DAY_MILLIS: i64 = 86_400_000;

/// Reads `2026-01-31`; nothing else, and no day that is in no calendar.
pub(super) fn day_from(text: &str) -> Option<i64> {
    let bytes = text.as_bytes();
    let shaped = bytes.len() == 10
        && bytes.iter().enumerate().all(|(at, byte)| if at == 4 || at == 7 { *byte == b'-' } else { byte.is_ascii_digit() });
    if !shaped {
        return None;
    }
    let number = |from: usize, to: usize| text[from..to].parse::<i64>().ok();
    let (year, month, day) = (number(0, 4)?, number(5, 7)?, number(8, 10)?);
    let days = days_of(year, month, day);
    ((1..=12).contains(&month) && (1..=31).contains(&day) && date_of(days) == (year, month, day)).then_some(days)
}

pub(super) fn day_text(days: i64) -> String {
    let (year, month, day) = date_of(days);
    format!("{year:04}-{month:02}-{day:02}")
}

fn days_of(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let year_of_era = year.rem_euclid(400);
    let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    era * 146_097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year - 719_468
}

fn date_of(days: i64) -> (i64, i64, i64) {
    let shifted = days + 719_468;
    let era = shifted.div_euclid(146_097);
    let day_of_era = shifted.rem_euclid(146_097);
    let year_of_era = (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted_month = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * shifted_month + 2) / 5 + 1;
    let month = if shifted_month < 10 { shifted_month + 3 } else { shifted_month - 9 };
    (year_of_era + era * 400 + i64::from(month <= 2), month, day)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_round_trip_and_days_in_no_calendar_are_refused() {
        assert_eq!(day_from("1970-01-01"), Some(0));
        assert_eq!(day_from("2026-01-31"), Some(20_484));
        for days in (-700_000..2_900_000).step_by(17) {
            if (0..=9999).contains(&date_of(days).0) {
                assert_eq!(day_from(&day_text(days)), Some(days));
            }
        }
        for wrong in ["2026-02-29", "2026-13-01", "2026-00-10", "2026-1-31", "31.01.2026", "2026-01-311", "２０２６-01-31"] {
            assert_eq!(day_from(wrong), None, "{wrong}");
        }
        assert!(day_from("2024-02-29").is_some());
    }
}
