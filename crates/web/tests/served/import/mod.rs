//! Import: a file, what its columns mean, its progress and its report.

mod program;
use crate::support::{Answer, Site, request};
use axum::body::{Body, Bytes};
use serde_json::{Value, json};
use std::{
    io::{Read, SeekFrom},
    sync::Arc,
};
use tertulia_connector::{
    Connector, NormaliseError,
    archive::{
        ArchiveError, ArchiveFile, ArchiveItem, ArchiveReader, ArchiveTrouble, Archives, Look, MappingField, PreviewRow,
    },
};
use tertulia_engine::{imports as engine, mappings};
use tertulia_model::{
    Author, ConnectorSpec, Content, Direction, EchoSafety, EventKey, ImportId, Inbound, InboundKind, Limits, RawItem,
    Role, Visibility,
};
use tertulia_store::imports;

/// Reads tables whose fields never hold a comma: enough of an archive for its screen.
struct Tables(ConnectorSpec);

impl Tables {
    fn connector() -> Arc<dyn Connector> {
        Arc::new(Self(ConnectorSpec {
            name: "import".into(),
            title: "Import".into(),
            summary: String::new(),
            icon: "file-input".into(),
            settings_schema: json!({"type": "object", "properties": {}}),
            limits: Limits::NONE,
            echo_safety: EchoSafety::AtMostOnce,
            pulls: false,
            sends: false,
            hosts_visitors: false,
            cannot_hear: Vec::new(),
        }))
    }
}

fn row(hint: &Value, line: &str) -> Result<PreviewRow, String> {
    let column = |field: &str| {
        let name = hint["mapping"][field].as_str()?;
        let at = hint["columns"].as_array()?.iter().position(|column| column == name)?;
        line.trim().split(',').nth(at).map(str::to_owned)
    };
    let text = column("text").filter(|text| !text.is_empty()).ok_or("This row says nothing.")?;
    let author = column("author").unwrap_or_default();
    let ours = hint["mapping"]["our_accounts"].as_array().is_some_and(|all| all.iter().any(|a| *a == author.as_str()));
    Ok(PreviewRow { author, at: Some(crate::support::NOW), subject: None, text, ours })
}

impl Connector for Tables {
    fn spec(&self) -> &ConnectorSpec {
        &self.0
    }

    fn account(&self, settings: &Value) -> String {
        settings["name"].as_str().unwrap_or("archive").to_owned()
    }

    fn source(&self, account: &str) -> String {
        format!("import:{account}")
    }

    fn archives(&self) -> Option<&dyn Archives> {
        Some(self)
    }

    fn normalise(&self, account: &str, item: &RawItem, bytes: &[u8]) -> Result<Vec<Inbound>, NormaliseError> {
        let row = row(&item.hint, &String::from_utf8_lossy(bytes)).map_err(NormaliseError)?;
        let author = Author { space: "forum".into(), handle: row.author, display_name: None, claimed_mail: None };
        let direction = if row.ours { Direction::Ours } else { Direction::Theirs };
        let content = Content { stated_at: row.at, ..Content::said(author, direction, Visibility::Private, row.text) };
        let key = EventKey { source: self.source(account), external_id: String::from_utf8_lossy(bytes).into_owned() };
        Ok(vec![Inbound { key, kind: InboundKind::Created(Box::new(content)) }])
    }
}

impl Archives for Tables {
    fn look(&self, _: &str, first: &[u8]) -> Result<Look, ArchiveError> {
        if first.starts_with(&[0x1f, 0x8b]) {
            return Err(ArchiveError("This file is packed. Unpack it first.".into()));
        }
        let text = std::str::from_utf8(first).map_err(|_| ArchiveError("This is no table.".into()))?;
        let columns: Vec<String> = text.lines().next().unwrap_or_default().split(',').map(str::to_owned).collect();
        let mapping = json!({"text": columns.iter().find(|name| *name == "text"), "author": null, "source": ""});
        let note = String::new();
        Ok(Look { format: "csv".into(), title: "Table (CSV)".into(), needs_mapping: true, columns, mapping, note })
    }

    fn fields(&self) -> Vec<MappingField> {
        let field = |name: &str, title: &str| MappingField { name: name.into(), title: title.into(), required: false };
        vec![field("author", "Author"), field("text", "Text"), field("permalink", "Link")]
    }

