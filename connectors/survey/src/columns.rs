//! Which column holds what: as it was said, or by what columns are called in several languages.

use serde::{Deserialize, Serialize};
use serde_json::Value;
use tertulia_connector::{FieldError, settings, table, times::TimeFormat};
use tertulia_model::Scale;

/// What an answer has, by the names of the settings.
pub const FIELDS: [&str; 10] =
    ["id", "respondent", "respondent_name", "time", "survey", "question", "scale", "score", "comment", "zone"];

/// Names of columns, most telling first: lower case, letters and digits only, Latin letters without accents.
fn names(field: &str) -> &'static str {
    match field {
        "id" => "answerid responseid submissionid rowid id uuid token antwortid nummer",
        "respondent" => {
            "respondent respondentid email emailaddress mail contactemail customerid customer userid user contact
             participant participantid encuestado correo cliente kunde kundennummer befragter teilnehmer repondant client
             respondente intervistato участник клиент 受访者 回答者 응답자"
        }
        "respondent_name" => "respondentname name fullname customername contactname nombre nom nome имя 姓名 氏名 이름",
        "time" => {
            "submittedat completedat answeredat respondedat enddate submitdate timestamp datetime date time createdat
             fecha hora datum zeit zeitstempel horodatage data dataora tarih дата время تاريخ 日期 时间 日時 날짜"
        }
        "survey" => "survey surveyname form formname questionnaire encuesta umfrage enquete sondage pesquisa sondaggio опрос 调查 アンケート 설문",
        "question" => "question questiontext questiontitle item pregunta frage pergunta domanda вопрос 问题 質問 질문",
        "scale" => "scale scoretype questiontype type escala skala echelle scala шкала",
        "score" => {
            "nps npsscore csat csatscore score rating grade stars value answervalue recommend satisfaction puntuacion
             nota calificacion bewertung punkte note evaluation pontuacao avaliacao punteggio voto оценка 评分 点数 評価 점수"
        }
        "comment" => {
            "comment comments feedback text verbatim reason answer response why remarks suggestion comentario comentarios
             motivo respuesta kommentar anmerkung begruendung begrundung antwort commentaire remarque reponse resposta
             commento risposta комментарий отзыв ответ تعليق 评论 意见 コメント 回答 의견"
        }
        "zone" => {
            "zone region area district branch store location city country zona region sucursal tienda ciudad bezirk
             filiale ort stadt ville magasin loja cidade negozio citta регион город منطقة 地区 地域 지역"
        }
        _ => "",
    }
}

/// What a person filled in, and what was guessed of the rest. Each answer carries it along.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Mapping {
    /// Which column holds what, by the names of [`FIELDS`].
    pub columns: std::collections::BTreeMap<String, String>,
    /// Columns that are a question each, where a row is all that one person answered.
    pub questions: Vec<String>,
    /// For all rows, where no column says it.
    pub survey: String,
    pub question: String,
    pub scale: Option<Scale>,
    pub time_format: TimeFormat,
    pub time_zone: String,
}

impl Mapping {
    /// The settings alone.
    pub fn read(settings: &Value) -> Self {
        let text =
            |name: &str| settings.get(name).and_then(Value::as_str).map(str::trim).filter(|text| !text.is_empty());
        let column = |field: &str| Some((field.to_owned(), text(&format!("{field}_column"))?.to_owned()));
        Self {
            columns: FIELDS.into_iter().filter_map(column).collect(),
            questions: settings::lines(settings, "question_columns").map(str::to_owned).collect(),
            survey: text("survey").or(text("name")).unwrap_or_default().to_owned(),
            question: text("question").unwrap_or_default().to_owned(),
            scale: text("scale").and_then(crate::score::scale_of),
            time_format: serde_json::from_value(settings["time_format"].clone()).unwrap_or_default(),
            time_zone: text("time_zone").unwrap_or_default().to_owned(),
        }
    }

