//! Where settings come from: a TOML file, the environment above it, and whoever builds a configuration in code.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use zeroize::Zeroizing;

use super::error::ConfigError;
use super::settings::{OPTIONS, PREFIX, SETTINGS, Setting};

/// Settings as text, each with the place it was read from. Later places win over earlier ones.
#[derive(Default)]
pub struct Sources {
    found: BTreeMap<&'static str, Found>,
    file: Option<PathBuf>,
}

/// One setting as it was found.
#[derive(Clone)]
pub(super) struct Found {
    pub(super) name: &'static str,
    pub(super) value: Value,
    pub(super) origin: String,
}

#[derive(Clone)]
pub(super) enum Value {
    Text(Zeroizing<String>),
    /// The value stands in this file.
    InFile(PathBuf),
}

impl Sources {
    /// Settings given in code by name: the same checks apply.
    ///
    /// # Errors
    /// [`ConfigError::Unknown`], [`ConfigError::Twice`].
    pub fn given<'a>(
        settings: impl IntoIterator<Item = (&'a str, &'a str)>,
    ) -> Result<Self, ConfigError> {
        let mut sources = Self::default();
        let named = settings
            .into_iter()
            .map(|(name, text)| (name.to_owned(), text.to_owned()));
        sources.put(named.collect(), |_| "the program".to_owned())?;
        Ok(sources)
    }

    /// The environment over the file, if one is named.
    ///
    /// # Errors
    /// As for [`Sources::with_file`] and [`Sources::with_environment`].
    pub fn read(
        file: Option<&Path>,
        environment: impl IntoIterator<Item = (String, String)>,
    ) -> Result<Self, ConfigError> {
        let sources = match file {
            Some(path) => Self::default().with_file(path)?,
            None => Self::default(),
        };
        sources.with_environment(environment)
    }

    /// Adds a TOML file: flat, strings and lists of strings.
    ///
    /// # Errors
    /// [`ConfigError::File`] when it cannot be read, else as for [`Sources::given`].
    pub fn with_file(mut self, path: &Path) -> Result<Self, ConfigError> {
        let unusable = |problem: String| ConfigError::File {
            path: path.to_owned(),
            problem,
        };
        let text = Zeroizing::new(
            fs::read_to_string(path)
                .map_err(|error| unusable(format!("cannot be read: {error}")))?,
        );
        // The parser's own words may quote the line, and the line may hold a secret.
        let table: toml::Table = text.parse().map_err(|error: toml::de::Error| {
            let line = error
                .span()
                .map_or(0, |span| text[..span.start].lines().count().max(1));
            unusable(format!("is not TOML (line {line})"))
        })?;
        let mut named = Vec::new();
        for (name, value) in table {
            let text = flat(&value).ok_or_else(|| {
                unusable(format!(
                    "has a `{name}` that is neither text nor a list of texts"
                ))
            })?;
            named.push((name, text));
        }
        self.put(named, |_| path.display().to_string())?;
        self.file = Some(path.to_owned());
        Ok(self)
    }

    /// Adds the variables of the environment that begin with [`PREFIX`], and `DATABASE_URL`.
    ///
    /// # Errors
    /// As for [`Sources::given`]: a misspelt variable stops the start.
    pub fn with_environment(
        mut self,
        variables: impl IntoIterator<Item = (String, String)>,
    ) -> Result<Self, ConfigError> {
        let mut named = Vec::new();
        for (variable, text) in variables {
            if variable == DATABASE_URL {
                self.put(vec![("database".to_owned(), text)], |_| {
                    DATABASE_URL.to_owned()
                })?;
            } else if let Some(name) = variable.strip_prefix(PREFIX)
                && !OPTIONS.contains(&variable.as_str())
            {
                named.push((name.to_lowercase(), text));
            }
        }
        self.put(named, |name| format!("{PREFIX}{}", name.to_uppercase()))?;
        Ok(self)
    }

    /// The file of settings and those that hold one setting each.
    pub(super) fn files(&self) -> Vec<PathBuf> {
        let single = self.found.values().filter_map(|found| match &found.value {
            Value::InFile(path) => Some(path.clone()),
            Value::Text(_) => None,
        });
        self.file.iter().cloned().chain(single).collect()
    }

    pub(super) fn take(&mut self, name: &'static str) -> Option<Found> {
        self.found.remove(name)
    }

    fn put(
        &mut self,
        named: Vec<(String, String)>,
        origin: impl Fn(&str) -> String,
    ) -> Result<(), ConfigError> {
        let mut here: BTreeMap<&'static str, Found> = BTreeMap::new();
        for (written, text) in named {
            let text = Zeroizing::new(text);
            let (setting, in_file) = find(&written).ok_or_else(|| ConfigError::Unknown {
                name: written.clone(),
                origin: origin(&written),
            })?;
            let value = if in_file {
                Value::InFile(PathBuf::from(text.as_str()))
            } else {
                Value::Text(text)
            };
            let found = Found {
                name: setting.name,
                value,
                origin: origin(&written),
            };
            if let Some(twice) = here.insert(setting.name, found) {
                return Err(ConfigError::Twice {
                    name: setting.name,
                    origin: twice.origin,
                });
            }
        }
        self.found.append(&mut here);
        Ok(())
    }
}

impl Found {
    /// The value, read from its file if it stands in one; the line break at a file's end is not part of it.
    pub(super) fn text(&self) -> Result<Zeroizing<String>, ConfigError> {
        let text = match &self.value {
            Value::Text(text) => text.clone(),
            Value::InFile(path) => {
                let text = fs::read_to_string(path).map_err(|error| {
                    self.wrong(format!(
                        "names {} which cannot be read: {error}",
                        path.display()
                    ))
                })?;
                Zeroizing::new(text)
            }
        };
        Ok(Zeroizing::new(
            text.trim_end_matches(['\r', '\n']).to_owned(),
        ))
    }

    pub(super) fn wrong(&self, problem: impl Into<String>) -> ConfigError {
        ConfigError::Wrong {
            name: self.name,
            problem: problem.into(),
            origin: self.origin.clone(),
        }
    }
}

fn find(written: &str) -> Option<(&'static Setting, bool)> {
    SETTINGS.iter().find_map(|setting| {
        if setting.name == written {
            return Some((setting, false));
        }
        let base = written.strip_suffix("_file")?;
        (setting.may_be_file && setting.name == base).then_some((setting, true))
    })
}

fn flat(value: &toml::Value) -> Option<String> {
    match value {
        toml::Value::String(text) => Some(text.clone()),
        toml::Value::Array(items) => {
            let words: Option<Vec<_>> = items.iter().map(toml::Value::as_str).collect();
            Some(words?.join(" "))
        }
        _ => None,
    }
}

const DATABASE_URL: &str = "DATABASE_URL";
