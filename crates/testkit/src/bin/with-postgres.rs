//! `with-postgres COMMAND…` runs a command while one throw-away PostgreSQL serves every test process under it.
//! Where PostgreSQL is not installed the command runs all the same, and each test tells its own skip.

use std::process::{Command, ExitCode};
use tertulia_testkit::Postgres;

fn main() -> ExitCode {
    let mut arguments = std::env::args_os().skip(1);
    let Some(program) = arguments.next() else {
        eprintln!("with-postgres COMMAND [ARGUMENTS]");
        return ExitCode::FAILURE;
    };
    let mut command = Command::new(&program);
    command.args(arguments);
    let postgres = Postgres::for_many_processes();
    if let Some((name, port)) = postgres.as_ref().map(Postgres::handed_on) {
        command.env(name, port);
    }
    match command.status() {
        // A command ended by a signal has no code of its own.
        Ok(status) => ExitCode::from(status.code().and_then(|code| u8::try_from(code).ok()).unwrap_or(1)),
        Err(error) => {
            eprintln!("{} could not be started: {error}", program.to_string_lossy());
            ExitCode::FAILURE
        }
    }
}
