//! `with-mail COMMAND…` runs a command while throw-away mail servers serve it; `TERTULIA_TEST_MAIL` says where they are.
//! Where they are not installed the command runs all the same, without that word.

use std::process::{Command, ExitCode};
use tertulia_testkit::Mail;

fn main() -> ExitCode {
    let mut arguments = std::env::args_os().skip(1);
    let Some(program) = arguments.next() else {
        eprintln!("with-mail COMMAND [ARGUMENTS]");
        return ExitCode::FAILURE;
    };
    let mut command = Command::new(&program);
    command.args(arguments);
    let mail = Mail::start();
    if let Some(mail) = &mail {
        command.env("TERTULIA_TEST_MAIL", mail.handed_on());
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
