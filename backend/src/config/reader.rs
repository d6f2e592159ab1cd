//! From text to types, one setting after the other.

use std::fs;
use std::net::SocketAddr;
use std::sync::Arc;

use connect_outlook_protocol::authority::{Authority, Cloud, Tenant, is_guid};
use connect_outlook_protocol::scope::{self, Scopes};
use zeroize::Zeroizing;

use super::address::{self, SiteOrigin};
use super::error::ConfigError;
use super::limits::{self, networks};
use super::sources::{Found, Sources, Value};
use super::{Config, CursorKey, VaultConfig, credentials, links, platform, webhooks};
use crate::log::LogFormat;
use crate::outbound::{Trust, certificates};
use crate::vault::{KeyRing, Location};

pub(super) fn read(mut from: Sources) -> Result<Config, ConfigError> {
    let files = from.files();
    let site = needed(&mut from, "public_url", SiteOrigin::parse)?;
    let (authority, entra_trust, graph_origin, graph_trust) = read_microsoft(&mut from, &site)?;
    let (session_idle, session_absolute) = read_session_limits(&mut from)?;
    let (keys, cursor_key) = read_keys(&mut from)?;
    let base_path = optional(&mut from, "base_path", "/outlook", address::base_path)?;
    let (refreshes_per_minute, refreshes_per_tenant) = read_budgets(&mut from)?;
    let platform = optional(&mut from, "platform", "web", platform::parse)?;
    Ok(Config {
        listen: optional(&mut from, "listen", "127.0.0.1:8400", socket_address)?,
        metrics_listen: optional(&mut from, "metrics_listen", "", no_or_socket_address)?,
        client_id: needed(&mut from, "client_id", client_id)?,
        credentials: credentials::read(&mut from, platform)?,
        platform,
        redirect_uri: read_redirect_uri(&mut from, &site)?,
        server_redirect_uri: read_server_redirect_uri(&mut from, &site, &base_path)?,
        scopes: optional(&mut from, "scopes", DEFAULT_SCOPES, scopes)?,
        allowed_tenants: optional(&mut from, "allowed_tenants", "", tenant_ids)?,
        database: optional(&mut from, "database", DEFAULT_DATABASE, database)?,
        database_connections: optional(&mut from, "database_connections", "10", connections)?,
        attempt_lifetime: optional(&mut from, "attempt_lifetime", "10m", |text| {
            seconds(text, MINUTE, 10 * MINUTE).ok_or("must be a time from 1m to 10m")
        })?,
        bearer_origins: optional(&mut from, "bearer_origins", "", origins)?,
        limits: limits::read(&mut from)?,
        links: links::read(&mut from, &site)?,
        webhooks: webhooks::read(&mut from, Some(&site))?,
        tell_webhooks: optional(&mut from, "tell_webhooks", "on", on_or_off)?,
        trusted_proxies: optional(&mut from, "trusted_proxies", "127.0.0.0/8 ::1", networks)?,
        background_refresh: optional(&mut from, "background_refresh", "on", on_or_off)?,
        keep_fresh: optional(&mut from, "keep_fresh", "24h", |text| {
            seconds(text, HOUR, 30 * DAY).ok_or("must be a time from 1h to 30d")
        })?,
        refreshes_per_minute,
        refreshes_per_tenant,
        outbound_at_once: optional(&mut from, "outbound_at_once", "256", |text| {
            number(text, 8..=10_000).ok_or("must be a number from 8 to 10000")
        })?,
        log_format: optional(&mut from, "log_format", "text", log_format)?,
        site,
        base_path,
        authority,
        entra_trust,
        graph_origin,
        graph_trust,
        keys,
        cursor_key,
        session_idle,
        session_absolute,
        files,
    })
}

