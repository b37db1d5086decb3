//! Server-sent events (HTML Standard §9.2.6) out of the pieces in which they come.

/// The largest event that is taken; of a larger one only its end is waited for.
pub const MOST: usize = 4 << 20;

#[derive(Debug, PartialEq, Eq)]
pub enum Event {
    Told {
        name: String,
        data: Vec<u8>,
    },
    /// It was larger than [`MOST`].
    TooLarge {
        name: String,
        bytes: usize,
    },
}

#[derive(Debug, Default)]
pub struct Reader {
    line: Vec<u8>,
    /// Bytes of the line that were not kept.
    cut: usize,
    name: String,
    data: Vec<u8>,
    has_data: bool,
    lost: usize,
}

impl Reader {
    pub fn take(&mut self, bytes: &[u8], events: &mut Vec<Event>) {
        let mut rest = bytes;
        while let Some(at) = rest.iter().position(|byte| *byte == b'\n') {
            self.keep(&rest[..at]);
            self.end_line(events);
            rest = &rest[at + 1..];
        }
        self.keep(rest);
    }

    fn keep(&mut self, bytes: &[u8]) {
        let room = MOST.saturating_sub(self.line.len()).min(bytes.len());
        self.line.extend_from_slice(&bytes[..room]);
        self.cut += bytes.len() - room;
    }

    fn end_line(&mut self, events: &mut Vec<Event>) {
        let mut line = std::mem::take(&mut self.line);
        let cut = std::mem::take(&mut self.cut);
        if line.last() == Some(&b'\r') {
            line.pop();
        }
        if line.is_empty() && cut == 0 {
            self.end_event(events);
            return;
        }
        let (field, value) = match line.iter().position(|byte| *byte == b':') {
            Some(at) => (&line[..at], line[at + 1..].strip_prefix(b" ").unwrap_or(&line[at + 1..])),
            None => (line.as_slice(), &b""[..]),
        };
        match field {
            b"event" => self.name = String::from_utf8_lossy(&value[..value.len().min(100)]).into_owned(),
            b"data" => {
                if self.has_data {
                    self.data.push(b'\n');
                }
                self.has_data = true;
                if cut > 0 || self.lost > 0 || self.data.len() + value.len() > MOST {
                    self.lost += self.data.len() + value.len() + cut;
                    self.data.clear();
                } else {
                    self.data.extend_from_slice(value);
                }
            }
            // A comment keeps the connection open; other fields are nothing to us.
            _ => {}
        }
    }

    fn end_event(&mut self, events: &mut Vec<Event>) {
        let (name, data) = (std::mem::take(&mut self.name), std::mem::take(&mut self.data));
        let lost = std::mem::take(&mut self.lost);
        if std::mem::take(&mut self.has_data) {
            events.push(if lost > 0 { Event::TooLarge { name, bytes: lost } } else { Event::Told { name, data } });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn read(pieces: &[&[u8]]) -> Vec<Event> {
        let (mut reader, mut events) = (Reader::default(), Vec::new());
        pieces.iter().for_each(|piece| reader.take(piece, &mut events));
        events
    }

    fn told(name: &str, data: &str) -> Event {
        Event::Told { name: name.to_owned(), data: data.into() }
    }

    #[test]
    fn events_are_read_however_they_are_cut() {
        let stream = b":)\n\nevent: update\ndata: {\"a\":1}\n\n:thump\n\nevent: delete\r\ndata:7\r\n\r\ndata: x\ndata: y\n\nevent: z\n\nevent: half";
        let whole = read(&[stream]);
        assert_eq!(whole, [told("update", "{\"a\":1}"), told("delete", "7"), told("", "x\ny")]);
        let single: Vec<&[u8]> = stream.chunks(1).collect();
        assert_eq!(read(&single), whole);
    }

    #[test]
    fn an_event_of_ten_megabytes_is_set_aside_and_the_next_one_is_heard() {
        let mut stream = b"event: update\ndata: ".to_vec();
        stream.resize(10 << 20, b'x');
        stream.extend_from_slice(b"\n\nevent: delete\ndata: 9\n\n");
        let pieces: Vec<&[u8]> = stream.chunks(65_536).collect();
        let events = read(&pieces);
        assert!(matches!(&events[0], Event::TooLarge { name, bytes } if name == "update" && *bytes > 10_000_000));
        assert_eq!(events[1], told("delete", "9"));
    }

    proptest! {
        #[test]
        fn no_bytes_make_the_reader_panic(bytes in proptest::collection::vec(any::<u8>(), 0..400), at in 0_usize..400) {
            let at = at.min(bytes.len());
            prop_assert_eq!(read(&[&bytes]), read(&[&bytes[..at], &bytes[at..]]));
        }
    }
}
