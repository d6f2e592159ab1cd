//! HTML bodies: made safe, turned into text, and made from text (E18, E19).
//!
//! Not a security boundary: it does to emulated mail what Exchange does to real mail, so that clients meet the same.

mod tags;
mod text;

use tags::{Piece, pieces};

pub(crate) use text::to_text;

/// The HTML without scripts, frames, embedded objects, event handlers and `javascript:` links.
pub(crate) fn sanitised(html: &str) -> String {
    let mut safe = String::with_capacity(html.len());
    let mut dropping: Option<String> = None;
    for piece in pieces(html) {
        match (&dropping, &piece) {
            (Some(open), Piece::Tag(tag)) if tag.closes && tag.name == *open => dropping = None,
            (Some(_), _) => {}
            (None, Piece::Tag(tag)) if DROPPED.contains(&tag.name.as_str()) => {
                dropping = (!tag.closes && !tag.is_empty()).then(|| tag.name.clone());
            }
            (None, Piece::Tag(tag)) => safe.push_str(&tag.without_actions()),
            // A bare `<` must not open a tag once what stood behind it is gone.
            (None, Piece::Text(text)) => safe.push_str(&text.replace('<', "&lt;")),
            (None, Piece::Comment) => {}
        }
    }
    safe
}

/// A page that shows `text` as it is.
pub(crate) fn from_text(text: &str) -> String {
    let body = escaped(text)
        .replace("\r\n", "\n")
        .replace('\n', "<br>\r\n");
    page(&format!("<div class=\"PlainText\">{body}</div>"))
}

/// The frame that Exchange puts around a body.
pub(crate) fn page(body: &str) -> String {
    format!(
        "<html><head>\r\n<meta http-equiv=\"Content-Type\" content=\"text/html; charset=utf-8\"></head><body>{body}</body></html>"
    )
}

/// `text` with the letters that mean something in HTML replaced.
pub(crate) fn escaped(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
}

/// Elements that disappear with all they contain.
const DROPPED: [&str; 6] = ["script", "iframe", "object", "embed", "applet", "base"];

#[cfg(test)]
mod tests {
    use super::{DROPPED, Piece, from_text, pieces, sanitised, to_text};
    use proptest::prelude::*;

    /// E18: scripts and their like are gone, the rest is as it was.
    #[test]
    fn what_could_act_is_taken_out() {
        let html = "<p onclick=\"x()\">Hi <b class='a'>Ada</b><SCRIPT src=x>if (1 < 2) { alert('</p>') }</SCRIPT>\
                    <a href=' JavaScript:x()' title=\"a > b\">link</a><embed src=\"y\"><img/onerror=x()><br/></p><b";
        let safe = sanitised(html);
        assert_eq!(
            safe,
            "<p>Hi <b class='a'>Ada</b><a title=\"a > b\">link</a><img><br/></p>"
        );
        assert_eq!(sanitised(&safe), safe);
    }

    #[test]
    fn text_survives_the_way_to_html_and_back() {
        let text = "Dear Ada,\r\n\r\n1 < 2 & \"so\" on.\r\nGrace";
        assert_eq!(to_text(&from_text(text)), text);
    }

    proptest! {
        #[test]
        fn no_html_makes_it_panic(html in "([<>/'\"= a-zA-Z&;#!-]|script|onload|é){0,80}") {
            let safe = sanitised(&html);
            let dropped = |piece: Piece<'_>| matches!(piece, Piece::Tag(tag) if DROPPED.contains(&tag.name.as_str()));
            prop_assert!(!pieces(&safe).any(dropped), "{}", safe);
            let _ = to_text(&html);
        }
    }
}
