//! The door: whoever's page mentions one of ours tells us here, by Webmention (W3C 2017) or by Pingback 1.0. Nothing of
//! what is told is believed: it becomes an errand, and the page itself is looked at.

use crate::{
    Webmention,
    check::Task,
    settings,
    xmlrpc::{self, Call, Fault},
};
use serde_json::{Value, json};
use tertulia_connector::{Context, ReceiveError, Received, Request};
use tertulia_model::Batch;
use url::Url;

pub const WEBMENTION: &str = "/webmention";
pub const PINGBACK: &str = "/pingback";

const LARGEST_BODY: usize = 16 << 10;
/// Both addresses together name the mention.
const LONGEST_URL: usize = 1_000;

/// Why a telling is of no use.
#[derive(Debug, PartialEq, Eq)]
enum Useless {
    Source(&'static str),
    Target(&'static str),
    TooMany,
}

pub fn receive(connector: &Webmention, ctx: &Context, request: &Request) -> Result<Received, ReceiveError> {
    match (request.method.as_str(), request.path.as_str()) {
        ("POST", WEBMENTION) => webmention(connector, ctx, request),
        ("POST", PINGBACK) if settings::takes_pingback(&ctx.settings) => Ok(pingback(connector, ctx, request)),
        _ => Err(ReceiveError::NotFound),
    }
}

fn webmention(connector: &Webmention, ctx: &Context, request: &Request) -> Result<Received, ReceiveError> {
    let media_type = request.header("content-type").unwrap_or_default().split(';').next().unwrap_or_default().trim();
    if !media_type.eq_ignore_ascii_case("application/x-www-form-urlencoded") || request.body.len() > LARGEST_BODY {
        let reason = "A Webmention is a form with the fields source and target (application/x-www-form-urlencoded).";
        return Err(ReceiveError::Invalid(reason.to_owned()));
    }
    let form: Vec<_> = url::form_urlencoded::parse(&request.body).take(20).collect();
    let field = |name: &str| form.iter().find(|(n, _)| n == name).map_or("", |(_, value)| value.as_ref());
    let task = match telling(connector, ctx, request, field("source"), field("target")) {
        Ok(task) => task,
        Err(Useless::TooMany) => return Err(ReceiveError::TooMany),
        Err(Useless::Source(reason) | Useless::Target(reason)) => return Err(ReceiveError::Invalid(reason.to_owned())),
    };
    let batch = Batch { gathered: vec![task.errand(request.at)], ..Batch::default() };
    let body = json!({ "status": "accepted", "message": "Thank you. The page will be looked at." });
    Ok(Received { batch, status: 202, body, ..Received::default() })
}

/// Faults, too, are an answer of status 200 in XML-RPC.
fn pingback(connector: &Webmention, ctx: &Context, request: &Request) -> Received {
    let (batch, body) = match called(connector, ctx, request) {
        Ok(task) => {
            let batch = Batch { gathered: vec![task.errand(request.at)], ..Batch::default() };
            (batch, xmlrpc::success("Thank you. The page will be looked at."))
        }
        Err(fault) => (Batch::default(), xmlrpc::fault(fault)),
    };
    Received { batch, status: 200, body: Value::Null, plain: Some(("text/xml", body)), ..Received::default() }
}

fn called(connector: &Webmention, ctx: &Context, request: &Request) -> Result<Task, Fault> {
    let body = std::str::from_utf8(&request.body).ok().filter(|body| body.len() <= LARGEST_BODY);
    let Call { method, params } = xmlrpc::read(body.ok_or(xmlrpc::UNREADABLE)?)?;
    if method != "pingback.ping" {
        return Err(xmlrpc::NO_METHOD);
    }
    let [source, target] = params.as_slice() else { return Err(xmlrpc::WRONG_PARAMS) };
    // Pingback 1.0, "Interface", has these codes.
    let task = telling(connector, ctx, request, source, target).map_err(|useless| match useless {
        Useless::Source(reason) => Fault(16, reason),
        Useless::Target(reason) => Fault(33, reason),
        Useless::TooMany => Fault(49, "Too many pingbacks from this site; try again in an hour."),
    })?;
    if connector.knows(ctx, &task) && connector.looked_at_lately(ctx, &task, request.at) {
        return Err(Fault(48, "This pingback is known already."));
    }
    Ok(task)
}

fn telling(
    connector: &Webmention,
    ctx: &Context,
    request: &Request,
    source: &str,
    target: &str,
) -> Result<Task, Useless> {
    let source = page(source).ok_or(Useless::Source("The source must be the address of a page on the web."))?;
    let target = page(target).ok_or(Useless::Target("The target must be the address of a page on the web."))?;
    if !settings::is_ours(&ctx.settings, &target) {
        return Err(Useless::Target("The target is no page of a site that is heard here."));
    }
    if settings::is_ours(&ctx.settings, &source) {
        return Err(Useless::Source("The source is a page of the same site: what it says is known."));
    }
    let host = source.host_str().unwrap_or_default();
    if !connector.limits.take(ctx.channel, host, request.at) {
        return Err(Useless::TooMany);
    }
    Ok(Task::new(&source, &target, request.at))
}

fn page(text: &str) -> Option<Url> {
    let text = text.trim();
    let mut url = Url::parse(text).ok().filter(|_| text.len() <= LONGEST_URL)?;
    let good = matches!(url.scheme(), "http" | "https") && url.has_host() && url.username().is_empty();
    let good = good && url.password().is_none() && url.as_str().len() <= LONGEST_URL;
    // A place in a page is no other page: the same mention would be told many times.
    url.set_fragment(None);
    good.then_some(url)
}
