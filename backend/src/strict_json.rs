//! JSON from strangers: each member once, little nesting, nothing after the end.
//!
//! Serde takes the last of two equal members where another parser takes the first; two readers that disagree about one
//! document are how signed claims get swapped. So a document with duplicates is no document (RFC 8259 §4, RFC 8725).

use std::collections::HashSet;
use std::fmt;

use serde::de::{
    DeserializeOwned, DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor,
};

/// Why bytes are not JSON we read.
#[derive(Debug, thiserror::Error)]
#[error("not acceptable json: {0}")]
pub struct StrictJsonError(serde_json::Error);

/// Reads `bytes` as `T`. Objects and arrays may nest [`MAX_DEPTH`] deep.
///
/// # Errors
/// Broken JSON, a member named twice in one object at any depth, deeper nesting, trailing bytes, or not a `T`.
pub fn parse<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, StrictJsonError> {
    let mut reader = serde_json::Deserializer::from_slice(bytes);
    Checked {
        levels_left: MAX_DEPTH,
    }
    .deserialize(&mut reader)
    .and_then(|()| reader.end())
    .map_err(StrictJsonError)?;
    serde_json::from_slice(bytes).map_err(StrictJsonError)
}

/// Walks a document, keeping nothing but the names of the object at hand.
#[derive(Clone, Copy)]
struct Checked {
    levels_left: usize,
}

impl Checked {
    fn inside<E: Error>(self) -> Result<Self, E> {
        let levels_left = self
            .levels_left
            .checked_sub(1)
            .ok_or_else(|| E::custom("nested too deep"))?;
        Ok(Self { levels_left })
    }
}

impl<'de> DeserializeSeed<'de> for Checked {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Checked {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("json")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        let inside = self.inside()?;
        let mut seen = HashSet::new();
        while let Some(name) = map.next_key::<String>()? {
            if !seen.insert(name) {
                return Err(A::Error::custom("a member appears twice"));
            }
            map.next_value_seed(inside)?;
        }
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<(), A::Error> {
        let inside = self.inside()?;
        while items.next_element_seed(inside)?.is_some() {}
        Ok(())
    }

    fn visit_unit<E>(self) -> Result<(), E> {
        Ok(())
    }

    fn visit_bool<E>(self, _: bool) -> Result<(), E> {
        Ok(())
    }

    fn visit_i64<E>(self, _: i64) -> Result<(), E> {
        Ok(())
    }

    fn visit_u64<E>(self, _: u64) -> Result<(), E> {
        Ok(())
    }

    fn visit_f64<E>(self, _: f64) -> Result<(), E> {
        Ok(())
    }

    fn visit_str<E>(self, _: &str) -> Result<(), E> {
        Ok(())
    }
}

/// Levels of objects and arrays a document may have (R109).
pub const MAX_DEPTH: usize = 16;

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::Value;

    use super::*;

    /// R109: the second of two members must not win, nor the first.
    #[test]
    fn a_member_named_twice_is_refused_at_any_depth() {
        for document in [
            r#"{"aud":"good","aud":"bad"}"#,
            r#"{"a":{"b":[{"c":1,"c":2}]}}"#,
            r#"{"aud":1,"\u0061ud":2}"#,
        ] {
            assert!(parse::<Value>(document.as_bytes()).is_err(), "{document}");
        }
    }

    /// R109: nesting is bounded before anything is built.
    #[test]
    fn sixteen_levels_pass_and_seventeen_do_not() {
        let nested = |levels: usize| format!("{}1{}", "[".repeat(levels), "]".repeat(levels));
        assert!(parse::<Value>(nested(16).as_bytes()).is_ok());
        assert!(parse::<Value>(nested(17).as_bytes()).is_err());
        assert!(parse::<Value>("[".repeat(100_000).as_bytes()).is_err());
    }

    #[test]
    fn anything_after_the_end_is_refused() {
        assert!(parse::<Value>(b"{} {}").is_err());
        assert!(parse::<Value>(b"").is_err());
    }

    proptest! {
        #[test]
        fn what_it_accepts_serde_accepts_with_the_same_meaning(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            if let Ok(value) = parse::<Value>(&bytes) {
                prop_assert_eq!(value, serde_json::from_slice::<Value>(&bytes).unwrap());
            }
        }

        #[test]
        fn no_text_of_json_characters_makes_it_panic(text in r#"[\[\]{}:,"a0-9\\]{0,80}"#) {
            let _ = parse::<Value>(text.as_bytes());
        }
    }
}
