//! What a form brought, urlencoded or multipart, with its files.

use crate::{App, Result, Viewer, WebError, guard::same_session};
use axum::{
    body::Bytes,
    extract::{FromRequest, Multipart, Request},
    http::{StatusCode, header},
};

/// A file that came with a form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Upload {
    pub name: String,
    pub media_type: String,
    pub bytes: Bytes,
}

#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Fields {
    pairs: Vec<(String, String)>,
    pub files: Vec<Upload>,
}

impl Fields {
    /// A field's value; empty where it did not come.
    pub fn get(&self, name: &str) -> &str {
        self.pairs.iter().find(|(key, _)| key == name).map_or("", |(_, value)| value)
    }

    /// All of them, in the order of the form.
    pub fn pairs(&self) -> &[(String, String)] {
        &self.pairs
    }

    pub fn has(&self, name: &str) -> bool {
        self.pairs.iter().any(|(key, _)| key == name)
    }
}

fn too_large() -> WebError {
    WebError::new(
        StatusCode::PAYLOAD_TOO_LARGE,
        "This is more than can be taken at once (64 MB). Nothing was sent. Send fewer or smaller files.",
    )
}

fn unreadable() -> WebError {
    WebError::new(StatusCode::BAD_REQUEST, "The form did not arrive whole. Nothing was changed; try again.")
}

impl FromRequest<App> for Fields {
    type Rejection = WebError;

    async fn from_request(request: Request, app: &App) -> Result<Self> {
        let kind = request.headers().get(header::CONTENT_TYPE).and_then(|v| v.to_str().ok()).unwrap_or_default();
        if kind.starts_with("multipart/form-data") {
            let viewer = request.extensions().get::<Viewer>().cloned();
            let multipart = Multipart::from_request(request, app).await.map_err(|_| unreadable())?;
            let fields = read_multipart(multipart).await?;
            if let Some(viewer) = viewer {
                same_session(&viewer, fields.get("csrf"))?;
            }
            return Ok(fields);
        }
        let is_form = kind.is_empty() || kind.starts_with("application/x-www-form-urlencoded");
        let bytes = Bytes::from_request(request, app).await.map_err(|_| too_large())?;
        if !is_form && !bytes.is_empty() {
            return Err(unreadable());
        }
        let pairs = url::form_urlencoded::parse(&bytes).into_owned().collect();
        Ok(Self { pairs, files: Vec::new() })
    }
}

async fn read_multipart(mut multipart: Multipart) -> Result<Fields> {
    let mut fields = Fields::default();
    let failed = |error: axum::extract::multipart::MultipartError| match error.status() {
        StatusCode::PAYLOAD_TOO_LARGE => too_large(),
        _ => unreadable(),
    };
    while let Some(field) = multipart.next_field().await.map_err(failed)? {
        let name = field.name().unwrap_or_default().to_owned();
        let Some(file_name) = field.file_name().map(str::to_owned) else {
            let value = field.text().await.map_err(failed)?;
            // Browsers send line ends as CRLF (HTML, 4.10.21.4); we keep texts with LF.
            fields.pairs.push((name, value.replace("\r\n", "\n")));
            continue;
        };
        let media_type = field.content_type().unwrap_or("application/octet-stream").to_owned();
        let bytes = field.bytes().await.map_err(failed)?;
        // A file field that was left empty comes as one empty file without a name.
        if !(file_name.is_empty() && bytes.is_empty()) {
            fields.files.push(Upload { name: bare_name(&file_name), media_type, bytes });
        }
    }
    Ok(fields)
}

/// A file's own name: no folders, nothing that turns a line around or breaks out of a header, of a length that
/// every system can keep.
pub(crate) fn bare_name(given: &str) -> String {
    let last = given.rsplit(['/', '\\']).next().unwrap_or(given);
    let turns = |c: char| matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    let name: String = last.chars().filter(|c| !c.is_control() && !turns(*c)).take(120).collect();
    if name.trim().is_empty() { "file".to_owned() } else { name }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_files_name_keeps_its_letters_and_loses_what_could_mislead() {
        assert_eq!(bare_name("C:\\Users\\Bo\\Factura nº 3.pdf"), "Factura nº 3.pdf");
        assert_eq!(bare_name("../../etc/passwd"), "passwd");
        assert_eq!(bare_name("photo\u{202e}gpj.exe"), "photogpj.exe");
        assert_eq!(bare_name("a\r\nb.txt"), "ab.txt");
        assert_eq!(bare_name("/"), "file");
        assert_eq!(bare_name(&"é".repeat(500)).chars().count(), 120);
    }
}
