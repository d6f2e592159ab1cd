//! Looking for many secrets in one pass: logs are long, and a server keeps many files.

use std::collections::HashMap;

use crate::canaries::Secret;

/// Spellings of secrets by their first bytes, and a sieve in front of them.
#[derive(Debug)]
pub struct Sought {
    kinds: Vec<&'static str>,
    sieve: Vec<bool>,
    /// The rest of each spelling, and whose it is.
    by_beginning: HashMap<Beginning, Vec<(Vec<u8>, usize)>>,
}

type Beginning = [u8; 8];

impl Sought {
    /// Prepares the search.
    ///
    /// # Panics
    /// If a secret is too short to be told from anything else.
    #[must_use]
    pub fn new(secrets: &[Secret]) -> Self {
        let mut sought = Self {
            kinds: secrets.iter().map(|secret| secret.kind).collect(),
            sieve: vec![false; 1 << SIEVE_BITS],
            by_beginning: HashMap::new(),
        };
        for (whose, secret) in secrets.iter().enumerate() {
            for spelling in secret.spellings() {
                let (beginning, rest) = spelling
                    .as_bytes()
                    .split_first_chunk()
                    .expect("a long secret");
                sought.sieve[mesh(u64::from_le_bytes(*beginning))] = true;
                let same = sought.by_beginning.entry(*beginning).or_default();
                same.push((rest.to_vec(), whose));
            }
        }
        sought
    }

    /// What of it `bytes` hold, each secret once, with where that is.
    #[must_use]
    pub fn hits(&self, bytes: &[u8], place: &str) -> Vec<String> {
        let mut found = vec![false; self.kinds.len()];
        // Without iterators and slices of slices: unoptimised, as tests are, they cost ten times as much, and every
        // story ends with a search.
        let (sieve, length) = (self.sieve.as_slice(), bytes.len());
        let (mut beginning, mut end, least) = (0_u64, 0, size_of::<Beginning>());
        while end < length {
            beginning = (beginning >> 8) | (u64::from(bytes[end]) << 56);
            end += 1;
            if end >= least
                && sieve[mesh(beginning)]
                && let Some(same) = self.by_beginning.get(&beginning.to_le_bytes())
            {
                let rest = &bytes[end..];
                let here = same.iter().filter(|(tail, _)| rest.starts_with(tail));
                here.for_each(|(_, whose)| found[*whose] = true);
            }
        }
        let kinds = self.kinds.iter().zip(found).filter(|(_, found)| *found);
        kinds
            .map(|(kind, _)| format!("a {kind} in {place}"))
            .collect()
    }
}

/// Where a beginning falls: the highest bits of a product with an odd number (Knuth, volume 3, 6.4).
fn mesh(beginning: u64) -> usize {
    (beginning.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> (64 - SIEVE_BITS)) as usize
}

const SIEVE_BITS: u32 = 18;

#[cfg(test)]
mod tests {
    use super::*;

    /// At every place, also the first and the last, and not when a byte is missing.
    #[test]
    fn what_is_there_is_found_wherever_it_is() {
        let secrets = [
            Secret::new("code", "0123456789abcdef"),
            Secret::new("access_token", "0123456789abcdeX"),
        ];
        let sought = Sought::new(&secrets);
        for text in [
            "0123456789abcdef",
            "..0123456789abcdef",
            "0123456789abcdef.",
            "01234567890123456789abcdef",
        ] {
            assert_eq!(
                sought.hits(text.as_bytes(), "a log"),
                ["a code in a log"],
                "{text}"
            );
        }
        for text in ["", "0123456789abcde", "0123456789abcde.f"] {
            assert_eq!(sought.hits(text.as_bytes(), "a log"), [""; 0], "{text}");
        }
    }
}