pub(super) fn read_vault(mut from: Sources) -> Result<VaultConfig, ConfigError> {
    let (keys, _) = read_keys(&mut from)?;
    let database = optional(&mut from, "database", DEFAULT_DATABASE, database)?;
    // The same switch as for `serve`, where it is judged with the site.
    let webhooks = webhooks::read(&mut from, None)?;
    Ok(VaultConfig {
        keys,
        database,
        webhooks,
    })
}

/// The hosts come from the compiled list (R6), or, both ends on this machine, from an emulator (R11).
fn read_microsoft(
    from: &mut Sources,
    site: &SiteOrigin,
) -> Result<(Authority, Trust, String, Trust), ConfigError> {
    let tenant = optional(from, "tenant", "common", tenant)?;
    let cloud = optional(from, "cloud", "global", cloud)?;
    let mut authority = Authority::new(cloud, tenant);
    let (mut graph, mut entra_trust, mut graph_trust) = (
        cloud.graph_origin().to_owned(),
        Trust::System,
        Trust::System,
    );
    let believed = read_insecure_authority(from, site)?;
    let read = |from: &mut Sources, name| read_insecure_origin(from, name, site, believed.as_ref());
    if let Some((origin, trust)) = read(from, "insecure_entra_origin")? {
        (authority, entra_trust) = (authority.with_insecure_origin(&origin), trust);
    }
    if let Some(found) = read(from, "insecure_graph_origin")? {
        (graph, graph_trust) = found;
    }
    Ok((authority, entra_trust, graph, graph_trust))
}

fn read_insecure_origin(
    from: &mut Sources,
    name: &'static str,
    site: &SiteOrigin,
    believed: Option<&Arc<str>>,
) -> Result<Option<(String, Trust)>, ConfigError> {
    let Some(found) = take_on_loopback(from, name, site)? else {
        return Ok(None);
    };
    let origin = address::insecure_origin(&found.text()?, believed.is_some())
        .map_err(|problem| found.wrong(problem))?;
    let trust = match believed {
        Some(authority) if origin.starts_with("https:") => {
            Trust::InsecureAuthority(Arc::clone(authority))
        }
        _ => Trust::InsecureLoopback,
    };
    Ok(Some((origin, trust)))
}

/// Whom an emulator that speaks HTTPS is believed by. Nobody else is.
fn read_insecure_authority(
    from: &mut Sources,
    site: &SiteOrigin,
) -> Result<Option<Arc<str>>, ConfigError> {
    let Some(found) = take_on_loopback(from, "insecure_authority", site)? else {
        return Ok(None);
    };
    let text = found.text()?;
    let authority = certificates(&text).is_ok_and(|found| !found.is_empty());
    let wrong =
        "must be a certificate in PEM, or `insecure_authority_file` must name a file with one";
    authority
        .then(|| Some(Arc::from(text.as_str())))
        .ok_or_else(|| found.wrong(wrong))
}

pub(super) fn take_on_loopback(
    from: &mut Sources,
    name: &'static str,
    site: &SiteOrigin,
) -> Result<Option<Found>, ConfigError> {
    match from.take(name) {
        Some(found) if !site.is_loopback() => {
            Err(found.wrong("is allowed only where `public_url` is a loopback address"))
        }
        found => Ok(found),
    }
}

fn read_redirect_uri(from: &mut Sources, site: &SiteOrigin) -> Result<String, ConfigError> {
    let default = format!("{}/outlook-callback", site.as_str());
    optional(from, "redirect_uri", &default, address::redirect_uri)
}

fn read_server_redirect_uri(
    from: &mut Sources,
    site: &SiteOrigin,
    base_path: &str,
) -> Result<String, ConfigError> {
    let default = format!("{}{base_path}/v1/callback", site.as_str());
    optional(from, "server_redirect_uri", &default, address::redirect_uri)
}

