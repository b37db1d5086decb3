//! One thing that was set aside: looked at as plain text, handed out as it came, tried again, or let go.

use super::list::{self, ItemView};
use crate::{
    App, Result, Viewer,
    layout::{Nav, Shell},
};
use askama::Template;
use axum::{
    body::Body,
    extract::{Path, State},
    http::{StatusCode, header},
    response::{Html, IntoResponse, Redirect, Response},
};
use std::io::SeekFrom;
use tertulia_engine::{EngineError, quarantine as desk};
use tertulia_model::QuarantineId;
use tertulia_store::channels;
use tokio::io::{AsyncReadExt, AsyncSeekExt};
use tokio_util::io::ReaderStream;

/// Bytes of an item that are shown.
const SHOWN: u64 = 20_000;

#[derive(Template)]
#[template(path = "quarantine/item.html")]
struct ItemPage {
    shell: Shell,
    item: ItemView,
    key: String,
    text: String,
    is_whole: bool,
    /// Why a replay just failed.
    still: Option<String>,
}

pub(super) async fn show(State(app): State<App>, viewer: Viewer, Path(id): Path<i64>) -> Result<Response> {
    Ok(Html(page(&app, &viewer, id, None).await?.render()?).into_response())
}

async fn page(app: &App, viewer: &Viewer, id: i64, still: Option<String>) -> Result<ItemPage> {
    let (item, bytes, is_whole) = desk::beginning(&app.engine, QuarantineId(id), SHOWN).await?;
    let all = channels::all_ever(&mut app.engine.db.reader()).await?;
    let all = all.into_iter().map(|channel| (channel.id, channel)).collect();
    Ok(ItemPage {
        shell: app.shell(viewer, "quarantine", "Set aside", Nav::Quarantine).await?,
        item: list::view(app, &all, &item),
        key: item.item_key,
        text: readable(&bytes),
        is_whole,
        still,
    })
}

/// Bytes as text that cannot do anything: what a terminal or a line's direction would obey is shown as a sign.
fn readable(bytes: &[u8]) -> String {
    let text = String::from_utf8_lossy(bytes);
    let shown = |c: char| match c {
        '\n' | '\t' => Some(c),
        '\r' => None,
        '\u{0}'..='\u{1f}' => char::from_u32(0x2400 + u32::from(c)),
        '\u{7f}' => Some('\u{2421}'),
        '\u{80}'..='\u{9f}'
        | '\u{61C}'
        | '\u{200E}'
        | '\u{200F}'
        | '\u{202A}'..='\u{202E}'
        | '\u{2066}'..='\u{2069}' => Some('\u{fffd}'),
        c => Some(c),
    };
    text.chars().filter_map(shown).collect()
}

/// The item's bytes as they came, as a file and nothing else: no browser is to open them.
pub(super) async fn download(State(app): State<App>, _: Viewer, Path(id): Path<i64>) -> Result<Response> {
    file(&app, id).await
}

pub(crate) async fn file(app: &App, id: i64) -> Result<Response> {
    let (path, range) = desk::place(&app.engine, QuarantineId(id)).await?;
    let mut file = tokio::fs::File::open(path).await?;
    file.seek(SeekFrom::Start(range.offset)).await?;
    let body = Body::from_stream(ReaderStream::new(file.take(range.length)));
    let headers = [
        (header::CONTENT_TYPE, "application/octet-stream".to_owned()),
        (header::CONTENT_DISPOSITION, format!("attachment; filename=\"set-aside-{id}.bin\"")),
        (header::CONTENT_LENGTH, range.length.to_string()),
        (header::CONTENT_SECURITY_POLICY, "default-src 'none'; sandbox".to_owned()),
    ];
    Ok((headers, body).into_response())
}

pub(super) async fn replay(State(app): State<App>, viewer: Viewer, Path(id): Path<i64>) -> Result<Response> {
    match desk::replay(&app.engine, QuarantineId(id), viewer.user.id).await {
        Ok(()) => Ok(Redirect::to("/quarantine?replayed=1-0").into_response()),
        Err(EngineError::Refused(why)) => {
            let page = page(&app, &viewer, id, Some(why)).await?;
            Ok((StatusCode::CONFLICT, Html(page.render()?)).into_response())
        }
        Err(other) => Err(other.into()),
    }
}

pub(super) async fn discard(State(app): State<App>, viewer: Viewer, Path(id): Path<i64>) -> Result<Redirect> {
    desk::discard(&app.engine, QuarantineId(id), viewer.user.id).await?;
    Ok(Redirect::to(&format!("/quarantine?discarded={id}")))
}

pub(super) async fn restore(State(app): State<App>, _: Viewer, Path(id): Path<i64>) -> Result<Redirect> {
    desk::restore(&app.engine, QuarantineId(id)).await?;
    Ok(Redirect::to("/quarantine"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_are_shown_without_what_they_could_do() {
        assert_eq!(readable(b"a\r\nb\0\x1b[31m\x7f"), "a\nb\u{2400}\u{241b}[31m\u{2421}");
        assert_eq!(readable("x\u{202e}y\u{85}z".as_bytes()), "x\u{fffd}y\u{fffd}z");
        assert_eq!(readable(&[0xff, b'k', 0xc3]), "\u{fffd}k\u{fffd}");
    }
}
