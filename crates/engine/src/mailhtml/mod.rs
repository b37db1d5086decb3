//! A mail's HTML, made safe to look at: sanitised here, and shown in a frame that runs nothing.

#[cfg(any(test, feature = "fuzzing"))]
pub mod fuzzing;
mod survey;

use std::{
    borrow::Cow,
    collections::{HashMap, HashSet},
    sync::{
        Arc,
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
/// So are more elements; a long newsletter has some thousand.
const MOST_ELEMENTS: usize = 100_000;

/// Where the pictures of a mail come from.
pub trait Pictures: Send + Sync {
    /// The address of an attachment by its content id.
    fn inline(&self, content_id: &str) -> Option<String>;
    /// The address under which a picture from elsewhere may be fetched, or `None` to leave it out.
    fn remote(&self, url: &str) -> Option<String>;
}

/// Sanitises `html`; its pictures come by way of `pictures`.
pub fn sanitise(html: &str, pictures: &dyn Pictures) -> SafeHtml {
    let named = if html.len() > MOST_HTML { None } else { survey::pictures_of(html) };
    let Some(named) = named else {
        let text = "This mail's formatting is too large or too deeply nested to be shown safely. Its text is above.";
        return SafeHtml { html: format!("<p>{text}</p>"), remote_images: 0 };
    };
    // The filter may not borrow from here, so it is given all addresses before it begins.
    let (inline, remote) = addresses(named, pictures);
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
fn addresses(named: Vec<String>, pictures: &dyn Pictures) -> (Addresses, Addresses) {
    let (mut inline, mut remote) = (Addresses::new(), Addresses::new());
    for value in named {
        if let Some(id) = value.strip_prefix("cid:") {
            inline.extend(pictures.inline(id).map(|address| (id.to_owned(), address)));
        } else if (value.starts_with("http://") || value.starts_with("https://")) && !remote.contains_key(&value) {
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
            (_, "href") => elsewhere(value).map(Cow::Owned),
            _ => Some(Cow::Borrowed(value)),
        });
    builder
}

/// A link as a browser reads it: without the blanks that it passes over, and only where it leads somewhere else by itself.
/// To a browser `https:/sign-out` without its second slash is a page of ours (URL Standard, "special relative or authority
/// state").
fn elsewhere(link: &str) -> Option<String> {
    let plain: String = link.trim_matches(|c: char| c <= ' ').chars().filter(|c| !"\t\n\r".contains(*c)).collect();
    let (scheme, rest) = plain.split_once(':')?;
    let scheme = scheme.to_ascii_lowercase();
    let leads_away = match scheme.as_str() {
        "http" | "https" => rest.starts_with("//"),
        other => matches!(other, "mailto" | "tel"),
    };
    leads_away.then(|| format!("{scheme}:{rest}"))
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
        for hostile in [
            "<a href='/sign-out'>x</a>",
            "<img src='/attachments/7'>",
            "<a href='//evil.example'>x</a>",
            "<a href='https:/sign-out'>x</a>",
            "<a href='https:sign-out'>x</a>",
            "<a href='ht&#10;tp:\\\\sign-out'>x</a>",
            "<img src='https:/attachments/7'>",
        ] {
            let safe = clean(hostile).html;
            assert!(!safe.contains("sign-out") && !safe.contains("/7") && !safe.contains("//evil"), "{safe}");
        }
        let links = "<a href=' HTTPS://a.example/?b#c'>x</a><a href='mailto:a@b.example'>y</a><a href='tel:1'>z</a>";
        let safe = clean(links).html;
        for kept in ["\"https://a.example/?b#c\"", "\"mailto:a@b.example\"", "\"tel:1\""] {
            assert!(safe.contains(kept), "{kept} in {safe}");
        }
    }

    /// Each of these was minutes of work or all of the memory: the runner ends a test that takes minutes.
    #[test]
    fn two_megabytes_made_to_cost_as_much_as_they_can_are_soon_done_with() {
        let pictures = numbered("<img src=http://a/", ">");
        let opened_again = numbered("<div><b id=", "></div>");
        let misplaced = format!("<table>{}", "<i></i>".repeat(290_000));
        let ended_in_vain = format!("{}{}", "<span>".repeat(390), "</x>".repeat(500_000));
        let unclosed = format!("{}{}", numbered("<a><i id=", ">").split_at(4_000).0, "<p>x".repeat(400_000));
        for (what, bomb) in [
            ("pictures", pictures),
            ("opened again", opened_again),
            ("misplaced", misplaced),
            ("ended in vain", ended_in_vain),
            ("unclosed", unclosed),
            ("to be escaped", "&".repeat(MOST_HTML)),
            ("perhaps to be escaped", "\u{a1}".repeat(MOST_HTML / 2)),
            ("to be escaped in an attribute", format!("<a title='{}'>x", "&".repeat(300_000))),
            ("to be escaped before a table", format!("<table>{}", format!("{}<tr>", "&".repeat(200)).repeat(10_000))),
        ] {
            let safe = sanitise(&bomb, &Two { fetch: true });
            assert!(safe.html.len() < 20 * MOST_HTML, "{what} grew");
        }
    }

    const SOUP: [&str; 44] = [
        "<script>",
        "</script>",
        "<style>",
        "</style>",
        "<svg>",
        "</svg>",
        "<math>",
        "<mtext>",
        "<mglyph>",
        "<annotation-xml encoding=text/html>",
        "<foreignObject>",
        "<template>",
        "</template>",
        "<title>",
        "</title>",
        "<textarea>",
        "<noscript>",
        "</noscript>",
        "<xmp>",
        "<table>",
        "<td>",
        "<select>",
        "<option>",
        "<p>",
        "</p>",
        "<b>",
        "<a href='java&#x09;script:alert(1)'>",
        "<a href=\"data:text/html,x\">",
        "<a href='https://a.example/?\"<'>",
        "</a>",
        "<img src=x onerror=alert(1)>",
        "<img src='http://evil.example/p'>",
        "<img src=cid:logo>",
        "<form action=//evil.example>",
        "<input autofocus onfocus=x()>",
        "<iframe srcdoc='<script>'>",
        "<!--",
        "-->",
        "<![CDATA[",
        "]]>",
        "<\u{0}div onclick=x>",
        "<div style='background:url(//evil.example)'",
        "'\"`>",
        "&lt;script&gt;\u{ad}\u{2028}",
    ];

    #[test]
    fn soak_no_soup_of_tags_leaves_anything_that_runs_or_calls_out() {
        use proptest::{
            collection::vec,
            sample::select,
            test_runner::{Config, TestRunner},
        };
        let cases = u32::try_from(300 * tertulia_testkit::rounds()).unwrap();
        let soup = vec(select(SOUP.to_vec()), 1..40);
        let look = |pieces: Vec<&str>| {
            fuzzing::is_harmless(&clean(&pieces.concat()).html).map_err(proptest::test_runner::TestCaseError::fail)
        };
        TestRunner::new(Config { cases, failure_persistence: None, ..Config::default() }).run(&soup, look).unwrap();
    }

    /// As many pieces as a mail may hold, each with a number of its own.
    fn numbered(before: &str, after: &str) -> String {
        let most = (MOST_HTML - 100) / (before.len() + after.len() + 6);
        (0..most).map(|n| format!("{before}{n:06}{after}")).collect()
    }

    #[test]
    fn nesting_a_thousand_deep_is_refused_in_words() {
        let deep = format!("{}x{}", "<div>".repeat(1000), "</div>".repeat(1000));
        assert!(clean(&deep).html.contains("too deeply nested"));
        let foreign = format!("<svg>{}", "<col>".repeat(1000));
        for disguised in ["<div></x>", "<div><!--</div>-->", "<div title='</div>'>", "<div><title></div></title>"] {
            let hidden = disguised.repeat(1000);
            assert!(clean(&hidden).html.contains("too deeply nested"), "an end tag that ends nothing: {disguised}");
        }
        assert!(clean(&foreign).html.contains("too deeply nested"));
        let long = "<p>One<p>Two<br><ul><li>a<li>b</ul>".repeat(500);
        assert!(clean(&long).html.contains("Two"), "a long mail is not a deep one");
    }
}
