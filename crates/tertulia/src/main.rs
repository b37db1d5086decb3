//! The program: configuration, command line, and the wiring of everything else.

mod backup;
mod chance;
mod channels;
mod cli;
mod config;
mod connectors;
mod demo;
mod doctor;
mod importing;
mod installation;
mod lock;
mod models;
mod persons;
mod serve;
mod simulate;
mod users;

use std::process::ExitCode;

/// Millions of small strings pass through on their way to the database: the C library's allocator took an eighth of the
/// time of an import. (Without the kernel's huge pages: with them the program would hold twice the memory.)
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    // One TLS for the whole process; a second call would find it set, which is just as well.
    let _ = rustls::crypto::ring::default_provider().install_default();
    match cli::run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error:#}");
            ExitCode::FAILURE
        }
    }
}
