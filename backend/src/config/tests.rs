//! One test for each setting: what it takes, and the sentence when it does not.

use std::io::Write as _;

use super::*;

pub(super) const KEY: &str = "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f";

pub(super) fn good() -> Vec<(&'static str, &'static str)> {
    vec![
        ("public_url", "https://app.example"),
        ("client_id", "6731de76-14a6-49ae-97bc-6eba6914391e"),
        ("client_secret", "Zx~8Q~secret"),
        ("key", KEY),
    ]
}

pub(super) fn with<'a>(changes: &[(&'a str, &'a str)]) -> Result<Config, ConfigError> {
    let kept = good()
        .into_iter()
        .filter(|(name, _)| changes.iter().all(|(changed, _)| changed != name));
    Config::from_settings(kept.chain(changes.iter().copied()).collect::<Vec<_>>())
}

/// The sentence names the setting.
pub(super) fn refused(name: &str, values: &[&str]) {
    for value in values {
        let sentence = with(&[(name, value)]).unwrap_err().to_string();
        assert!(
            sentence.contains(&format!("`{name}`")),
            "{value}: {sentence}"
        );
    }
}

pub(super) fn missing(name: &str) {
    let rest: Vec<_> = good()
        .into_iter()
        .filter(|(other, _)| *other != name)
        .collect();
    let sentence = Config::from_settings(rest).unwrap_err().to_string();
    assert!(
        sentence.starts_with(&format!("setting `{name}` is missing")),
        "{sentence}"
    );
    assert!(
        sentence.contains(&format!("CONNECT_OUTLOOK_{}", name.to_uppercase())),
        "{sentence}"
    );
}

#[test]
fn four_settings_are_enough() {
    let config = with(&[]).unwrap();
    assert_eq!(config.redirect_uri, "https://app.example/outlook-callback");
    assert_eq!(
        config.authority.token_endpoint(),
        "https://login.microsoftonline.com/common/oauth2/v2.0/token"
    );
    assert_eq!(
        (config.entra_trust, config.graph_trust),
        (Trust::System, Trust::System)
    );
    assert_eq!(config.graph_origin, "https://graph.microsoft.com");
    assert_eq!(
        (
            config.session_idle,
            config.session_absolute,
            config.attempt_lifetime
        ),
        (86_400, 2_592_000, 600)
    );
    assert_eq!(
        (
            config.base_path.as_str(),
            config.listen.to_string().as_str()
        ),
        ("/outlook", "127.0.0.1:8400")
    );
}

#[test]
fn public_url() {
    missing("public_url");
    refused(
        "public_url",
        &[
            "",
            "app.example",
            "http://app.example",
            "https://app.example/path",
            "https://u@app.example",
        ],
    );
    assert_eq!(
        with(&[("public_url", "http://localhost:8400")])
            .unwrap()
            .site
            .as_str(),
        "http://localhost:8400"
    );
}

#[test]
fn base_path() {
    refused(
        "base_path",
        &["", "outlook", "/outlook/", "/{wild}", "/a b"],
    );
    assert_eq!(with(&[("base_path", "/")]).unwrap().base_path, "");
}

#[test]
fn listen() {
    refused("listen", &["", "8400", "localhost", "127.0.0.1:99999"]);
    assert_eq!(with(&[("listen", "[::1]:1")]).unwrap().listen.port(), 1);
}

#[test]
fn metrics_listen() {
    refused("metrics_listen", &["9464", "localhost:9464", "on"]);
    assert_eq!(with(&[]).unwrap().metrics_listen, None);
    let config = with(&[("metrics_listen", "127.0.0.1:9464")]).unwrap();
    assert_eq!(config.metrics_listen.unwrap().port(), 9464);
}

#[test]
fn client_id() {
    missing("client_id");
    refused(
        "client_id",
        &["", "demo", "{6731de76-14a6-49ae-97bc-6eba6914391e}"],
    );
}

