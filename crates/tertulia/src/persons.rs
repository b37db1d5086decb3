//! `tertulia person`: what a person may ask for, by command.

use crate::{
    config::Config,
    connectors,
    installation::{Alone, Installation, Labels},
};
use anyhow::{Context, Result, anyhow, ensure};
use std::{fs::File, io::BufWriter, path::PathBuf, sync::Arc};
use tertulia_engine::{Engine, erase, export, worker};
use tertulia_model::{PersonId, Role};
use tertulia_store::{erased, users};

#[derive(Debug, clap::Subcommand)]
pub enum PersonCommand {
    /// Erase a person and everything they said; prints the report. The program must not be running.
    Erase {
        /// The number in the address of the person's page.
        id: i64,
        /// Really do it: it cannot be undone.
        #[arg(long)]
        yes: bool,
    },
    /// Write everything that is kept of a person into a ZIP file.
    Export {
        /// The number in the address of the person's page.
        id: i64,
        /// A file that is not there yet.
        #[arg(long, value_name = "FILE")]
        to: PathBuf,
    },
}

pub async fn run(config: &Config, command: PersonCommand) -> Result<()> {
    ensure!(
        config.has_database(),
        "There is no installation in {}. Nothing was changed. Name its configuration with --config FILE, or run this in its folder.",
        config.data_dir.display()
    );
    // What is being stored while something is erased is known to the program that stores it, and to no other.
    let alone = if matches!(command, PersonCommand::Erase { yes: true, .. }) { Alone::Yes } else { Alone::No };
    let installation = Installation::open(config, connectors::all(), alone, Labels::No).await?;
    let done = perform(&installation.engine, command).await;
    installation.close().await;
    done
}

async fn perform(engine: &Arc<Engine>, command: PersonCommand) -> Result<()> {
    match command {
        PersonCommand::Erase { id, yes } => {
            let preview = erase::preview(engine, PersonId(id)).await?;
            let along: Vec<&str> = preview.customers.iter().map(|one| one.name.as_str()).collect();
            let along = match along.as_slice() {
                [] => String::new(),
                names => format!(" From your lists of customers goes along: {}.", names.join(", ")),
            };
            ensure!(
                yes,
                "{} would be erased: {} of their messages, {} answers to them.{along} It cannot be undone. Give --yes to do it. Nothing was changed.",
                preview.name,
                preview.written,
                preview.answers
            );
            let team = users::all(&mut engine.db.reader()).await?;
            let owner = team.iter().find(|user| user.role == Role::Owner && user.disabled_at.is_none());
            let owner = owner.ok_or_else(|| anyhow!("There is no owner in whose name it could be done."))?;
            let report = erase::erase(engine, PersonId(id), owner.id).await?;
            if let Some(work) = worker::take(engine, worker::ERASE, report).await? {
                work.await?;
            }
            let Some(report) = erased::get_report(&mut engine.db.reader(), report).await? else { return Ok(()) };
            println!("{}", report.report);
            ensure!(
                report.sealed.is_none(),
                "Nothing of theirs is shown or found any more, but the disk is not rid of all of it yet. It goes on when the program runs."
            );
            Ok(())
        }
        PersonCommand::Export { id, to } => {
            let whole = export::person(engine, PersonId(id)).await?;
            let file = File::create_new(&to)
                .with_context(|| format!("{} cannot be made. Name a file that is not there yet", to.display()))?;
            whole.write(&engine.blobs, BufWriter::new(file))?;
            println!("Everything that is kept of {} stands in {}.", whole.name, to.display());
            Ok(())
        }
    }
}