    fn preview(
        &self,
        _: &str,
        map: &Value,
        mut file: Box<dyn ArchiveFile>,
        most: usize,
    ) -> Vec<Result<PreviewRow, String>> {
        let mut text = String::new();
        file.read_to_string(&mut text).unwrap();
        let columns: Vec<&str> = text.lines().next().unwrap_or_default().split(',').collect();
        let hint = json!({"mapping": map, "columns": columns});
        text.lines().skip(1).take(most).map(|line| row(&hint, line)).collect()
    }

    fn open(
        &self,
        _: &str,
        mapping: &Value,
        mut file: Box<dyn ArchiveFile>,
        start_at: u64,
    ) -> Result<Box<dyn ArchiveReader>, ArchiveError> {
        let mut text = String::new();
        file.seek(SeekFrom::Start(0)).and_then(|_| file.read_to_string(&mut text)).unwrap();
        let columns: Vec<&str> = text.lines().next().unwrap_or_default().split(',').collect();
        let hint = Arc::new(json!({"mapping": mapping, "columns": columns}));
        let header = text.find('\n').map_or(text.len(), |at| at + 1);
        Ok(Box::new(Lines { at: header.max(usize::try_from(start_at).unwrap()), text, hint }))
    }
}

struct Lines {
    text: String,
    at: usize,
    hint: Arc<Value>,
}

impl ArchiveReader for Lines {
    fn next_item(&mut self) -> Option<Result<ArchiveItem, ArchiveTrouble>> {
        let line = self.text[self.at..].split_inclusive('\n').next()?;
        let item = ArchiveItem {
            offset: self.at as u64,
            length: line.len() as u64,
            next_offset: (self.at + line.len()) as u64,
            content: None,
        };
        self.at += line.len();
        Some(Ok(item))
    }

    fn hint(&self) -> Arc<Value> {
        self.hint.clone()
    }

    fn failed(&self) -> bool {
        false
    }
}

const FORUM: &str = "who,text,id\namina,The grinder hums,1\nhello@roaster.example,Send it to us,2\nbo,,3\n";

fn multipart(name: &str, bytes: &[u8], end: &str) -> Vec<u8> {
    let head = format!(
        "--edge\r\nContent-Disposition: form-data; name=\"csrf\"\r\n\r\nx\r\n--edge\r\nContent-Disposition: form-data; name=\"file\"; filename=\"{name}\"\r\nContent-Type: text/csv\r\n\r\n"
    );
    [head.as_bytes(), bytes, end.as_bytes()].concat()
}

async fn send(site: &Site, session: &str, body: Body) -> Answer {
    let request = request("POST", "/import/upload", session)
        .header("sec-fetch-site", "same-origin")
        .header("content-type", "multipart/form-data; boundary=edge");
    site.send(request.body(body).unwrap()).await
}

async fn upload(site: &Site, session: &str, name: &str, bytes: &[u8]) -> Answer {
    send(site, session, Body::from(multipart(name, bytes, "\r\n--edge--\r\n"))).await
}

fn blobs(site: &Site) -> usize {
    let folders = std::fs::read_dir(site.engine.blobs.folder()).unwrap().map(|entry| entry.unwrap().path());
    folders.map(|folder| std::fs::read_dir(folder).unwrap().count()).sum()
}

/// Uploads, and gives the ticket that the next step carries.
async fn ticket(site: &Site, session: &str) -> String {
    let sent = upload(site, session, "../../old forum.csv", FORUM.as_bytes()).await;
    assert_eq!(sent.status, 303, "{}", sent.body);
    sent.headers["location"].to_str().unwrap().strip_prefix("/import/map?file=").unwrap().to_owned()
}

async fn site() -> (Site, String) {
    Site::ready(vec![Tables::connector()]).await
}

