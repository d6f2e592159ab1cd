//! Finds the tests of a Rust file that cite faults: `F12`, `F20–F23`.

use std::collections::BTreeSet;

/// A test.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Shown {
    /// Its function's name.
    pub(crate) name: String,
    /// Whether it runs on SQLite and on PostgreSQL.
    pub(crate) on_both: bool,
}

/// The tests in `source`, each with the faults that it cites: stories in their list, other tests in their comment.
pub(crate) fn shown_in(source: &str) -> Vec<(BTreeSet<u32>, Shown)> {
    let mut shown = stories(source);
    let on_every_engine = on_every_engine(source);
    let (mut comment, mut is_test) = (String::new(), false);
    for line in source.lines() {
        let line = line.trim();
        if let Some(text) = line.strip_prefix("///") {
            comment.push_str(text);
        } else if line.starts_with("#[") {
            is_test |= line.contains("test]") || line.contains("test(");
        } else {
            let faults = cited(&comment);
            if let Some(name) = function(line).filter(|_| !faults.is_empty()) {
                let on_both = on_every_engine.contains(name);
                if is_test || on_both {
                    let name = name.to_owned();
                    shown.push((faults, Shown { name, on_both }));
                }
            }
            comment.clear();
            is_test = false;
        }
    }
    shown
}

/// `story!("F7 F9", name)`.
fn stories(source: &str) -> Vec<(BTreeSet<u32>, Shown)> {
    let parts = source.split("story!(").skip(1);
    let read = |part: &str| {
        let (inside, _) = part.split_once(')')?;
        let (faults, name) = inside.split_once(',')?;
        let faults = cited(faults.trim().trim_matches('"'));
        let name = name.trim().trim_end_matches(',').to_owned();
        let on_both = true;
        (!faults.is_empty()).then_some((faults, Shown { name, on_both }))
    };
    parts.filter_map(read).collect()
}

/// The names in `on_every_engine![…]`.
fn on_every_engine(source: &str) -> BTreeSet<&str> {
    let lists = source.split("on_every_engine![").skip(1);
    let names = lists.flat_map(|part| part.split(']').next().unwrap_or_default().split(','));
    names.map(str::trim).collect()
}

fn cited(text: &str) -> BTreeSet<u32> {
    let words = text.split_whitespace();
    let bare = words.map(|word| word.trim_matches(|letter: char| "()[],.:;`".contains(letter)));
    bare.filter_map(numbers).flatten().collect()
}

fn numbers(word: &str) -> Option<std::ops::RangeInclusive<u32>> {
    let (first, last) = word.split_once('–').unwrap_or((word, word));
    let number = |text: &str| text.strip_prefix('F')?.parse::<u32>().ok();
    Some(number(first)?..=number(last)?)
}

/// The name of the function that begins in this line.
fn function(line: &str) -> Option<&str> {
    let line = line.strip_prefix("async ").unwrap_or(line);
    line.strip_prefix("fn ")?.split(['(', '<']).next()
}

#[cfg(test)]
mod tests {
    use super::shown_in;

    const SOURCE: &str = "//! F1\n\non_every_engine![\n    second,\n];\n\n/// F2–F4, R80: one.\n#[tokio::test]\nasync fn first() {}\n\n/// (F5)\nasync fn second(world: &World) {}\n\n/// F6\nfn helper() {}\n\n#[test]\nfn uncited() {}\n\nstory!(\n    \"F7 F9\",\n    third\n),\n";

    #[test]
    fn tests_are_found_with_the_faults_they_cite() {
        let found: Vec<_> = shown_in(SOURCE)
            .into_iter()
            .map(|(faults, test)| (test.name, test.on_both, Vec::from_iter(faults)))
            .collect();
        let expected = [
            ("third".to_owned(), true, vec![7, 9]),
            ("first".to_owned(), false, vec![2, 3, 4]),
            ("second".to_owned(), true, vec![5]),
        ];
        assert_eq!(found, expected);
    }
}
