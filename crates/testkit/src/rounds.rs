//! How often what takes long is done.

/// Whether this is a soak (`cargo xtask soak` says so): hours, not minutes.
pub fn soaking() -> bool {
    std::env::var_os("TERTULIA_SOAK").is_some()
}

/// Where chance begins: other cases each time that a soak goes round (`cargo xtask soak --hours`).
pub fn first_seed() -> u64 {
    let round = std::env::var("TERTULIA_SEED").ok().and_then(|round| round.parse::<u64>().ok());
    round.unwrap_or(0).saturating_mul(1_000_000)
}

/// Few times among the other tests, many in a soak.
pub fn rounds() -> u64 {
    if soaking() { 50 } else { 5 }
}
