//! Ids as the API writes and reads them.

use serde::{Deserialize, Deserializer, Serialize, de::Error};
use std::borrow::Cow;
use tertulia_model::{
    AttachmentId, ChangeId, ChannelId, ConversationId, DeliveryId, FeedbackId, IdentityId, ImportId, MappingId,
    MessageId, MonitorId, PersonId, QuarantineId, ThreadId, UserId,
};
use utoipa::{
    PartialSchema, ToSchema,
    openapi::{
        ObjectBuilder, RefOr, Schema,
        schema::{SchemaType, Type},
    },
};

/// Digits in a string, since JavaScript's numbers end at 2^53.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Ident(pub i64);

/// What every id looks like: no sign, no zero before it, and within 63 bits.
const PATTERN: &str = "^([1-9][0-9]{0,17}|[1-8][0-9]{18})$";

impl Ident {
    /// Reads one; none where it is not written as an id is.
    pub fn read(text: &str) -> Option<Self> {
        let id: i64 = text.parse().ok()?;
        (id > 0 && text.starts_with(|c: char| matches!(c, '1'..='9'))).then_some(Self(id))
    }
}

impl Serialize for Ident {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for Ident {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = Cow::<'de, str>::deserialize(deserializer)?;
        Self::read(&text).ok_or_else(|| D::Error::custom(format_args!("“{text}” is no id; ids are strings of digits")))
    }
}

impl PartialSchema for Ident {
    fn schema() -> RefOr<Schema> {
        ObjectBuilder::new()
            .schema_type(SchemaType::Type(Type::String))
            .pattern(Some(PATTERN))
            .description(Some("Digits in a string, since JavaScript's numbers end at 2^53."))
            .examples(["395868130017808384"])
            .into()
    }
}

impl ToSchema for Ident {
    fn name() -> Cow<'static, str> {
        Cow::Borrowed("Id")
    }
}

macro_rules! ident_of {
    ($($id:ident),+ $(,)?) => {$(
        impl From<$id> for Ident {
            fn from(id: $id) -> Self {
                Self(id.0)
            }
        }
    )+};
}
ident_of!(
    AttachmentId,
    ChangeId,
    ChannelId,
    ConversationId,
    DeliveryId,
    FeedbackId,
    IdentityId,
    ImportId,
    MessageId,
    MappingId,
    MonitorId,
    PersonId,
    QuarantineId,
    ThreadId,
    UserId,
);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_is_read_only_as_it_is_written() {
        assert_eq!(Ident::read("395868130017808384"), Some(Ident(395_868_130_017_808_384)));
        for wrong in ["", "0", "007", "+7", "-7", "7 ", "seven", "99999999999999999999"] {
            assert_eq!(Ident::read(wrong), None, "{wrong:?}");
        }
    }
}
