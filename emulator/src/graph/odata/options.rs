//! The query string, taken apart.

use percent_encoding::percent_decode_str;

use super::{
    filter::Filter,
    order::{Order, parse_order},
    parser::parse_filter,
};
use crate::graph::error::GraphError;

/// The query options of one request.
#[derive(Debug, Default)]
pub(crate) struct Query {
    /// `$select`
    pub(crate) select: Option<Vec<String>>,
    /// `$top`
    pub(crate) top: Option<usize>,
    /// `$skip`
    pub(crate) skip: usize,
    /// `$filter`
    pub(crate) filter: Option<Filter>,
    /// `$orderby`
    pub(crate) order: Vec<Order>,
    /// `$search`, still in its quotes.
    pub(crate) search: Option<String>,
    /// `$count`
    pub(crate) count: bool,
    /// `$expand`, one entry each.
    pub(crate) expand: Vec<String>,
    /// `changeType`
    pub(crate) change_type: Option<String>,
    /// `$deltatoken`
    pub(crate) delta_token: Option<String>,
    /// `includeHiddenFolders`
    pub(crate) include_hidden_folders: bool,
    /// `$skiptoken`, as a link of ours carries it.
    pub(crate) skip_token: Option<String>,
    /// Whether an empty page comes before each page but the first (E11); set by the emulator, not by the client.
    pub(crate) pauses: bool,
    raw: String,
}

impl Query {
    /// Reads a query string; names of options match without regard to capitals.
    ///
    /// # Errors
    /// An option that is unknown, repeated or has a value that is not its own: 400.
    pub(crate) fn parse(raw: &str) -> Result<Self, GraphError> {
        let mut query = Self {
            raw: raw.to_owned(),
            ..Self::default()
        };
        let mut seen: Vec<String> = Vec::new();
        for (name, value) in pairs(raw) {
            let name = name.to_ascii_lowercase();
            if seen.contains(&name) {
                return Err(GraphError::bad_request(format!(
                    "Query option '{name}' was specified more than once, but it must be specified at most once."
                )));
            }
            query.take(&name, &value)?;
            seen.push(name);
        }
        query.check_search()?;
        Ok(query)
    }

    /// The query string of the page that begins at `skip`: the same options, another `$skip`. After a pause it carries
    /// a token, so that the pause is not made again.
    pub(crate) fn continued(&self, skip: usize, after_pause: bool) -> String {
        let is_skip = |pair: &&str| {
            let name = decoded(pair.split('=').next().unwrap_or("")).to_ascii_lowercase();
            matches!(name.as_str(), "$skip" | "$skiptoken")
        };
        let kept = self
            .raw
            .split('&')
            .filter(|pair| !pair.is_empty() && !is_skip(pair));
        let mut parts: Vec<String> = kept.map(str::to_owned).collect();
        parts.push(format!("%24skip={skip}"));
        parts.extend(after_pause.then(|| format!("%24skiptoken={AFTER_PAUSE}")));
        parts.join("&")
    }

    /// The query string without tokens.
    pub(crate) fn without_tokens(&self) -> String {
        let is_token = |pair: &&str| {
            let name = decoded(pair.split('=').next().unwrap_or_default()).to_ascii_lowercase();
            name == "$deltatoken" || name == "$skiptoken"
        };
        let pairs = self.raw.split('&').filter(|pair| !pair.is_empty());
        let kept: Vec<&str> = pairs.filter(|pair| !is_token(pair)).collect();
        kept.join("&")
    }

    /// Refuses the token of a delta link where there are none.
    ///
    /// # Errors
    /// 400 if there is one.
    pub(crate) fn refuse_delta_token(&self) -> Result<(), GraphError> {
        match self.delta_token {
            None => Ok(()),
            Some(_) => Err(GraphError::bad_request(
                "A token of a delta query is not supported on this resource.",
            )),
        }
    }

    /// Refuses `$search` on what cannot be searched.
    ///
    /// # Errors
    /// 400 if there is one.
    pub(crate) fn refuse_search(&self) -> Result<(), GraphError> {
        match self.search {
            None => Ok(()),
            Some(_) => Err(GraphError::bad_request(
                "The query parameter '$search' is not supported on this resource.",
            )),
        }
    }

    fn take(&mut self, name: &str, value: &str) -> Result<(), GraphError> {
        match name {
            // Nothing and a star both stand for what comes unasked.
            "$select" => {
                let names = list_of(value);
                let usual = names.is_empty() || names.iter().any(|name| name == "*");
                self.select = (!usual).then_some(names);
            }
            "$top" => self.top = Some(top(value)?),
            "$skip" => self.skip = whole_number(name, value)?,
            "$filter" => self.filter = Some(parse_filter(value)?),
            "$orderby" => self.order = parse_order(value)?,
            "$search" => self.search = Some(value.to_owned()),
            "$count" => self.count = truth(name, value)?,
            "$expand" => self.expand = list_of(value),
            "$skiptoken" => self.skip_token = Some(value.to_owned()),
            "changetype" => self.change_type = Some(value.to_owned()),
            "$deltatoken" => self.delta_token = Some(value.to_owned()),
            "includehiddenfolders" => self.include_hidden_folders = truth(name, value)?,
            unknown if unknown.starts_with('$') => {
                let message = format!("The query parameter '{unknown}' is not supported.");
                return Err(GraphError::bad_request(message));
            }
            // Custom options that the service does not know are ignored (OData URL conventions §5.2).
            _ => {}
        }
        Ok(())
    }

