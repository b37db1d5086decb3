//! A file on its way up: written piece by piece, never held as a whole, and refused by its first bytes.

use super::ticket::{Ticket, plain_name};
use crate::{App, Result, Viewer, WebError};
use axum::{
    extract::{
        Multipart, State,
        multipart::{Field, MultipartError, MultipartRejection},
    },
    http::StatusCode,
    response::Redirect,
};
use std::{io, sync::Arc};
use tertulia_engine::{Engine, imports};
use tertulia_store::blobs::BlobFile;

/// How much is gathered before it is written.
const PIECE: usize = 1 << 20;

pub(super) async fn upload(
    State(app): State<App>,
    _: Viewer,
    parts: Result<Multipart, MultipartRejection>,
) -> Result<Redirect> {
    let ticket = receive(&app.engine, parts, true).await?;
    Ok(Redirect::to(&format!("/import/map?file={}", ticket.seal(&app.engine.vault))))
}

/// Takes the file of a form; as an archive it is looked at by its first bytes.
pub(crate) async fn receive(
    engine: &Arc<Engine>,
    parts: Result<Multipart, MultipartRejection>,
    is_archive: bool,
) -> Result<Ticket> {
    let mut parts = parts.map_err(|_| no_file())?;
    while let Some(part) = parts.next_field().await.map_err(|error| broken_off(&error))? {
        if part.name() == Some("file") {
            return take(engine, part, is_archive).await;
        }
    }
    Err(no_file())
}

fn no_file() -> WebError {
    WebError::new(StatusCode::UNPROCESSABLE_ENTITY, "No file came along. Choose one and send it again.")
}

fn broken_off(error: &MultipartError) -> WebError {
    if error.status() == StatusCode::PAYLOAD_TOO_LARGE {
        return WebError::new(
            StatusCode::PAYLOAD_TOO_LARGE,
            "This file is larger than 4 GB. Nothing was kept. Use `tertulia import` on the server, or split the file.",
        );
    }
    WebError::new(StatusCode::BAD_REQUEST, "The file did not arrive whole. Nothing was kept; send it again.")
}

async fn take(engine: &Arc<Engine>, mut part: Field<'_>, is_archive: bool) -> Result<Ticket> {
    let name = plain_name(part.file_name().unwrap_or_default());
    let mut sink = Sink::new(engine, &name, is_archive)?;
    let mut refused = None;
    while let Some(chunk) = part.chunk().await.map_err(|error| broken_off(&error))? {
        // What cannot be read is not kept, but heard to its end: a browser that is cut off never reads why.
        if refused.is_none() {
            refused = sink.take(&chunk).await.err();
        }
    }
    match refused {
        Some(error) => Err(error),
        None => sink.finish().await,
    }
}

/// Where the bytes go. Dropped before its end, it leaves nothing behind.
pub(super) struct Sink {
    engine: Arc<Engine>,
    name: String,
    file: Option<BlobFile>,
    gathered: Vec<u8>,
    /// How the file begins, until it was looked at; none where nobody looks.
    first: Option<Vec<u8>>,
    size: u64,
}

impl Sink {
    pub fn new(engine: &Arc<Engine>, name: &str, is_archive: bool) -> Result<Self> {
        Ok(Self {
            engine: engine.clone(),
            name: name.to_owned(),
            file: Some(imports::upload(engine)?),
            gathered: Vec::new(),
            first: is_archive.then(Vec::new),
            size: 0,
        })
    }

    pub async fn take(&mut self, chunk: &[u8]) -> Result<()> {
        self.size += chunk.len() as u64;
        if let Some(first) = &mut self.first {
            let room = imports::FIRST - first.len();
            first.extend_from_slice(&chunk[..chunk.len().min(room)]);
            if first.len() == imports::FIRST {
                self.look()?;
            }
        }
        self.gathered.extend_from_slice(chunk);
        if self.gathered.len() >= PIECE { self.write().await } else { Ok(()) }
    }

    fn look(&mut self) -> Result<()> {
        if let Some(first) = self.first.take() {
            let looked = imports::look_at(&self.engine, &self.name, &first);
            if looked.is_err() {
                self.file = None;
            }
            looked?;
        }
        Ok(())
    }

    async fn write(&mut self) -> Result<()> {
        let mut file = self.file.take().ok_or_else(|| io::Error::other("the upload was given up"))?;
        let piece = std::mem::take(&mut self.gathered);
        let write = move || file.write(&piece).map(|()| file);
        self.file = Some(tokio::task::spawn_blocking(write).await.map_err(io::Error::other)??);
        Ok(())
    }

    pub async fn finish(mut self) -> Result<Ticket> {
        self.look()?;
        self.write().await?;
        let file = self.file.take().ok_or_else(|| io::Error::other("the upload was given up"))?;
        let range = tokio::task::spawn_blocking(|| file.finish()).await.map_err(io::Error::other)??;
        Ok(Ticket { blob: range.blob, size: self.size, name: self.name })
    }
}
