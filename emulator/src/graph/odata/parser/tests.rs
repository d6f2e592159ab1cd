//! Filters read, refused, and thrown at the parser.

use proptest::prelude::*;

use super::{Comparison, Filter, Literal, parse_filter};

fn is_read() -> Filter {
    Filter::Compare(
        vec!["isRead".to_owned()],
        Comparison::Equal,
        Literal::Bool(true),
    )
}

#[test]
fn or_binds_less_than_and() {
    let tree =
        parse_filter("isRead eq true or isRead eq true and isRead eq true").expect("a filter");
    let both = Filter::And(Box::new(is_read()), Box::new(is_read()));
    assert_eq!(tree, Filter::Or(Box::new(is_read()), Box::new(both)));
}

#[test]
fn a_doubled_quote_is_one() {
    let tree = parse_filter("subject eq 'let''s meet, (ok)'").expect("a filter");
    let wanted = Literal::Text("let's meet, (ok)".to_owned());
    assert_eq!(
        tree,
        Filter::Compare(vec!["subject".to_owned()], Comparison::Equal, wanted)
    );
}

/// E13: a syntax error is `ErrorInvalidUrlQueryFilter`.
#[test]
fn what_is_no_filter_is_refused() {
    for source in [
        "",
        "isRead eq",
        "eq true",
        "isRead eq true and",
        "(isRead eq true",
        "isRead eq true)",
        "subject eq 'open",
        "startswith(subject)",
        "startswith('x',subject)",
        "endswith(subject,'x')",
        "a b c",
        "isRead == true",
        "categories/any(c:d eq 'x')",
        "categories/all(c:c eq 'x')",
        "subject eq ümlaut",
        "3 eq 3",
        "x eq 1 eq 2",
    ] {
        assert_eq!(
            parse_filter(source).expect_err(source).code,
            "ErrorInvalidUrlQueryFilter",
            "{source}"
        );
    }
}

#[test]
fn endless_nesting_is_refused_instead_of_exhausting_the_stack() {
    assert!(parse_filter(&"(".repeat(100_000)).is_err());
    assert!(parse_filter(&"not ".repeat(100_000)).is_err());
    let long = vec!["isRead eq true"; 10_000].join(" and ");
    assert!(parse_filter(&long).is_err());
}

fn expression() -> impl Strategy<Value = String> {
    let leaf = prop_oneof![
        Just("isRead eq true".to_owned()),
        Just("startswith(subject,'a''b')".to_owned()),
        Just("receivedDateTime ge 2025-01-01T00:00:00Z".to_owned()),
        "categories/any\\(c:c (eq|ne) '[a-z]{0,4}'\\)",
    ];
    leaf.prop_recursive(4, 24, 2, |inner| {
        prop_oneof![
            (inner.clone(), prop_oneof!["and", "or"], inner.clone())
                .prop_map(|(a, op, b)| format!("({a}) {op} {b}")),
            inner.prop_map(|a| format!("not ({a})")),
        ]
    })
}

proptest! {
    #[test]
    fn no_text_makes_the_parser_panic(source in "\\PC{0,200}") {
        let _ = parse_filter(&source);
    }

    #[test]
    fn no_heap_of_filter_words_makes_the_parser_panic(
        words in prop::collection::vec("and|or|not|eq|ge|\\(|\\)|,|'x'|'|isRead|a/b|any\\(c:c|startswith\\(|2025-01-01|7|null", 0..40)
    ) {
        let _ = parse_filter(&words.join(" "));
    }

    #[test]
    fn every_well_formed_filter_is_read(source in expression()) {
        prop_assert!(parse_filter(&source).is_ok(), "{}", source);
    }
}
