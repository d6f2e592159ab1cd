//! Finds the tests of a Rust file, and what each says it shows.

use std::collections::BTreeSet;

use super::items::{Item, cited};

/// A test.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Test {
    /// Its function's name.
    pub(crate) name: String,
    /// The lines that its comment cites; if none, those that the comment of its file does.
    pub(crate) items: BTreeSet<Item>,
}

/// The tests in `source`. Those without citations have those of the file's own comment, if `inherit` says so.
pub(crate) fn tests_of(source: &str, inherit: bool) -> Vec<Test> {
    let (mut comment, mut is_test) = (String::new(), false);
    let (mut file, mut tests) = (String::new(), Vec::new());
    for line in source.lines().map(str::trim) {
        if let Some(text) = line.strip_prefix("//!") {
            file.push_str(text);
        } else if let Some(text) = line.strip_prefix("///") {
            comment.push_str(text);
        } else if line.starts_with("#[") {
            is_test |= line.contains("test]") || line.contains("test(");
        } else {
            if let Some(name) = function(line).filter(|_| is_test) {
                tests.push(Test {
                    name: name.to_owned(),
                    items: cited(&comment),
                });
            }
            comment.clear();
            is_test = false;
        }
    }
    if inherit {
        let of_file = cited(&file);
        for test in tests.iter_mut().filter(|test| test.items.is_empty()) {
            test.items.clone_from(&of_file);
        }
    }
    tests
}

/// The name of the function that begins in this line.
fn function(line: &str) -> Option<&str> {
    let line = line.strip_prefix("async ").unwrap_or(line);
    line.strip_prefix("fn ")?.split(['(', '<']).next()
}

#[cfg(test)]
mod tests {
    use super::tests_of;

    const SOURCE: &str = "//! Pages, E9.\n\n/// E10: one.\n/// More (E11).\n#[tokio::test]\nasync fn first() {}\n\n#[test]\nfn second() {}\n\n/// E12\nfn helper() {}\n";

    fn told(inherit: bool) -> Vec<(String, Vec<String>)> {
        let tests = tests_of(SOURCE, inherit).into_iter();
        tests
            .map(|test| {
                (
                    test.name,
                    test.items.iter().map(ToString::to_string).collect(),
                )
            })
            .collect()
    }

    #[test]
    fn tests_are_found_with_what_they_cite() {
        let first = ("first".to_owned(), vec!["E10".to_owned(), "E11".to_owned()]);
        let second = |items| ("second".to_owned(), items);
        assert_eq!(told(false), [first.clone(), second(Vec::new())]);
        assert_eq!(told(true), [first, second(vec!["E9".to_owned()])]);
    }
}
