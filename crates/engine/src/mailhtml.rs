//! A mail's HTML, made safe to look at: sanitised here, and shown in a frame that runs nothing.

use std::{
    borrow::Cow,
    collections::{HashMap, HashSet},
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
};

/// HTML that may be put into the sandboxed frame.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SafeHtml {
    pub html: String,
    /// How many pictures from elsewhere were left out: to fetch them tells the sender that somebody looked.
    pub remote_images: usize,
}

/// Beyond this a mail's HTML is shown as text.
pub const MOST_HTML: usize = 2 << 20;
/// Deeper nesting is an attack on whoever parses it.
const DEEPEST: usize = 400;

/// Where the pictures of a mail come from.
pub trait Pictures: Send + Sync {
    /// The address of an attachment by its content id.
    fn inline(&self, content_id: &str) -> Option<String>;
    /// The address under which a picture from elsewhere may be fetched, or `None` to leave it out.
    fn remote(&self, url: &str) -> Option<String>;
}

/// Sanitises `html`; its pictures come by way of `pictures`.
pub fn sanitise(html: &str, pictures: &dyn Pictures) -> SafeHtml {
    if html.len() > MOST_HTML || nests_too_deep(html) {
        let text = "This mail's formatting is too large or too deeply nested to be shown safely. Its text is above.";
        return SafeHtml { html: format!("<p>{text}</p>"), remote_images: 0 };
    }
    // The filter may not borrow from here, so it marks the addresses and they are exchanged below.
    let (inline, remote) = collect_pictures(html, pictures);
    let ours: HashSet<String> = inline.values().chain(remote.values()).cloned().collect();
    let left_out = Arc::new(AtomicUsize::new(0));
    let counter = left_out.clone();
    let image = move |value: &str| -> Option<String> {
        let value = value.trim();
        if let Some(id) = value.strip_prefix("cid:") {
            return inline.get(id).cloned();
        }
        let elsewhere = value.starts_with("http://") || value.starts_with("https://");
        let fetched = remote.get(value).cloned();
        if elsewhere && fetched.is_none() {
            counter.fetch_add(1, Ordering::Relaxed);
        }
        fetched
    };
    let html = builder(image, ours).clean(html).to_string();
    SafeHtml { html, remote_images: left_out.load(Ordering::Relaxed) }
}

type Addresses = HashMap<String, String>;

/// The addresses that the mail's pictures may get, by what the mail calls them.
fn collect_pictures(html: &str, pictures: &dyn Pictures) -> (Addresses, Addresses) {
    let (mut inline, mut remote) = (Addresses::new(), Addresses::new());
    let seen = Arc::new(Mutex::new(Vec::new()));
    let collector = seen.clone();
    let note = move |value: &str| -> Option<String> {
        collector.lock().unwrap_or_else(PoisonError::into_inner).push(value.trim().to_owned());
        None
    };
    builder(note, HashSet::new()).clean(html);
    for value in seen.lock().unwrap_or_else(PoisonError::into_inner).drain(..) {
        if let Some(id) = value.strip_prefix("cid:") {
            inline.extend(pictures.inline(id).map(|address| (id.to_owned(), address)));
        } else if value.starts_with("http://") || value.starts_with("https://") {
            remote.extend(pictures.remote(&value).map(|address| (value, address)));
        }
    }
    (inline, remote)
}

/// `ours` are the addresses within this installation that pictures get; every other one without a host is taken out,
/// since a mail's own would lead into our pages.
fn builder(
    image: impl Fn(&str) -> Option<String> + Send + Sync + 'static,
    ours: HashSet<String>,
) -> ammonia::Builder<'static> {
    let known = move |url: &str| ours.contains(url).then(|| Cow::Owned(url.to_owned()));
    let mut builder = ammonia::Builder::default();
    builder
        .add_tags(["center", "font", "u", "section", "article", "header", "footer", "figure", "figcaption"])
        .add_generic_attributes(["dir", "align", "valign"])
        .add_tag_attributes("table", ["width", "border", "cellpadding", "cellspacing"])
        .add_tag_attributes("td", ["width", "colspan", "rowspan"])
        .add_tag_attributes("th", ["width", "colspan", "rowspan"])
        .add_tag_attributes("font", ["color", "size", "face"])
        .rm_tags(["map", "area"])
        .url_schemes(HashSet::from(["http", "https", "mailto", "tel", "cid"]))
        .url_relative(ammonia::UrlRelative::Custom(Box::new(Known(known))))
        .link_rel(Some("noopener noreferrer nofollow"))
        .set_tag_attribute_value("a", "target", "_blank")
        .attribute_filter(move |element, attribute, value| match (element, attribute) {
            ("img", "src") => image(value).map(Cow::Owned),
            (_, "src" | "background" | "cite") => None,
            _ => Some(Cow::Borrowed(value)),
        });
    builder
}

/// Lets those relative addresses through that it knows.
struct Known<F>(F);

impl<F> ammonia::UrlRelativeEvaluate<'static> for Known<F>
where
    F: Fn(&str) -> Option<Cow<'static, str>> + Send + Sync + 'static,
{
    fn evaluate<'url>(&self, url: &'url str) -> Option<Cow<'url, str>> {
        (self.0)(url)
    }
}

