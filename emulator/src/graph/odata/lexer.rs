//! The words of a `$filter` expression.

use crate::graph::error::GraphError;

/// A word of a filter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Token {
    /// A name, operator, path, number or instant: everything outside quotes.
    Word(String),
    /// A text in single quotes, with doubled quotes made single.
    Text(String),
    /// `(`
    Open,
    /// `)`
    Close,
    /// `,`
    Comma,
}

/// Takes a filter apart.
///
/// # Errors
/// A quote that does not close, or a letter that no filter contains.
pub(super) fn tokens(source: &str) -> Result<Vec<Token>, GraphError> {
    let mut tokens = Vec::new();
    let mut rest = source;
    while let Some(letter) = rest.chars().next() {
        let (token, after) = match letter {
            ' ' | '\t' => {
                rest = &rest[1..];
                continue;
            }
            '(' => (Token::Open, &rest[1..]),
            ')' => (Token::Close, &rest[1..]),
            ',' => (Token::Comma, &rest[1..]),
            '\'' => quoted(&rest[1..])?,
            letter if is_word(letter) => word(rest),
            _ => return Err(GraphError::invalid_filter()),
        };
        tokens.push(token);
        rest = after;
    }
    Ok(tokens)
}

fn word(source: &str) -> (Token, &str) {
    let end = source
        .find(|letter| !is_word(letter))
        .unwrap_or(source.len());
    (Token::Word(source[..end].to_owned()), &source[end..])
}

fn quoted(source: &str) -> Result<(Token, &str), GraphError> {
    let mut text = String::new();
    let mut letters = source.char_indices().peekable();
    while let Some((at, letter)) = letters.next() {
        if letter != '\'' {
            text.push(letter);
        } else if letters.next_if(|(_, next)| *next == '\'').is_some() {
            text.push('\'');
        } else {
            return Ok((Token::Text(text), &source[at + 1..]));
        }
    }
    Err(GraphError::invalid_filter())
}

fn is_word(letter: char) -> bool {
    letter.is_ascii_alphanumeric() || matches!(letter, '_' | '.' | '/' | ':' | '-' | '+' | '@')
}
