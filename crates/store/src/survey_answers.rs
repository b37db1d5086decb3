//! What people answered on a scale when they were asked, as figures need it.

use crate::{Result, Sql, binds, messages::flags};
use tertulia_model::Millis;

/// What was asked, and on which scale it was answered.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, sqlx::FromRow)]
pub struct Asked {
    pub survey: String,
    pub question: String,
    /// `nps` (0 to 10) or `csat` (1 to 5).
    pub scale: String,
}

/// All questions that were answered on a scale with a meaning. They are few.
pub async fn questions(on: &mut impl Sql, limit: i64) -> Result<Vec<Asked>> {
    let sql = "SELECT DISTINCT survey, question, scale FROM survey_answers WHERE scale IN ('nps', 'csat') \
               AND score IS NOT NULL ORDER BY survey, question, scale LIMIT $1";
    on.rows(sql, binds![limit]).await
}

/// Where a question was answered, from a moment up to another, and with what: of answers that people gave and that are still there, in
/// their order.
pub async fn scores(on: &mut impl Sql, asked: &Asked, (from, until): (Millis, Millis)) -> Result<Vec<(i64, f64)>> {
    let sql = "SELECT m.place, s.score FROM survey_answers s JOIN messages m ON m.id = s.message_id \
               WHERE s.survey = $1 AND s.question = $2 AND s.scale = $3 AND s.at >= $4 AND s.at < $5 AND s.score IS NOT NULL \
               AND m.auto = 'person' AND m.state = 'shown' AND m.flags & $6 = 0 ORDER BY m.place";
    on.rows(sql, binds![&asked.survey, &asked.question, &asked.scale, from, until, flags::FORWARD]).await
}
