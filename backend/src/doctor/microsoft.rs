//! What Microsoft says to questions that nobody asks in earnest.

use connect_outlook_protocol::authority::Tenant;
use connect_outlook_protocol::refusal::{Actor, Next};
use url::Url;

use super::Finding;
use crate::clock::UnixTime;
use crate::config::Config;
use crate::entra::probe::{Answered, Prober, Seen};
use crate::outbound::NoReply;

/// In an order in which earlier faults explain later ones. What cannot be reached is not asked further.
pub(super) async fn examine(
    config: &Config,
    prober: &Prober<'_>,
    graph: &Prober<'_>,
    tenant: Option<String>,
    now: UnixTime,
) -> Vec<Finding> {
    let mut findings = Vec::new();
    match prober.discover().await {
        Err(error) => return vec![unreachable("sign_in_host", "The sign-in service", error)],
        Ok(found) => {
            findings.push(match &found.refusal {
                None => Finding::good(
                    "tenant",
                    format!("{} is known to Microsoft.", config.authority),
                ),
                Some(refusal) => Finding::refused("tenant", "The tenant of the settings", refusal),
            });
            findings.extend(found.date.map(|date| clock(date, now)));
        }
    }
    findings.push(
        match graph
            .reaches(&format!("{}/v1.0/", config.graph_origin))
            .await
        {
            Ok(_) => Finding::good("graph_host", "Microsoft Graph can be reached."),
            Err(error) => unreachable("graph_host", "Microsoft Graph", error),
        },
    );
    if findings.iter().any(|found| found.code == "tenant_unknown") {
        return findings;
    }
    match prober.device_code().await {
        Ok(code) => {
            findings.push(Finding::good(
                "client",
                "The app is known at this authority.",
            ));
            findings.extend(proofs(prober, &code, now).await);
        }
        Err(Answered::Refused(refusal)) => {
            findings.push(Finding::refused("client", "client_id", &refusal));
            return findings;
        }
        Err(_) => findings.push(unseen("client", "whether the app is known")),
    }
    for (check, uri) in [
        ("redirect_uri", &config.redirect_uri),
        ("server_redirect_uri", &config.server_redirect_uri),
    ] {
        findings.push(match prober.redirect_uri(uri).await {
            Answered::Good => Finding::good(check, format!("{uri} is registered.")),
            Answered::Refused(refusal) => Finding::refused(check, uri, &refusal),
            Answered::Unclear => unseen(check, "whether the redirect URI is registered"),
        });
    }
    findings.extend(platform(config, prober, graph, tenant).await);
    findings
}

/// The credentials, and whether the registration lets anybody do without.
async fn proofs(prober: &Prober<'_>, device_code: &str, now: UnixTime) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (facts, answered) in prober.credentials(device_code).await {
        let name = &facts.name;
        findings.push(match (answered, facts.expires_at) {
            (Answered::Refused(refusal), _) => Finding::refused("credential", name, &refusal),
            (Answered::Unclear, _) => unseen("credential", "whether the credential is accepted"),
            (Answered::Good, Some(end)) if end.since(now) <= SOON => Finding::bad(
                "credential",
                "credential_ends_soon",
                (Actor::Operator, Next::FixCredential),
                format!(
                    "{name} is accepted and ends at {}: make another and put it beside.",
                    end.to_rfc3339()
                ),
            ),
            (Answered::Good, Some(end)) => Finding::good(
                "credential",
                format!("{name} is accepted, until {}.", end.to_rfc3339()),
            ),
            (Answered::Good, None) => Finding::good(
                "credential",
                format!("{name} is accepted; the settings do not say until when."),
            ),
        });
    }
    let refused_as_public = findings
        .iter()
        .any(|found| found.code == "registered_as_public");
    let open = prober.without_credential(device_code).await == Answered::Good;
    if open && prober.is_web() && !refused_as_public {
        findings.push(public_flows());
    }
    if !prober.is_web() {
        findings.push(Finding::note(
            "platform",
            "spa_ends_daily",
            "On the platform Single-page application every connection ends a day after its sign-in; the platform Web with a credential is recommended.",
        ));
    }
    findings
}

