//! Worlds from files, JSON or TOML. A file says what `GET /_emulator/world` says, and may leave out what can be guessed;
//! the README of this crate has the rules and an example.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};

use super::{CONSUMERS_TENANT_ID, Person, World};

/// Why a world cannot be read from a file. Correct the file.
#[derive(Debug, thiserror::Error)]
pub enum WorldFileError {
    /// It cannot be read at all.
    #[error("the world file {} cannot be read: {source}", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// What the operating system says.
        source: io::Error,
    },
    /// It is neither JSON nor TOML.
    #[error("the world file {} is not in order: {reason}", path.display())]
    Malformed {
        /// The file.
        path: PathBuf,
        /// What the parser says.
        reason: String,
    },
    /// It is well-formed, but no world.
    #[error("the world file {}: {reason}", path.display())]
    NoWorld {
        /// The file.
        path: PathBuf,
        /// What is missing or contradicts itself.
        reason: String,
    },
}

impl World {
    /// The world of a file: TOML if its name ends in `.toml`, JSON otherwise. `now` (unix seconds) is what secrets count
    /// `expires_in_days` from.
    ///
    /// # Errors
    /// [`WorldFileError`], by what is wrong with the file.
    pub fn from_file(path: &Path, now: i64) -> Result<Self, WorldFileError> {
        let text = fs::read_to_string(path).map_err(|source| WorldFileError::Unreadable {
            path: path.to_owned(),
            source,
        })?;
        let is_toml = path.extension().is_some_and(|end| end == "toml");
        let value = match is_toml {
            true => toml::from_str(&text).map_err(|error| error.to_string()),
            false => serde_json::from_str(&text).map_err(|error| error.to_string()),
        };
        let value: Value = value.map_err(|reason| WorldFileError::Malformed {
            path: path.to_owned(),
            reason,
        })?;
        Self::from_value(value, now).map_err(|reason| WorldFileError::NoWorld {
            path: path.to_owned(),
            reason,
        })
    }

    fn from_value(mut value: Value, now: i64) -> Result<Self, String> {
        for (list, complete) in [
            (
                "tenants",
                complete_tenant as fn(&mut Map<String, Value>, i64),
            ),
            ("people", complete_person),
            ("applications", complete_application),
        ] {
            for entry in entries(&mut value, list)? {
                complete(entry, now);
            }
        }
        let tenants = tenant_ids(&value);
        for (list, field) in [("people", "tenant"), ("applications", "home_tenant")] {
            for entry in entries(&mut value, list)? {
                name_tenant(entry, field, &tenants)?;
            }
        }
        name_sharers(&mut value)?;
        let world: Self = serde_json::from_value(value).map_err(|error| error.to_string())?;
        world.check().map(|()| world)
    }

    /// Adds a person; what a world file may leave out may be left out here too.
    ///
    /// # Errors
    /// A sentence that says what is missing or contradicts this world, which then stays as it was.
    pub(crate) fn add_person(&mut self, mut entry: Value) -> Result<Person, String> {
        let tenants: Vec<_> = self
            .tenants
            .iter()
            .map(|tenant| (tenant.domain.clone(), tenant.id.to_string()))
            .collect();
        let fields = entry.as_object_mut().ok_or("a person is an object")?;
        complete_person(fields, 0);
        name_tenant(fields, "tenant", &tenants)?;
        let person: Person = serde_json::from_value(entry).map_err(|error| error.to_string())?;
        self.people.push(person.clone());
        self.check()
            .inspect_err(|_| {
                self.people.pop();
            })
            .map(|()| person)
    }

    /// Whether identifiers are unique; the rest is checked by name while reading.
    fn check(&self) -> Result<(), String> {
        let all = [
            self.tenants
                .iter()
                .map(|tenant| tenant.id.as_str())
                .collect::<Vec<_>>(),
            self.people
                .iter()
                .map(|person| person.id.as_str())
                .collect(),
            self.people
                .iter()
                .map(|person| person.address.as_str())
                .collect(),
            self.applications
                .iter()
                .map(|app| app.client_id.as_str())
                .collect(),
        ];
        for mut names in all {
            names.sort_unstable();
            if let Some(twice) = names
                .windows(2)
                .find(|pair| pair[0].eq_ignore_ascii_case(pair[1]))
            {
                return Err(format!("`{}` stands there twice", twice[0]));
            }
        }
        Ok(())
    }
}

fn entries<'value>(
    value: &'value mut Value,
    list: &str,
) -> Result<Vec<&'value mut Map<String, Value>>, String> {
    let missing = || format!("there is no list `{list}`");
    let entries = value.get_mut(list).ok_or_else(missing)?;
    let entries = entries.as_array_mut().ok_or_else(missing)?;
    entries
        .iter_mut()
        .map(|entry| {
            entry
                .as_object_mut()
                .ok_or_else(|| format!("an entry of `{list}` is no table"))
        })
        .collect()
}

