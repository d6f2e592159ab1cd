//! An app: what it registered, and how it starts and ends a sign-in.

use super::{Browser, CHALLENGE, Shown, Stage, TokenAnswer, VERIFIER};

/// A registration of the standard world, as its client knows it.
#[derive(Clone)]
pub(crate) struct App {
    pub(crate) client_id: &'static str,
    pub(crate) redirect_uri: &'static str,
    pub(crate) secret: Option<&'static str>,
}

/// The parameters of an authorize request, to be changed by tests.
#[derive(Clone)]
pub(crate) struct Start {
    pub(crate) tenant: &'static str,
    pub(crate) parameters: Vec<(&'static str, String)>,
}

impl App {
    pub(crate) const DEMO: Self = Self {
        client_id: "c0ffee00-0000-4000-8000-000000000001",
        redirect_uri: "http://localhost:3000/outlook-callback",
        secret: Some("emulated~Secret.of/the+Demo=Registration"),
    };
    pub(crate) const EXPIRED: Self = Self {
        client_id: "c0ffee00-0000-4000-8000-000000000002",
        redirect_uri: "http://localhost:3000/expired-callback",
        secret: Some("emulated~Secret-that-has-expired"),
    };
    pub(crate) const SINGLE_TENANT: Self = Self {
        client_id: "c0ffee00-0000-4000-8000-000000000003",
        redirect_uri: "http://localhost:3000",
        secret: Some("emulated~Secret-after-rotation"),
    };
    pub(crate) const PAGE: Self = Self {
        client_id: "c0ffee00-0000-4000-8000-000000000004",
        redirect_uri: "http://localhost:3000/spa-callback",
        secret: None,
    };
    pub(crate) const INSTALLED: Self = Self {
        client_id: "c0ffee00-0000-4000-8000-000000000005",
        redirect_uri: "http://localhost:3000/installed",
        secret: None,
    };

    pub(crate) const ASSIGNED_ONLY: Self = Self {
        client_id: "c0ffee00-0000-4000-8000-000000000006",
        redirect_uri: "http://localhost:3000/payroll-callback",
        secret: Some("emulated~Secret-of-payroll"),
    };

    pub(crate) const LEDGER: Self = Self {
        client_id: "c0ffee00-0000-4000-8000-000000000007",
        redirect_uri: "http://localhost:3000/ledger-callback",
        secret: None,
    };
    pub(crate) const MIDDLE: Self = Self {
        client_id: "c0ffee00-0000-4000-8000-000000000008",
        redirect_uri: "http://localhost:3000/middle-callback",
        secret: Some("emulated~Secret-of-the-middle-tier"),
    };

    /// An ordinary request of this app on `common`.
    pub(crate) fn start(&self) -> Start {
        let parameters = [
            ("client_id", self.client_id),
            ("response_type", "code"),
            ("redirect_uri", self.redirect_uri),
            (
                "scope",
                "openid profile email offline_access User.Read Mail.Read",
            ),
            ("state", "a-state"),
            ("nonce", "a-nonce"),
            ("code_challenge", CHALLENGE),
            ("code_challenge_method", "S256"),
        ];
        Start {
            tenant: "common",
            parameters: parameters
                .map(|(name, value)| (name, value.to_owned()))
                .to_vec(),
        }
    }

    /// The form that redeems `code`.
    pub(crate) fn redemption<'form>(&self, code: &'form str) -> Vec<(&'form str, &'form str)> {
        let mut form = vec![
            ("grant_type", "authorization_code"),
            ("client_id", self.client_id),
            ("code", code),
            ("redirect_uri", self.redirect_uri),
            ("code_verifier", VERIFIER),
        ];
        form.extend(self.secret.map(|secret| ("client_secret", secret)));
        form
    }

    /// The form that refreshes with `token`.
    pub(crate) fn refresh<'form>(&self, token: &'form str) -> Vec<(&'form str, &'form str)> {
        let mut form = vec![
            ("grant_type", "refresh_token"),
            ("client_id", self.client_id),
            ("refresh_token", token),
        ];
        form.extend(self.secret.map(|secret| ("client_secret", secret)));
        form
    }

    /// Signs `address` in by a fresh browser and answers the code.
    pub(crate) async fn code(&self, stage: &Stage, address: &str) -> String {
        self.start().sign_in(stage, address).await.code()
    }

    /// Signs `address` in and redeems the code.
    pub(crate) async fn tokens(&self, stage: &Stage, address: &str) -> TokenAnswer {
        let code = self.code(stage, address).await;
        stage
            .token("common", &self.redemption(&code))
            .await
            .granted()
    }
}

impl Start {
    /// Sets a parameter, in place of its old value.
    pub(crate) fn with(mut self, name: &'static str, value: &str) -> Self {
        self.parameters.retain(|(candidate, _)| *candidate != name);
        self.parameters.push((name, value.to_owned()));
        self
    }

    /// Drops a parameter.
    pub(crate) fn without(mut self, name: &'static str) -> Self {
        self.parameters.retain(|(candidate, _)| *candidate != name);
        self
    }

    pub(crate) fn at(mut self, tenant: &'static str) -> Self {
        self.tenant = tenant;
        self
    }

    /// The path and query of the request.
    pub(crate) fn path(&self) -> String {
        let mut query = url::form_urlencoded::Serializer::new(String::new());
        query.extend_pairs(&self.parameters);
        format!("/{}/oauth2/v2.0/authorize?{}", self.tenant, query.finish())
    }

    /// What a fresh browser is shown.
    pub(crate) async fn shown(&self, stage: &Stage) -> Shown {
        Browser::new(stage).open(&self.path()).await
    }

    /// A fresh browser goes all the way as `address`, accepting what is asked.
    pub(crate) async fn sign_in(&self, stage: &Stage, address: &str) -> Shown {
        let mut browser = Browser::new(stage);
        let shown = browser.open(&self.path()).await;
        browser.go_all_the_way(shown, address).await
    }
}
