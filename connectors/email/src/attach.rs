//! Files that came with a mail.

use crate::{
    addresses::{one_line, turns_direction},
    mime::{Leaf, decode_words},
    text::Remarks,
};
use mail_parser::{ContentType, HeaderValue};
use tertulia_model::Attachment;

/// Files kept of one mail; the rest are counted in a remark.
pub const MAX_FILES: usize = 500;
const MAX_NAME: usize = 200;

/// The leaf as a file. Nothing is unpacked: an archive stays the bytes it is.
pub fn attachment(leaf: &Leaf<'_>, number: usize, remarks: &mut Remarks) -> Attachment {
    let (main, sub) = leaf.media_type();
    let disposition = leaf.entity.value("Content-Disposition").and_then(HeaderValue::as_content_type);
    let content_id = leaf.entity.text("Content-ID").map(|id| one_line(id, 300)).filter(|id| !id.is_empty());
    let attached = disposition.is_some_and(ContentType::is_attachment);
    let (bytes, damaged) = if leaf.unopened { (leaf.entity.body.into(), false) } else { leaf.entity.decoded() };
    let written = disposition
        .and_then(|d| d.attribute("filename"))
        .or_else(|| leaf.entity.content_type().and_then(|ct| ct.attribute("name")));
    let media_type = media_type(&main, &sub);
    let name = match written.map(file_name).filter(|name| !name.is_empty()) {
        Some(name) if main == "message" && sub == "rfc822" && !ends_with_ignoring_case(&name, ".eml") => {
            shortened(&format!("{name}.eml"))
        }
        Some(name) => name,
        None => name_for(leaf, &bytes, &media_type, number),
    };
    if damaged {
        remarks.add(&format!("The file {name} is damaged or ends early."));
    }
    Attachment {
        inline: !attached && (content_id.is_some() || disposition.is_some_and(ContentType::is_inline)),
        name,
        media_type,
        content_id,
        bytes: bytes.into_owned(),
    }
}

/// The media type if it is one (RFC 6838 §4.2), else that of any bytes.
fn media_type(main: &str, sub: &str) -> String {
    let token = |text: &str| {
        !text.is_empty()
            && text.len() <= 127
            && text.bytes().all(|b| b.is_ascii_alphanumeric() || b"!#$&-^_.+".contains(&b))
    };
    if token(main) && token(sub) { format!("{main}/{sub}") } else { "application/octet-stream".to_owned() }
}

fn name_for(leaf: &Leaf<'_>, bytes: &[u8], media_type: &str, number: usize) -> String {
    if media_type == "message/rfc822" {
        let subject = crate::mime::Entity::read(bytes).text("Subject").map(file_name).filter(|s| !s.is_empty());
        return shortened(&format!("{}.eml", subject.unwrap_or_else(|| format!("mail-{number}"))));
    }
    let described = leaf.entity.text("Content-Description").map(file_name).filter(|n| n.contains('.'));
    described.unwrap_or_else(|| format!("file-{number}{}", extension(media_type)))
}

fn extension(media_type: &str) -> &'static str {
    match media_type {
        "image/png" => ".png",
        "image/jpeg" => ".jpg",
        "image/gif" => ".gif",
        "image/webp" => ".webp",
        "application/pdf" => ".pdf",
        "application/zip" => ".zip",
        "text/plain" | "message/delivery-status" | "text/rfc822-headers" => ".txt",
        "text/html" => ".html",
        "text/calendar" => ".ics",
        "text/csv" => ".csv",
        "text/vcard" => ".vcf",
        _ => ".bin",
    }
}

/// A name that is only a name: no folder, nothing invisible, no leading dot, at most 200 bytes with its ending kept.
pub fn file_name(written: &str) -> String {
    let decoded = if written.contains("=?") { decode_words(written.as_bytes()) } else { written.to_owned() };
    let last = decoded.rsplit(['/', '\\']).next().unwrap_or_default();
    let clean: String = last
        .chars()
        .filter(|c| !c.is_control() && !turns_direction(*c))
        .map(|c| if matches!(c, '<' | '>' | ':' | '"' | '|' | '?' | '*') { '_' } else { c })
        .collect();
    shortened(clean.trim().trim_start_matches('.').trim())
}

fn shortened(name: &str) -> String {
    if name.len() <= MAX_NAME {
        return name.to_owned();
    }
    let ending = name.rfind('.').map(|dot| &name[dot..]).filter(|ending| ending.len() <= 20).unwrap_or_default();
    let stem = &name[..name.floor_char_boundary(MAX_NAME - ending.len())];
    format!("{}{ending}", stem.trim_end())
}

fn ends_with_ignoring_case(name: &str, ending: &str) -> bool {
    name.len() >= ending.len() && name.as_bytes()[name.len() - ending.len()..].eq_ignore_ascii_case(ending.as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_name_has_no_folder_and_nothing_that_misleads() {
        assert_eq!(file_name("../../etc/passwd"), "passwd");
        assert_eq!(file_name("C:\\temp\\invoice.pdf"), "invoice.pdf");
        assert_eq!(file_name("photo\u{202e}gpj.exe"), "photogpj.exe");
        assert_eq!(file_name("=?utf-8?B?UmVjaG51bmcgw7xiZXIucGRm?="), "Rechnung \u{fc}ber.pdf");
        assert_eq!(file_name("..."), "");
        assert_eq!(file_name("a\0b\r\n.txt"), "ab.txt");
    }

    #[test]
    fn a_long_name_keeps_its_ending_within_200_bytes() {
        let name = file_name(&format!("{}.docx", "\u{e4}".repeat(300)));
        assert!(name.len() <= 200 && name.ends_with(".docx"), "{name}");
        let name = file_name(&"x".repeat(1000));
        assert_eq!(name.len(), 200);
    }

    #[test]
    fn a_strange_media_type_is_that_of_any_bytes() {
        assert_eq!(media_type("image", "png"), "image/png");
        assert_eq!(media_type("te<xt", "html"), "application/octet-stream");
        assert_eq!(media_type("text", ""), "application/octet-stream");
    }
}
