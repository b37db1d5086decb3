//! How long requests took, by route and kind of answer, since the program began.

use super::text::Text;
use axum::http::{Method, StatusCode};
use std::{
    collections::BTreeMap,
    sync::{Mutex, PoisonError},
    time::Duration,
};

/// The upper bounds of the buckets, in milliseconds and as they are written.
const BOUNDS: [(u64, &str); 11] = [
    (5, "0.005"),
    (10, "0.01"),
    (25, "0.025"),
    (50, "0.05"),
    (100, "0.1"),
    (250, "0.25"),
    (500, "0.5"),
    (1_000, "1"),
    (2_500, "2.5"),
    (5_000, "5"),
    (10_000, "10"),
];

#[derive(Default)]
struct Histogram {
    /// How many took no longer than each bound and longer than the one before.
    buckets: [u64; BOUNDS.len()],
    count: u64,
    sum: Duration,
}

/// Method, route with its holes, first digit of the status: all three are ours, so there are few of them.
type Key = (&'static str, &'static str, u16);

#[derive(Default)]
pub(crate) struct Timings(Mutex<BTreeMap<Key, Histogram>>);

impl Timings {
    /// A request was answered; of an answer that goes on (a live stream), its beginning counts.
    pub fn note(&self, method: &Method, path: &'static str, status: StatusCode, took: Duration) {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let histogram = all.entry((known(method), path, status.as_u16() / 100)).or_default();
        let fits = |(bound, _): &(u64, &str)| took <= Duration::from_millis(*bound);
        if let Some(bucket) = BOUNDS.iter().position(fits) {
            histogram.buckets[bucket] += 1;
        }
        histogram.count += 1;
        histogram.sum += took;
    }

    pub fn write(&self, text: &mut Text) {
        const NAME: &str = "tertulia_http_request_duration_seconds";
        text.figure(NAME, "histogram", "Requests by route and kind of answer, and how long until the answer began.");
        let all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        for ((method, path, class), histogram) in all.iter() {
            let status = format!("{class}xx");
            let labels = [("method", *method), ("route", *path), ("status", status.as_str())];
            let mut so_far = 0;
            for ((_, bound), times) in BOUNDS.iter().zip(histogram.buckets) {
                so_far += times;
                text.sample(&format!("{NAME}_bucket"), &[&labels[..], &[("le", bound)]].concat(), so_far);
            }
            text.sample(&format!("{NAME}_bucket"), &[&labels[..], &[("le", "+Inf")]].concat(), histogram.count);
            text.sample(&format!("{NAME}_sum"), &labels, histogram.sum.as_secs_f64());
            text.sample(&format!("{NAME}_count"), &labels, histogram.count);
        }
    }
}

/// Methods that somebody makes up are counted together.
fn known(method: &Method) -> &'static str {
    let known = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"];
    known.into_iter().find(|known| *known == method.as_str()).unwrap_or("other")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn buckets_count_what_took_no_longer_and_the_last_one_counts_all() {
        let timings = Timings::default();
        for millis in [5, 6, 60_000] {
            timings.note(&Method::GET, "/a/{id}", StatusCode::OK, Duration::from_millis(millis));
        }
        timings.note(&Method::from_bytes(b"MADEUP").unwrap(), "/a/{id}", StatusCode::NOT_FOUND, Duration::ZERO);
        let mut text = Text::default();
        timings.write(&mut text);
        let text = text.finish();
        let ok = |part: &str, rest: &str, value: &str| {
            let name = "tertulia_http_request_duration_seconds";
            format!("{name}_{part}{{method=\"GET\",route=\"/a/{{id}}\",status=\"2xx\"{rest}}} {value}\n")
        };
        for line in [
            ok("bucket", ",le=\"0.005\"", "1"),
            ok("bucket", ",le=\"0.01\"", "2"),
            ok("bucket", ",le=\"10\"", "2"),
            ok("bucket", ",le=\"+Inf\"", "3"),
            ok("count", "", "3"),
            ok("sum", "", "60.011"),
        ] {
            assert!(text.contains(&line), "{line} is not in\n{text}");
        }
        assert!(text.contains("method=\"other\",route=\"/a/{id}\",status=\"4xx\""), "{text}");
    }
}
