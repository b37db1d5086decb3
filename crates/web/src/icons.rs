//! Which icon stands for what. The sprite holds the names of `ui/icons.txt` and no others.

use crate::assets;
use std::sync::LazyLock;

static SPRITE: LazyLock<String> = LazyLock::new(|| assets::url("icons.svg"));

/// The address of one symbol in the sprite, for `<use href>`.
pub fn href(name: &str) -> String {
    format!("{}#{name}", *SPRITE)
}

/// The icon of an attachment by its media type.
pub fn for_media_type(media_type: &str) -> &'static str {
    if media_type.starts_with("image/") { "image" } else { "file" }
}

#[cfg(test)]
mod tests {
    const SPRITE_LIST: &str = include_str!("../../../ui/icons.txt");

    fn listed() -> Vec<&'static str> {
        SPRITE_LIST.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#')).collect()
    }

    fn named_in(template: &str) -> Vec<String> {
        let calls = template.split("icon(\"").skip(1);
        calls.filter_map(|rest| rest.split('"').next()).map(str::to_owned).collect()
    }

    #[test]
    fn every_icon_a_template_names_is_in_the_sprite() {
        let listed = listed();
        let mut folders = vec![std::path::PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/templates"))];
        let mut seen = 0;
        while let Some(folder) = folders.pop() {
            for entry in std::fs::read_dir(folder).unwrap() {
                let path = entry.unwrap().path();
                if path.is_dir() {
                    folders.push(path);
                } else if path.extension().is_some_and(|e| e == "html") {
                    for name in named_in(&std::fs::read_to_string(&path).unwrap()) {
                        assert!(listed.contains(&name.as_str()), "{} names {name}, not in ui/icons.txt", path.display());
                        seen += 1;
                    }
                }
            }
        }
        assert!(seen > 10, "the templates name icons");
    }
}