/// On which platform the redirect URIs are, where the app may read its own registration: nothing else shows it before
/// somebody has signed in.
async fn platform(
    config: &Config,
    prober: &Prober<'_>,
    graph: &Prober<'_>,
    tenant: Option<String>,
) -> Vec<Finding> {
    let own = match config.authority.tenant() {
        Tenant::One(_) => Some(config.authority.tenant().segment().to_owned()),
        Tenant::Common | Tenant::Organizations | Tenant::Consumers => None,
    };
    let seen = match tenant.or(own) {
        Some(tenant) => graph.registration(&config.graph_origin, &tenant).await.ok(),
        None => None,
    };
    let Some(seen) = seen else {
        return vec![Finding::note("platform", "platform_unseen", UNSEEN)];
    };
    let ours = [&config.redirect_uri, &config.server_redirect_uri];
    let mut findings: Vec<_> = ours
        .into_iter()
        .filter_map(|uri| misplaced(&seen, uri, prober.is_web()))
        .collect();
    if prober.is_web() && seen.is_fallback_public_client == Some(true) {
        findings.push(public_flows());
    }
    if findings.is_empty() {
        let platform = if prober.is_web() {
            "Web"
        } else {
            "Single-page application"
        };
        findings.push(Finding::good(
            "platform",
            format!("The redirect URIs are on the platform {platform}."),
        ));
    }
    findings
}

/// A redirect URI that is registered on another platform than the settings say.
fn misplaced(seen: &Seen, uri: &str, is_web: bool) -> Option<Finding> {
    let on = |addresses: &[String]| addresses.iter().any(|one| same(one, uri));
    let (web, spa) = (on(&seen.web.redirect_uris), on(&seen.spa.redirect_uris));
    let public = on(&seen.public_client.redirect_uris);
    let (code, says) = match (is_web, web, spa) {
        (true, false, true) => (
            "registered_as_spa",
            format!(
                "{uri} is on the platform Single-page application, and the settings say platform = \"web\": Microsoft will answer AADSTS9002325 or 9002327. Register it on the platform Web (recommended), or set platform = \"spa\"."
            ),
        ),
        (true, false, false) if public => (
            "registered_as_public",
            format!(
                "{uri} is on the platform Mobile and desktop applications: Microsoft will answer AADSTS700025. Register it on the platform Web."
            ),
        ),
        (false, true, false) => (
            "not_registered_as_spa",
            format!(
                "{uri} is on the platform Web, and the settings say platform = \"spa\": Microsoft will answer AADSTS7000218 or 9002326. Set platform = \"web\" and give a credential (recommended), or register it on the other platform."
            ),
        ),
        _ => return None,
    };
    let whose = (Actor::Developer, Next::FixRegistration);
    Some(Finding::bad("platform", code, whose, says))
}

/// Microsoft ignores the port of loopback addresses.
fn same(registered: &str, ours: &str) -> bool {
    let parts = |text: &str| {
        let mut url = Url::parse(text).ok()?;
        if matches!(url.host_str(), Some("localhost" | "127.0.0.1")) {
            url.set_port(None).ok()?;
        }
        Some(url)
    };
    registered == ours || parts(registered).is_some_and(|one| parts(ours) == Some(one))
}

fn clock(date: i64, now: UnixTime) -> Finding {
    let ahead = now.0 - date;
    let says = format!(
        "This machine's clock is {} seconds {} Microsoft's",
        ahead.abs(),
        if ahead < 0 { "behind" } else { "ahead of" }
    );
    match ahead.abs() {
        away if away <= TOLERABLE => {
            Finding::good("clock", "This machine's clock agrees with Microsoft's.")
        }
        away if away <= WRONG => Finding::note("clock", "clock_off", format!("{says}.")),
        _ => Finding::bad(
            "clock",
            "clock_wrong",
            (Actor::Operator, Next::None),
            format!(
                "{says}: sign-ins and certificates are refused by it. Set it by a time server."
            ),
        ),
    }
}

fn unreachable(check: &'static str, what: &str, error: NoReply) -> Finding {
    let code = match error {
        NoReply::NotSecure(_) => "not_secure",
        _ => "not_reached",
    };
    let says = format!(
        "{what} cannot be reached from this machine: {error}. Look at firewall, proxy and name resolution."
    );
    Finding::bad(check, code, (Actor::Operator, Next::None), says)
}

fn unseen(check: &'static str, what: &str) -> Finding {
    Finding::note(
        check,
        "not_seen",
        format!("Microsoft's answer does not tell {what}."),
    )
}

fn public_flows() -> Finding {
    Finding::bad(
        "platform",
        "public_flows_allowed",
        (Actor::Developer, Next::FixRegistration),
        "\"Allow public client flows\" is on: anybody may act as this app without a credential, and Microsoft may refuse ours (AADSTS700025). Switch it off.",
    )
}

const UNSEEN: &str = "On which platform the redirect URIs are is not to be seen from outside: the first sign-in shows it. To see it now, grant the app the application permission Application.Read.All in its own tenant and name that by --tenant.";

/// Seconds.
const TOLERABLE: i64 = 30;
const WRONG: i64 = 240;
/// Seconds before its end at which a credential has to be replaced.
const SOON: i64 = 30 * 86_400;
