//! From the text of a `$filter` to its tree, by recursive descent.
//!
//! `or` binds less than `and`, `and` less than `not`; brackets as usual. Nesting is limited, so that no text can
//! exhaust the stack.

use std::{iter::Peekable, vec::IntoIter};

use super::{
    filter::{Comparison, Filter, Literal, Path, TextTest},
    lexer::{Token, tokens},
};
use crate::graph::{error::GraphError, times};

/// Reads a filter.
///
/// # Errors
/// `ErrorInvalidUrlQueryFilter` if it is not one (E13).
pub(super) fn parse_filter(source: &str) -> Result<Filter, GraphError> {
    let mut parser = Parser {
        tokens: tokens(source)?.into_iter().peekable(),
        depth: 0,
    };
    let filter = parser.alternatives()?;
    match parser.tokens.next() {
        None => Ok(filter),
        Some(_) => Err(GraphError::invalid_filter()),
    }
}

struct Parser {
    tokens: Peekable<IntoIter<Token>>,
    depth: usize,
}

impl Parser {
    fn alternatives(&mut self) -> Result<Filter, GraphError> {
        let mut left = self.conditions()?;
        while self.take_word("or") {
            left = Filter::Or(Box::new(left), Box::new(self.conditions()?));
            self.deepen()?;
        }
        Ok(left)
    }

    fn conditions(&mut self) -> Result<Filter, GraphError> {
        let mut left = self.condition()?;
        while self.take_word("and") {
            left = Filter::And(Box::new(left), Box::new(self.condition()?));
            self.deepen()?;
        }
        Ok(left)
    }

    fn condition(&mut self) -> Result<Filter, GraphError> {
        self.deepen()?;
        if self.take_word("not") {
            return Ok(Filter::Not(Box::new(self.condition()?)));
        }
        match self.tokens.next() {
            Some(Token::Open) => {
                let inner = self.alternatives()?;
                self.expect(&Token::Close)?;
                Ok(inner)
            }
            Some(Token::Word(word)) => self.after_word(&word),
            _ => Err(GraphError::invalid_filter()),
        }
    }

    /// A function, `any`, a comparison or a bare property, whose first word is `word`.
    fn after_word(&mut self, word: &str) -> Result<Filter, GraphError> {
        if self.tokens.next_if_eq(&Token::Open).is_some() {
            return match word.to_ascii_lowercase().as_str() {
                "startswith" => self.text_test(TextTest::StartsWith),
                "contains" => self.text_test(TextTest::Contains),
                _ => self.any(word),
            };
        }
        let path = path(word)?;
        let Some(comparison) = self.comparison() else {
            return Ok(Filter::Holds(path));
        };
        Ok(Filter::Compare(path, comparison, self.literal()?))
    }

    /// Behind `startswith(`: a path, a text, and perhaps `eq true`.
    fn text_test(&mut self, test: TextTest) -> Result<Filter, GraphError> {
        let path = path(&self.word()?)?;
        self.expect(&Token::Comma)?;
        let wanted = self.text()?;
        self.expect(&Token::Close)?;
        let filter = Filter::Test(test, path, wanted);
        let Some(comparison) = self.comparison() else {
            return Ok(filter);
        };
        match (comparison, self.literal()?) {
            (Comparison::Equal, Literal::Bool(true)) => Ok(filter),
            (Comparison::Equal, Literal::Bool(false)) => Ok(Filter::Not(Box::new(filter))),
            _ => Err(GraphError::invalid_filter()),
        }
    }

    /// Behind `categories/any(`: `c:c eq 'x')`.
    fn any(&mut self, word: &str) -> Result<Filter, GraphError> {
        let list = word
            .strip_suffix("/any")
            .ok_or_else(GraphError::invalid_filter)?;
        let binding = self.word()?;
        let (name, rest) = binding
            .split_once(':')
            .ok_or_else(GraphError::invalid_filter)?;
        // Both `c:c eq 'x'` and `c: c eq 'x'` are in use.
        let member = if rest.is_empty() {
            self.word()?
        } else {
            rest.to_owned()
        };
        if member != name {
            return Err(GraphError::invalid_filter());
        }
        let comparison = self.comparison().ok_or_else(GraphError::invalid_filter)?;
        let wanted = self.text()?;
        self.expect(&Token::Close)?;
        Ok(Filter::Any(path(list)?, comparison, wanted))
    }

    fn comparison(&mut self) -> Option<Comparison> {
        let Some(Token::Word(word)) = self.tokens.peek() else {
            return None;
        };
        let comparison = match word.to_ascii_lowercase().as_str() {
            "eq" => Comparison::Equal,
            "ne" => Comparison::NotEqual,
            "gt" => Comparison::Greater,
            "ge" => Comparison::GreaterOrEqual,
            "lt" => Comparison::Less,
            "le" => Comparison::LessOrEqual,
            _ => return None,
        };
        self.tokens.next();
        Some(comparison)
    }

    fn literal(&mut self) -> Result<Literal, GraphError> {
        match self.tokens.next() {
            Some(Token::Text(text)) => Ok(Literal::Text(text)),
            Some(Token::Word(word)) => match word.to_ascii_lowercase().as_str() {
                "true" => Ok(Literal::Bool(true)),
                "false" => Ok(Literal::Bool(false)),
                "null" => Ok(Literal::Null),
                other => other
                    .parse()
                    .map(Literal::Number)
                    .ok()
                    .or_else(|| times::parse(&word).map(Literal::Instant))
                    .ok_or_else(GraphError::invalid_filter),
            },
            _ => Err(GraphError::invalid_filter()),
        }
    }

    fn text(&mut self) -> Result<String, GraphError> {
        match self.tokens.next() {
            Some(Token::Text(text)) => Ok(text),
            _ => Err(GraphError::invalid_filter()),
        }
    }

    fn word(&mut self) -> Result<String, GraphError> {
        match self.tokens.next() {
            Some(Token::Word(word)) => Ok(word),
            _ => Err(GraphError::invalid_filter()),
        }
    }

    fn take_word(&mut self, wanted: &str) -> bool {
        let is_wanted =
            |token: &Token| matches!(token, Token::Word(word) if word.eq_ignore_ascii_case(wanted));
        self.tokens.next_if(is_wanted).is_some()
    }

    fn expect(&mut self, wanted: &Token) -> Result<(), GraphError> {
        self.tokens
            .next_if_eq(wanted)
            .map(|_| ())
            .ok_or_else(GraphError::invalid_filter)
    }

    /// Counts a condition; the tree is never deeper than the count.
    fn deepen(&mut self) -> Result<(), GraphError> {
        self.depth += 1;
        if self.depth > MOST_CONDITIONS {
            return Err(GraphError::invalid_filter());
        }
        Ok(())
    }
}

/// A path of plain names; `Err` for numbers, instants and the like.
fn path(word: &str) -> Result<Path, GraphError> {
    let is_name = |step: &str| {
        step.starts_with(|letter: char| letter.is_ascii_alphabetic())
            && step
                .chars()
                .all(|letter| letter.is_ascii_alphanumeric() || letter == '_')
    };
    if word.split('/').all(is_name) {
        Ok(word.split('/').map(str::to_owned).collect())
    } else {
        Err(GraphError::invalid_filter())
    }
}

const MOST_CONDITIONS: usize = 200;

#[cfg(test)]
mod tests;
