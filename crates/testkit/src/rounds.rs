//! How often what takes long is done.

/// Few times among the other tests, many in a soak (`cargo xtask soak` says so).
pub fn rounds() -> u64 {
    if std::env::var_os("TERTULIA_SOAK").is_some() { 50 } else { 5 }
}
