//! A browser that keeps the emulator's cookie, fills in forms and presses buttons; scripts do not run in it.

use reqwest::{StatusCode, header::HeaderMap};

use super::{
    Stage, Start,
    html::{Tag, decoded_pairs, tags},
};

pub(crate) struct Browser<'stage> {
    stage: &'stage Stage,
    cookie: Option<String>,
}

/// What the browser got.
pub(crate) struct Shown {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: String,
}

impl<'stage> Browser<'stage> {
    pub(crate) fn new(stage: &'stage Stage) -> Self {
        Self {
            stage,
            cookie: None,
        }
    }

    pub(crate) async fn open(&mut self, path: &str) -> Shown {
        self.send(self.stage.http.get(self.stage.url(path))).await
    }

    /// Begins a sign-in that knows the address already.
    pub(crate) async fn begin_as(&mut self, start: Start, address: &str) -> Shown {
        self.open(&start.with("login_hint", address).path()).await
    }

    /// The same, and gives the password.
    pub(crate) async fn sign_in_as(&mut self, start: Start, address: &str) -> Shown {
        let page = self.begin_as(start, address).await;
        self.press_action(&page, "sign_in").await
    }

    /// Presses the button that `wanted` recognises.
    pub(crate) async fn press(&mut self, page: &Shown, wanted: impl Fn(&Tag) -> bool) -> Shown {
        let button = page
            .tags("button")
            .into_iter()
            .find(|button| wanted(button));
        let button = button.unwrap_or_else(|| panic!("a button on {}", page.body));
        self.submit(page, &button, &[]).await
    }

    /// Presses the button of this action.
    pub(crate) async fn press_action(&mut self, page: &Shown, action: &str) -> Shown {
        self.press(page, |button| {
            button.is("name", "action") && button.is("value", action)
        })
        .await
    }

    /// Presses what is marked as primary.
    pub(crate) async fn press_primary(&mut self, page: &Shown) -> Shown {
        self.press(page, |button| button.has("data-primary")).await
    }

    /// Presses an action after typing into fields.
    pub(crate) async fn fill_and_press(
        &mut self,
        page: &Shown,
        typed: &[(&str, &str)],
        action: &str,
    ) -> Shown {
        let buttons = page.tags("button");
        let button = buttons
            .iter()
            .find(|button| button.is("value", action))
            .expect("the button");
        self.submit(page, button, typed).await
    }

    /// Chooses `address` in the picker if asked, gives the password if asked, accepts if asked.
    pub(crate) async fn go_all_the_way(&mut self, mut shown: Shown, address: &str) -> Shown {
        for _ in 0..3 {
            shown = match shown.title() {
                "Pick an account" => {
                    self.press(&shown, |button| button.text.contains(address))
                        .await
                }
                "Sign in" => self.press_action(&shown, "sign_in").await,
                "Permissions requested" => self.press_action(&shown, "accept").await,
                _ => break,
            };
        }
        shown
    }

    async fn submit(&mut self, page: &Shown, button: &Tag, typed: &[(&str, &str)]) -> Shown {
        let form = page.tags("form").into_iter().next().expect("a form");
        assert!(form.is("method", "post"), "forms change things: they post");
        let mut fields: Vec<(String, String)> = Vec::new();
        for input in page
            .tags("input")
            .iter()
            .filter(|input| !input.is("type", "checkbox"))
        {
            fields.push((
                input.attribute("name").into(),
                input.attribute("value").into(),
            ));
        }
        fields.push((
            button.attribute("name").into(),
            button.attribute("value").into(),
        ));
        for (name, value) in typed {
            fields.retain(|(field, _)| field != name);
            fields.push(((*name).into(), (*value).into()));
        }
        self.send(
            self.stage
                .http
                .post(self.stage.url(form.attribute("action")))
                .form(&fields),
        )
        .await
    }

    async fn send(&mut self, mut request: reqwest::RequestBuilder) -> Shown {
        if let Some(cookie) = &self.cookie {
            request = request.header("cookie", cookie);
        }
        let answer = request.send().await.expect("an answer");
        if let Some(set) = answer.headers().get("set-cookie") {
            let pair = set
                .to_str()
                .expect("text")
                .split(';')
                .next()
                .expect("a pair");
            self.cookie = Some(pair.to_owned());
        }
        let (status, headers) = (answer.status(), answer.headers().clone());
        Shown {
            status,
            headers,
            body: answer.text().await.expect("text"),
        }
    }
}

impl Shown {
    pub(crate) fn tags(&self, name: &str) -> Vec<Tag> {
        tags(&self.body, name)
    }

    /// The page's title without the mark; empty for a redirect.
    pub(crate) fn title(&self) -> &str {
        let title = self
            .body
            .split_once("<title>")
            .and_then(|(_, after)| after.split_once(" – Emulation"));
        title.map_or("", |(title, _)| title)
    }

    /// Where a redirect leads.
    #[track_caller]
    pub(crate) fn location(&self) -> &str {
        let location = self
            .headers
            .get("location")
            .unwrap_or_else(|| panic!("a redirect, not {}", self.body));
        location.to_str().expect("text")
    }

    /// A parameter of a redirect's query or fragment.
    #[track_caller]
    pub(crate) fn answer(&self, name: &str) -> Option<String> {
        let (_, parameters) = self.location().split_once(['?', '#']).expect("parameters");
        let pairs = decoded_pairs(parameters.trim_end_matches('#'));
        pairs
            .into_iter()
            .find(|(candidate, _)| candidate == name)
            .map(|(_, value)| value)
    }

    #[track_caller]
    pub(crate) fn code(&self) -> String {
        self.answer("code")
            .unwrap_or_else(|| panic!("a code in {}", self.location()))
    }

    /// Demands an error page of the emulator's own: no redirect, number and ids in the text (entra 10).
    #[track_caller]
    pub(crate) fn stays_with(&self, number: u32) {
        assert!(
            self.headers.get("location").is_none(),
            "redirected to {}",
            self.location()
        );
        assert_eq!(self.status, 400, "{}", self.body);
        assert!(
            self.body.contains(&format!("AADSTS{number}:")),
            "{}",
            self.body
        );
        assert!(self.body.contains("Trace ID") && self.body.contains("Correlation ID"));
    }

    /// Demands an error in the redirect.
    #[track_caller]
    pub(crate) fn refuses(&self, error: &str, number: u32) {
        assert_eq!(
            self.answer("error").as_deref(),
            Some(error),
            "{}",
            self.location()
        );
        let description = self.answer("error_description").expect("a description");
        assert!(
            description.starts_with(&format!("AADSTS{number}: ")),
            "{description}"
        );
    }
}