#[tokio::test]
async fn a_file_is_looked_at_mapped_and_taken_with_a_report() {
    let (site, owner) = site().await;
    let ticket = ticket(&site, &owner).await;
    let page = site.get(&format!("/import/map?file={ticket}"), &owner).await;
    assert!(page.body.contains("<bdi>old forum.csv</bdi>") && !page.body.contains("../"), "{}", page.body);
    assert!(page.body.contains("The grinder hums") && page.body.contains("1 of the first 3 would be set aside"));
    let form = [
        ("file", ticket.as_str()),
        ("source", "Old forum"),
        ("column-text", "text"),
        ("column-author", "who"),
        ("our_accounts", "hello@roaster.example\n"),
        ("time_zone", "Europe/Madrid"),
    ];
    let preview = site.post("/import/preview", &owner, &form).await;
    assert!(preview.status == 200 && preview.body.contains("<bdi>amina</bdi>") && preview.body.contains("ours"));
    let started = site.post("/import/start", &owner, &form).await;
    assert_eq!(started.status, 303, "{}", started.body);
    let address = started.headers["location"].to_str().unwrap().to_owned();
    let id: i64 = address.rsplit('/').next().unwrap().parse().unwrap();
    assert!(site.get(&address, &owner).await.body.contains("starts in a moment"));
    engine::run(&site.engine, ImportId(id)).await.unwrap();
    let report = site.get(&address, &owner).await.body;
    assert!(report.contains("<strong>2</strong> messages were taken.") && report.contains("This row says nothing."));
    let run = imports::get(&mut site.engine.db.reader(), ImportId(id)).await.unwrap().unwrap();
    assert_eq!((run.state.as_str(), run.quarantined), ("done", 1));
    let heard = site.get(&format!("/listen?channel={}", run.channel_id), &owner).await.body;
    assert!(heard.contains("The grinder hums") && heard.contains("Old forum"));
    assert!(site.get(&format!("/quarantine?channel={}", run.channel_id), &owner).await.body.contains("says nothing"));
    assert!(site.get("/import", &owner).await.body.contains("2 taken, 1 set aside"));
    assert_eq!(site.post(&format!("{address}/stop"), &owner, &[]).await.status, 409, "it is done");
}

#[tokio::test]
async fn an_import_stops_and_goes_on() {
    let (site, owner) = site().await;
    let ticket = ticket(&site, &owner).await;
    let form = [("file", ticket.as_str()), ("source", "Old forum"), ("column-text", "text")];
    let started = site.post("/import/start", &owner, &form).await;
    let address = started.headers["location"].to_str().unwrap().to_owned();
    assert_eq!(site.post(&format!("{address}/stop"), &owner, &[]).await.status, 303);
    assert!(site.get(&format!("{address}/rows"), &owner).await.body.contains("Go on"));
    let stopped = site.get(&address, &owner).await.body;
    assert!(stopped.contains("Its file stays here whole until it is read to its end or given up."), "{stopped}");
    assert_eq!(site.post(&format!("{address}/go-on"), &owner, &[]).await.status, 303);
    assert_eq!(site.post(&format!("{address}/give-up"), &owner, &[]).await.status, 409, "it goes on");
    assert!(site.get("/import/rows", &owner).await.body.contains("starts in a moment"));
    let id = address.rsplit('/').next().unwrap();
    assert!(!site.get(&format!("/import/rows?below={id}"), &owner).await.body.contains("starts in a moment"));
    assert!(site.get(&format!("/import/rows?down_to={id}"), &owner).await.body.contains("starts in a moment"));
}

#[tokio::test]
async fn imports_are_paged_through_to_the_first() {
    let (site, owner) = site().await;
    let ticket = ticket(&site, &owner).await;
    for n in 0..52 {
        let source = format!("Forum {n}");
        let form = [("file", ticket.as_str()), ("source", source.as_str()), ("column-text", "text")];
        assert_eq!(site.post("/import/start", &owner, &form).await.status, 303);
    }
    let shown = |body: &str| body.matches("id=\"import-").count();
    let page = site.get("/import", &owner).await.body;
    let last = page.split("href=\"/import?below=").nth(1).expect("older ones").split('"').next().unwrap();
    assert!(page.contains(&format!("data-live-src=\"/import/rows?down_to={last}\"")), "{page}");
    let older = site.get(&format!("/import?below={last}"), &owner).await.body;
    assert_eq!((shown(&page), shown(&older)), (50, 2));
    assert!(!older.contains("/import?below="));
}