#[test]
fn tenant() {
    refused(
        "tenant",
        &[
            "",
            "every one",
            "a/b",
            "https://login.microsoftonline.com/common",
        ],
    );
    assert!(
        with(&[("tenant", "contoso.example")])
            .unwrap()
            .authority
            .keys()
            .contains("/contoso.example/")
    );
}

#[test]
fn cloud() {
    refused("cloud", &["", "Global", "germany"]);
    assert_eq!(
        with(&[("cloud", "china")]).unwrap().graph_origin,
        "https://microsoftgraph.chinacloudapi.cn"
    );
}

/// R10
#[test]
fn scopes() {
    refused(
        "scopes",
        &[
            "",
            "openid",
            "openid profile offline_access User.Read",
            "openid profile Mail.Read",
            "openid profile offline_access Mail.Read Directory.ReadWrite.All",
        ],
    );
    let asked = "openid profile offline_access Mail.ReadWrite Mail.Send";
    assert_eq!(
        with(&[("scopes", asked)]).unwrap().scopes.to_string(),
        asked
    );
}

/// R105
#[test]
fn allowed_tenants() {
    refused(
        "allowed_tenants",
        &["contoso.example", "11111111-aaaa-4bbb-8ccc-222222222222 x"],
    );
    assert_eq!(
        with(&[("allowed_tenants", "11111111-AAAA-4bbb-8ccc-222222222222")])
            .unwrap()
            .allowed_tenants
            .len(),
        1
    );
}

/// R12, R121: without a key nothing starts, and the key's text is in no sentence.
#[test]
fn key() {
    missing("key");
    refused("key", &["", "short", &KEY[1..]]);
    assert!(
        !with(&[("key", "hunter2hunter2")])
            .unwrap_err()
            .to_string()
            .contains("hunter2")
    );
    let other = with(&[("key", &KEY.replace('0', "7"))]).unwrap();
    assert_ne!(
        with(&[]).unwrap().cursor_key.expose(),
        other.cursor_key.expose()
    );
}

/// R121: a key file that others may read is refused; one that only its owner may is the same key as its text.
#[test]
#[cfg(unix)]
fn key_file() {
    use std::os::unix::fs::PermissionsExt as _;
    let mut file = tempfile::NamedTempFile::new().unwrap();
    writeln!(file, "{KEY}").unwrap();
    let path = file.path().to_str().unwrap().to_owned();
    let read = || {
        let rest = good().into_iter().filter(|(name, _)| *name != "key");
        Config::from_settings(
            rest.chain([("key_file", path.as_str())])
                .collect::<Vec<_>>(),
        )
    };
    assert_eq!(
        read().unwrap().cursor_key.expose(),
        with(&[]).unwrap().cursor_key.expose()
    );
    file.as_file()
        .set_permissions(std::fs::Permissions::from_mode(0o644))
        .unwrap();
    let sentence = read().unwrap_err().to_string();
    assert!(
        sentence.starts_with("setting `key` cannot be used"),
        "{sentence}"
    );
}

#[test]
fn database() {
    refused("database", &["", "vault.sqlite", "mysql://u:hunter2@h/d"]);
    assert!(
        !with(&[("database", "mysql://u:hunter2@h/d")])
            .unwrap_err()
            .to_string()
            .contains("hunter2")
    );
    assert_eq!(
        with(&[("database", "sqlite::memory:")]).unwrap().database,
        Location::Memory
    );
    let environment = [("DATABASE_URL".to_owned(), "sqlite:/tmp/x.sqlite".to_owned())];
    let sources = Sources::given(good())
        .unwrap()
        .with_environment(environment)
        .unwrap();
    assert!(matches!(
        Config::from_sources(sources).unwrap().database,
        Location::SqliteFile(_)
    ));
}

#[test]
fn database_connections() {
    refused("database_connections", &["", "0", "501", "-1", "ten"]);
    let config = with(&[("database_connections", "3")]).unwrap();
    assert_eq!(config.database_connections, 3);
}
#[test]
fn log_format() {
    refused("log_format", &["", "xml"]);
    assert_eq!(
        with(&[("log_format", "json")]).unwrap().log_format,
        LogFormat::Json
    );
}
