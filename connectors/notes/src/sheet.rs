//! Many notes as a table: which column holds what, and what a row says.

use crate::note::{self, Note};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::{BTreeMap, HashMap};
use tertulia_connector::{
    FieldError, NormaliseError, fields,
    table::{self, fingerprint},
    times,
};
use tertulia_model::{Inbound, Millis};

/// What a note has. The order is that of choosing: a column is taken once.
const FIELDS: [&str; 11] =
    ["id", "they_said", "we_said", "phone", "mail", "contact", "name", "kind", "language", "when", "clock"];

/// Names of columns, most telling first: lower case, letters and digits only, Latin letters without accents.
fn names(field: &str) -> &'static str {
    match field {
        "id" => "noteid callid id uuid reference notizid nummer",
        "they_said" => {
            "theysaid whattheysaid said customersaid note notes text message content words comment comments description
             summary gesagt siesagten kundesagte notiz notizen inhalt nachricht dijeron dijo nota notas mensaje texto
             disaient ontdit dit remarque texte disseram disse mensagem hannodetto detto messaggio testo сказали сказал
             заметка текст 对方说 内容 备注 先方 メモ 内容 상대방 메모 قالوا ملاحظة نص"
        }
        "we_said" => {
            "wesaid whatwesaid ouranswer answer reply response wirsagten antwort unsereantwort dijimos respuesta
             nousavonsdit reponse dissemos resposta abbiamodetto risposta мысказали ответ 我们说 答复 回答 こちら 返答 답변 قلنا رد"
        }
        "phone" => {
            "phone phonenumber telephone telephonenumber tel mobile mobilenumber cell number telefon telefonnummer
             handy handynummer telefono movil celular telefone telemovel numero portable cellulare телефон 电话 手机 電話
             携帯 전화 휴대폰 هاتف جوال"
        }
        "mail" => "mail email emailaddress mailaddress correo correoelectronico courriel posta почта 邮箱 邮件 メール 이메일 بريد",
        "contact" => "contact kontakt contacto contatto contato контакт 联系方式 連絡先 연락처 اتصال",
        "name" => {
            "name fullname customername customer caller who person kundenname kunde kundin anrufer wer nombre cliente quien
             nom client qui nome chi quem имя клиент кто 姓名 客户 名前 氏名 お客様 이름 고객 اسم العميل"
        }
        "kind" => "kind type channel how art typ kanal tipo canal genre canale тип вид 类型 方式 種類 종류 نوع",
        "language" => "language lang sprache idioma langue lingua язык 语言 言語 언어 لغة",
        "when" => {
            "when datetime timestamp date day calledat zeitpunkt wann datum tag cuando fecha quand data quando дата когда
             日期 日時 日付 날짜 تاريخ time zeit"
        }
        "clock" => "time clock hour uhrzeit zeit hora heure ora время 时间 時刻 시간 وقت",
        _ => "",
    }
}

/// What was found of a table. Each row carries it along, so that it is understood later as it was meant then.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Columns {
    pub columns: BTreeMap<String, String>,
    pub country: String,
    pub zone: String,
}

impl Columns {
    pub fn find(there: &[String], country: &str, zone: &str) -> Result<Self, FieldError> {
        let mut columns: BTreeMap<String, String> = BTreeMap::new();
        let mut free = table::Free::of(there);
        for field in FIELDS {
            let found = free.take(names(field));
            columns.extend(found.map(|column| (field.to_owned(), column)));
        }
        if !columns.contains_key("they_said") && !columns.contains_key("we_said") {
            let list = there.iter().take(30).map(String::as_str).collect::<Vec<_>>().join(", ");
            let message = format!(
                "No column holds what was said: call one \u{201c}they said\u{201d} or \u{201c}we said\u{201d}. The columns \
                 are: {list}."
            );
            return Err(FieldError::new("file", message));
        }
        Ok(Self { columns, country: country.to_owned(), zone: zone.to_owned() })
    }

