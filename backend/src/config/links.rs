//! What the deployment says about hosted links.

use std::num::NonZeroU32;

use connect_outlook_protocol::integrator::{COMPLETION_PARAMETER, LINK_PARAMETER};
use connect_outlook_protocol::returned;
use url::Url;

use super::address::{self, SiteOrigin};
use super::error::ConfigError;
use super::reader::{DAY, MINUTE, optional, seconds};
use super::sources::Sources;

/// The settings of hosted links.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LinkSettings {
    /// What visitors are told the site is called.
    pub site_name: String,
    /// Where the visitors of links may be sent afterwards, byte for byte; none: there are no links (R45).
    pub completion_urls: Vec<String>,
    /// Seconds that a link may live at most; at most seven days (R40).
    pub longest: i64,
    /// How often the button of a link may be pressed (D4).
    pub attempts: NonZeroU32,
}

pub(super) fn read(from: &mut Sources, site: &SiteOrigin) -> Result<LinkSettings, ConfigError> {
    let host = site.url().host_str().unwrap_or_default();
    Ok(LinkSettings {
        site_name: optional(from, "site_name", host, name)?,
        completion_urls: optional(from, "completion_urls", "", completion_urls)?,
        longest: optional(from, "link_longest", "1d", |text| {
            seconds(text, MINUTE, 7 * DAY).ok_or("must be a time from 1m to 7d")
        })?,
        attempts: optional(from, "link_attempts", "20", attempts)?,
    })
}

fn name(text: &str) -> Result<String, &'static str> {
    let fits = (1..=100).contains(&text.chars().count()) && !text.chars().any(char::is_control);
    if fits {
        Ok(text.to_owned())
    } else {
        Err("must be 1 to 100 plain characters")
    }
}

fn completion_urls(text: &str) -> Result<Vec<String>, &'static str> {
    text.split_ascii_whitespace().map(completion_url).collect()
}

/// As a redirect URI, and without the parameters that we add.
fn completion_url(text: &str) -> Result<String, &'static str> {
    let ours = [LINK_PARAMETER, COMPLETION_PARAMETER, returned::PARAMETER];
    let plain = address::redirect_uri(text)?;
    let url = Url::parse(&plain).map_err(|_| "is not an absolute address")?;
    if url.query_pairs().any(|(name, _)| ours.contains(&&*name)) {
        return Err("must not hold the parameters that are added to it");
    }
    Ok(plain)
}

fn attempts(text: &str) -> Result<NonZeroU32, &'static str> {
    let number = text.parse().ok().filter(|number| *number <= 1_000);
    let digits = text.bytes().all(|byte| byte.is_ascii_digit());
    number
        .and_then(NonZeroU32::new)
        .filter(|_| digits)
        .ok_or("must be a number from 1 to 1000")
}

#[cfg(test)]
mod tests {
    use super::*;

    /// R45, R77: https or this machine, nothing of ours in it, and as written.
    #[test]
    fn a_completion_url_is_https_or_loopback_and_stays_as_written() {
        let good = "https://App.example/done?tab=mail http://localhost:3000/done";
        let kept = completion_urls(good).unwrap();
        assert_eq!(kept.join(" "), good);
        assert!(completion_urls("").unwrap().is_empty());
        for bad in [
            "/done",
            "http://app.example/done",
            "https://app.example/done#x",
            "https://u@app.example/done",
            "javascript:alert(1)",
            "data:text/html,x",
            "myapp://done",
            "https://app.example/done?connect_outlook_completion=x",
            "https://app.example/done?connect%5Foutlook=x",
        ] {
            assert!(completion_urls(bad).is_err(), "{bad}");
        }
    }

    /// R40: a link is good for a week at most, whatever the settings say.
    #[test]
    fn a_link_lives_a_week_at_most() {
        let with = |longest| {
            let settings = crate::config::tests::good();
            let longest = [("link_longest", longest)];
            crate::config::Config::from_settings(settings.into_iter().chain(longest))
        };
        assert_eq!(with("7d").unwrap().links.longest, 7 * DAY);
        for bad in ["604801s", "8d", "59s", "0"] {
            let refused = with(bad).unwrap_err().to_string();
            assert!(refused.contains("`link_longest`"), "{bad}: {refused}");
        }
    }
}
