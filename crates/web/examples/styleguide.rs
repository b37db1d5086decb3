//! Serves the styleguide on a loopback port: `cargo run -p tertulia-web --example styleguide -- 4173`.

use axum::extract::Query;
use axum::http::{StatusCode, header};
use axum::response::{Html, IntoResponse, Response};
use axum::routing::get;
use std::collections::HashMap;
use tertulia_web::layout::Theme;
use tertulia_web::styleguide::{Sample, styleguide};

const POLICY: &str = "default-src 'self'; script-src 'self'; style-src 'self'; img-src 'self' data:; frame-src 'self'";

async fn page(Query(query): Query<HashMap<String, String>>) -> Response {
    let asked = |name: &str| query.get(name).map_or("", String::as_str);
    let lang = if asked("lang").is_empty() { "en" } else { asked("lang") };
    match styleguide(Sample::parse(asked("page")), Theme::parse(asked("theme")), lang) {
        Ok(html) => ([(header::CONTENT_SECURITY_POLICY, POLICY)], Html(html)).into_response(),
        Err(error) => (StatusCode::INTERNAL_SERVER_ERROR, error.to_string()).into_response(),
    }
}

#[tokio::main]
async fn main() -> std::io::Result<()> {
    let port = std::env::args().nth(1).and_then(|text| text.parse().ok()).unwrap_or(4173_u16);
    let listener = tokio::net::TcpListener::bind(("127.0.0.1", port)).await?;
    println!("http://{}/styleguide", listener.local_addr()?);
    let app = tertulia_web::assets_router().route("/styleguide", get(page));
    axum::serve(listener, app).await
}
