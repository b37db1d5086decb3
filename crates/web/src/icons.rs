//! Which icon stands for what. The sprite holds the names of `ui/icons.txt` and no others.

use crate::assets;
use std::{collections::HashMap, sync::LazyLock};

const SPRITE_LIST: &str = include_str!("../../../ui/icons.txt");
/// What stands for a channel whose connector names an icon that the sprite lacks.
const FALLBACK: &str = "circle-help";

/// The address of each icon: a list names dozens of them.
static ADDRESSES: LazyLock<HashMap<&str, String>> = LazyLock::new(|| {
    let sprite = assets::url("icons.svg");
    let names = SPRITE_LIST.lines().map(str::trim).filter(|name| !name.is_empty() && !name.starts_with('#'));
    names.map(|name| (name, format!("{sprite}#{name}"))).collect()
});

/// Whether the sprite holds an icon of this name.
pub fn is_known(name: &str) -> bool {
    ADDRESSES.contains_key(name)
}

/// The address of one symbol in the sprite, for `<use href>`.
pub fn href(name: &str) -> &'static str {
    ADDRESSES.get(name).or_else(|| ADDRESSES.get(FALLBACK)).map_or("", String::as_str)
}

/// The icon of an attachment by its media type.
pub fn for_media_type(media_type: &str) -> &'static str {
    if media_type.starts_with("image/") { "image" } else { "file" }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::components::DeliveryView;
    use tertulia_model::DeliveryState;

    fn named_in(template: &str) -> Vec<String> {
        let calls = template.split("icon(\"").skip(1);
        calls.filter_map(|rest| rest.split('"').next()).map(str::to_owned).collect()
    }

    #[test]
    fn every_icon_a_template_names_is_in_the_sprite() {
        let mut folders = vec![std::path::PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/templates"))];
        let mut seen = 0;
        while let Some(folder) = folders.pop() {
            for entry in std::fs::read_dir(folder).unwrap() {
                let path = entry.unwrap().path();
                if path.is_dir() {
                    folders.push(path);
                } else if path.extension().is_some_and(|e| e == "html") {
                    for name in named_in(&std::fs::read_to_string(&path).unwrap()) {
                        assert!(is_known(&name), "{} names {name}, not in ui/icons.txt", path.display());
                        seen += 1;
                    }
                }
            }
        }
        assert!(seen > 10, "the templates name icons");
    }

    #[test]
    fn every_state_of_a_delivery_has_its_icon() {
        use DeliveryState::{Failed, Queued, Sent, Unknown, Withdrawn};
        for state in [Queued, Sent, Failed, Unknown, Withdrawn] {
            assert!(is_known(DeliveryView::of(state).icon), "{state:?}");
        }
    }

    #[test]
    fn an_icon_the_sprite_lacks_is_shown_as_a_question() {
        assert!(href("no-such-icon").ends_with("#circle-help"));
        assert!(href("mail").ends_with("#mail"));
    }
}
