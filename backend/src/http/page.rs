//! The few pages of our own, for visitors whose page runs no script. They show nothing that came with the request but a
//! path in a hidden field; every value is escaped.

use axum::extract::State;
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use connect_outlook_protocol::refusal::{Actor, Next};
use connect_outlook_protocol::scope;
use maud::{DOCTYPE, Markup, html};

use super::Door;
use super::codes::Facts;
use crate::app::LinkOffer;

/// One button, which posts: looking at the page starts nothing (R27).
pub(super) fn connect(base: &str, return_to: Option<&str>) -> Response {
    let content = html! {
        h1 { "Connect Outlook" }
        p { "You sign in at Microsoft and come back here. This site never sees your password." }
        form method="post" action={ (base) "/v1/connect" } {
            @if let Some(path) = return_to {
                input type="hidden" name="return_to" value=(path);
            }
            button type="submit" { "Continue to Microsoft" }
        }
    };
    whole(base, "Connect Outlook", &content)
}

/// Who asks, for what, and one button. It leads nowhere by itself, and looking at it starts nothing (R41, R42).
pub(super) fn link(base: &str, token: &str, offer: &LinkOffer) -> Response {
    let content = html! {
        h1 { "Connect your mailbox" }
        p { strong { (offer.name) } " (" (offer.host) ") asks to connect your Outlook mailbox." }
        @if let Some(account) = &offer.account {
            p { "Please sign in as " strong { (account) } "." }
        }
        p { "It would be allowed to:" }
        ul {
            @for scope in &offer.scopes { li { (allows(scope)) } }
        }
        p { "You sign in at Microsoft, which asks you again, and then come back to " (offer.host) ". Nobody else sees your password." }
        form method="post" action={ (base) "/v1/open/" (token) } {
            button type="submit" { "Continue to Microsoft" }
        }
        p.reference { "Somebody sent you this and you did not ask for it at " (offer.host) "? Then close this page." }
    };
    whole(base, "Connect your mailbox", &content)
}

/// In words, or as Microsoft names it.
pub(super) fn allows(scope: &str) -> &str {
    scope::facts(scope).map_or(scope, |facts| facts.allows)
}

/// What went wrong, who can mend it, and the way back.
pub(super) fn problem(base: &str, facts: &Facts, reference: &str) -> Response {
    let content = html! {
        h1 { (facts.title) }
        p { (advice(facts)) }
        p { a href="/" { "Back to the site" } }
        p.reference { "Reference: " code { (reference) } }
    };
    let mut response = whole(base, facts.title, &content);
    *response.status_mut() = facts.status;
    response
}

/// `GET /v1/connect/done`: in a window that a frame opened. It closes by itself where script runs.
pub(super) async fn done(State(door): State<Door>) -> Response {
    let content = html! {
        h1 { "You can close this window" }
        p { "The page that you came from goes on by itself." }
        script src={ (door.base) "/v1/connect/close.js" } defer {}
    };
    whole(&door.base, "You can close this window", &content)
}

/// The script of that page.
pub(super) async fn closing() -> Response {
    let kind = HeaderValue::from_static("text/javascript; charset=utf-8");
    ([(header::CONTENT_TYPE, kind)], "close();\n").into_response()
}

/// The stylesheet of these pages.
pub(super) async fn style() -> Response {
    let kind = HeaderValue::from_static("text/css; charset=utf-8");
    ([(header::CONTENT_TYPE, kind)], include_str!("page.css")).into_response()
}

fn advice(facts: &Facts) -> &'static str {
    match (facts.next, facts.actor) {
        (Next::TryAgain | Next::SignInAgain, _) => "Please go back and connect once more.",
        (Next::Wait, _) => "Please wait a moment, then go back and connect once more.",
        (_, Actor::Developer) => {
            "Nothing is wrong on your side: the developers of this site have to correct the request."
        }
        (_, Actor::TenantAdmin) => "An administrator of your organisation has to act.",
        (_, _) => "Nothing is wrong on your side: the operator of this site has to act.",
    }
}

pub(super) fn whole(base: &str, title: &str, content: &Markup) -> Response {
    let page = html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                meta name="robots" content="noindex";
                title { (title) }
                link rel="stylesheet" href={ (base) "/v1/connect.css" };
            }
            body { main { (content) } }
        }
    };
    let kind = HeaderValue::from_static("text/html; charset=utf-8");
    ([(header::CONTENT_TYPE, kind)], page.into_string()).into_response()
}

#[cfg(test)]
mod tests {
    use http_body_util::BodyExt as _;

    use super::*;

    /// R161: a path is text, whatever it holds.
    #[tokio::test]
    async fn a_path_cannot_become_markup() {
        let page = connect("/outlook", Some("/\"><script>alert(1)</script>"));
        let body = page.into_body().collect().await.unwrap().to_bytes();
        let text = String::from_utf8(body.to_vec()).unwrap();
        assert!(!text.contains("<script"), "{text}");
        assert!(text.contains("value=\"/&quot;&gt;&lt;script&gt;"), "{text}");
    }
}
