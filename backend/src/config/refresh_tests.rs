//! The platform, and refreshing in the background.

use super::tests::{good, refused, with};
use super::*;

/// A page's platform takes no credential, and a server's cannot do without.
#[test]
fn platform() {
    assert!(matches!(
        with(&[("platform", "web")]).unwrap().platform,
        Platform::Web
    ));
    let rest = || {
        good()
            .into_iter()
            .filter(|(name, _)| *name != "client_secret")
    };
    let spa = Config::from_settings(rest().chain([("platform", "spa")])).unwrap();
    assert!(matches!(spa.platform, Platform::Spa));
    let web = Config::from_settings(rest().chain([("platform", "web")]));
    assert!(matches!(
        web,
        Err(ConfigError::Missing {
            name: "client_secret",
            ..
        })
    ));
    let sentence = with(&[("platform", "spa")]).unwrap_err().to_string();
    assert!(
        sentence.contains("`client_secret`") && sentence.contains("spa"),
        "{sentence}"
    );
    refused("platform", &["", "SPA", "public", "single-page"]);
}

#[test]
fn background_refresh() {
    assert!(with(&[]).unwrap().background_refresh);
    assert!(
        !with(&[("background_refresh", "off")])
            .unwrap()
            .background_refresh
    );
    refused("background_refresh", &["", "true", "0", "ON"]);
}

#[test]
fn keep_fresh() {
    assert_eq!(with(&[]).unwrap().keep_fresh, 86_400);
    assert_eq!(
        with(&[("keep_fresh", "7d")]).unwrap().keep_fresh,
        7 * 86_400
    );
    refused("keep_fresh", &["", "59m", "31d", "1"]);
}

/// D7: a hundred thousand at once take ten minutes at the fastest.
#[test]
fn refreshes_per_minute_and_per_tenant() {
    let budgets = |changes: &[(&str, &str)]| {
        let config = with(changes).unwrap();
        (config.refreshes_per_minute, config.refreshes_per_tenant)
    };
    assert_eq!(budgets(&[]), (1_200, 300));
    assert_eq!(budgets(&[("refreshes_per_minute", "100")]), (100, 100));
    assert_eq!(
        budgets(&[
            ("refreshes_per_minute", "9000"),
            ("refreshes_per_tenant", "7")
        ]),
        (9_000, 7)
    );
    refused(
        "refreshes_per_minute",
        &["", "0", "9001", "-1", "+5", "1e3", "many"],
    );
    refused("refreshes_per_tenant", &["", "0", "1201", "x"]);
}
