//! The table: one row for each number we know, in our words.
//!
//! Facts come from Microsoft's list of authentication and authorization error codes and from answers published by
//! others. The rows are sorted by number.

use super::{Actor, Class, Next};

/// What one AADSTS number means.
#[derive(Clone, Copy, Debug)]
pub struct Entry {
    /// Microsoft's number.
    pub aadsts: u32,
    /// Our stable name; several numbers may share one.
    pub code: &'static str,
    /// What it means for an attempt or account.
    pub class: Class,
    /// Who must act.
    pub actor: Actor,
    /// What they do.
    pub next: Next,
    /// One sentence for the visitor.
    pub message: &'static str,
    /// One sentence for developer and operator.
    pub cause: &'static str,
}

/// The row of a number, if we know it.
#[must_use]
pub fn find(aadsts: u32) -> Option<&'static Entry> {
    let index = TABLE
        .binary_search_by_key(&aadsts, |entry| entry.aadsts)
        .ok()?;
    TABLE.get(index)
}

macro_rules! rows {
    ($($aadsts:literal $code:literal $class:ident $actor:ident $next:ident $message:expr, $cause:literal;)*) => {
        &[$(Entry {
            aadsts: $aadsts,
            code: $code,
            class: Class::$class,
            actor: Actor::$actor,
            next: Next::$next,
            message: $message,
            cause: $cause,
        }),*]
    };
}

