//! `import`: a mailbox file into an empty installation, against notmuch on the same mails.

use crate::{
    arguments::Arguments,
    figures::{Figures, Target, median},
    machine,
    notmuch::{self, Maildir, unpack},
    world,
};
use anyhow::{Context, Result, bail, ensure};
use std::{
    fs::File,
    io::Read,
    path::Path,
    process::{Command, Stdio},
    sync::Arc,
    time::Instant,
};
use tertulia_connector::archive::Archives;
use tertulia_engine::{
    Engine,
    imports::{self, NewImport},
};
use tertulia_model::BlobRange;

/// What the child process that imports is called: its memory is the import's alone.
pub const ALONE: &str = "import-alone";

pub async fn run(arguments: &Arguments) -> Result<()> {
    notmuch::must_be_there()?;
    let packed = arguments
        .data_file("conversations/r-sig-mac.mbox.xz")
        .context("conversations/r-sig-mac.mbox.xz is not among the data: name its folder with --data")?;
    let folder = tempfile::tempdir()?;
    let mailbox = folder.path().join("r-sig-mac.mbox");
    unpack(&packed, &mailbox)?;
    let maildir = spread(&mailbox, folder.path())?;
    let mails = maildir.mails() as f64;
    let figures = Figures::begin(arguments);
    let (mut ours, mut theirs, mut memory) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..arguments.runs {
        let report = import_in_child(&mailbox)?;
        let number = |name: &str| report[name].as_f64().with_context(|| format!("the child told no {name}"));
        ensure!(number("heard")? == mails, "the import saw {} of {mails} mails", number("heard")?);
        ours.push(mails / number("seconds")?);
        memory.push(number("peak_mb")?);
        if arguments.wants("notmuch") {
            theirs.push(mails / maildir.index()?.as_secs_f64());
        }
    }
    let rate = median(ours.clone());
    figures.tell("import_messages_per_second", rate, "messages/s", ours.len(), Target::None);
    let against = theirs.len();
    if against > 0 {
        let notmuch = median(theirs);
        figures.tell("notmuch_messages_per_second", notmuch, "messages/s", against, Target::None);
        figures.tell("ratio_notmuch", rate / notmuch, "times", against, Target::AtLeast(10.0));
    }
    figures.tell("import_resident_mb", median(memory), "MB", ours.len(), Target::Below(300.0));
    Ok(())
}

/// Cuts the mailbox into a maildir, by the same reader that imports it.
fn spread(mailbox: &Path, folder: &Path) -> Result<Maildir> {
    let mut maildir = Maildir::new(folder.join("maildir"))?;
    let import = tertulia_connector_import::connector();
    let bytes = std::fs::read(mailbox)?;
    let mut reader = import.open("mbox", &serde_json::json!({}), Box::new(File::open(mailbox)?), 0)?;
    while let Some(item) = reader.next_item() {
        let item = item.map_err(|trouble| anyhow::anyhow!("the mailbox: {}", trouble.reason))?;
        let (from, length) = (usize::try_from(item.offset)?, usize::try_from(item.length)?);
        maildir.add(&bytes[from..from + length])?;
    }
    Ok(maildir)
}

fn import_in_child(mailbox: &Path) -> Result<serde_json::Value> {
    let output = Command::new(std::env::current_exe()?)
        .arg(ALONE)
        .arg(mailbox)
        .stderr(Stdio::inherit())
        .output()
        .context("the import could not be started")?;
    if !output.status.success() {
        bail!("the import failed ({})", output.status);
    }
    Ok(serde_json::from_slice(&output.stdout)?)
}

/// The child: imports and tells how long it took and the most memory it held. The clock runs from the file on disk to
/// the last commit, the copy into the blob store included.
pub async fn alone(arguments: &Arguments) -> Result<()> {
    let mailbox = arguments.files.first().context("which mailbox?")?;
    let folder = tempfile::tempdir()?;
    let engine = world::on_sqlite(folder.path()).await?;
    let begin = Instant::now();
    let id = start(&engine, mailbox).await?;
    imports::run(&engine, id).await?;
    let seconds = begin.elapsed().as_secs_f64();
    let run = tertulia_store::imports::get(&mut engine.db.reader(), id).await?.context("the import is gone")?;
    ensure!(run.state == "done", "the import is {}: {:?}", run.state, run.error);
    let heard = run.taken + run.known + run.skipped + run.quarantined;
    let report = serde_json::json!({
        "seconds": seconds, "heard": heard, "taken": run.taken, "quarantined": run.quarantined,
        "peak_mb": machine::peak_mb("self"),
    });
    println!("{report}");
    engine.db.close().await;
    Ok(())
}

async fn start(engine: &Arc<Engine>, mailbox: &Path) -> Result<tertulia_model::ImportId> {
    let mut file = File::open(mailbox)?;
    let mut upload = imports::upload(engine)?;
    let mut buffer = vec![0; 256 * 1024];
    loop {
        match file.read(&mut buffer)? {
            0 => break,
            read => upload.write(&buffer[..read])?,
        }
    }
    let blob: BlobRange = upload.finish()?;
    let name = "r-sig-mac.mbox".to_owned();
    let look = imports::look(engine, &name, &blob.blob)?;
    let new = NewImport { name, format: look.format, mapping: look.mapping, blob, by: None };
    Ok(imports::start(engine, new).await?)
}