fn read_session_limits(from: &mut Sources) -> Result<(i64, i64), ConfigError> {
    let absolute = optional(from, "session_absolute", "30d", |text| {
        seconds(text, MINUTE, NINETY_DAYS).ok_or("must be a time from 1m to 90d")
    })?;
    let default = format!("{}s", absolute.min(DAY));
    let idle = optional(from, "session_idle", &default, |text| {
        seconds(text, MINUTE, absolute).ok_or("must be a time from 1m to `session_absolute`")
    })?;
    Ok((idle, absolute))
}

/// D7: a hundred thousand that are due at once take ten minutes at the fastest.
fn read_budgets(from: &mut Sources) -> Result<(u32, u32), ConfigError> {
    let all = optional(from, "refreshes_per_minute", "1200", |text| {
        number(text, 1..=9_000).ok_or("must be a number from 1 to 9000")
    })?;
    let default = all.min(300).to_string();
    let tenant = optional(from, "refreshes_per_tenant", &default, |text| {
        number(text, 1..=all).ok_or("must be a number from 1 to `refreshes_per_minute`")
    })?;
    Ok((all, tenant))
}

/// R121: the vault refuses a key file that others may read.
fn read_keys(from: &mut Sources) -> Result<(KeyRing, CursorKey), ConfigError> {
    let found = from.take("key").ok_or_else(|| missing("key"))?;
    let ring = match &found.value {
        Value::Text(text) => KeyRing::parse(text),
        Value::InFile(path) => KeyRing::from_file(path),
    };
    let ring = ring.map_err(|error| found.wrong(format!("cannot be used: {error}")))?;
    let text = match &found.value {
        Value::Text(text) => text.clone(),
        Value::InFile(path) => fs::read_to_string(path)
            .map(Zeroizing::new)
            .map_err(|error| found.wrong(format!("cannot be read: {error}")))?,
    };
    Ok((ring, CursorKey::derive(text.trim())))
}

fn needed<T>(
    from: &mut Sources,
    name: &'static str,
    parse: impl Fn(&str) -> Result<T, &'static str>,
) -> Result<T, ConfigError> {
    let found = from.take(name).ok_or_else(|| missing(name))?;
    parse(&found.text()?).map_err(|problem| found.wrong(problem))
}

pub(super) fn missing(name: &'static str) -> ConfigError {
    let hint = match name {
        "public_url" => "the site's address, such as https://app.example",
        "client_id" => "the registration's application id",
        "client_secret" => "the registration's secret; or a certificate as `client_certificate`",
        _ => {
            "the key that seals the vault; `connect-outlook keys new FILE` makes one for `key_file`"
        }
    };
    ConfigError::Missing { name, hint }
}

pub(super) fn optional<T>(
    from: &mut Sources,
    name: &'static str,
    default: &str,
    parse: impl Fn(&str) -> Result<T, &'static str>,
) -> Result<T, ConfigError> {
    let default = Found {
        name,
        value: Value::Text(Zeroizing::new(default.to_owned())),
        origin: "the default".to_owned(),
    };
    let found = from.take(name).unwrap_or(default);
    parse(&found.text()?).map_err(|problem| found.wrong(problem))
}

fn socket_address(text: &str) -> Result<SocketAddr, &'static str> {
    text.parse()
        .map_err(|_| "must be an address and a port, such as 127.0.0.1:8400")
}

fn no_or_socket_address(text: &str) -> Result<Option<SocketAddr>, &'static str> {
    if text.is_empty() {
        return Ok(None);
    }
    socket_address(text).map(Some)
}

fn client_id(text: &str) -> Result<String, &'static str> {
    let id = text.to_ascii_lowercase();
    if is_guid(&id) {
        Ok(id)
    } else {
        Err("must be a GUID, as the registration shows it")
    }
}

fn tenant(text: &str) -> Result<Tenant, &'static str> {
    Tenant::parse(text)
        .ok_or("must be common, organizations, consumers, a directory id or a domain")
}

fn cloud(text: &str) -> Result<Cloud, &'static str> {
    Cloud::parse(text).ok_or("must be global, us_government or china")
}

