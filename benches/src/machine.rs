//! This machine, and what a process of it uses.

use std::{
    fs, hint,
    time::{Duration, Instant},
};

/// "AMD EPYC, 2 cores, 24 GB": figures without it mean nothing.
pub fn name() -> String {
    let cpu = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let model = cpu.lines().find_map(|line| line.strip_prefix("model name")).unwrap_or("unknown CPU");
    let cores = std::thread::available_parallelism().map_or(0, std::num::NonZero::get);
    let memory = fs::read_to_string("/proc/meminfo").unwrap_or_default();
    let kilobytes = field(&memory, "MemTotal:").unwrap_or(0);
    format!("{}, {cores} cores, {} GB", model.trim_start_matches(['\t', ' ', ':']), (kilobytes + 500_000) / 1_000_000)
}

fn field(text: &str, name: &str) -> Option<u64> {
    text.lines().find_map(|line| line.strip_prefix(name))?.split_whitespace().next()?.parse().ok()
}

/// The most memory that a process ever held, in MB; `self` or a process id.
pub fn peak_mb(process: &str) -> f64 {
    status_mb(process, "VmHWM:")
}

/// The memory that a process holds now, in MB.
pub fn resident_mb(process: &str) -> f64 {
    status_mb(process, "VmRSS:")
}

fn status_mb(process: &str, name: &str) -> f64 {
    let status = fs::read_to_string(format!("/proc/{process}/status")).unwrap_or_default();
    field(&status, name).unwrap_or(0) as f64 * 1024.0 / 1e6
}

/// The processor time that a process has used. Linux counts it in hundredths of a second (USER_HZ, proc(5)).
pub fn cpu_time(process: &str) -> Duration {
    let stat = fs::read_to_string(format!("/proc/{process}/stat")).unwrap_or_default();
    // The second field is a name in parentheses and may hold anything; utime and stime are fields 14 and 15.
    let after_name = stat.rsplit_once(')').map_or("", |(_, rest)| rest);
    let hundredths: u64 =
        after_name.split_whitespace().skip(11).take(2).filter_map(|ticks| ticks.parse::<u64>().ok()).sum();
    Duration::from_millis(hundredths * 10)
}

/// Pages of memory that are touched for [`cold_page_us`]: as many as the writer's cache holds.
pub const PAGES: usize = 16_384;
const PAGE: usize = 4_096;

/// What the first touch of a page of memory costs after `rest`, in microseconds: the physical limit of any first write.
/// Below one on a machine of its own; some hosts take idle memory from their virtual machines within seconds.
pub fn cold_page_us(rest: Duration) -> f64 {
    let memory = vec![1_u8; PAGES * PAGE];
    std::thread::sleep(rest);
    let begin = Instant::now();
    // In no order that a processor could foresee; the factor is odd, so that each page comes once.
    let touched: u64 = (0..PAGES).map(|n| u64::from(hint::black_box(memory[n * 40_503 % PAGES * PAGE]))).sum();
    let took = begin.elapsed();
    hint::black_box(touched);
    took.as_secs_f64() * 1e6 / PAGES as f64
}
