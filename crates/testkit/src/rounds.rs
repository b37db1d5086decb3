//! How often what takes long is done.

/// Whether this is a soak (`cargo xtask soak` says so): hours, not minutes.
pub fn soaking() -> bool {
    std::env::var_os("TERTULIA_SOAK").is_some()
}

/// Few times among the other tests, many in a soak.
pub fn rounds() -> u64 {
    if soaking() { 50 } else { 5 }
}