fn scopes(text: &str) -> Result<Scopes, &'static str> {
    let scopes = Scopes::parse(text);
    if scopes.iter().any(|scope| scope::facts(scope).is_none()) {
        return Err("holds a scope that this server does not know");
    }
    if NEEDED_SCOPES.iter().any(|needed| !scopes.contains(needed)) {
        return Err("must hold openid, profile, offline_access, and Mail.Read or Mail.ReadWrite");
    }
    if !scopes.contains("Mail.Read") && !scopes.contains("Mail.ReadWrite") {
        return Err("must hold Mail.Read or Mail.ReadWrite");
    }
    Ok(scopes)
}

fn tenant_ids(text: &str) -> Result<Vec<String>, &'static str> {
    let ids: Vec<_> = text
        .split_ascii_whitespace()
        .map(str::to_ascii_lowercase)
        .collect();
    if ids.iter().all(|id| is_guid(id)) {
        Ok(ids)
    } else {
        Err("must be a list of directory ids (GUIDs)")
    }
}

fn database(text: &str) -> Result<Location, &'static str> {
    text.parse()
        .map_err(|_| "must be sqlite:PATH, sqlite::memory: or postgres://…")
}

pub(super) fn on_or_off(text: &str) -> Result<bool, &'static str> {
    match text {
        "on" => Ok(true),
        "off" => Ok(false),
        _ => Err("must be on or off"),
    }
}

pub(super) fn number(text: &str, within: std::ops::RangeInclusive<u32>) -> Option<u32> {
    let digits = text.bytes().all(|byte| byte.is_ascii_digit());
    text.parse()
        .ok()
        .filter(|number| digits && within.contains(number))
}

/// R63: exact origins, never a pattern.
fn origins(text: &str) -> Result<Vec<String>, &'static str> {
    let exact = |word: &str| {
        let origin = SiteOrigin::parse(word).ok()?;
        // A host may hold an asterisk, and whoever writes one means a pattern.
        let exact = origin.as_str() == word && !word.contains('*');
        exact.then(|| word.to_owned())
    };
    text.split_ascii_whitespace()
        .map(exact)
        .collect::<Option<_>>()
        .ok_or("must be origins as browsers write them, such as https://other.example")
}

fn connections(text: &str) -> Result<u32, &'static str> {
    let number = text.parse().ok();
    number
        .filter(|number| (1..=500).contains(number))
        .ok_or("must be a number from 1 to 500")
}

fn log_format(text: &str) -> Result<LogFormat, &'static str> {
    match text {
        "text" => Ok(LogFormat::Text),
        "json" => Ok(LogFormat::Json),
        _ => Err("must be text or json"),
    }
}

/// A whole number with `s`, `m`, `h` or `d`, within the limits.
pub(super) fn seconds(text: &str, least: i64, most: i64) -> Option<i64> {
    let (number, unit) = text.split_at_checked(text.len().checked_sub(1)?)?;
    let unit = match unit {
        "s" => 1,
        "m" => MINUTE,
        "h" => HOUR,
        "d" => DAY,
        _ => return None,
    };
    let digits = !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit());
    let seconds = number
        .parse::<i64>()
        .ok()
        .filter(|_| digits)?
        .checked_mul(unit)?;
    (least..=most).contains(&seconds).then_some(seconds)
}

/// Who somebody is (`profile` brings `oid`), staying connected, and a mailbox to show.
const NEEDED_SCOPES: [&str; 3] = ["openid", "profile", "offline_access"];
const DEFAULT_SCOPES: &str = "openid profile email offline_access User.Read Mail.Read";

const DEFAULT_DATABASE: &str = "sqlite:connect-outlook.sqlite";

pub(super) const MINUTE: i64 = 60;
const HOUR: i64 = 60 * MINUTE;
pub(super) const DAY: i64 = 24 * HOUR;
/// The life of a refresh token: no session outlives it (R57).
const NINETY_DAYS: i64 = 90 * DAY;