fn complete_tenant(tenant: &mut Map<String, Value>, _now: i64) {
    let personal = tenant.get("kind") == Some(&json!("personal"));
    fill(tenant, "kind", json!("company"));
    let id = match personal {
        true => CONSUMERS_TENANT_ID.to_owned(),
        false => derived(tenant, "tenant", "domain"),
    };
    fill(tenant, "id", json!(id));
    fill(tenant, "consent_policy", json!("legacy"));
    fill(tenant, "email_claim", json!(true));
}

fn complete_person(person: &mut Map<String, Value>, _now: i64) {
    let address = text(person, "address");
    let name = address.split('@').next().unwrap_or_default().to_owned();
    let id = derived(person, "person", "address");
    fill(person, "id", json!(id));
    fill(person, "password", json!(format!("emulated-{name}")));
    fill(person, "role", json!("member"));
    fill(person, "job_title", json!(""));
    fill(person, "mailbox", json!(true));
    fill(person, "conditional_access", json!("allow"));
}

fn complete_application(application: &mut Map<String, Value>, now: i64) {
    let id = derived(application, "application", "name");
    fill(application, "client_id", json!(id));
    fill(application, "verified_publisher", Value::Null);
    fill(application, "assigned_people", Value::Null);
    fill(application, "redirect_uris", json!([]));
    fill(application, "permissions", json!(PERMISSIONS));
    fill(application, "secrets", json!([]));
    let secrets = application.get_mut("secrets").and_then(Value::as_array_mut);
    for secret in secrets
        .into_iter()
        .flatten()
        .filter_map(Value::as_object_mut)
    {
        let id = derived(secret, "secret", "value");
        fill(secret, "id", json!(id));
        let days = secret
            .remove("expires_in_days")
            .and_then(|days| days.as_i64());
        let days = days.unwrap_or(DEFAULT_SECRET_LIFE);
        fill(secret, "expires_at", json!(now + days * DAY));
    }
}

/// Tenants may be named by their domain.
fn tenant_ids(value: &Value) -> Vec<(String, String)> {
    let tenants = value["tenants"].as_array().into_iter().flatten();
    let named = |tenant: &Value, field: &str| tenant[field].as_str().unwrap_or_default().to_owned();
    tenants
        .map(|tenant| (named(tenant, "domain"), named(tenant, "id")))
        .collect()
}

fn name_tenant(
    entry: &mut Map<String, Value>,
    field: &str,
    tenants: &[(String, String)],
) -> Result<(), String> {
    let named = text(entry, field);
    let mut fitting = tenants.iter().filter(|(domain, id)| {
        named.eq_ignore_ascii_case(domain) || named.eq_ignore_ascii_case(id)
    });
    match fitting.next() {
        Some((_, id)) => {
            entry.insert(field.to_owned(), json!(id));
            Ok(())
        }
        None => Err(format!(
            "`{field}` names `{named}`, which is no tenant of this world"
        )),
    }
}

/// Shares may be left out; whom they name may be named by address.
fn name_sharers(value: &mut Value) -> Result<(), String> {
    let people = value["people"].as_array().into_iter().flatten();
    let named = |person: &Value, field: &str| person[field].as_str().unwrap_or_default().to_owned();
    let people: Vec<_> = people
        .map(|person| (named(person, "address"), named(person, "id")))
        .collect();
    if value.get("mailbox_shares").is_none() {
        return Ok(());
    }
    for share in entries(value, "mailbox_shares")? {
        for field in ["mailbox", "with"] {
            let name = text(share, field);
            let mut fitting = people.iter().filter(|(address, id)| {
                name.eq_ignore_ascii_case(address) || name.eq_ignore_ascii_case(id)
            });
            let (_, id) = fitting
                .next()
                .ok_or_else(|| format!("`{field}` names `{name}`, who is nobody of this world"))?;
            share.insert(field.to_owned(), json!(id));
        }
    }
    Ok(())
}

fn fill(entry: &mut Map<String, Value>, field: &str, value: Value) {
    entry.entry(field).or_insert(value);
}

fn text(entry: &Map<String, Value>, field: &str) -> String {
    entry
        .get(field)
        .and_then(Value::as_str)
        .unwrap_or_default()
        .to_owned()
}

/// An id that is the same for the same entry, so that a file without ids means the same world every time.
fn derived(entry: &Map<String, Value>, kind: &str, field: &str) -> String {
    let digest = Sha256::digest(format!("{kind}\n{}", text(entry, field).to_lowercase()));
    let mut bytes = [0; 16];
    bytes.copy_from_slice(&digest[..16]);
    uuid::Builder::from_custom_bytes(bytes)
        .into_uuid()
        .to_string()
}

/// What apps ask for unless they say otherwise.
const PERMISSIONS: [&str; 7] = [
    "openid",
    "profile",
    "email",
    "offline_access",
    "User.Read",
    "Mail.Read",
    "Mail.Send",
];
const DAY: i64 = 86_400;
/// Days.
const DEFAULT_SECRET_LIFE: i64 = 540;
