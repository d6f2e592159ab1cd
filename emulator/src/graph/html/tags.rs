//! HTML taken apart into text, tags and comments, as leniently as browsers do.

/// A part of an HTML text.
#[derive(Debug)]
pub(super) enum Piece<'a> {
    /// Between tags; entities are still written out.
    Text(&'a str),
    /// `<p class="x">`, `</p>`
    Tag(Tag<'a>),
    /// `<!-- … -->`, `<!DOCTYPE html>`
    Comment,
}

/// A tag.
#[derive(Debug)]
pub(super) struct Tag<'a> {
    /// In small letters.
    pub(super) name: String,
    /// `</…>`
    pub(super) closes: bool,
    source: &'a str,
}

/// The parts of `html` in order.
pub(super) fn pieces(html: &str) -> impl Iterator<Item = Piece<'_>> {
    let mut rest = html;
    let mut raw_until: Option<String> = None;
    std::iter::from_fn(move || {
        if rest.is_empty() {
            return None;
        }
        let (piece, after) = match raw_until.take() {
            Some(name) => raw_text(rest, &name),
            None => next(rest),
        };
        if let Piece::Tag(tag) = &piece
            && !tag.closes
            && matches!(tag.name.as_str(), "script" | "style")
        {
            raw_until = Some(tag.name.clone());
        }
        rest = after;
        Some(piece)
    })
}

impl Tag<'_> {
    /// Whether the element has no content: `<br>`, `<img …>`, `<x/>`.
    pub(super) fn is_empty(&self) -> bool {
        self.source.ends_with("/>")
            || matches!(
                self.name.as_str(),
                "br" | "img" | "hr" | "embed" | "base" | "meta" | "link" | "input"
            )
    }

    /// The tag without event handlers and without links that run code.
    pub(super) fn without_actions(&self) -> String {
        if !self.source.ends_with('>') {
            return String::new();
        }
        let name = self
            .source
            .find(|letter: char| letter.is_ascii_alphabetic())
            .unwrap_or(0)
            + self.name.len();
        let mut kept = self.source[..name].to_owned();
        let mut rest = &self.source[name..];
        while let Some((attribute, after)) = attribute(rest) {
            if !acts(attribute) {
                kept.push_str(attribute);
            }
            rest = after;
        }
        kept.push_str(rest);
        kept
    }
}

fn next(source: &str) -> (Piece<'_>, &str) {
    if source.starts_with("<!--") {
        let end = source.find("-->").map_or(source.len(), |at| at + 3);
        return (Piece::Comment, &source[end..]);
    }
    if source.starts_with("<!") || source.starts_with("<?") {
        let end = source.find('>').map_or(source.len(), |at| at + 1);
        return (Piece::Comment, &source[end..]);
    }
    if is_tag(source) {
        let end = tag_end(source);
        return (Piece::Tag(tag(&source[..end])), &source[end..]);
    }
    let mut starts = source
        .match_indices('<')
        .map(|(at, _)| at)
        .filter(|at| *at > 0);
    let end = starts.find(|at| is_tag(&source[*at..]) || source[at + 1..].starts_with(['!', '?']));
    let end = end.unwrap_or(source.len());
    (Piece::Text(&source[..end]), &source[end..])
}

/// The content of a script or style up to its closing tag.
fn raw_text<'a>(source: &'a str, name: &str) -> (Piece<'a>, &'a str) {
    let closing = format!("</{name}");
    let end = source
        .to_ascii_lowercase()
        .find(&closing)
        .unwrap_or(source.len());
    match end {
        0 => next(source),
        end => (Piece::Text(&source[..end]), &source[end..]),
    }
}

fn is_tag(source: &str) -> bool {
    let name = source
        .strip_prefix("</")
        .or_else(|| source.strip_prefix('<'));
    name.is_some_and(|name| name.starts_with(|letter: char| letter.is_ascii_alphabetic()))
}

fn tag(source: &str) -> Tag<'_> {
    let closes = source.starts_with("</");
    let name = source.trim_start_matches(['<', '/']);
    let end = name
        .find(|letter: char| !letter.is_ascii_alphanumeric())
        .unwrap_or(name.len());
    Tag {
        name: name[..end].to_ascii_lowercase(),
        closes,
        source,
    }
}

/// Behind the `>` that is not in quotes.
fn tag_end(source: &str) -> usize {
    let mut quote = None;
    for (at, letter) in source.char_indices() {
        match (quote, letter) {
            (None, '>') => return at + 1,
            (None, '"' | '\'') => quote = Some(letter),
            (Some(open), _) if open == letter => quote = None,
            _ => {}
        }
    }
    source.len()
}

/// The next attribute with the space before it, and what follows.
fn attribute(source: &str) -> Option<(&str, &str)> {
    let name = source.find(|letter: char| !letter.is_whitespace())?;
    if source[name..].starts_with('>') || source[name..].starts_with("/>") {
        return None;
    }
    let mut quote = None;
    let mut end = source.len();
    for (at, letter) in source[name..].char_indices().skip(1) {
        match (quote, letter) {
            (None, '"' | '\'') => quote = Some(letter),
            (None, '>') => {
                end = name + at;
                break;
            }
            (None, letter) if letter.is_whitespace() => {
                end = name + at;
                break;
            }
            (Some(open), _) if open == letter => quote = None,
            _ => {}
        }
    }
    Some(source.split_at(end))
}

fn acts(attribute: &str) -> bool {
    let attribute =
        attribute.trim_start_matches(|letter: char| letter.is_whitespace() || letter == '/');
    let attribute = attribute.to_ascii_lowercase();
    let value = attribute.split_once('=').map_or("", |(_, value)| value);
    let value =
        value.trim_matches(|letter: char| letter.is_whitespace() || matches!(letter, '"' | '\''));
    attribute.starts_with("on")
        || value.starts_with("javascript:")
        || value.starts_with("vbscript:")
}
