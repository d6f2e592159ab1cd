//! The settings that prove who we are: client secrets, and certificates with their keys.

use std::path::Path;

use connect_outlook_protocol::authority::is_guid;
use connect_outlook_protocol::secret::ClientSecret;

use super::error::ConfigError;
use super::platform::Platform;
use super::reader::missing;
use super::sources::{Sources, Value};
use crate::clock::UnixTime;
use crate::entra::credential::{Certificate, Credential};

/// Certificates before secrets, each kind in the order it stands in its setting.
pub(super) fn read(from: &mut Sources, platform: Platform) -> Result<Vec<Credential>, ConfigError> {
    if platform == Platform::Spa {
        return refuse(from).map(|()| Vec::new());
    }
    let mut credentials = read_certificates(from)?;
    credentials.append(&mut read_secrets(from)?);
    if credentials.is_empty() {
        return Err(missing("client_secret"));
    }
    Ok(credentials)
}

/// Microsoft takes none from a page, and one that is never sent had better not lie around.
fn refuse(from: &mut Sources) -> Result<(), ConfigError> {
    let given = [
        "client_secret",
        "client_secret_expires",
        "client_certificate",
    ];
    match given.iter().find_map(|name| from.take(name)) {
        Some(found) => Err(found.wrong(
            "must not be given where `platform` is spa: Microsoft refuses a credential there",
        )),
        None => Ok(()),
    }
}

/// A private key in a file is for its owner alone.
fn read_certificates(from: &mut Sources) -> Result<Vec<Credential>, ConfigError> {
    let Some(found) = from.take("client_certificate") else {
        return Ok(Vec::new());
    };
    if let Value::InFile(path) = &found.value
        && is_exposed(path)
    {
        let problem = "names a file that others than its owner may read (chmod 600)";
        return Err(found.wrong(problem));
    }
    let read = Certificate::read_all(&found.text()?);
    let certificates = read.map_err(|error| found.wrong(error.to_string()))?;
    Ok(certificates
        .into_iter()
        .map(Credential::certificate)
        .collect())
}

/// One secret a line, and as many ends as are known, in the same order.
fn read_secrets(from: &mut Sources) -> Result<Vec<Credential>, ConfigError> {
    let expires = from.take("client_secret_expires");
    let ends = match &expires {
        Some(found) => ends(&found.text()?).map_err(|problem| found.wrong(problem))?,
        None => Vec::new(),
    };
    let secrets = match from.take("client_secret") {
        Some(found) => secrets(&found.text()?).map_err(|problem| found.wrong(problem))?,
        None => Vec::new(),
    };
    if let Some(found) = expires.filter(|_| ends.len() > secrets.len()) {
        return Err(found.wrong("has more dates than there are secrets"));
    }
    let ends = ends.into_iter().map(Some).chain(std::iter::repeat(None));
    Ok(secrets
        .into_iter()
        .zip(ends)
        .zip(1..)
        .map(|((secret, end), position)| Credential::secret(secret, end, position))
        .collect())
}

fn secrets(text: &str) -> Result<Vec<ClientSecret>, &'static str> {
    // A text without any line is one empty secret, and refused like one.
    let lines = text.split('\n').map(|line| line.trim_end_matches('\r'));
    lines.map(client_secret).collect()
}

/// The registration shows two columns, and people copy the wrong one: a secret's id is a GUID, a secret never is.
fn client_secret(text: &str) -> Result<ClientSecret, &'static str> {
    if text.is_empty() || text.trim() != text {
        return Err("must not be empty nor begin or end with a space");
    }
    if is_guid(&text.to_ascii_lowercase()) {
        return Err("is the secret's id; the value stands in the column beside it");
    }
    Ok(ClientSecret::new(text.to_owned()))
}

/// Days, from the beginning of which a secret counts as over, or moments.
fn ends(text: &str) -> Result<Vec<UnixTime>, &'static str> {
    text.split_whitespace()
        .map(|word| {
            let midnight = UnixTime::from_rfc3339(&format!("{word}T00:00:00Z"));
            midnight
                .or_else(|| UnixTime::from_rfc3339(word))
                .ok_or("must be days such as 2027-01-31, or moments such as 2027-01-31T12:00:00Z")
        })
        .collect()
}

#[cfg(unix)]
fn is_exposed(path: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt as _;
    // One that cannot be looked at cannot be read either, and that is told when it is read.
    std::fs::metadata(path).is_ok_and(|found| found.permissions().mode() & 0o077 != 0)
}

#[cfg(not(unix))]
fn is_exposed(_: &Path) -> bool {
    false
}