    fn get(&self, row: &Value, field: &str) -> String {
        let column = self.columns.get(field).map(String::as_str).unwrap_or_default();
        fields::said(row, column).unwrap_or_default()
    }

    /// The note of a row; `now` is when it came.
    pub fn note(&self, account: &str, kept: &Kept, now: Millis) -> Result<Note, NormaliseError> {
        let wrong = |error: FieldError| NormaliseError(error.message);
        let get = |field: &str| self.get(&kept.row, field);
        let (phone, mail) = (get("phone"), get("mail"));
        let contact = [&phone, &mail].into_iter().find(|given| !given.is_empty());
        let contact = contact.cloned().unwrap_or_else(|| get("contact"));
        // One handle finds them; the other is worth a word.
        let remarks = if phone.is_empty() || mail.is_empty() {
            Vec::new()
        } else {
            vec![format!("Their mail address, as the table says: {}", tertulia_connector::clipped(&mail, 254))]
        };
        let language = Some(get("language")).filter(|language| !language.is_empty() && language.len() <= 12);
        Ok(Note {
            author: Some(note::who(account, &kept.id, &get("name"), &contact, &self.country).map_err(wrong)?),
            id: kept.id.clone(),
            kind: note::kind_words(&get("kind")),
            at: note::past(self.when(&kept.row)?, now).map_err(wrong)?,
            they_said: note::said("they_said", &get("they_said")).map_err(wrong)?,
            we_said: note::said("we_said", &get("we_said")).map_err(wrong)?,
            language,
            answers: None,
            remarks,
            files: Vec::new(),
        })
    }

    /// A time that cannot be read would put a talk on a wrong day.
    fn when(&self, row: &Value) -> Result<Option<Millis>, NormaliseError> {
        let (day, clock) = (self.get(row, "when"), self.get(row, "clock"));
        if day.is_empty() {
            return Ok(None);
        }
        let written = if clock.is_empty() || day.contains(':') { day } else { format!("{day} {clock}") };
        let zone = times::zone(&self.zone).unwrap_or(jiff::tz::TimeZone::UTC);
        let read = times::read(&written, times::TimeFormat::Auto, &zone);
        read.map(Some).ok_or_else(|| {
            let written = tertulia_connector::clipped(&written, 60);
            NormaliseError(format!(
                "The time \u{201c}{written}\u{201d} could not be read. Write it as 2025-06-15 10:30."
            ))
        })
    }

    pub fn says_nothing(&self, row: &Value) -> bool {
        self.get(row, "they_said").is_empty() && self.get(row, "we_said").is_empty()
    }
}

/// A row as it is kept.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Kept {
    pub row: Value,
    pub id: String,
}

/// Gives each row its id: its own, or by all that it says and how often the same stands above it in this file. So the same
/// file, or a longer one, gives the same ids.
#[derive(Debug, Default)]
pub struct Ids(HashMap<String, usize>);

impl Ids {
    pub fn keep(&mut self, columns: &Columns, row: Value) -> Kept {
        let own = columns.get(&row, "id");
        let id = if own.is_empty() {
            let words = fingerprint(&[&row.to_string()]);
            let before = self.0.entry(words.clone()).or_default();
            let nth = std::mem::replace(before, *before + 1);
            format!("row:{words}/{nth}")
        } else {
            format!("id:{}", tertulia_connector::clipped(&own, 200))
        };
        Kept { row, id }
    }
}

pub fn normalise(
    columns: &Columns,
    account: &str,
    bytes: &[u8],
    received_at: Millis,
) -> Result<Vec<Inbound>, NormaliseError> {
    let kept: Kept = serde_json::from_slice(bytes)
        .map_err(|error| NormaliseError(format!("This is no row of a table: {error}.")))?;
    columns.note(account, &kept, received_at)?.normalise(account, received_at)
}