    /// Fits it to a table: what was named must be there, and what was not is guessed.
    pub fn fitted(mut self, columns: &[String]) -> Result<Self, Vec<FieldError>> {
        let there = |name: &String| columns.contains(name);
        let list = || columns.iter().take(30).map(String::as_str).collect::<Vec<_>>().join(", ");
        let missing = |field: &str, name: &String| {
            FieldError::new(field, format!("There is no column \u{201c}{name}\u{201d}. The columns are: {}.", list()))
        };
        let named = self.columns.iter().map(|(field, name)| (format!("{field}_column"), name));
        let named = named.chain(self.questions.iter().map(|name| ("question_columns".to_owned(), name)));
        let errors: Vec<FieldError> =
            named.filter(|(_, name)| !there(name)).map(|(field, name)| missing(&field, name)).collect();
        if !errors.is_empty() {
            return Err(errors);
        }
        let mut free = table::Free::of(columns.iter().filter(|column| !self.is_named(column)));
        for field in FIELDS {
            // A table with a column for each question has none for one question's score.
            let wide = !self.questions.is_empty() && matches!(field, "question" | "score" | "comment" | "scale");
            if wide || self.columns.contains_key(field) {
                continue;
            }
            if let Some(column) = free.take(names(field)) {
                self.columns.insert(field.to_owned(), column);
            }
        }
        if self.questions.is_empty() && !["score", "comment"].iter().any(|field| self.columns.contains_key(*field)) {
            let message = format!(
                "No column holds a score or a comment. Say which does, or name the columns that are a question each. \
                 The columns are: {}.",
                list()
            );
            return Err(vec![FieldError::new("score_column", message)]);
        }
        Ok(self)
    }

    fn is_named(&self, column: &String) -> bool {
        self.columns.values().any(|named| named == column) || self.questions.contains(column)
    }

    pub fn column(&self, field: &str) -> &str {
        self.columns.get(field).map(String::as_str).unwrap_or_default()
    }

    /// Whether a column has a meaning of its own; what has none is something known of who answered.
    pub fn is_mapped(&self, column: &str) -> bool {
        self.columns.iter().any(|(field, mapped)| mapped == column && field != "zone")
            || self.questions.iter().any(|q| q == column)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn fitted(columns: &[&str]) -> Mapping {
        let columns: Vec<String> = columns.iter().map(|column| (*column).to_owned()).collect();
        Mapping::read(&json!({})).fitted(&columns).unwrap()
    }

    #[test]
    fn a_table_of_two_thousand_columns_is_soon_fitted() {
        let many: Vec<String> = (0..2_000).map(|n| format!("Q {n}")).chain(["Score".to_owned()]).collect();
        let begun = std::time::Instant::now();
        assert_eq!(Mapping::read(&json!({})).fitted(&many).unwrap().column("score"), "Score");
        let questions = json!({ "question_columns": many });
        Mapping::read(&questions).fitted(&many).unwrap();
        assert!(begun.elapsed().as_secs() < 5, "{:?}", begun.elapsed());
    }

    #[test]
    fn columns_are_known_by_their_names_in_several_languages() {
        for columns in [
            ["Response ID", "E-mail", "Submitted at", "NPS", "Comments"],
            ["Antwort-ID", "Kunde", "Zeitstempel", "Bewertung", "Begründung"],
            ["UUID", "Correo", "Fecha", "Puntuación", "Comentario"],
            ["id", "回答者", "日時", "評価", "コメント"],
            ["id", "участник", "Дата", "Оценка", "Отзыв"],
        ] {
            let mapping = fitted(&columns);
            let found = ["id", "respondent", "time", "score", "comment"].map(|field| mapping.column(field));
            assert_eq!(found, columns);
        }
    }

    #[test]
    fn a_named_column_must_be_there_and_a_table_without_answers_is_refused() {
        let columns = ["a".to_owned(), "b".to_owned()];
        let wrong = Mapping::read(&json!({ "score_column": "x", "question_columns": "q1\na" })).fitted(&columns);
        let fields: Vec<String> = wrong.unwrap_err().into_iter().map(|error| error.field).collect();
        assert_eq!(fields, ["score_column", "question_columns"]);
        let none = Mapping::read(&json!({})).fitted(&columns).unwrap_err();
        assert!(none[0].message.contains("a, b"), "{none:?}");
    }
}
