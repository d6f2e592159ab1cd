//! What an HTML body says, as plain text.

use super::tags::{Piece, Tag, pieces};

/// The text of `html`: blocks on lines of their own, lines ended by CR LF, no more than one empty line in a row.
pub(crate) fn to_text(html: &str) -> String {
    let mut text = String::new();
    let mut hidden: Option<String> = None;
    for piece in pieces(html) {
        match (&hidden, &piece) {
            (Some(open), Piece::Tag(tag)) if tag.closes && tag.name == *open => hidden = None,
            (Some(_), _) | (None, Piece::Comment) => {}
            (None, Piece::Tag(tag)) if HIDDEN.contains(&tag.name.as_str()) => {
                hidden = (!tag.closes).then(|| tag.name.clone());
            }
            (None, Piece::Tag(tag)) => text.push_str(gap(tag)),
            (None, Piece::Text(part)) => push_collapsed(&mut text, &unescaped(part)),
        }
    }
    tidy(&text)
}

/// What stands in the text where a tag stood.
fn gap(tag: &Tag<'_>) -> &'static str {
    match tag.name.as_str() {
        "br" => "\n",
        "p" | "h1" | "h2" | "h3" | "h4" | "ul" | "ol" | "table" | "blockquote" if tag.closes => {
            "\n\n"
        }
        "p" | "h1" | "h2" | "h3" | "h4" | "div" | "tr" | "table" | "blockquote" | "hr" => "\n",
        "li" if !tag.closes => "\n* ",
        "td" | "th" if tag.closes => " ",
        _ => "",
    }
}

/// White space of any kind counts as one space.
fn push_collapsed(text: &mut String, part: &str) {
    for letter in part.chars() {
        match letter.is_whitespace() && letter != '\u{a0}' {
            true if text.ends_with([' ', '\n']) => {}
            true => text.push(' '),
            false if letter == '\u{a0}' => text.push(' '),
            false => text.push(letter),
        }
    }
}

fn tidy(text: &str) -> String {
    let mut lines: Vec<&str> = Vec::new();
    for line in text.lines().map(str::trim) {
        let twice_empty = line.is_empty() && lines.last().is_none_or(|last| last.is_empty());
        if !twice_empty {
            lines.push(line);
        }
    }
    lines.join("\r\n").trim_end().to_owned()
}

/// The text with its entities replaced; unknown ones stay.
fn unescaped(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('&') {
        plain.push_str(&rest[..at]);
        rest = &rest[at..];
        let end = rest.find(';').filter(|end| *end <= LONGEST_ENTITY);
        match end.and_then(|end| entity(&rest[1..end]).map(|letter| (letter, end))) {
            Some((letter, end)) => {
                plain.push(letter);
                rest = &rest[end + 1..];
            }
            None => {
                plain.push('&');
                rest = &rest[1..];
            }
        }
    }
    plain.push_str(rest);
    plain
}

fn entity(name: &str) -> Option<char> {
    if let Some(number) = name.strip_prefix('#') {
        let code = match number.strip_prefix(['x', 'X']) {
            Some(hexadecimal) => u32::from_str_radix(hexadecimal, 16).ok(),
            None => number.parse().ok(),
        };
        return code.and_then(char::from_u32);
    }
    let found = ENTITIES.iter().find(|(known, _)| *known == name);
    found.map(|(_, letter)| *letter)
}

const LONGEST_ENTITY: usize = 10;
const HIDDEN: [&str; 4] = ["head", "title", "script", "style"];
const ENTITIES: [(&str, char); 14] = [
    ("amp", '&'),
    ("lt", '<'),
    ("gt", '>'),
    ("quot", '"'),
    ("apos", '\''),
    ("nbsp", '\u{a0}'),
    ("euro", '€'),
    ("copy", '©'),
    ("ndash", '–'),
    ("mdash", '—'),
    ("hellip", '…'),
    ("middot", '·'),
    ("rsquo", '’'),
    ("eacute", 'é'),
];

#[cfg(test)]
mod tests {
    use super::to_text;

    #[test]
    fn blocks_become_lines_and_entities_letters() {
        let html = "<html><head><title>no</title><style>p { }</style></head><body><p>Dear&nbsp;Ada,</p>\n\
                    <p>Total:\n  <b>12&euro;</b> &amp; more</p><ul><li>one</li><li>two</li></ul>\
                    <table><tr><td>a</td><td>b</td></tr></table><!-- no --></body></html>";
        assert_eq!(
            to_text(html),
            "Dear Ada,\r\n\r\nTotal: 12€ & more\r\n\r\n* one\r\n* two\r\n\r\na b"
        );
    }

    #[test]
    fn half_an_entity_stays_as_it_is() {
        assert_eq!(
            to_text("AT&T &unknown; &#x41; &#xD800;"),
            "AT&T &unknown; A &#xD800;"
        );
    }
}