/// A rough upper bound of the nesting depth, without building a tree. An end tag counts only where its element is open:
/// a parser ignores the others, and so must we.
fn nests_too_deep(html: &str) -> bool {
    let mut open: Vec<String> = Vec::new();
    // Inside these nothing is void, whatever it is called.
    let mut foreign = false;
    for (at, _) in html.match_indices('<') {
        let rest = &html[at + 1..];
        if let Some(name) = rest.strip_prefix('/').map(tag_name) {
            let near = open.len().saturating_sub(LOOK_BACK);
            if let Some(found) = open[near..].iter().rposition(|one| *one == name) {
                open.truncate(near + found);
            }
        } else if rest.starts_with(|c: char| c.is_ascii_alphabetic()) {
            let name = tag_name(rest);
            foreign |= matches!(name.as_str(), "svg" | "math");
            if foreign || !is_void(&name) {
                open.push(name);
            }
        }
        if open.len() > DEEPEST {
            return true;
        }
    }
    false
}

/// How many open elements an end tag is compared with.
const LOOK_BACK: usize = 32;

fn tag_name(rest: &str) -> String {
    rest.chars().take_while(char::is_ascii_alphanumeric).take(16).map(|c| c.to_ascii_lowercase()).collect()
}

fn is_void(name: &str) -> bool {
    matches!(
        name,
        "br" | "img" | "hr" | "input" | "meta" | "link" | "col" | "p" | "li" | "wbr" | "source" | "area" | "base"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Two {
        fetch: bool,
    }

    impl Pictures for Two {
        fn inline(&self, content_id: &str) -> Option<String> {
            (content_id == "logo").then(|| "/attachments/1".to_owned())
        }

        fn remote(&self, url: &str) -> Option<String> {
            self.fetch.then(|| format!("/picture?of={}", url.len()))
        }
    }

    fn clean(html: &str) -> SafeHtml {
        sanitise(html, &Two { fetch: false })
    }

    #[test]
    fn nothing_that_runs_or_calls_out_gets_through() {
        for hostile in [
            "<script>alert(1)</script>",
            "<img src=x onerror=alert(1)>",
            "<a href='javascript:alert(1)'>x</a>",
            "<iframe src=https://evil.example></iframe>",
            "<form action=https://evil.example><input name=p></form>",
            "<style>@import url(https://evil.example)</style>",
            "<div style='background:url(https://evil.example)'>x</div>",
            "<svg><script>alert(1)</script></svg>",
            "<base href=https://evil.example>",
            "<meta http-equiv=refresh content=0>",
            "<link rel=stylesheet href=https://evil.example>",
            "<object data=x></object>",
            "<math><mtext><script>x</script></mtext></math>",
            "<table background=https://evil.example><tr><td>x</table>",
            "<a href=\"data:text/html,<script>x</script>\">x</a>",
        ] {
            let safe = clean(hostile).html.to_lowercase();
            for bad in [
                "<script",
                "onerror",
                "javascript:",
                "<iframe",
                "<form",
                "<input",
                "@import",
                "url(",
                "<base",
                "<meta",
                "<link",
                "<object",
                "data:",
                "background=",
            ] {
                assert!(!safe.contains(bad), "{hostile} left {bad}: {safe}");
            }
        }
    }

    #[test]
    fn pictures_from_elsewhere_are_left_out_and_counted_until_asked_for() {
        let mail = "<img src='https://tracker.example/p.gif'><img src='cid:logo'><img src='cid:gone'>";
        let safe = clean(mail);
        assert_eq!(safe.remote_images, 1);
        assert!(safe.html.contains("/attachments/1") && !safe.html.contains("tracker"));
        let fetched = sanitise(mail, &Two { fetch: true });
        assert!(fetched.html.contains("/picture?of="));
        assert_eq!(fetched.remote_images, 0);
    }

    #[test]
    fn an_address_within_this_installation_is_never_the_mails_to_choose() {
        for hostile in ["<a href='/sign-out'>x</a>", "<img src='/attachments/7'>", "<a href='//evil.example'>x</a>"] {
            let safe = clean(hostile).html;
            assert!(!safe.contains("sign-out") && !safe.contains("/7") && !safe.contains("//evil"), "{safe}");
        }
    }

    #[test]
    fn nesting_a_thousand_deep_is_refused_in_words() {
        let deep = format!("{}x{}", "<div>".repeat(1000), "</div>".repeat(1000));
        assert!(clean(&deep).html.contains("too deeply nested"));
        let disguised = "<div></x>".repeat(1000);
        assert!(clean(&disguised).html.contains("too deeply nested"), "an end tag that ends nothing hides no depth");
        let foreign = format!("<svg>{}", "<col>".repeat(1000));
        assert!(clean(&foreign).html.contains("too deeply nested"));
        let long = "<p>One<p>Two<br><ul><li>a<li>b</ul>".repeat(500);
        assert!(clean(&long).html.contains("Two"), "a long mail is not a deep one");
    }
}
