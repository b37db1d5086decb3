//! Mails that somebody wrote to break whoever reads them, each with what is to be said of it.

/// What becomes of one of them.
pub enum End {
    /// A message of this sender, and what stands at it.
    Message(&'static str),
    /// Set aside for this reason.
    Aside(&'static str),
}

pub struct Letter {
    /// The name of its sender.
    pub name: &'static str,
    pub bytes: Vec<u8>,
    pub end: End,
}

fn heads(name: &str, more: &str) -> String {
    let word = name.to_lowercase().replace(' ', "-");
    format!(
        "From: {name} <{word}@example.test>\r\nTo: hostile@desk.test\r\nSubject: From {word}\r\n\
         Message-ID: <{word}@hostile.test>\r\nDate: Mon, 2 Nov 2026 10:00:00 +0000\r\n{more}"
    )
}

fn parts(boundary: &str) -> String {
    format!("MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=\"{boundary}\"\r\n")
}

fn letter(name: &'static str, bytes: impl Into<Vec<u8>>, says: &'static str) -> Letter {
    Letter { name, bytes: bytes.into(), end: End::Message(says) }
}

/// `round` makes each a little other: another length, another depth, cut elsewhere.
pub fn all(round: usize) -> Vec<Letter> {
    let cut = heads("Cut Heads", &"X-Long: and here the line goes on and on"[..9 + round % 30]);
    let damaged = format!(
        "{}\r\n--b\r\n\r\nThe bill is inside.\r\n--b\r\nContent-Type: application/pdf; name=\"bill.pdf\"\r\n\
         Content-Transfer-Encoding: base64\r\n\r\n{}\r\nJVBER",
        heads("Cut Base", &parts("b")),
        "JVBERi0xLjQKJeLjz9MKMSAwIG9iago8PC9U\r\n".repeat(20 + round)
    );
    let unknown = heads("Un Known", "Content-Type: text/plain; charset=x-atlantis\r\n\r\n");
    // Some servers give another byte for a raw NUL; a coded one comes through.
    let filled = "so ".repeat(round);
    let nul = format!(
        "Content-Transfer-Encoding: quoted-printable\r\n\r\n{filled}raw\0here and coded=00there{}\r\n",
        "\0".repeat(1 + round)
    );
    let nul = heads("Nul Bytes", &nul);
    let undated = heads("No Date", "\r\nWhen did I write this?\r\n").replace("Date: ", "X-Undated: ");
    let many: Vec<String> = (0..20_000 + round).map(|n| format!("someone{n}@example.test")).collect();
    let many = heads("Many Others", &format!("Cc: {}\r\n\r\nTo all of you.\r\n", many.join(",\r\n ")));
    let words = "Subject: =?utf-8?B?4pyT?= =?utf-8?Q?=E2=9C?= =?x?X?zz?= =?utf-8?B?!!!? =?utf-8?Q?\r\n";
    let words = heads("Broken Words", "\r\nThe subject is none.\r\n").replace("Subject: From broken-words\r\n", words);
    let vast = heads("Vast Header", &format!("X-Vast: {}\r\n\r\nUnder all that.\r\n", "v".repeat((1 << 20) + round)));
    vec![
        letter("Cut Heads", cut, "ends in the middle of its headers"),
        letter("Cut Base", damaged, "The file bill.pdf is damaged or ends early."),
        letter("Nested Deep", nested(1_000 + round), "Parts nested more than 32 deep are kept as one file, unopened."),
        letter("Un Known", [unknown.as_bytes(), b"caf\xe9 au lait\r\n"].concat(), "unknown charset x-atlantis"),
        letter("Nul Bytes", nul, "NUL bytes were removed from the text."),
        letter("No Date", undated, "no date that can be read"),
        letter("Zip Bomb", bomb((1 << 30) + ((round as u64) << 20)), "bomb.zip"),
        Letter {
            name: "Vast Header",
            bytes: vast.into_bytes(),
            end: End::Aside("The headers of this mail are larger than 1 MB"),
        },
        letter("Many Others", many, "more than 500 recipients; the first 500 are kept"),
        letter("Broken Words", words, "The subject is none."),
        Letter {
            name: "Only Nothing",
            bytes: [&b"\r\n"[..], &vec![0; 2 + round], b"\r\n"].concat(),
            end: End::Aside("This is no mail"),
        },
    ]
}

/// Multiparts, each in the one before.
fn nested(deep: usize) -> String {
    let mut mail = heads("Nested Deep", &parts("p0"));
    for n in 1..deep {
        mail.push_str(&format!("\r\n--p{}\r\nContent-Type: multipart/mixed; boundary=\"p{n}\"\r\n", n - 1));
    }
    mail.push_str(&format!("\r\n--p{}\r\n\r\nAt the bottom.\r\n", deep - 1));
    mail
}

fn bomb(size: u64) -> String {
    let file = base64::Engine::encode(&base64::engine::general_purpose::STANDARD, zip_of_zeros(size));
    format!(
        "{}\r\n--b\r\n\r\nOpen this.\r\n--b\r\nContent-Type: application/zip; name=\"bomb.zip\"\r\n\
         Content-Disposition: attachment\r\nContent-Transfer-Encoding: base64\r\n\r\n{}\r\n--b--\r\n",
        heads("Zip Bomb", &parts("b")),
        file.as_bytes().chunks(76).map(|line| String::from_utf8_lossy(line)).collect::<Vec<_>>().join("\r\n")
    )
}

/// A gigabyte of zeros and more in a few megabytes: one block of DEFLATE with fixed codes (RFC 1951 §3.2.6), a literal
/// zero and then nothing but "258 times the byte before", thirteen bits each.
fn zip_of_zeros(size: u64) -> Vec<u8> {
    let mut bits = Bits::default();
    bits.put(0b011, 3);
    bits.put(0b0000_1100, 8);
    for _ in 0..size / 258 {
        // Code 285 as 11000101, first bit first, then distance code 0.
        bits.put(0b1010_0011, 8);
        bits.put(0, 5);
    }
    bits.put(0, 7);
    let packed = bits.finish();
    let sizes = [0u32.to_le_bytes(), (packed.len() as u32).to_le_bytes(), (size as u32).to_le_bytes()].concat();
    let entry = [&[20, 0, 0, 0, 8, 0, 0, 0, 0, 0][..], &sizes, &[5, 0, 0, 0], b""].concat();
    let mut zip = [b"PK\x03\x04", &entry[..], b"zeros", &packed].concat();
    let directory = zip.len() as u32;
    zip.extend([&b"PK\x01\x02\x14\x00"[..], &entry, &[0; 14], b"zeros"].concat());
    let length = zip.len() as u32 - directory;
    zip.extend(
        [&b"PK\x05\x06\0\0\0\0\x01\0\x01\0"[..], &length.to_le_bytes(), &directory.to_le_bytes(), &[0, 0]].concat(),
    );
    zip
}

#[derive(Default)]
struct Bits {
    bytes: Vec<u8>,
    held: u32,
    count: u32,
}

impl Bits {
    fn put(&mut self, bits: u32, count: u32) {
        self.held |= bits << self.count;
        self.count += count;
        while self.count >= 8 {
            self.bytes.push(self.held as u8);
            self.held >>= 8;
            self.count -= 8;
        }
    }

    fn finish(mut self) -> Vec<u8> {
        self.put(0, 7);
        self.bytes
    }
}

/// A hundred megabytes: half of it text, half a file.
pub fn huge() -> Vec<u8> {
    let head = format!("{}\r\n--b\r\nContent-Type: text/plain\r\n\r\n", heads("Huge Mail", &parts("b")));
    let middle = "--b\r\nContent-Type: video/mp4; name=\"roast.mp4\"\r\nContent-Transfer-Encoding: base64\r\n\r\n";
    let line = format!("{}\r\n", "roasted".repeat(11));
    let mut mail = Vec::with_capacity(101 << 20);
    mail.extend_from_slice(head.as_bytes());
    while mail.len() < 50 << 20 {
        mail.extend_from_slice(line.as_bytes());
    }
    mail.extend_from_slice(middle.as_bytes());
    let coded = format!("{}\r\n", "QUJD".repeat(19));
    while mail.len() < 100 << 20 {
        mail.extend_from_slice(coded.as_bytes());
    }
    mail.extend_from_slice(b"--b--\r\n");
    mail
}
