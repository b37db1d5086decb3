//! The bundle in `ui/dist` is embedded by `rust-embed`; without it the crate can't be built, and says so plainly.

use std::path::Path;

fn main() {
    let manifest = Path::new("../../ui/dist/manifest.json");
    println!("cargo::rerun-if-changed={}", manifest.display());
    println!("cargo::rerun-if-changed=templates");
    if !manifest.exists() {
        println!("cargo::error=The browser bundle is missing (ui/dist/manifest.json). Run `cargo xtask ui` first.");
    }
}
