//! The sample page, compiled into the program.

use axum::extract::Path;
use axum::http::StatusCode;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse as _, Response};

/// The page itself; the callback is the same document.
pub(super) async fn document() -> Response {
    (
        [(CONTENT_TYPE, HTML)],
        include_str!("../../page/index.html"),
    )
        .into_response()
}

/// A file beside it.
pub(super) async fn file(Path(name): Path<String>) -> Response {
    match FILES.iter().find(|(known, _)| *known == name) {
        Some((_, text)) => ([(CONTENT_TYPE, kind_of(&name))], *text).into_response(),
        None => StatusCode::NOT_FOUND.into_response(),
    }
}

fn kind_of(name: &str) -> &'static str {
    match name.rsplit_once('.') {
        Some((_, "css")) => "text/css; charset=utf-8",
        Some((_, "js")) => "text/javascript; charset=utf-8",
        Some((_, "svg")) => "image/svg+xml",
        _ => HTML,
    }
}

const HTML: &str = "text/html; charset=utf-8";

macro_rules! files {
    ($($name:literal)*) => { &[$(($name, include_str!(concat!("../../page/", $name)))),*] };
}

const FILES: &[(&str, &str)] = files![
    "icons.svg"
    "mark.svg"
    "script/controls.js"
    "script/demo.js"
    "script/dom.js"
    "script/format.js"
    "script/mail/account.js"
    "script/mail/folders.js"
    "script/mail/messages.js"
    "script/mail/reader.js"
    "script/mail/view.js"
    "script/mailbox.js"
    "script/main.js"
    "script/notice.js"
    "script/outcomes.js"
    "script/story/chapters.js"
    "script/story/holdings.js"
    "script/story/parties.js"
    "script/story/step.js"
    "script/story/steps.js"
    "script/story/words.js"
    "style/base.css"
    "style/controls.css"
    "style/frame.css"
    "style/mail.css"
    "style/reader.css"
    "style/steps.css"
    "style/story.css"
    "style/welcome.css"
];

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::path::Path;

    use super::*;

    const INDEX: &str = include_str!("../../page/index.html");

    #[test]
    fn every_file_of_the_page_is_served() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("page");
        let mut there = BTreeSet::new();
        let mut folders = vec![root.clone()];
        while let Some(folder) = folders.pop() {
            for entry in std::fs::read_dir(folder).unwrap() {
                let path = entry.unwrap().path();
                if path.is_dir() {
                    folders.push(path);
                } else {
                    let name = path
                        .strip_prefix(&root)
                        .unwrap()
                        .to_string_lossy()
                        .replace('\\', "/");
                    there.insert(name);
                }
            }
        }
        there.remove("index.html");
        let served: BTreeSet<_> = FILES.iter().map(|(name, _)| (*name).to_owned()).collect();
        assert_eq!(there, served);
    }

    #[test]
    fn the_document_names_only_files_that_are_served() {
        let named = INDEX
            .split("\"/page/")
            .skip(1)
            .filter_map(|rest| rest.split(['"', '#']).next());
        let mut count = 0;
        for name in named {
            assert!(FILES.iter().any(|(known, _)| *known == name), "{name}");
            count += 1;
        }
        assert!(count > 8);
    }

    /// R158, R161: nothing inline, and no way to read text as markup or code.
    #[test]
    fn there_is_nothing_inline_and_no_markup_from_text() {
        assert!(!INDEX.contains("<style") && !INDEX.contains("style="));
        let handlers = INDEX
            .split(" on")
            .skip(1)
            .map(|rest| rest.trim_start_matches(|letter: char| letter.is_ascii_lowercase()));
        assert!(
            handlers.clone().count() > 0 && !handlers.clone().any(|rest| rest.starts_with('='))
        );
        for script in INDEX.split("<script").skip(1) {
            assert!(
                script.contains("src=") && script.contains("></script>"),
                "{script}"
            );
        }
        for (name, text) in FILES {
            for forbidden in [
                "innerHTML",
                "outerHTML",
                "insertAdjacentHTML",
                "document.write",
                "eval(",
                "new Function",
                "DOMParser",
            ] {
                assert!(!text.contains(forbidden), "{name} uses {forbidden}");
            }
        }
    }

    #[test]
    fn every_kind_of_step_has_its_words() {
        let (_, words) = FILES
            .iter()
            .find(|(name, _)| *name == "script/story/words.js")
            .unwrap();
        let source = include_str!("../steps/step.rs");
        let list = source
            .split("pub enum Kind {")
            .nth(1)
            .unwrap()
            .split('}')
            .next()
            .unwrap();
        for kind in list
            .split(',')
            .map(str::trim)
            .filter(|kind| !kind.is_empty())
        {
            let name = snake_case(kind);
            assert!(words.contains(&format!("\n  {name}: {{")), "{name}");
        }
    }

    fn snake_case(name: &str) -> String {
        let mut snake = String::new();
        for letter in name.chars() {
            if letter.is_uppercase() && !snake.is_empty() {
                snake.push('_');
            }
            snake.push(letter.to_ascii_lowercase());
        }
        snake
    }
}
