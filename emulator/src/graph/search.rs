//! `$search`: the part of Keyword Query Language that Graph mail understands (graph-mail §3.2, E15).

use super::{
    error::GraphError,
    html,
    store::{BodyKind, Importance, Letter, Message, Recipient},
};

/// A search.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Search {
    /// One of these must be fulfilled.
    alternatives: Vec<Vec<Term>>,
}

#[derive(Debug, PartialEq, Eq)]
struct Term {
    place: Place,
    /// In small letters.
    wanted: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Place {
    /// No property named: from, subject and body.
    Anywhere,
    Subject,
    Body,
    From,
    To,
    Cc,
    Bcc,
    Recipients,
    Participants,
    Attachment,
    HasAttachments,
    Importance,
}

impl Search {
    /// Reads `"pizza"`, `"subject:pizza from:ada"`; the double quotes around it belong to it.
    ///
    /// # Errors
    /// 400 without the quotes, for an empty search, and for a property that cannot be searched.
    pub(crate) fn parse(source: &str) -> Result<Self, GraphError> {
        let inner = source
            .trim()
            .strip_prefix('"')
            .and_then(|source| source.strip_suffix('"'));
        let inner = inner
            .ok_or_else(|| unreadable(source))?
            .replace("\\\"", "\"");
        let mut alternatives = vec![Vec::new()];
        for word in words(&inner) {
            match word.as_str() {
                "AND" => {}
                "OR" => alternatives.push(Vec::new()),
                word => {
                    let term = term(word)?;
                    if let Some(all) = alternatives.last_mut() {
                        all.push(term);
                    }
                }
            }
        }
        if alternatives.iter().any(Vec::is_empty) {
            return Err(unreadable(source));
        }
        Ok(Self { alternatives })
    }

    /// The found ones of `messages`: by time of sending, newest first, at most a thousand.
    pub(crate) fn found<'a>(&self, messages: Vec<&'a Message>) -> Vec<&'a Message> {
        let mut found: Vec<_> = messages
            .into_iter()
            .filter(|message| self.finds(&message.letter))
            .collect();
        found.sort_by_key(|message| std::cmp::Reverse((message.letter.sent, message.key)));
        found.truncate(MOST_RESULTS);
        found
    }

    fn finds(&self, letter: &Letter) -> bool {
        self.alternatives
            .iter()
            .any(|all| all.iter().all(|term| term.fits(letter)))
    }
}

impl Term {
    fn fits(&self, letter: &Letter) -> bool {
        let people = |recipients: &[Recipient]| {
            recipients
                .iter()
                .any(|person| self.names(&person.name) || self.names(&person.address))
        };
        let from = || people(letter.from.as_slice());
        let recipients = || people(&letter.to) || people(&letter.cc) || people(&letter.bcc);
        match self.place {
            Place::Anywhere => from() || self.names(&letter.subject) || self.names(&text(letter)),
            Place::Subject => self.names(&letter.subject),
            Place::Body => self.names(&text(letter)),
            Place::From => from(),
            Place::To => people(&letter.to),
            Place::Cc => people(&letter.cc),
            Place::Bcc => people(&letter.bcc),
            Place::Recipients => recipients(),
            Place::Participants => from() || recipients(),
            Place::Attachment => letter
                .attachments
                .iter()
                .any(|attachment| self.names(&attachment.name)),
            Place::HasAttachments => {
                let has = letter
                    .attachments
                    .iter()
                    .any(|attachment| !attachment.is_inline);
                has == (self.wanted == "true")
            }
            Place::Importance => {
                let importance = match letter.importance {
                    Importance::Low => "low",
                    Importance::Normal => "normal",
                    Importance::High => "high",
                };
                self.wanted == importance
            }
        }
    }

    /// Whether some word of `text` begins with what is wanted, as Exchange's index finds it.
    fn names(&self, text: &str) -> bool {
        let text = text.to_lowercase();
        let mut places = text.match_indices(&self.wanted);
        places.any(|(at, _)| !text[..at].ends_with(char::is_alphanumeric))
    }
}

fn text(letter: &Letter) -> String {
    match letter.body.kind {
        BodyKind::Html => html::to_text(&letter.body.content),
        BodyKind::Text => letter.body.content.clone(),
    }
}

/// Words between spaces; spaces in quotes do not separate.
fn words(source: &str) -> Vec<String> {
    let mut quoted = false;
    let parts = source.split(|letter: char| {
        quoted ^= letter == '"';
        letter.is_whitespace() && !quoted
    });
    parts
        .map(|part| part.replace('"', ""))
        .filter(|part| !part.is_empty())
        .collect()
}

fn term(word: &str) -> Result<Term, GraphError> {
    let Some((property, wanted)) = word.split_once(':') else {
        let wanted = word.trim_end_matches('*').to_lowercase();
        return Ok(Term {
            place: Place::Anywhere,
            wanted,
        });
    };
    let place = match property.to_ascii_lowercase().as_str() {
        "subject" => Place::Subject,
        "body" => Place::Body,
        "from" => Place::From,
        "to" => Place::To,
        "cc" => Place::Cc,
        "bcc" => Place::Bcc,
        "recipients" => Place::Recipients,
        "participants" => Place::Participants,
        "attachment" => Place::Attachment,
        "hasattachment" | "hasattachments" => Place::HasAttachments,
        "importance" => Place::Importance,
        other => {
            tracing::warn!(
                feature = other,
                "the emulated Graph cannot search this property"
            );
            return Err(unreadable(word));
        }
    };
    Ok(Term {
        place,
        wanted: wanted.trim_end_matches('*').to_lowercase(),
    })
}

fn unreadable(source: &str) -> GraphError {
    GraphError::bad_request(format!("Syntax error in the search expression '{source}'."))
}

/// The documented most that a search answers.
const MOST_RESULTS: usize = 1000;

#[cfg(test)]
mod tests {
    use super::Search;
    use crate::graph::testing::letter;
    use proptest::prelude::*;

    fn finds(search: &str) -> bool {
        Search::parse(search)
            .expect(search)
            .finds(&letter("Quarterly Pizza report"))
    }

    /// E15: words anywhere, or in a named property; word beginnings suffice.
    #[test]
    fn words_are_found_where_they_may_stand() {
        for search in [
            "\"pizza\"",
            "\"piz\"",
            "\"from:ada pizza\"",
            "\"to:grace@contoso.example\"",
            "\"ada\"",
            "\"subject:\\\"pizza report\\\"\"",
            "\"nothing OR body:quarterly\"",
            "\"hasAttachments:false\"",
        ] {
            assert!(finds(search), "{search}");
        }
        for search in [
            "\"izza\"",
            "\"from:grace\"",
            "\"pizza nothing\"",
            "\"grace\"",
            "\"hasAttachments:true\"",
            "\"importance:high\"",
        ] {
            assert!(!finds(search), "{search}");
        }
    }

    #[test]
    fn what_is_no_search_is_refused() {
        for search in ["pizza", "\"\"", "\"pizza OR\"", "\"weight:3\"", ""] {
            assert_eq!(Search::parse(search).expect_err(search).code, "BadRequest");
        }
    }

    proptest! {
        #[test]
        fn no_text_makes_the_parser_panic(source in "\\PC{0,60}") {
            if let Ok(search) = Search::parse(&format!("\"{source}\"")) {
                search.finds(&letter("x"));
            }
        }
    }
}