#[tokio::test]
async fn a_wrong_mapping_is_said_at_its_field_and_nothing_is_taken() {
    let (site, owner) = site().await;
    let ticket = ticket(&site, &owner).await;
    let start = async |extra: &[(&str, &str)]| {
        let form: Vec<(&str, &str)> = [("file", ticket.as_str())].into_iter().chain(extra.iter().copied()).collect();
        site.post("/import/start", &owner, &form).await
    };
    let cases: [(&[(&str, &str)], &str); 5] = [
        (&[("source", "x")], "Choose the column that holds what was said."),
        (&[("source", "x"), ("column-text", "nowhere")], "The file has no such column."),
        (&[("column-text", "text")], "Give the archive a name"),
        (&[("source", "x"), ("column-text", "text"), ("time_zone", "Mars/Base")], "This is no time zone"),
        (&[("source", "x"), ("column-text", "text"), ("time_format", "sundial")], "Choose one of these."),
    ];
    for (extra, words) in cases {
        let page = start(extra).await;
        assert!(page.status == 422 && page.body.contains(words), "{words}: {}", page.body);
    }
    assert!(imports::all(&mut site.engine.db.reader(), None, 9).await.unwrap().is_empty());
}

#[tokio::test]
async fn files_that_cannot_be_read_are_refused_with_a_reason_and_leave_nothing() {
    let (site, owner) = site().await;
    let before = blobs(&site);
    let packed = [&[0x1f, 0x8b, 8, 0][..], &[7; 700_000]].concat();
    for (bytes, words) in
        [(&b""[..], "This file is empty."), (&packed[..], "This file is packed."), (&[0xff, 0xfe, 0], "no table")]
    {
        let answer = upload(&site, &owner, "x.csv", bytes).await;
        assert!(answer.status == 422 && answer.body.contains(words), "{words}: {}", answer.body);
    }
    let nothing = send(&site, &owner, Body::from("--edge--\r\n")).await;
    assert_eq!((nothing.status.as_u16(), nothing.body.contains("No file came along.")), (422, true));
    let no_form = request("POST", "/import/upload", &owner).header("sec-fetch-site", "same-origin");
    assert_eq!(site.send(no_form.body(Body::from("x")).unwrap()).await.status, 422);
    assert_eq!(blobs(&site), before);
}

#[tokio::test]
async fn an_upload_that_breaks_off_leaves_nothing() {
    let (site, owner) = site().await;
    let before = blobs(&site);
    let table = format!("who,text\n{}", "amina,hello again\n".repeat(100_000));
    let cut = send(&site, &owner, Body::from(multipart("x.csv", table.as_bytes(), ""))).await;
    assert!(cut.status == 400 && cut.body.contains("did not arrive whole"), "{} {}", cut.status, cut.body);
    let lost: Vec<Result<Bytes, std::io::Error>> = vec![
        Ok(multipart("x.csv", table.as_bytes(), "").into()),
        Err(std::io::Error::other("the connection was lost")),
    ];
    let cut = send(&site, &owner, Body::from_stream(futures::stream::iter(lost))).await;
    assert_eq!(cut.status, 400);
    assert_eq!(blobs(&site), before);
}

#[tokio::test]
async fn a_large_file_arrives_as_it_was_sent() {
    let (site, owner) = site().await;
    let table = format!("who,text\n{}", "amina,hello again\n".repeat(150_000));
    let sent = upload(&site, &owner, "large.csv", table.as_bytes()).await;
    assert_eq!(sent.status, 303, "{}", sent.body);
    let whole = site.engine.blobs.put(table.as_bytes()).unwrap();
    let page = site.get(sent.headers["location"].to_str().unwrap(), &owner).await;
    assert!(page.body.contains("2.7 MB"), "{}", page.body);
    assert_eq!(blobs(&site), 1, "the same bytes are the same blob, {}", whole.blob);
}

