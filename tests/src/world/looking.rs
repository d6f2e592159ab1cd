//! Looking into a world: what Microsoft recorded, what lies in the vault's files, what was logged.

use std::{collections::BTreeMap, path::PathBuf};

use connect_outlook_emulator::{EmulatorState, Exchange};
use reqwest::Method;

use super::{Settings, World, database};
use crate::{
    FLOW_COOKIE, SESSION_COOKIE, Visitor,
    browser::{Answer, Request},
    canaries::{Secret, read_aside, secrets_in},
    evidence::{TokenRequest, token_requests},
    house::fetch_routes,
    logs,
    sought::Sought,
};

impl World {
    /// Everything that went between the backend, the browsers and Microsoft, in order.
    #[must_use]
    pub fn exchanges(&self) -> Vec<Exchange> {
        self.microsoft.exchanges.after(0)
    }

    /// The calls of the token endpoint.
    #[must_use]
    pub fn token_requests(&self) -> Vec<TokenRequest> {
        token_requests(&self.exchanges())
    }

    /// The refreshes among them.
    #[must_use]
    pub fn refreshes(&self) -> Vec<TokenRequest> {
        self.token_requests()
            .into_iter()
            .filter(|request| request.is("refresh_token"))
            .collect()
    }

    /// The client secrets of all registrations.
    #[must_use]
    pub fn client_secrets(&self) -> Vec<String> {
        let world = self.microsoft.world();
        let applications = world.applications.iter();
        applications
            .flat_map(|application| &application.secrets)
            .map(|secret| secret.value.clone())
            .collect()
    }

    /// Everything that was secret so far, handles that were ended included.
    #[must_use]
    pub fn secrets(&self) -> Vec<Secret> {
        let mut secrets = secrets_in(&self.exchanges(), &self.microsoft.world());
        for visitor in self
            .visitors
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner)
            .iter()
        {
            let jar = visitor.browser().jar();
            for (name, kind) in [
                (SESSION_COOKIE, "session_handle"),
                (FLOW_COOKIE, "flow_cookie"),
            ] {
                let values = jar.seen.iter().filter_map(|line| {
                    line.strip_prefix(name)?
                        .strip_prefix('=')?
                        .split(';')
                        .next()
                });
                secrets.extend(
                    values
                        .filter(|value| !value.is_empty())
                        .map(|value| Secret::new(kind, value)),
                );
            }
        }
        secrets
    }

    /// Where secrets lie around: in the vault's files, in the log, in what the site's pages could see.
    #[must_use]
    pub fn hits(&self) -> Vec<String> {
        let sought = self.secrets();
        let kept = self
            .kept_secrets
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner)
            .clone();
        let for_nobody = Sought::new(&[sought.as_slice(), &kept].concat());
        let sought = Sought::new(&sought);
        let mut found = for_nobody.hits(&self.log(), "the log");
        for file in self.vault_files() {
            let bytes = read_aside(&file).expect("a readable file");
            found.extend(for_nobody.hits(&bytes, &file.display().to_string()));
        }
        for visitor in self
            .visitors
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner)
            .iter()
        {
            let seen = visitor.browser().seen().join("\n");
            found.extend(sought.hits(seen.as_bytes(), "what a page could see"));
        }
        found
    }

    /// The files of the vault as they lie on disk now, the write-ahead log among them.
    #[must_use]
    pub fn vault_files(&self) -> Vec<PathBuf> {
        let entries = std::fs::read_dir(self.folder.path()).expect("the folder");
        entries
            .map(|entry| entry.expect("an entry").path())
            .collect()
    }

    /// What was logged since the story began, by everything in this process.
    #[must_use]
    pub fn log(&self) -> Vec<u8> {
        logs::kept_from(self.log_from)
    }

    /// Method and path of every route that a page may fetch, the account filled in.
    #[must_use]
    pub fn routes(&self, account: &str) -> Vec<(Method, String)> {
        let filled = |(method, path): (String, String)| {
            let path = path
                .replace("{account}", account)
                .replace("{session}", "00000000-0000-4000-8000-000000000001")
                .replace("{message}", "AAkALgAAAAAAHYQDEapmEc2byACqAC")
                .replace("{key}", "2f1c1b0e-5b0a-4a53-9d52-1f0f6b9c7a11")
                .replace("{attachment}", "AAkALgAAAAAAHYQDEapmEc2byACqAA")
                .replace("{token}", &"A".repeat(43));
            assert!(!path.contains('{'), "{path}: say what goes there");
            (method.parse().expect("a method"), path)
        };
        fetch_routes().into_iter().map(filled).collect()
    }

    /// `GET /livez`, as a health check asks.
    pub async fn alive(&self) -> Answer {
        self.health("livez").await
    }

    /// `GET /readyz`, as a health check asks.
    pub async fn ready(&self) -> Answer {
        self.health("readyz").await
    }

    async fn health(&self, path: &str) -> Answer {
        let url = self
            .site()
            .join(&format!("/outlook/{path}"))
            .expect("a path");
        Request::new(Method::GET, url).send().await
    }

    /// The emulated Microsoft.
    #[must_use]
    pub fn microsoft(&self) -> &EmulatorState {
        &self.microsoft
    }

    /// What its backend is told.
    #[must_use]
    pub fn settings(&self) -> &Settings {
        &self.settings
    }

    /// The visitors so far.
    #[must_use]
    pub fn visitors(&self) -> Vec<Visitor> {
        self.visitors
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner)
            .clone()
    }

    /// Address and key of the vault, to open it beside the backend.
    #[must_use]
    pub fn vault(&self) -> (&str, &str) {
        (self.site.database(), self.site.key())
    }

    /// What a process of its own is told to serve the same vault at `origin`.
    #[must_use]
    pub fn told(&self, origin: &str) -> BTreeMap<&'static str, String> {
        self.site.told(&self.settings, &self.microsoft, origin)
    }

    /// One round of what the backend does every minute.
    pub async fn tidy(&self) {
        self.site.backend().tidy().await;
    }

    /// Tells webhooks of all that is due, to the end of it.
    pub async fn tell_webhooks(&self) {
        self.site.backend().tell_webhooks().await;
    }

    /// The rows that `query` answers in the vault's database; its columns are text.
    pub async fn ask(&self, query: &'static str) -> Vec<Vec<String>> {
        database::ask(self.site.database(), query).await
    }

    /// Changes the vault's database behind the backend's back. Answers how many rows.
    pub async fn change(&self, statement: &'static str) -> u64 {
        database::change(self.site.database(), statement).await
    }

    /// How many rows a table of the vault has.
    pub async fn rows(&self, table: &'static str) -> i64 {
        self.count(format!("select count(*) from {table}")).await
    }

    /// How many sealed fields of accounts and grants hold something.
    pub async fn sealed_fields(&self) -> i64 {
        let accounts = "(sealed_display_name is not null) + (sealed_address is not null)";
        let grants = self.count("select count(*) from grants".to_owned()).await;
        grants
            + self
                .count(format!("select coalesce(sum({accounts}), 0) from accounts"))
                .await
    }

    async fn count(&self, query: String) -> i64 {
        database::count(self.site.database(), query).await
    }
}
