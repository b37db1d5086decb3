//! What can be bound to a statement, the same for both databases.

/// A value to bind. Each kind carries its own NULL, since PostgreSQL wants to know the type of nothing.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    Int(Option<i64>),
    Text(Option<String>),
    Bytes(Option<Vec<u8>>),
    Bool(Option<bool>),
    Real(Option<f64>),
}

macro_rules! value_from {
    ($($from:ty => $kind:ident($convert:expr)),+ $(,)?) => {$(
        impl From<$from> for Value {
            fn from(value: $from) -> Self {
                let convert: fn($from) -> _ = $convert;
                Self::$kind(Some(convert(value)))
            }
        }
        impl From<Option<$from>> for Value {
            fn from(value: Option<$from>) -> Self {
                let convert: fn($from) -> _ = $convert;
                Self::$kind(value.map(convert))
            }
        }
    )+};
}
value_from!(
    i64 => Int(|v| v), String => Text(without_nul), &str => Text(|v| without_nul(v.to_owned())), &String => Text(|v| without_nul(v.clone())),
    Vec<u8> => Bytes(|v| v), &[u8] => Bytes(|v| v.to_vec()), [u8; 16] => Bytes(|v| v.to_vec()), bool => Bool(|v| v), f64 => Real(|v| v),
);
macro_rules! value_from_id {
    ($($id:ident),+ $(,)?) => { value_from!($(tertulia_model::$id => Int(|v| v.0)),+); };
}
value_from_id!(
    MessageId,
    ThreadId,
    ConversationId,
    PersonId,
    IdentityId,
    ChannelId,
    DeliveryId,
    AttachmentId,
    UserId,
    JobId,
    QuarantineId,
    ImportId,
    MappingId,
    GoalId,
    TokenId,
    MonitorId,
    FeedbackId,
    ChangeId,
);

/// PostgreSQL refuses the character NUL in text, so neither database gets it.
fn without_nul(mut text: String) -> String {
    if text.contains('\0') {
        text.retain(|c| c != '\0');
    }
    text
}

/// Values in the order of `$1`, `$2` …
#[macro_export]
macro_rules! binds {
    ($($value:expr),* $(,)?) => { vec![$($crate::Value::from($value)),*] };
}
