//! Whether inputs changed since a step last ran. Not a security matter: a collision
//! would only skip a build.

use std::collections::hash_map::DefaultHasher;
use std::fs;
use std::hash::Hasher;
use std::path::Path;

use crate::stop::{OrStop, Stop};

/// A short summary of named bytes, the same for the same bytes in the same order.
pub(crate) struct Fingerprint(DefaultHasher);

impl Fingerprint {
    /// Of nothing yet.
    pub(crate) fn new() -> Self {
        Self(DefaultHasher::new())
    }

    /// Takes a part in; `name` keeps neighbouring parts apart.
    pub(crate) fn add(&mut self, name: &str, bytes: &[u8]) {
        for part in [name.as_bytes(), bytes] {
            self.0.write_usize(part.len());
            self.0.write(part);
        }
    }

    /// Takes every file of a directory in, by name and content. A missing directory
    /// counts as an empty one.
    ///
    /// # Errors
    /// A file could not be read.
    pub(crate) fn add_dir(&mut self, dir: &Path) -> Result<(), Stop> {
        let mut entries: Vec<_> = fs::read_dir(dir)
            .into_iter()
            .flatten()
            .flatten()
            .map(|entry| entry.path())
            .collect();
        entries.sort();
        for path in entries {
            if path.is_dir() {
                self.add_dir(&path)?;
            } else {
                let bytes =
                    fs::read(&path).or_stop(|| format!("cannot read {}", path.display()))?;
                self.add(&path.to_string_lossy(), &bytes);
            }
        }
        Ok(())
    }

    /// Sixteen hexadecimal digits.
    pub(crate) fn text(&self) -> String {
        format!("{:016x}", self.0.finish())
    }

    /// Eight hexadecimal digits, for names.
    pub(crate) fn short(&self) -> String {
        format!("{:08x}", self.0.finish() >> 32)
    }
}

#[cfg(test)]
mod tests {
    use super::Fingerprint;

    fn of(parts: &[(&str, &str)]) -> String {
        let mut print = Fingerprint::new();
        for (name, bytes) in parts {
            print.add(name, bytes.as_bytes());
        }
        print.text()
    }

    #[test]
    fn the_same_parts_agree_and_moved_borders_do_not() {
        assert_eq!(of(&[("a", "b")]), of(&[("a", "b")]));
        assert_ne!(of(&[("a", "bc")]), of(&[("ab", "c")]));
        assert_ne!(of(&[("a", "b"), ("c", "d")]), of(&[("c", "d"), ("a", "b")]));
    }
}