pub(super) const TABLE: &[Entry] = rows! {
    16_000 "several_accounts" SignIn Visitor SignInAgain
        "Please choose the account to connect.",
        "Several sessions exist at Microsoft; the account picker decides.";
    50_011 "redirect_uri_unknown" Misconfigured Developer FixRegistration
        NOT_SET_UP,
        "The redirect URI is not registered, letter for letter.";
    50_020 "account_of_other_tenant" Misconfigured Developer FixRegistration
        "This kind of account cannot be connected here.",
        "The account belongs to another tenant or provider and is no guest: check the authority, or invite the person.";
    50_034 "account_missing" Blocked TenantAdmin ContactAdmin
        "This account does not exist in the organisation any more. Please ask your administrator.",
        "The account was deleted, or belongs to another tenant.";
    50_057 "account_disabled" Blocked TenantAdmin ContactAdmin
        "This account is disabled. Please ask your administrator.",
        "An administrator disabled the account.";
    50_058 "no_session" SignIn Visitor SignInAgain
        "Please sign in.",
        "There is no usable session at Microsoft for a silent sign-in.";
    50_076 "second_factor_needed" StepUp Visitor SignInAgain
        "Your organisation asks for a second factor. Please sign in again.",
        "Multi-factor authentication is required now; the claims go with the next sign-in.";
    50_078 "second_factor_old" StepUp Visitor SignInAgain
        "Your organisation asks for your second factor again. Please sign in again.",
        "The earlier multi-factor authentication is too old for the policy.";
    50_079 "second_factor_setup" StepUp Visitor SignInAgain
        "Your organisation asks you to set up a second factor. Please sign in again.",
        "Multi-factor registration is required.";
    50_105 "not_assigned" Blocked TenantAdmin ContactAdmin
        "Your administrator has not given you access to this app.",
        "The app demands assignment and this person has none.";
    50_132 "session_revoked" SignIn Visitor SignInAgain
        SIGN_IN_AGAIN,
        "The session was revoked after a password event.";
    50_148 "verifier_mismatch" SignIn Visitor SignInAgain
        START_AGAIN,
        "The code verifier does not match the code challenge.";
    50_158 "external_challenge" StepUp Visitor SignInAgain
        "Your organisation asks for one more step. Please sign in again.",
        "An external challenge, such as terms of use, is open.";
    50_173 "grant_revoked" SignIn Visitor SignInAgain
        "The connection was ended, for example after a change of password. Please sign in again.",
        "Tokens of this person were revoked by the person, an administrator or a password event.";
    50_194 "single_tenant_app" Misconfigured Developer FixRegistration
        NOT_SET_UP,
        "A single-tenant app was called through a shared authority: set the tenant, or register the app for many.";
    50_196 "request_loop" SignIn Visitor Wait
        "Too many sign-ins in a short time. Please wait five minutes.",
        "Microsoft saw the same request fifteen times in five minutes and stopped the loop.";
    53_000 "device_not_compliant" Blocked TenantAdmin ContactAdmin
        "Your organisation only allows devices that meet its rules. Please ask your administrator.",
        "Conditional Access demands a compliant device.";
    53_001 "device_not_joined" Blocked TenantAdmin ContactAdmin
        "Your organisation only allows its own devices. Please ask your administrator.",
        "Conditional Access demands a domain-joined device.";
    53_002 "app_not_approved" Blocked TenantAdmin ContactAdmin
        "Your organisation only allows apps it has approved. Please ask your administrator.",
        "Conditional Access demands an approved client app.";
    53_003 "blocked_by_conditional_access" Blocked TenantAdmin ContactAdmin
        "A rule of your organisation does not allow this. Please ask your administrator.",
        "Conditional Access blocks the sign-in; signing in again shows the same.";
    54_005 "code_already_redeemed" SignIn Visitor SignInAgain
        "This sign-in was already used. Please start again.",
        "The authorization code was redeemed before: look for a double submit.";
    65_001 "consent_missing" SignIn Visitor SignInAgain
        "Please connect again and agree to the permissions.",
        "Neither the visitor nor an administrator has agreed to this app and scope, or the consent was withdrawn.";
    65_004 "consent_declined" Cancelled Visitor TryAgain
        "You did not agree to the permissions, so nothing was connected. You can start again whenever you like.",
        "The visitor declined on the consent page.";
    70_000 "grant_invalid" SignIn Visitor SignInAgain
        SIGN_IN_AGAIN,
        "The grant is not valid; with personal accounts also a general request to sign in or agree again.";
    70_003 "grant_type_unknown" Misconfigured Developer FixRegistration
        NOT_SET_UP,
        "The grant type is not supported.";
    70_008 "grant_expired" SignIn Visitor SignInAgain
        "The sign-in took too long or was idle too long. Please sign in again.",
        "The authorization code or refresh token has expired.";
    70_011 "scope_invalid" Misconfigured Developer FixRegistration
        NOT_SET_UP,
        "A scope is invalid or not to be combined with the others.";
    70_043 "sign_in_frequency" SignIn Visitor SignInAgain
        "Your organisation asks you to sign in again from time to time.",
        "Conditional Access sign-in frequency was reached.";
    90_002 "tenant_unknown" Misconfigured Developer FixRegistration
        NOT_SET_UP,
        "The tenant does not exist in this cloud.";
    90_033 "microsoft_transient" Unavailable Microsoft TryAgain
        "Microsoft's sign-in service does not answer properly at the moment. Please try again shortly.",
        "A transient failure at Microsoft.";
    90_055 "tenant_throttled" Unavailable Microsoft Wait
        "Microsoft asks for a moment of patience. Please try again shortly.",
        "Microsoft throttles the tenant.";
    90_093 "admin_consent_needed" AdminConsent TenantAdmin AskAdmin
        ADMIN_FIRST,
        "This person may not grant these permissions.";
    90_094 "admin_consent_needed" AdminConsent TenantAdmin AskAdmin
        ADMIN_FIRST,
        "The organisation's consent policy leaves these permissions to administrators.";
    90_095 "admin_consent_requested" AdminConsent TenantAdmin AskAdmin
        "Your request is with your administrator. Come back once it is approved.",
        "The organisation's consent policy leaves these permissions to administrators; a request form was offered.";
    500_112 "redirect_uri_differs" Misconfigured Developer FixRegistration
        NOT_SET_UP,
        "The redirect URI of the redemption differs from the one of the authorize request.";
    501_481 "verifier_mismatch" SignIn Visitor SignInAgain
        START_AGAIN,
        "The code verifier does not match the code challenge: a mixed-up attempt, or a page that lost its storage.";
    530_003 "device_not_managed" Blocked TenantAdmin ContactAdmin
        "Your organisation only allows devices it manages. Please ask your administrator.",
        "Conditional Access demands a managed device.";
    650_052 "service_missing" Blocked TenantAdmin ContactAdmin
        "Your organisation does not have the service this needs. Please ask your administrator.",
        "The organisation lacks the service or subscription, for example Exchange.";
    650_053 "scope_unknown" Misconfigured Developer FixRegistration
        NOT_SET_UP,
        "A scope does not exist on the resource.";
    700_005 "code_of_other_tenant" Misconfigured Developer FixRegistration
        NOT_SET_UP,
        "The code was redeemed at another tenant than it was issued by: authorize and token call must use one authority.";
    700_016 "app_unknown_in_tenant" Misconfigured Developer FixRegistration
        "This site is not known to your organisation at Microsoft.",
        "The app id is unknown in that tenant: wrong tenant or cloud, never agreed to, or removed by an administrator.";
    700_022 "scopes_of_many_resources" Misconfigured Developer FixRegistration
        NOT_SET_UP,
        "A redemption may name the scopes of one resource only.";
    700_025 "secret_sent_by_public_client" Misconfigured Developer FixRegistration
        NOT_SET_UP,
        "A credential was sent for a public client: the redirect URI is registered as single-page or mobile, or public client flows are allowed.";
    700_027 "certificate_refused" Misconfigured Operator FixCredential
        OPERATOR_MUST_ACT,
        "The client assertion's signature or certificate is not known to the registration; check the server's clock too.";
    700_082 "grant_idle" SignIn Visitor SignInAgain
        "The connection was not used for a long time. Please sign in again.",
        "The refresh token was unused for the inactivity window of 90 days.";
    700_084 "spa_grant_ended" SignIn Visitor SignInAgain
        "The connection ended after a day. Please sign in again.",
        "A refresh token of a single-page redirect URI ends 24 hours after sign-in whatever one does.";
    900_144 "parameter_missing" Misconfigured Developer FixRegistration
        NOT_SET_UP,
        "A required parameter is missing.";
    900_941 "admin_consent_risky_app" AdminConsent TenantAdmin AskAdmin
        ADMIN_FIRST,
        "Microsoft counts the app as risky until its publisher is verified, so users cannot agree.";
    7_000_112 "app_disabled" Blocked TenantAdmin ContactAdmin
        "Your administrator has switched this app off.",
        "The app is disabled in the tenant.";
    7_000_215 "secret_wrong" Misconfigured Operator FixCredential
        OPERATOR_MUST_ACT,
        "The client secret is wrong; often the secret's id was copied instead of its value.";
    7_000_218 "credential_missing" Misconfigured Operator FixCredential
        OPERATOR_MUST_ACT,
        "The redirect URI is registered as Web, which demands a client credential with every token request.";
    7_000_222 "secret_expired" Misconfigured Operator FixCredential
        OPERATOR_MUST_ACT,
        "The client secret has expired. Refresh tokens are still good: put a new secret in place.";
    9_002_313 "malformed_grant" SignIn Visitor SignInAgain
        START_AGAIN,
        "The code or refresh token arrived cut or wrongly encoded.";
    9_002_325 "proof_missing_for_spa" Misconfigured Developer FixRegistration
        NOT_SET_UP,
        "The redirect URI is registered as single-page application, which demands PKCE: register it as Web, or set platform to spa.";
    9_002_326 "origin_on_web_redemption" Misconfigured Developer FixRegistration
        NOT_SET_UP,
        "A redemption with an Origin header needs a redirect URI of the single-page platform; this one is registered otherwise.";
    9_002_327 "origin_missing_for_spa" Misconfigured Developer FixRegistration
        NOT_SET_UP,
        "The redirect URI is registered as single-page application and redeemed by a server: register it as Web, or set platform to spa.";
};

