//! As much of XML-RPC as Pingback 1.0 needs: one call with two texts, and its answer. The entities that a document defines
//! itself are never opened.

use quick_xml::{Reader, events::Event};

/// Elements that a call is made of; more are no call.
const MOST_EVENTS: usize = 500;
const LONGEST: usize = 4_000;

#[derive(Debug, PartialEq, Eq)]
pub struct Call {
    pub method: String,
    /// The texts among its parameters.
    pub params: Vec<String>,
}

/// A fault as its caller is told of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Fault(pub i32, pub &'static str);

/// "Specification for Fault Code Interoperability": not well formed.
pub const UNREADABLE: Fault = Fault(-32_700, "This cannot be read as a call of XML-RPC.");
pub const NO_METHOD: Fault = Fault(-32_601, "Here only pingback.ping can be called.");
pub const WRONG_PARAMS: Fault =
    Fault(-32_602, "pingback.ping takes two addresses: of the page that links, and of the page linked to.");

pub fn read(body: &str) -> Result<Call, Fault> {
    let mut reader = Reader::from_str(body);
    let (mut path, mut text): (Vec<String>, String) = (Vec::new(), String::new());
    let (mut method, mut params) = (None, Vec::new());
    for _ in 0..MOST_EVENTS {
        match reader.read_event().map_err(|_| UNREADABLE)? {
            Event::Start(start) => {
                path.push(start.local_name().as_ref().to_owned());
                text.clear();
            }
            Event::Text(piece) => text.push_str(&piece.xml10_content()),
            Event::CData(piece) => text.push_str(&piece.into_inner()),
            Event::GeneralRef(reference) => {
                let written = format!("&{};", &*reference);
                text.push_str(&html_escape::decode_html_entities(&written));
            }
            Event::End(_) => {
                let within: Vec<&str> = path.iter().map(String::as_str).collect();
                match within.as_slice() {
                    ["methodCall", "methodName"] => method = Some(text.trim().to_owned()),
                    // A value without a type is a text.
                    ["methodCall", "params", "param", "value", "string"] => params.push(text.trim().to_owned()),
                    ["methodCall", "params", "param", "value"] if !text.trim().is_empty() => {
                        params.push(text.trim().to_owned());
                    }
                    _ => {}
                }
                path.pop();
                text.clear();
            }
            // No call needs one, and nobody writes one for good.
            Event::DocType(_) => return Err(UNREADABLE),
            Event::Eof => {
                let method = method.filter(|_| path.is_empty()).ok_or(UNREADABLE)?;
                return Ok(Call { method, params });
            }
            Event::Empty(_) | Event::Comment(_) | Event::Decl(_) | Event::PI(_) => {}
        }
        if text.len() > LONGEST {
            return Err(UNREADABLE);
        }
    }
    Err(UNREADABLE)
}

const HEAD: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<methodResponse>";

pub fn success(words: &str) -> Vec<u8> {
    let words = html_escape::encode_text(words);
    format!("{HEAD}<params><param><value><string>{words}</string></value></param></params></methodResponse>\n")
        .into_bytes()
}

pub fn fault(Fault(code, words): Fault) -> Vec<u8> {
    let words = html_escape::encode_text(words);
    format!(
        "{HEAD}<fault><value><struct><member><name>faultCode</name><value><int>{code}</int></value></member>\
         <member><name>faultString</name><value><string>{words}</string></value></member></struct></value></fault>\
         </methodResponse>\n"
    )
    .into_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn call(params: &str) -> String {
        format!(
            "<?xml version=\"1.0\"?><methodCall><methodName>pingback.ping</methodName><params>{params}</params></methodCall>"
        )
    }

    #[test]
    fn a_call_is_read_with_or_without_the_type_of_its_texts() {
        let typed = "<param><value><string>http://a/?x=1&amp;y=2</string></value></param>";
        let bare = "<param>\n <value>http://b/</value></param>";
        let read = read(&call(&format!("{typed}{bare}"))).unwrap();
        assert_eq!(
            read,
            Call { method: "pingback.ping".into(), params: vec!["http://a/?x=1&y=2".into(), "http://b/".into()] }
        );
    }

    #[test]
    fn what_is_no_call_is_refused() {
        let bomb = "<!DOCTYPE x [<!ENTITY a \"aaaaaaaa\"><!ENTITY b \"&a;&a;&a;\">]>";
        let many = "<param><value>x</value></param>".repeat(10_000);
        let long = format!("<param><value>{}</value></param>", "x".repeat(10_000));
        let whole = call("");
        for body in [
            "",
            "{}",
            "<methodCall>",
            "<a></b>",
            &whole[..whole.len() - 3],
            &format!("{bomb}{whole}"),
            &call(&many),
            &call(&long),
        ] {
            assert_eq!(read(body), Err(UNREADABLE), "{body:.60}");
        }
    }
}
