//! The frame of every page: its look, the mark that this is not Microsoft, and the headers that go with it.

use axum::{
    Router,
    http::{
        HeaderName, StatusCode,
        header::{
            CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, REFERRER_POLICY,
            X_CONTENT_TYPE_OPTIONS, X_FRAME_OPTIONS,
        },
    },
    response::{Html, IntoResponse, Response},
    routing::get,
};
use maud::{DOCTYPE, Markup, html};

use crate::headers;

/// What stands between the frame's borders.
pub(crate) struct Page {
    /// The document's title, without the mark.
    pub(crate) title: String,
    /// How wide it is.
    pub(crate) width: Width,
    /// A script of the emulator's own, by path.
    pub(crate) script: Option<&'static str>,
    /// Everything inside `main`.
    pub(crate) content: Markup,
}

/// How wide a page's content is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Width {
    /// A card: one question at a time.
    Card,
    /// A sheet with tables.
    Sheet,
}

impl Page {
    /// A card with this title and content, without script.
    pub(crate) fn card(title: impl Into<String>, content: Markup) -> Self {
        Self {
            title: title.into(),
            width: Width::Card,
            script: None,
            content,
        }
    }

    /// The answer that carries the page.
    pub(crate) fn respond(self, status: StatusCode) -> Response {
        let mut answer = (status, Html(self.document().into_string())).into_response();
        headers::set(answer.headers_mut(), HEADERS);
        answer
    }

    fn document(&self) -> Markup {
        let class = match self.width {
            Width::Card => "card",
            Width::Sheet => "sheet",
        };
        html! {
            (DOCTYPE)
            html lang="en" {
                head {
                    meta charset="utf-8";
                    meta name="viewport" content="width=device-width, initial-scale=1";
                    meta name="color-scheme" content="light dark";
                    title { (self.title) " – Emulation" }
                    link rel="icon" href="/_emulator/icon.svg" type="image/svg+xml";
                    link rel="stylesheet" href="/_emulator/style.css";
                    @if let Some(script) = self.script { script src=(script) defer {} }
                }
                body {
                    header.mark {
                        strong { "Emulation – not Microsoft" }
                        span { "Nothing typed here reaches Microsoft." }
                    }
                    main class=(class) { (self.content) }
                    footer { a href="/_emulator/" { "People, apps and what happened" } }
                }
            }
        }
    }
}

/// The static files that pages refer to.
pub(crate) fn assets() -> Router {
    let file = |media_type: &'static str, text: &'static str| {
        let headers = [
            (CONTENT_TYPE, media_type),
            (CACHE_CONTROL, "max-age=3600"),
            (X_CONTENT_TYPE_OPTIONS, "nosniff"),
        ];
        get(move || async move { (headers, text) })
    };
    Router::new()
        .route(
            "/_emulator/style.css",
            file("text/css; charset=utf-8", include_str!("style.css")),
        )
        .route(
            "/_emulator/form-post.js",
            file(
                "text/javascript; charset=utf-8",
                include_str!("form-post.js"),
            ),
        )
        .route(
            "/_emulator/icon.svg",
            file("image/svg+xml", include_str!("icon.svg")),
        )
}

/// No `form-action`: browsers apply it to every redirect that follows a form, and where an app goes on from its callback
/// is not ours to forbid. The referrer policy is Entra's; a stricter one would make the `Origin` of `form_post` `null`.
const HEADERS: [(HeaderName, &str); 5] = [
    (
        CONTENT_SECURITY_POLICY,
        "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; base-uri 'none'; frame-ancestors 'none'",
    ),
    (REFERRER_POLICY, "strict-origin-when-cross-origin"),
    (CACHE_CONTROL, "no-store, no-cache"),
    (X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (X_FRAME_OPTIONS, "DENY"),
];