#[tokio::test]
async fn nobody_names_a_blob_that_they_did_not_send() {
    let (site, owner) = site().await;
    let secret = site.engine.blobs.put(b"who,text\nbo,somebody's private file\n").unwrap();
    let honest = ticket(&site, &owner).await;
    let signature = honest.split_once('.').unwrap().1;
    let said = format!("{{\"blob\":\"{}\",\"size\":9,\"name\":\"x\"}}", secret.blob);
    let said = base64::Engine::encode(&base64::engine::general_purpose::URL_SAFE_NO_PAD, said);
    for forged in [format!("{said}.{signature}"), said.clone(), secret.blob.clone(), String::new()] {
        let page = site.get(&format!("/import/map?file={forged}"), &owner).await;
        assert!(page.status == 404 && !page.body.contains("private file"), "{forged}");
        let form = [("file", forged.as_str()), ("source", "x"), ("column-text", "text")];
        assert_eq!(site.post("/import/start", &owner, &form).await.status, 404);
        assert_eq!(site.post("/import/preview", &owner, &form).await.status, 404);
    }
}

#[tokio::test]
async fn only_an_owner_imports() {
    let (site, _) = site().await;
    let agent = site.member(Role::Agent).await;
    assert_eq!(site.get("/import", &agent).await.status, 403);
    assert_eq!(upload(&site, &agent, "x.csv", FORUM.as_bytes()).await.status, 403);
}

/// What a form says of the columns of [`FORUM`].
fn columns(ticket: &str) -> Vec<(&'static str, String)> {
    let told = [("source", "Old forum"), ("column-text", "text"), ("column-author", "who"), ("our_accounts", "bo")];
    let told = told.into_iter().map(|(name, value)| (name, value.to_owned()));
    std::iter::once(("file", ticket.to_owned())).chain(told).collect()
}

async fn save(site: &Site, owner: &str, form: &[(&str, String)], more: &[(&str, &str)]) -> Answer {
    let form = form.iter().map(|(name, value)| (*name, value.as_str())).chain(more.iter().copied());
    site.post("/import/mappings", owner, &form.collect::<Vec<_>>()).await
}

#[tokio::test]
async fn a_mapping_is_saved_by_name_and_filled_in_by_itself_for_the_next_file_of_the_kind() {
    let (site, owner) = site().await;
    let form = columns(&ticket(&site, &owner).await);
    let saved = save(&site, &owner, &form, &[("mapping_name", " Monthly  export ")]).await;
    assert!(saved.status == 200 && saved.body.contains("The mapping is saved as"), "{} {}", saved.status, saved.body);
    assert!(saved.body.contains("value=\"Old forum\""), "the form stays as it was");
    let kept = mappings::all(&site.engine).await.unwrap();
    assert_eq!(
        (kept[0].name.as_str(), kept[0].mapping["author"].as_str(), kept[0].used_at),
        ("Monthly export", Some("who"), None)
    );

    let next = upload(&site, &owner, "next.csv", b"text,id,who\nIt hums again,4,amina\n").await;
    let address = next.headers["location"].to_str().unwrap().to_owned();
    let page = site.get(&address, &owner).await.body;
    assert!(page.contains("The saved mapping “Monthly export” is filled in."), "{page}");
    assert!(page.contains("<option value=\"who\" selected>") && page.contains(">bo</textarea>"), "{page}");
    assert!(page.contains("made for such a file"), "{page}");
    let guessed = site.get(&format!("{address}&mapping=none"), &owner).await.body;
    assert!(!guessed.contains("is filled in.") && !guessed.contains("<option value=\"who\" selected>"));

    let next = address.strip_prefix("/import/map?file=").unwrap();
    let id = kept[0].id.to_string();
    let mut form = columns(next);
    form.push(("saved", id));
    let form: Vec<(&str, &str)> = form.iter().map(|(name, value)| (*name, value.as_str())).collect();
    assert_eq!(site.post("/import/start", &owner, &form).await.status, 303);
    assert!(mappings::all(&site.engine).await.unwrap()[0].used_at.is_some());
}

