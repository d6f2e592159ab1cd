//! The pages that administrators see: what is asked and why, and how it ended.

use axum::response::Response;
use maud::{Markup, html};

use super::page::{allows, whole};
use crate::app::{ConsentEnd, ConsentOffer, ConsentState};

/// Who asks, for what, what agreeing does and does not, and one button. It leads nowhere by itself.
pub(super) fn offer(base: &str, token: &str, offer: &ConsentOffer) -> Response {
    let content = html! {
        h1 { "An administrator has to agree" }
        p {
            "People of "
            @match &offer.domain { Some(domain) => strong { (domain) }, None => "your organisation" }
            " want to connect their Outlook mailbox to " strong { (offer.name) } " (" (offer.host) "). "
            "Your organisation leaves it to its administrators to allow that. Whoever sent you this page cannot go on without you."
        }
        @if offer.state == ConsentState::Granted {
            p role="status" { strong { "An administrator has agreed already." } " There is nothing left to do." }
        }
        h2 { "What each of them would allow " (offer.name) " to do" }
        ul {
            @for scope in offer.scopes.iter().filter(|scope| !QUIET.contains(&scope.as_str())) { li { (allows_of_others(scope)) } }
        }
        h2 { "What agreeing means" }
        ul {
            li { "Nobody is connected by it. Each person still signs in and chooses to connect, and sees only their own mailbox." }
            li { "Your own mailbox is not connected." }
            li { "You can withdraw it whenever you like, in the Microsoft Entra admin center under Enterprise applications." }
        }
        p { "Microsoft shows you the same permissions again and asks you to accept. It takes an account that may agree for the organisation: a Cloud Application Administrator, a Privileged Role Administrator or a Global Administrator." }
        @if offer.state != ConsentState::Granted {
            form method="post" action={ (base) "/v1/consent/" (token) } {
                button type="submit" { "Continue to Microsoft" }
            }
        }
        p.reference { "You are no administrator? Then forward this page to yours. You do not know what it is about? Then close it: nothing has happened yet." }
    };
    whole(base, "An administrator has to agree", &content)
}

/// How it ended.
pub(super) fn ended(base: &str, end: ConsentEnd) -> Response {
    let (title, content) = words(end);
    let content = html! { h1 { (title) } (content) };
    whole(base, title, &content)
}

fn words(end: ConsentEnd) -> (&'static str, Markup) {
    match end {
        ConsentEnd::Granted => ("Thank you", granted()),
        ConsentEnd::Unproven => ("Thank you", unproven()),
        ConsentEnd::Refused => (
            "Nothing was approved",
            html! { p { "Nothing has changed for your organisation, and its people still cannot connect. You can open the page again whenever you like." } },
        ),
        ConsentEnd::Partial => (
            "Some permissions are missing",
            html! { p { "You agreed to fewer permissions than this site needs, so people still cannot connect. Please open the page again and accept all that it lists, or tell whoever sent it to you that you will not." } },
        ),
        ConsentEnd::OtherOrganisation => (
            "That was another organisation",
            html! { p { "You signed in for another organisation than the one whose people ask. Nothing has changed for them. Please open the page again and sign in with an account of that organisation, in a private window if Microsoft does not let you choose." } },
        ),
        ConsentEnd::Personal => (
            "That was a personal account",
            html! { p { "A personal Microsoft account has no organisation to agree for. Please open the page again and sign in with your work account." } },
        ),
        ConsentEnd::Failed => (
            "Microsoft did not take it",
            html! { p { "Microsoft had a trouble of its own, and nothing has changed. Please wait a moment and open the page again." } },
        ),
        ConsentEnd::Unmatched => ("Thank you", unmatched()),
    }
}

fn granted() -> Markup {
    html! {
        p { "Your organisation has agreed, and its people can connect now. Your own mailbox was not connected." }
        p { "Whoever waits is told on their page. Microsoft may need a few minutes until it knows everywhere." }
        (withdrawing())
    }
}

fn unproven() -> Markup {
    html! {
        p { "You agreed at Microsoft, and it has not spread yet. Your own mailbox was not connected." }
        p { "Whoever waits is told that they may try. If they are still asked for an administrator in half an hour, please open the page again." }
        (withdrawing())
    }
}

/// Anybody can come here, and nothing was checked: so it says what to do and claims nothing.
fn unmatched() -> Markup {
    html! {
        p { "If you have just agreed at Microsoft for your organisation, its people can connect now. Your own mailbox was not connected." }
        p { "This site could not tell which request that was: please tell whoever sent you the page to try again." }
        (withdrawing())
    }
}

fn withdrawing() -> Markup {
    html! { p { "What you agreed to stands in the Microsoft Entra admin center under Enterprise applications, where you can withdraw it." } }
}

/// What a scope allows, said of other people: it is not the reader's mailbox.
fn allows_of_others(scope: &str) -> String {
    let said = allows(scope).replace("while you are", "while they are");
    said.replace(" your ", " their ").replace(" you", " them")
}

/// Scopes that say nothing to an administrator: they are part of every sign-in.
const QUIET: [&str; 3] = ["openid", "profile", "email"];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_administrator_reads_of_other_peoples_mail() {
        for (scope, said) in [
            ("offline_access", "stay connected while they are away"),
            ("User.Read", "read their profile"),
            ("Mail.ReadBasic", "list their mail without its text"),
            ("Mail.Send", "send mail as them"),
            ("Mail.Read.Shared", "read mail that others share with them"),
            ("Calendars.Read", "Calendars.Read"),
        ] {
            assert_eq!(allows_of_others(scope), said);
        }
    }
}
