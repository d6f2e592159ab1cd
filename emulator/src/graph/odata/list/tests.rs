//! Lists of small things, filtered and ordered.

use super::{Entity, Query, Schema, list};
use crate::graph::{
    error::GraphError,
    json::{Json, Object},
    odata::{Property, Type},
};

struct Thing {
    name: &'static str,
    read: bool,
    at: &'static str,
    tags: &'static [&'static str],
}

impl Entity for Thing {
    fn value(&self, property: &'static str) -> Option<Json> {
        Some(match property {
            "subject" => self.name.into(),
            "isRead" => self.read.into(),
            "receivedDateTime" => self.at.into(),
            "categories" => self.tags.iter().copied().collect(),
            "from" => Object::new()
                .with("emailAddress", Object::new().with("address", self.name))
                .into(),
            _ => return None,
        })
    }
}

const SCHEMA: Schema = Schema {
    name: "test.thing",
    properties: &[
        Property::usual("subject", Type::Text),
        Property::usual("isRead", Type::Bool),
        Property::usual("receivedDateTime", Type::Time),
        Property::usual("categories", Type::Texts),
        Property::usual("from", Type::Parts(&["emailAddress/address"])),
        Property::usual("toRecipients", Type::Opaque),
    ],
};

fn names(raw: &str) -> Result<Vec<&'static str>, GraphError> {
    let things = vec![
        Thing {
            name: "Cherry",
            read: true,
            at: "2025-03-03T00:00:00Z",
            tags: &["red"],
        },
        Thing {
            name: "apple",
            read: false,
            at: "2025-03-01T00:00:00Z",
            tags: &["red", "Green"],
        },
        Thing {
            name: "Banana",
            read: true,
            at: "2025-03-02T00:00:00Z",
            tags: &[],
        },
    ];
    let page = list(&Query::parse(raw)?, &SCHEMA, things, 10)?;
    Ok(page.entries.iter().map(|thing| thing.name).collect())
}

fn code(raw: &str) -> &'static str {
    names(raw).expect_err(raw).code
}

/// E13: every documented comparison.
#[test]
fn filters_choose() {
    for (filter, expected) in [
        ("isRead eq true", vec!["Cherry", "Banana"]),
        ("isRead ne true", vec!["apple"]),
        ("isRead", vec!["Cherry", "Banana"]),
        ("not isRead", vec!["apple"]),
        ("receivedDateTime ge 2025-03-02", vec!["Cherry", "Banana"]),
        ("receivedDateTime gt 2025-03-02T00:00:00Z", vec!["Cherry"]),
        (
            "receivedDateTime le 2025-03-02T00:00:00Z and isRead eq true",
            vec!["Banana"],
        ),
        (
            "receivedDateTime lt 2025-03-02T00:00:00Z or subject eq 'CHERRY'",
            vec!["Cherry", "apple"],
        ),
        ("startswith(subject,'b')", vec!["Banana"]),
        ("contains(subject,'an') eq false", vec!["Cherry", "apple"]),
        ("from/emailAddress/address eq 'apple'", vec!["apple"]),
        ("categories/any(c:c eq 'green')", vec!["apple"]),
        (
            "categories/any(c: c eq 'red') and not (isRead eq true)",
            vec!["apple"],
        ),
    ] {
        assert_eq!(
            names(&format!("$filter={filter}")).expect(filter),
            expected,
            "{filter}"
        );
    }
}

/// E13: what cannot be filtered, does not fit, or does not exist.
#[test]
fn filters_that_do_not_fit_are_refused() {
    for filter in [
        "toRecipients/any(t:t eq 'x')",
        "isRead eq 'yes'",
        "receivedDateTime ge '2025-03-02'",
        "from eq 'x'",
    ] {
        assert_eq!(
            code(&format!("$filter={filter}")),
            "ErrorInvalidUrlQueryFilter",
            "{filter}"
        );
    }
    assert_eq!(code("$filter=isJunk ne true"), "RequestBroker--ParseUri");
}

#[test]
fn orders_sort_without_regard_to_capitals() {
    assert_eq!(
        names("$orderby=subject").expect("ordered"),
        ["apple", "Banana", "Cherry"]
    );
    assert_eq!(
        names("$orderby=isRead,receivedDateTime desc").expect("ordered"),
        ["apple", "Cherry", "Banana"]
    );
    assert_eq!(code("$orderby=nothing"), "RequestBroker--ParseUri");
    assert_eq!(code("$orderby=toRecipients"), "BadRequest");
    assert_eq!(code("$orderby=subject upwards"), "BadRequest");
}

/// E14: ordered properties stand in the filter, first and in the same order.
#[test]
fn an_order_must_follow_the_filter() {
    let refused = |raw: &str| assert_eq!(code(raw), "InefficientFilter", "{raw}");
    refused("$filter=isRead eq true&$orderby=receivedDateTime desc");
    refused("$filter=isRead eq true and receivedDateTime ge 2025-01-01&$orderby=receivedDateTime");
    refused(
        "$filter=receivedDateTime ge 2025-01-01 and isRead eq true&$orderby=isRead,receivedDateTime",
    );
    refused("$filter=receivedDateTime ge 2025-01-01&$orderby=receivedDateTime,subject");
    let fine =
        "$filter=ReceivedDateTime ge 2025-01-01 and isRead eq true&$orderby=receivedDateTime asc";
    assert_eq!(names(fine).expect(fine), ["Banana", "Cherry"]);
}
