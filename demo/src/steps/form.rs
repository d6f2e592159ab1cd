//! Queries, fragments and forms: sizes of what they carry.

use url::form_urlencoded;

use super::step::{Fact, Unit};
use super::words::known;

/// The parameters of a query, a fragment or a form.
pub(super) struct Form(Vec<(String, String)>);

impl Form {
    /// Reads `application/x-www-form-urlencoded` text.
    pub(super) fn read(text: &str) -> Self {
        Self(
            form_urlencoded::parse(text.as_bytes())
                .into_owned()
                .collect(),
        )
    }

    /// Reads what an answer carries behind `#` or `?` of its `Location`.
    pub(super) fn of_location(location: &str) -> Self {
        let (_, carried) = location.split_once(['#', '?']).unwrap_or_default();
        Self::read(carried.trim_end_matches('#'))
    }

    /// Whether there is a parameter of this name.
    pub(super) fn has(&self, name: &str) -> bool {
        self.value(name).is_some()
    }

    /// Whether the parameter is exactly this.
    pub(super) fn is(&self, name: &str, value: &str) -> bool {
        self.value(name) == Some(value)
    }

    /// How long a parameter is, in characters.
    pub(super) fn size(&self, name: &'static str) -> Option<Fact> {
        Fact::size(name, self.value(name)?.chars().count(), Unit::Characters)
    }

    /// Which of `words` a parameter is.
    pub(super) fn word(&self, name: &'static str, words: &[&'static str]) -> Option<Fact> {
        Fact::word(name, known(words, self.value(name)?))
    }

    /// Which of `words` stands in a list separated by spaces.
    pub(super) fn listed(&self, name: &'static str, words: &[&'static str]) -> Option<Fact> {
        let list = self.value(name)?;
        let listed = |word: &&'static str| list.split(' ').any(|part| part == *word);
        Fact::word(name, words.iter().copied().find(listed)?)
    }

    fn value(&self, name: &str) -> Option<&str> {
        let found = self.0.iter().find(|(candidate, _)| candidate == name);
        found.map(|(_, value)| value.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_those_of_the_decoded_values() {
        let form = Form::read("code=a%2Fb+c&state=%C3%A4");
        assert_eq!(form.size("code"), Fact::size("code", 5, Unit::Characters));
        assert_eq!(form.size("state"), Fact::size("state", 1, Unit::Characters));
        assert_eq!(form.size("nonce"), None);
    }

    #[test]
    fn an_answer_is_read_from_fragment_and_query() {
        assert!(Form::of_location("http://localhost/cb#code=x&state=y").has("code"));
        assert!(
            Form::of_location("http://localhost/cb?error=access_denied#")
                .is("error", "access_denied")
        );
        assert!(!Form::of_location("/common/sign-in").has("code"));
    }

    #[test]
    fn a_list_is_searched_for_whole_words() {
        let form = Form::read("scope=openid+Mail.Read+User.Read");
        assert_eq!(
            form.listed("scope", &["Mail.ReadWrite", "Mail.Read"]),
            Fact::word("scope", "Mail.Read")
        );
        assert_eq!(form.listed("scope", &["Mail"]), None);
    }
}
