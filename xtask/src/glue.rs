//! What the generated glue does without: it can describe any value for the message of a panic, and ours are never shown
//! (a page gets the place of a panic only, because messages may quote data).

use crate::stop::Stop;

/// The glue without its description of values.
///
/// # Errors
/// The generator writes something else now.
pub(crate) fn without_descriptions(glue: &str) -> Result<String, Stop> {
    let missing =
        || Stop::new("the glue does not describe values any more: drop xtask/src/glue.rs");
    let (before, rest) = glue.split_once(DESCRIPTION).ok_or_else(missing)?;
    let (_, after) = rest.split_once("\n}\n").ok_or_else(missing)?;
    Ok([before, DESCRIPTION, " return typeof val;\n}\n", after].concat())
}

const DESCRIPTION: &str = "function debugString(val) {";

#[cfg(test)]
mod tests {
    use super::without_descriptions;

    #[test]
    fn a_value_is_described_by_its_type_and_nothing_else_changes() {
        let glue = "a;\nfunction debugString(val) {\n    if (val) {\n        return 1;\n    }\n    return 2;\n}\nfunction b() {\n}\n";
        let shorter = "a;\nfunction debugString(val) { return typeof val;\n}\nfunction b() {\n}\n";
        assert_eq!(without_descriptions(glue).unwrap(), shorter);
    }

    #[test]
    fn glue_of_another_making_is_refused() {
        assert!(without_descriptions("function debug(val) {\n}\n").is_err());
    }
}
