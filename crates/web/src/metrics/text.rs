//! Writing the text format: <https://prometheus.io/docs/instrumenting/exposition_formats/>.

use std::fmt::Write;

#[derive(Default)]
pub(crate) struct Text(String);

impl Text {
    /// Begins a figure: its samples follow.
    pub fn figure(&mut self, name: &str, kind: &str, help: &str) {
        let _ =
            writeln!(self.0, "# HELP {name} {}\n# TYPE {name} {kind}", help.replace('\\', "\\\\").replace('\n', "\\n"));
    }

    pub fn sample(&mut self, name: &str, labels: &[(&str, &str)], value: impl std::fmt::Display) {
        self.0.push_str(name);
        for (n, (label, said)) in labels.iter().enumerate() {
            let said = said.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n");
            let _ = write!(self.0, "{}{label}=\"{said}\"", if n == 0 { '{' } else { ',' });
        }
        if !labels.is_empty() {
            self.0.push('}');
        }
        let _ = writeln!(self.0, " {value}");
    }

    pub fn finish(self) -> String {
        self.0
    }
}

/// Milliseconds as seconds, the base unit.
pub(crate) fn seconds(millis: i64) -> f64 {
    #[expect(clippy::cast_precision_loss, reason = "a span of more than 285,000 years would lose a millisecond")]
    let millis = millis as f64;
    millis / 1_000.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_are_escaped_as_the_format_says() {
        let mut text = Text::default();
        text.figure("a", "gauge", "two\nlines");
        text.sample("a", &[("x", "say \"no\"\\\n"), ("y", "é")], seconds(1_500));
        text.sample("a", &[], 2);
        assert_eq!(
            text.finish(),
            "# HELP a two\\nlines\n# TYPE a gauge\na{x=\"say \\\"no\\\"\\\\\\n\",y=\"é\"} 1.5\na 2\n"
        );
    }
}