#[tokio::test]
async fn a_mapping_that_fits_less_well_is_offered_and_says_what_is_missing() {
    let (site, owner) = site().await;
    let form = columns(&ticket(&site, &owner).await);
    save(&site, &owner, &form, &[("mapping_name", "Forum")]).await;
    let id = mappings::all(&site.engine).await.unwrap()[0].id;
    let more = upload(&site, &owner, "more.csv", b"who,text,id,mood\namina,It hums,1,good\n").await;
    let page = site.get(more.headers["location"].to_str().unwrap(), &owner).await.body;
    assert!(page.contains("Forum (fits)") && !page.contains("is filled in."), "{page}");
    let other = upload(&site, &owner, "other.csv", b"author,text\namina,It hums\n").await;
    let address = other.headers["location"].to_str().unwrap();
    let page = site.get(address, &owner).await.body;
    assert!(page.contains("Forum (some of its columns are not in this file)"), "{page}");
    let chosen = site.get(&format!("{address}&mapping={id}"), &owner).await.body;
    assert!(chosen.contains("“who”, as the saved mapping has it, is no column of this file."), "{chosen}");
    assert_eq!(site.get(&format!("{address}&mapping=12345"), &owner).await.status, 404);
}

#[tokio::test]
async fn a_name_that_is_taken_is_replaced_only_by_whoever_says_so() {
    let (site, owner) = site().await;
    let form = columns(&ticket(&site, &owner).await);
    save(&site, &owner, &form, &[("mapping_name", "Forum")]).await;
    let first = mappings::all(&site.engine).await.unwrap();
    let mut other = form.clone();
    other.retain(|(name, _)| *name != "column-author");
    let asked = save(&site, &owner, &other, &[("mapping_name", "FORUM")]).await;
    assert!(asked.status == 422 && asked.body.contains("already. Nothing was changed."), "{}", asked.body);
    assert!(asked.body.contains("name=\"replace\" value=\"yes\""), "{}", asked.body);
    assert_eq!(mappings::all(&site.engine).await.unwrap(), first);
    let replaced = save(&site, &owner, &other, &[("mapping_name", "FORUM"), ("replace", "yes")]).await;
    assert_eq!(replaced.status, 200, "{}", replaced.body);
    let kept = mappings::all(&site.engine).await.unwrap();
    assert_eq!((kept.len(), kept[0].name.as_str(), kept[0].mapping["author"].as_str()), (1, "FORUM", None));
    for (extra, words) in [(("mapping_name", " "), "Give the mapping a name"), (("column-text", "no"), "was not saved")]
    {
        let wrong = save(&site, &owner, &form, &[("mapping_name", "x"), extra]).await;
        assert!(wrong.status == 422 && wrong.body.contains(words), "{words}: {}", wrong.body);
    }
}

#[tokio::test]
async fn saved_mappings_are_listed_renamed_and_deleted() {
    let (site, owner) = site().await;
    assert!(site.get("/import/mappings", &owner).await.body.contains("None is saved yet"));
    let form = columns(&ticket(&site, &owner).await);
    for name in ["Forum", "<b>Shop</b>"] {
        save(&site, &owner, &form, &[("mapping_name", name)]).await;
    }
    let kept = mappings::all(&site.engine).await.unwrap();
    let (shop, forum) = (kept[0].id, kept[1].id);
    let list = site.get("/import/mappings", &owner).await.body;
    assert!(list.contains("Author: who · Text: text") && list.contains("&#60;b&#62;Shop"), "{list}");
    let rename =
        async |id, form: &[(&str, &str)]| site.post(&format!("/import/mappings/{id}/rename"), &owner, form).await;
    let asked = rename(shop, &[("name", "forum")]).await;
    assert!(asked.status == 422 && asked.body.contains("Another mapping is called"), "{}", asked.body);
    assert_eq!(rename(shop, &[("name", "")]).await.status, 422);
    assert_eq!(rename(shop, &[("name", "Web shop")]).await.status, 303);
    assert_eq!(rename(shop, &[("name", "WEB SHOP")]).await.status, 303, "its own name is not another's");
    assert_eq!(rename(shop, &[("name", "Forum"), ("replace", "yes")]).await.status, 303);
    let kept = mappings::all(&site.engine).await.unwrap();
    assert_eq!((kept.len(), kept[0].id, kept[0].name.as_str()), (1, shop, "Forum"));
    assert_eq!(rename(forum, &[("name", "x")]).await.status, 404, "it is gone");
    assert_eq!(site.post(&format!("/import/mappings/{shop}/delete"), &owner, &[]).await.status, 303);
    assert!(mappings::all(&site.engine).await.unwrap().is_empty());
    let agent = site.member(Role::Agent).await;
    assert_eq!(site.get("/import/mappings", &agent).await.status, 403);
}