const NOT_SET_UP: &str =
    "This site is not set up correctly for Microsoft. Its developers have to act.";
const OPERATOR_MUST_ACT: &str =
    "This site cannot connect to Microsoft at the moment. Its operator has to act.";
const START_AGAIN: &str = "The sign-in could not be completed. Please start again.";
const ADMIN_FIRST: &str = "An administrator of your organisation has to agree first.";
const SIGN_IN_AGAIN: &str = "Please sign in again.";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_row_is_found() {
        assert!(
            TABLE.windows(2).all(|pair| pair[0].aadsts < pair[1].aadsts),
            "sorted, each once"
        );
        for entry in TABLE {
            assert_eq!(
                find(entry.aadsts).map(|found| found.cause),
                Some(entry.cause)
            );
        }
        assert!(find(1).is_none());
    }

    /// Nobody is told to sign in again for what only others can mend.
    #[test]
    fn actor_and_next_step_agree_with_the_class() {
        for entry in TABLE {
            let agreed = match entry.class {
                Class::Cancelled | Class::SignIn | Class::StepUp => entry.actor == Actor::Visitor,
                Class::AdminConsent => {
                    (entry.actor, entry.next) == (Actor::TenantAdmin, Next::AskAdmin)
                }
                Class::Blocked => {
                    (entry.actor, entry.next) == (Actor::TenantAdmin, Next::ContactAdmin)
                }
                Class::Misconfigured => matches!(
                    (entry.actor, entry.next),
                    (Actor::Developer, Next::FixRegistration)
                        | (Actor::Operator, Next::FixCredential)
                ),
                Class::Unavailable => entry.actor == Actor::Microsoft,
            };
            assert!(agreed, "AADSTS{}", entry.aadsts);
        }
    }

    #[test]
    fn the_visitor_reads_no_jargon() {
        for entry in TABLE {
            for word in ["AADSTS", "token", "OAuth", "redirect URI", "PKCE", "client"] {
                assert!(
                    !entry.message.contains(word),
                    "AADSTS{}: {word}",
                    entry.aadsts
                );
            }
            assert!(entry.message.ends_with('.') && entry.cause.ends_with('.'));
        }
    }
}
