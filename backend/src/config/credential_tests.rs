//! The settings that prove who we are.

use std::io::Write as _;

use super::tests::{good, missing, refused, with};
use super::*;
use crate::clock::UnixTime;
use crate::entra::credential::testing::{CERTIFICATE, KEY, THUMBPRINT};

#[test]
fn client_secret() {
    missing("client_secret");
    refused(
        "client_secret",
        &["", " Zx~", "6731de76-14a6-49ae-97bc-6eba6914391e"],
    );
    let mut file = tempfile::NamedTempFile::new().unwrap();
    writeln!(file, "from~a~file").unwrap();
    let path = file.path().to_str().unwrap();
    let rest = good()
        .into_iter()
        .filter(|(name, _)| *name != "client_secret");
    let config = Config::from_settings(rest.chain([("client_secret_file", path)])).unwrap();
    assert_eq!(config.credentials[0].exposed(), Some("from~a~file"));
    let both = good().into_iter().chain([("client_secret_file", path)]);
    assert!(matches!(
        Config::from_settings(both),
        Err(ConfigError::Twice {
            name: "client_secret",
            ..
        })
    ));
    let rest = good()
        .into_iter()
        .filter(|(name, _)| *name != "client_secret");
    let sentence =
        Config::from_settings(rest.chain([("client_secret_file", "/nowhere/at/all")])).unwrap_err();
    assert!(
        sentence
            .to_string()
            .contains("`client_secret` names /nowhere/at/all"),
        "{sentence}"
    );
}

/// Old and new side by side, each with its end.
#[test]
fn client_secret_expires() {
    let two = "new~secret\r\nold~secret\n";
    let ends = |expires| {
        let config = with(&[("client_secret", two), ("client_secret_expires", expires)]).unwrap();
        let facts = config.credentials.iter().map(Credential::facts);
        facts.map(|facts| facts.expires_at).collect::<Vec<_>>()
    };
    let new_year = UnixTime(1_798_761_600);
    assert_eq!(ends(""), [None, None]);
    assert_eq!(ends("2027-01-01"), [Some(new_year), None]);
    assert_eq!(
        ends("2027-01-01T00:00:01Z 2027-01-01"),
        [Some(new_year.plus(1)), Some(new_year)]
    );
    refused(
        "client_secret_expires",
        &["soon", "2027-02-29", "1/31/2027", "2027-01-01 2027-01-02"],
    );
    refused("client_secret", &["new~secret\n\nold~secret"]);
    let both = with(&[("client_secret", two)]).unwrap().credentials;
    assert_eq!(both[1].exposed(), Some("old~secret"));
}

#[test]
fn client_certificate() {
    let pem = [CERTIFICATE, KEY].concat();
    let config = with(&[("client_certificate", &pem)]).unwrap();
    let names: Vec<_> = config
        .credentials
        .iter()
        .map(|one| one.facts().name)
        .collect();
    assert_eq!(names, [&format!("certificate {THUMBPRINT}"), "secret 1"]);
    refused("client_certificate", &["", "words", CERTIFICATE, KEY]);
    let sentence = with(&[("client_certificate", &pem.replace("MII", "XII"))]);
    let sentence = sentence.unwrap_err().to_string();
    assert!(!sentence.contains("XII"), "{sentence}");

    let mut file = tempfile::NamedTempFile::new().unwrap();
    file.write_all(pem.as_bytes()).unwrap();
    let path = file.path().to_str().unwrap();
    let rest = good()
        .into_iter()
        .filter(|(name, _)| *name != "client_secret");
    let alone = || Config::from_settings(rest.clone().chain([("client_certificate_file", path)]));
    assert_eq!(
        alone().unwrap().credentials.len(),
        1,
        "a secret is not needed then"
    );
    assert_eq!(alone().unwrap().files, [file.path()]);
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        let open = std::fs::Permissions::from_mode(0o640);
        std::fs::set_permissions(file.path(), open).unwrap();
        let sentence = alone().unwrap_err().to_string();
        assert!(sentence.contains("chmod 600"), "{sentence}");
    }
}