    /// E16: a search goes with neither order nor filter.
    fn check_search(&self) -> Result<(), GraphError> {
        if self.search.is_some() && !self.order.is_empty() {
            return Err(GraphError::search_with_order());
        }
        if self.search.is_some() && self.filter.is_some() {
            return Err(GraphError::search_with_filter());
        }
        Ok(())
    }
}

fn pairs(raw: &str) -> impl Iterator<Item = (String, String)> {
    let pairs = raw.split('&').filter(|pair| !pair.is_empty());
    pairs.map(|pair| {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        (decoded(name), decoded(value))
    })
}

fn decoded(text: &str) -> String {
    percent_decode_str(&text.replace('+', " "))
        .decode_utf8_lossy()
        .into_owned()
}

/// Entries between commas that stand outside brackets and quotes.
fn list_of(value: &str) -> Vec<String> {
    let (mut depth, mut quoted) = (0_u32, false);
    let parts = value.split(|letter| {
        match letter {
            '\'' => quoted = !quoted,
            '(' if !quoted => depth += 1,
            ')' if !quoted => depth = depth.saturating_sub(1),
            _ => {}
        }
        letter == ',' && depth == 0 && !quoted
    });
    parts
        .map(|part| part.trim().to_owned())
        .filter(|part| !part.is_empty())
        .collect()
}

fn whole_number(name: &str, value: &str) -> Result<usize, GraphError> {
    let is_number = !value.is_empty() && value.bytes().all(|byte| byte.is_ascii_digit());
    let number = is_number.then(|| value.parse::<u32>().ok()).flatten();
    number.and_then(|number| usize::try_from(number).ok()).ok_or_else(|| {
        GraphError::bad_request(format!(
            "Invalid value '{value}' for {name} query option found. The {name} query option requires a non-negative integer value."
        ))
    })
}

/// E9: from 1 to 1000. Code and texts are chosen after those of other Graph services.
fn top(value: &str) -> Result<usize, GraphError> {
    match whole_number("$top", value)? {
        0 => Err(GraphError::bad_request(
            "Invalid value '0' for $top query option found. The $top query option requires a positive integer value.",
        )),
        too_many if too_many > LARGEST_PAGE => Err(GraphError::bad_request(format!(
            "The limit of '{LARGEST_PAGE}' for Top query has been exceeded. The value from the incoming request is '{too_many}'."
        ))),
        top => Ok(top),
    }
}

fn truth(name: &str, value: &str) -> Result<bool, GraphError> {
    match value.to_ascii_lowercase().as_str() {
        "true" => Ok(true),
        "false" => Ok(false),
        _ => Err(GraphError::bad_request(format!(
            "Invalid value '{value}' for {name} query option found."
        ))),
    }
}

/// The token of a page that comes after an empty one.
pub(super) const AFTER_PAUSE: &str = "resumed";
/// The documented most that a page of messages holds.
const LARGEST_PAGE: usize = 1000;

#[cfg(test)]
mod tests {
    use super::{Query, list_of};
    use proptest::prelude::*;

    fn code(raw: &str) -> &'static str {
        Query::parse(raw).expect_err(raw).code
    }

    #[test]
    fn options_are_read_whatever_their_spelling() {
        let query = Query::parse("%24Top=5&$SELECT=subject,%20from&$count=true&x=1&$skip=20")
            .expect("a query");
        assert_eq!((query.top, query.skip, query.count), (Some(5), 20, true));
        assert_eq!(
            query.select,
            Some(vec!["subject".to_owned(), "from".to_owned()])
        );
    }

    /// E9: outside of 1 to 1000 is an error.
    #[test]
    fn top_has_its_bounds() {
        assert_eq!(Query::parse("$top=1000").expect("allowed").top, Some(1000));
        for raw in [
            "$top=0",
            "$top=1001",
            "$top=-1",
            "$top=ten",
            "$top=",
            "$top=99999999999999999999",
        ] {
            assert_eq!(code(raw), "BadRequest", "{raw}");
        }
    }

    #[test]
    fn unknown_and_repeated_options_are_refused() {
        assert_eq!(code("$apply=x"), "BadRequest");
        assert_eq!(code("$top=1&%24top=2"), "BadRequest");
    }

    /// E16: the codes of the refused combinations.
    #[test]
    fn a_search_is_neither_ordered_nor_filtered() {
        assert_eq!(code("$search=\"x\"&$orderby=subject"), "SearchWithOrderBy");
        assert_eq!(
            code("$search=\"x\"&$filter=isRead eq true"),
            "SearchWithFilter"
        );
    }

    /// E10: the next page carries the original options and its own skip.
    #[test]
    fn a_continued_query_keeps_its_options() {
        let query = Query::parse("$top=5&%24skip=5&$filter=isRead+eq+true").expect("a query");
        assert_eq!(
            query.continued(10, false),
            "$top=5&$filter=isRead+eq+true&%24skip=10"
        );
        assert_eq!(
            Query::parse("").expect("a query").continued(10, true),
            "%24skip=10&%24skiptoken=resumed"
        );
    }

    #[test]
    fn commas_in_brackets_do_not_separate() {
        assert_eq!(
            list_of("attachments($select=id,name), extensions"),
            ["attachments($select=id,name)", "extensions"]
        );
    }

    proptest! {
        #[test]
        fn no_query_string_makes_the_parser_panic(raw in "\\PC{0,120}") {
            let _ = Query::parse(&raw);
        }

        #[test]
        fn no_option_value_makes_the_parser_panic(
            name in "select|top|skip|filter|orderby|search|count|expand",
            value in "\\PC{0,80}",
        ) {
            let _ = Query::parse(&format!("${name}={value}"));
        }
    }
}
