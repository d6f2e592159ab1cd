//! Short names at the border between glue and module. wasm-opt shortens those in the
//! module and tells which became what; here the glue learns them.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::stop::Stop;

/// What wasm-opt renamed.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Renamed {
    imports: BTreeMap<String, String>,
    exports: BTreeMap<String, String>,
}

impl Renamed {
    /// Reads what wasm-opt prints: `{"imports": [[module, name, new name], …],
    /// "exports": [[name, new name], …]}`.
    ///
    /// # Errors
    /// It is something else, as another version of wasm-opt may print.
    pub(crate) fn read(told: &str) -> Result<Self, Stop> {
        let told: Option<Value> = serde_json::from_str(told).ok();
        let names = |kind| pairs(told.as_ref()?.get(kind)?);
        match (names("imports"), names("exports")) {
            (Some(imports), Some(exports)) => Ok(Self { imports, exports }),
            _ => Err(Stop::new("cannot read which names wasm-opt shortened")),
        }
    }

    /// The glue with the new names.
    ///
    /// # Errors
    /// Glue and module do not fit: a name that one has, the other lacks.
    pub(crate) fn apply(&self, glue: &str) -> Result<String, Stop> {
        if !glue.contains(MODULE_KEY) {
            return Err(unfit("the module of imports"));
        }
        let glue = self.imports_renamed(&glue.replace(MODULE_KEY, SHORT_MODULE_KEY))?;
        self.exports_renamed(&glue)
    }

    /// Members of the object of imports stand on lines of their own.
    fn imports_renamed(&self, glue: &str) -> Result<String, Stop> {
        let mut missing = self.imports.clone();
        let mut renamed = String::new();
        for line in glue.split_inclusive('\n') {
            let member = line.split_once(IS_FUNCTION);
            match member.and_then(|(name, rest)| Some((missing.remove(name.trim())?, rest))) {
                Some((short, rest)) => {
                    renamed.extend([short.as_str(), IS_FUNCTION, rest]);
                }
                None => renamed.push_str(line),
            }
        }
        match missing.keys().next() {
            Some(name) => Err(unfit(name)),
            None => Ok(renamed),
        }
    }

    /// Exports are reached as members of `wasm`, everywhere.
    fn exports_renamed(&self, glue: &str) -> Result<String, Stop> {
        let mut parts = glue.split(EXPORTS);
        let mut renamed = parts.next().unwrap_or_default().to_owned();
        for part in parts {
            renamed.push_str(EXPORTS);
            if renamed.trim_end_matches(EXPORTS).ends_with(in_name) {
                // The end of another word.
                renamed.push_str(part);
                continue;
            }
            let end = part.find(|c| !in_name(c)).unwrap_or(part.len());
            let (name, rest) = part.split_at(end);
            let short = self.exports.get(name).ok_or_else(|| unfit(name))?;
            renamed.extend([short.as_str(), rest]);
        }
        Ok(renamed)
    }
}

/// The last two of each row: old and new name.
fn pairs(rows: &Value) -> Option<BTreeMap<String, String>> {
    let pair = |row: &Value| match row.as_array()?.as_slice() {
        [.., old, new] => Some((old.as_str()?.to_owned(), new.as_str()?.to_owned())),
        _ => None,
    };
    rows.as_array()?.iter().map(pair).collect()
}

fn in_name(c: char) -> bool {
    c.is_ascii_alphanumeric() || c == '_' || c == '$'
}

fn unfit(what: &str) -> Stop {
    Stop::new(format!(
        "glue and module do not fit: only one of them has {what}"
    ))
}

const EXPORTS: &str = "wasm.";
const IS_FUNCTION: &str = ": function(";
const MODULE_KEY: &str = "\"./connect_outlook_sdk_bg.js\":";
// What wasm-opt calls every module.
const SHORT_MODULE_KEY: &str = "\"a\":";

#[cfg(test)]
mod tests {
    use super::Renamed;

    const GLUE: &str = r#"
    connect(options) { return wasm.outlook_connect(this.ptr, wasm.outlook); }
    const import0 = {
        __proto__: null,
        __wbg_get_12: function(a) { return a; },
        __wbg_get_1: function() { return handleError(function (a) { other_wasm.outlook(a); }, arguments); },
    };
    return { "./connect_outlook_sdk_bg.js": import0 };
    "#;
    const TOLD: &str = r#"{"imports":[["./x.js","__wbg_get_1","c"],["./x.js","__wbg_get_12","d"]],
        "exports":[["outlook","e"],["outlook_connect","f"],["unused","g"]]}"#;

    #[test]
    fn whole_names_are_replaced_where_they_are_names() {
        let glue = Renamed::read(TOLD).unwrap().apply(GLUE).unwrap();
        assert!(glue.contains("return wasm.f(this.ptr, wasm.e);"), "{glue}");
        assert!(glue.contains("{ \"a\": import0 }"), "{glue}");
        assert!(glue.contains("\nd: function(a) { return a; }"), "{glue}");
        assert!(
            glue.contains(
                "\nc: function() { return handleError(function (a) { other_wasm.outlook(a); }"
            ),
            "{glue}"
        );
    }

    #[test]
    fn glue_and_module_that_do_not_fit_are_refused() {
        let renamed = Renamed::read(TOLD).unwrap();
        let refused = |glue: &str| renamed.apply(glue).unwrap_err().to_string();
        assert!(refused(&GLUE.replace("__wbg_get_12", "__wbg_get_2")).contains("__wbg_get_12"));
        assert!(refused(&GLUE.replace("outlook_connect", "outlook_new")).contains("outlook_new"));
        assert!(refused(&GLUE.replace("_bg.js", ".js")).contains("the module"));
    }

    #[test]
    fn another_answer_of_wasm_opt_is_refused() {
        for told in ["", "{}", r#"{"imports":[["x"]],"exports":[]}"#] {
            assert!(Renamed::read(told).is_err(), "{told}");
        }
    }
}
