//! Where the visitor goes afterwards: a path of our own site, decided on the parsed address and never on the text (R73).

use url::Url;

/// The target does not stay on the site.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the target leaves the site")]
pub(super) struct LeavesSite;

/// Resolves `text` against `site` and gives path, query and fragment as the parser writes them.
///
/// # Errors
/// [`LeavesSite`] for anything that is not a path beginning with one slash, or that resolves to another origin.
pub(super) fn resolve(text: &str, site: &Url) -> Result<String, LeavesSite> {
    let shaped = text.starts_with('/')
        && text.len() <= LONGEST
        && !text
            .bytes()
            .any(|byte| byte.is_ascii_control() || byte == b'\\');
    if !shaped {
        return Err(LeavesSite);
    }
    let target = site.join(text).map_err(|_| LeavesSite)?;
    let stays = target.origin() == site.origin()
        && target.username().is_empty()
        && target.password().is_none();
    let path = &target[url::Position::BeforePath..];
    // A second reader must come to the same origin from what we hand out.
    let reread = site
        .join(path)
        .is_ok_and(|again| again.origin() == site.origin());
    if stays && reread && !path.starts_with("//") {
        Ok(path.to_owned())
    } else {
        Err(LeavesSite)
    }
}

/// Characters.
const LONGEST: usize = 2_048;

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const CORPUS: &str = include_str!("return_to.corpus.txt");

    fn site() -> Url {
        Url::parse("https://app.example").unwrap()
    }

    /// R73, R74, R77: none of the corpus leads anywhere else; each line is refused or stays.
    #[test]
    fn the_corpus_leads_nowhere_else() {
        let unescaped = CORPUS.lines().map(|line| {
            line.replace("\\t", "\t")
                .replace("\\n", "\n")
                .replace("\\r", "\r")
                .replace("\\x01", "\x01")
                .replace("\\0", "\0")
        });
        let mut cases = 0;
        for text in unescaped.filter(|line| !line.starts_with("# ")) {
            cases += 1;
            if let Ok(path) = resolve(&text, &site()) {
                assert!(stays(&path), "{text:?} became {path:?}");
            }
        }
        assert!(cases >= 100, "{cases}");
    }

    /// As a browser would: relative to a page of the site.
    fn stays(path: &str) -> bool {
        let page = Url::parse("https://app.example/deep/page?x#y").unwrap();
        page.join(path)
            .is_ok_and(|url| url.origin() == site().origin())
            && path.starts_with('/')
    }

    #[test]
    fn ordinary_paths_pass_unchanged() {
        for good in [
            "/",
            "/inbox",
            "/inbox?folder=sent&x=1#top",
            "/a/b/c",
            "/?next=//evil.example",
            "/%2f%2fevil.example",
            "/@evil.example",
        ] {
            assert_eq!(resolve(good, &site()).unwrap(), good);
        }
        assert_eq!(resolve("/a/../b", &site()).unwrap(), "/b");
    }

    #[test]
    fn what_leaves_is_refused() {
        for bad in [
            "",
            "inbox",
            "//evil.example",
            "/\\evil.example",
            "///evil.example",
            "https://app.example/",
            "javascript:alert(1)",
            " /x",
            "/\u{9}/evil.example",
        ] {
            assert_eq!(resolve(bad, &site()), Err(LeavesSite), "{bad:?}");
        }
        assert_eq!(
            resolve(&format!("/{}", "../".repeat(10_000)), &site()),
            Err(LeavesSite)
        );
    }

    proptest! {
        #[test]
        fn no_text_leads_elsewhere(text in "[/\\\\.@:;%a2f#?\t ]{0,12}") {
            if let Ok(path) = resolve(&text, &site()) {
                prop_assert!(stays(&path), "{text:?} became {path:?}");
            }
        }

        #[test]
        fn no_unicode_leads_elsewhere(text in "/.{0,40}") {
            if let Ok(path) = resolve(&text, &site()) {
                prop_assert!(stays(&path), "{text:?} became {path:?}");
            }
        }
    }
}
