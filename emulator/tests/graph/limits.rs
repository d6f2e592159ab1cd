//! The README's table of limits says what the limits are.

use connect_outlook_emulator::graph::GraphLimits;

const README: &str = include_str!("../../README.md");

#[test]
fn the_table_of_limits_is_fresh() {
    let (_, after) = README
        .split_once("<!-- limits: begin -->\n")
        .expect("a marker");
    let (table, _) = after.split_once("<!-- limits: end -->").expect("a marker");
    let limits = serde_json::to_value(GraphLimits::default()).expect("serialises");
    let limits = limits.as_object().expect("an object");
    for (name, value) in limits {
        let row = format!("| `{name}` | {value} |");
        assert!(table.contains(&row), "no row begins with {row}");
    }
    assert_eq!(table.lines().count(), limits.len() + 2);
}
