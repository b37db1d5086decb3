use anyhow::Result;

const TEXT: &str = "\
cargo xtask COMMAND

  demo [ARGS]        build what is needed and start a demo on a temporary folder
  test [--install] [--data DIR] [STEP...]
                     everything that must hold: format, tidy, ui, ui-types, ui-tests, build, clippy, tests, doctests, docs,
                     new-connector, harness, browser.
                     --install brings the servers and the browser that are missing (so does CI=true), and a skip
                     for want of one is then a failure. Steps by name run only those
  tidy               the house rules: who uses whom, where SQL stands, file sizes, licences, names
  ui                 build the screens' scripts and styles into ui/dist
  connector new NAME make a folder for a new kind of channel, which passes the conformance kit at once
  connectors         write the list of connectors that the program speaks
  bench NAME [--json] [--data DIR] [--runs N] [--only PART] [--small] [--people N]
                     measure: import, ingest, inbox, idle, match, firehose, channels, today,
                     figures, telling or insights. --runs repeats it N times, --only measures one part,
                     --small takes a fifth of the rows, --people puts N at work in the inbox
                     (such figures are not for comparing)
  eval NAME [--data DIR] [--model DIR] [--explain]
                     how good an analysis is, against data with known answers: acts, identity, language, opinions,
                     sentiment, spam, substance, topics or voices. One JSON object a line; what data is missing is said
                     on standard error, and with --explain what was learnt, and what was wrong. --model measures a
                     bigger model of sentiment from a folder, on the same sets
  train NAME --data DIR
                     learn a model of the analyses anew from open data, and write its card (docs/models): language,
                     sentiment or spam
  soak [--install] [--hours N] [FILTER]
                     the long tests. Those whose names hold soak_ with their many rounds, then the properties of what
                     reads text and archives with 20,000 cases each; or those that hold FILTER. --hours goes on with
                     mangled mails and those properties, with other cases each round, until N hours are over.
                     --install brings the large servers that only these tests need (a server of Bluesky accounts)
  soak fuzz [--minutes N] [TARGET...]
                     hands ever new bytes to each target of fuzz/ (or to those named), for an hour or N minutes each,
                     and fails on what breaks it
  help               this text

Data sets are looked for in --data DIR (which train must be given), else TERTULIA_DATA, else ../shared/data.";

pub fn run() -> Result<()> {
    println!("{TEXT}");
    Ok(())
}
