//! The emulator's switches, where settings come from, and that the example tells the truth about all of them.

use std::collections::BTreeSet;
use std::io::Write as _;

use super::tests::{KEY, good, refused, with};
use super::*;

/// R6, R11: an emulator is on this machine, and so is the site that trusts it.
#[test]
fn insecure_entra_origin() {
    insecure_origin("insecure_entra_origin");
    let config = with(&[
        ("public_url", "http://localhost:8400"),
        ("insecure_entra_origin", "http://127.0.0.1:8401/"),
    ])
    .unwrap();
    assert_eq!(
        config.authority.token_endpoint(),
        "http://127.0.0.1:8401/common/oauth2/v2.0/token"
    );
    assert_eq!(
        (config.entra_trust, config.graph_trust),
        (Trust::InsecureLoopback, Trust::System)
    );
}

/// R6, R11
#[test]
fn insecure_graph_origin() {
    insecure_origin("insecure_graph_origin");
    let config = with(&[
        ("public_url", "http://localhost:8400"),
        ("insecure_graph_origin", "http://[::1]:8401"),
    ])
    .unwrap();
    assert_eq!(
        (config.graph_origin.as_str(), config.graph_trust),
        ("http://[::1]:8401", Trust::InsecureLoopback)
    );
}

/// R11, F19: an emulator's own authority is believed about the emulator, and about nobody else.
#[test]
fn insecure_authority() {
    let authority = include_str!("../entra/credential/testing/certificate.pem");
    refused("insecure_authority", &[authority, "no certificate"]);
    let loopback = [
        ("public_url", "http://localhost:8400"),
        ("insecure_authority", authority),
        ("insecure_entra_origin", "https://127.0.0.1:8401"),
    ];
    let config = with(&loopback).unwrap();
    assert!(
        matches!(&config.entra_trust, Trust::InsecureAuthority(believed) if **believed == *authority.trim_end())
    );
    assert_eq!(config.graph_trust, Trust::System);
    let nonsense = [loopback[0], ("insecure_authority", "no certificate")];
    assert!(with(&nonsense).is_err());
}

fn insecure_origin(name: &str) {
    refused(name, &["http://127.0.0.1:8401"]);
    for bad in [
        "http://emulator:8401",
        "https://127.0.0.1:8401",
        "http://192.168.0.1:8401",
        "http://0.0.0.0:8401",
    ] {
        let sentence = with(&[("public_url", "http://localhost:8400"), (name, bad)])
            .unwrap_err()
            .to_string();
        assert!(sentence.contains(&format!("`{name}`")), "{sentence}");
    }
}

#[test]
fn the_environment_wins_over_the_file() {
    let mut file = tempfile::NamedTempFile::new().unwrap();
    writeln!(file, "tenant = 'consumers'\nlisten = '127.0.0.1:1'\nscopes = ['openid', 'profile', 'offline_access', 'Mail.Read']").unwrap();
    let environment = [
        ("CONNECT_OUTLOOK_TENANT", "organizations"),
        ("CONNECT_OUTLOOK_CONFIG", "x"),
        ("HOME", "/"),
    ]
    .map(|(name, text)| (name.to_owned(), text.to_owned()));
    let sources = Sources::given(good())
        .unwrap()
        .with_file(file.path())
        .unwrap()
        .with_environment(environment)
        .unwrap();
    let config = Config::from_sources(sources).unwrap();
    assert_eq!(config.authority.tenant().segment(), "organizations");
    assert_eq!((config.listen.port(), config.scopes.iter().count()), (1, 4));
}

#[test]
fn a_misspelt_setting_stops_the_start_wherever_it_stands() {
    let variable = [(
        "CONNECT_OUTLOOK_CLIENT_SECERT".to_owned(),
        "hunter2".to_owned(),
    )];
    let sentence = Sources::default()
        .with_environment(variable)
        .err()
        .unwrap()
        .to_string();
    assert!(
        sentence.contains("CONNECT_OUTLOOK_CLIENT_SECERT") && !sentence.contains("hunter2"),
        "{sentence}"
    );
    assert!(matches!(
        with(&[("tenant_file", "/x")]),
        Err(ConfigError::Unknown { .. })
    ));
}

/// L1: no sentence about the file quotes it.
#[test]
fn a_broken_file_is_named_and_not_quoted() {
    for text in [
        "client_secret = hunter2",
        "client_secret = { hunter2 = 1 }",
        "tenant = 'a'\ntenant = 'hunter2'",
    ] {
        let mut file = tempfile::NamedTempFile::new().unwrap();
        writeln!(file, "{text}").unwrap();
        let sentence = Sources::default()
            .with_file(file.path())
            .err()
            .unwrap()
            .to_string();
        assert!(
            sentence.contains(file.path().to_str().unwrap()) && !sentence.contains("hunter2"),
            "{sentence}"
        );
    }
    assert!(matches!(
        Config::read(Some(std::path::Path::new("/nowhere")), []),
        Err(ConfigError::File { .. })
    ));
}

/// L1, R123
#[test]
fn a_configuration_does_not_print_its_secrets() {
    let text = format!("{:?}", with(&[]).unwrap());
    assert!(
        !text.contains("Zx~8Q~") && !text.contains(&KEY[..16]),
        "{text}"
    );
}

const EXAMPLE: &str = include_str!("../../connect-outlook.example.toml");

/// The lines of the example that set something, those commented out included.
fn example_settings() -> Vec<(String, String)> {
    let lines = EXAMPLE
        .lines()
        .map(|line| line.trim_start_matches("# "))
        .filter(|line| {
            line.split_once(" = ").is_some_and(|(name, _)| {
                name.bytes()
                    .all(|byte| byte.is_ascii_lowercase() || byte == b'_')
            })
        });
    let table: toml::Table = lines.collect::<Vec<_>>().join("\n").parse().unwrap();
    table
        .into_iter()
        .map(|(name, value)| (name, value.as_str().map_or_else(String::new, str::to_owned)))
        .collect()
}

#[test]
fn the_example_explains_every_setting_and_no_other() {
    let explained: BTreeSet<_> = example_settings()
        .into_iter()
        .map(|(name, _)| name)
        .collect();
    let mut known: BTreeSet<_> = SETTINGS
        .iter()
        .map(|setting| setting.name.to_owned())
        .collect();
    known.extend(
        SETTINGS
            .iter()
            .filter(|setting| setting.may_be_file)
            .map(|setting| format!("{}_file", setting.name)),
    );
    assert_eq!(explained, known);
}

/// What the example shows commented out is what holds without it.
#[test]
fn the_defaults_in_the_example_are_the_defaults() {
    let shown: Vec<_> = example_settings()
        .into_iter()
        .filter(|(name, text)| {
            !name.ends_with("_file") && !name.starts_with("insecure") && !text.is_empty()
        })
        .filter(|(name, _)| !WITHOUT_DEFAULT.contains(&name.as_str()))
        .filter(|(name, _)| good().iter().all(|(needed, _)| needed != name))
        .collect();
    let shown = good().into_iter().chain(
        shown
            .iter()
            .map(|(name, text)| (name.as_str(), text.as_str())),
    );
    let (with_shown, without) = (Config::from_settings(shown).unwrap(), with(&[]).unwrap());
    assert_eq!(format!("{with_shown:?}"), format!("{without:?}"));
}

/// The example shows what they may look like.
const WITHOUT_DEFAULT: [&str; 4] = [
    "client_secret_expires",
    "client_certificate",
    "site_name",
    "completion_urls",
];
