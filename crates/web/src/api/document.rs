//! The OpenAPI document, made from the handlers.

use super::{conversations, deliveries, messages, replies, shapes::Problem};
use axum::Json;
use utoipa::{
    Modify, OpenApi,
    openapi::{
        OpenApi as Document,
        security::{HttpAuthScheme, HttpBuilder, SecurityScheme},
    },
};

#[derive(OpenApi)]
#[openapi(
    info(
        title = "Tertulia",
        description = "What people say to an organisation, and its answers. Ids are strings, times are milliseconds \
                       since 1970 in UTC, and every error is a problem (RFC 9457). An owner makes keys under Team; a \
                       key may do what its scopes and its member's role allow.",
    ),
    paths(conversations::list, conversations::one, replies::reply, deliveries::one, messages::search, openapi),
    components(schemas(Problem)),
    modifiers(&Key)
)]
struct Api;

struct Key;

impl Modify for Key {
    fn modify(&self, document: &mut Document) {
        let scheme = HttpBuilder::new()
            .scheme(HttpAuthScheme::Bearer)
            .description(Some("A key of this installation: `Authorization: Bearer tt_…`"))
            .build();
        document.components.get_or_insert_default().add_security_scheme("key", SecurityScheme::Http(scheme));
    }
}

/// Shows this document
#[utoipa::path(
    get, path = "/api/v1/openapi.json", tag = "about", security(()),
    responses((status = 200, description = "OpenAPI 3.1", content_type = "application/json"))
)]
pub(super) async fn openapi() -> Json<Document> {
    Json(Api::openapi())
}
