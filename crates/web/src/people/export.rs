//! All that is kept of a person, as one file to give them.

use crate::{App, Result, Viewer, inbox::id};
use axum::{
    body::Body,
    extract::{Path, State},
    http::{HeaderValue, header},
    response::{IntoResponse, Response},
};
use bytes::Bytes;
use std::io::{self, Write};
use tertulia_engine::export;
use tertulia_model::PersonId;
use tokio::sync::mpsc;

/// Hands what is written on to the answer, which takes it at the reader's pace.
struct Pipe(mpsc::Sender<io::Result<Bytes>>);

impl Write for Pipe {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let sent = self.0.blocking_send(Ok(Bytes::copy_from_slice(bytes)));
        sent.map_err(|_| io::Error::new(io::ErrorKind::BrokenPipe, "nobody reads it any more"))?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

pub(super) async fn download(State(app): State<App>, _: Viewer, Path(person): Path<String>) -> Result<Response> {
    export(&app, id(&person)?).await
}

/// All that is kept of a person, while it is being gathered.
pub(crate) async fn export(app: &App, person: PersonId) -> Result<Response> {
    let export = export::person(&app.engine, person).await?;
    let (to, mut from) = mpsc::channel(4);
    let blobs = app.engine.blobs.clone();
    tokio::task::spawn_blocking(move || {
        let pipe = io::BufWriter::with_capacity(64 << 10, Pipe(to.clone()));
        if let Err(error) = export.write(&blobs, pipe) {
            tracing::warn!(%person, %error, "the export of a person could not be written to its end");
            // The file ends as a broken one, and not as if this were all.
            let _ = to.blocking_send(Err(error));
        }
    });
    let stream = futures::stream::poll_fn(move |context| from.poll_recv(context));
    let mut response = Body::from_stream(stream).into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/zip"));
    headers.insert(header::CONTENT_DISPOSITION, HeaderValue::from_static("attachment; filename=\"person.zip\""));
    Ok(response)
}
