//! What a page passes in, read once and strictly: a wrong type is an error, not an absence.

use connect_outlook_protocol::authorize::Prompt;
use js_sys::Array;
use wasm_bindgen::JsValue;

use crate::address::may_leave_for;
use crate::error::{Trouble, bad_options, word};
use crate::fields::{member, number, set};
use crate::page::Page;
use crate::paths::MessageQuery;

/// What `connect()` may be told: `scopes`, `login_hint`, `domain_hint`, `account`, `prompt`, `return_to` and `signal`.
pub(crate) struct ConnectOptions {
    options: JsValue,
    return_to: Option<String>,
}

impl ConnectOptions {
    /// Checks the object a page passed; `undefined` means the defaults.
    ///
    /// # Errors
    /// `bad_options`, naming the member.
    pub(crate) fn read(options: JsValue) -> Result<Self, Trouble> {
        check_list(&options, "scopes")?;
        for name in ["login_hint", "domain_hint", "account"] {
            optional_text(&options, name)?;
        }
        if let Some(name) = optional_text(&options, "prompt")? {
            prompt(&name)?;
        }
        let return_to = match optional_text(&options, "return_to")? {
            Some(wish) => Some(Page::current()?.own_path(&wish)?),
            None => None,
        };
        Ok(Self { options, return_to })
    }

    /// Where to come back to, instead of the page's own address: path, query and fragment of this site.
    pub(crate) fn return_to(&self) -> Option<&str> {
        self.return_to.as_deref()
    }

    /// What ends the attempt early, if the page gave one.
    pub(crate) fn signal(&self) -> JsValue {
        member(&self.options, "signal")
    }

    /// Adds what is only passed on to a request. Members that were not given stay undefined, which JSON leaves out.
    pub(crate) fn copy_to(&self, request: &JsValue) {
        for name in ["scopes", "login_hint", "domain_hint", "account", "prompt"] {
            set(request, name, &member(&self.options, name));
        }
    }
}

/// Reads what a list of messages is asked for.
///
/// # Errors
/// `bad_options`, naming the member.
pub(crate) fn message_query(options: &JsValue) -> Result<MessageQuery, Trouble> {
    Ok(MessageQuery {
        folder: optional_text(options, "folder")?,
        cursor: optional_text(options, "cursor")?,
        limit: optional_number(options, "limit")?,
    })
}

/// Names an account or a message.
///
/// # Errors
/// `bad_options` when it is no string.
pub(crate) fn identifier(value: &JsValue) -> Result<String, Trouble> {
    value
        .as_string()
        .ok_or_else(|| wrong("an identifier", "a string"))
}

/// The account a call is for, if the page says so.
///
/// # Errors
/// `bad_options` when it is no string.
pub(crate) fn account(options: &JsValue) -> Result<Option<String>, Trouble> {
    optional_text(options, "account")
}

/// Where the backend is, from what the page calls `backend`: below a path of the page's own origin; and if `elsewhere`,
/// because the page holds its handles itself, at an https address of any site or at this machine.
///
/// # Errors
/// `bad_options`.
pub(crate) fn base(backend: &str, origin: &str, elsewhere: bool) -> Result<String, Trouble> {
    if elsewhere && may_leave_for(backend) && !backend.contains(['?', '#', '\\', '@']) {
        return Ok(backend.trim_end_matches('/').to_owned());
    }
    Ok([origin, &mount(backend, origin)?].concat())
}

/// The path under which the backend is mounted. Other origins are refused: the session's cookie belongs to this one.
fn mount(backend: &str, origin: &str) -> Result<String, Trouble> {
    let path = match backend.strip_prefix(origin) {
        Some(rest) if rest.is_empty() || rest.starts_with('/') => rest,
        _ => backend,
    };
    let path = path.trim_end_matches('/');
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"/-._~%".contains(&byte);
    let rooted = path.is_empty() || (path.starts_with('/') && !path.starts_with("//"));
    if backend.is_empty() || !rooted || !path.bytes().all(plain) {
        return Err(bad_options(
            "backend must be a path of this site, such as /outlook; another site's needs `session`",
        ));
    }
    Ok(path.to_owned())
}

fn prompt(name: &str) -> Result<Prompt, Trouble> {
    word(name).ok_or_else(|| bad_options("prompt must be select_account, login or consent"))
}

fn optional_text(of: &JsValue, name: &str) -> Result<Option<String>, Trouble> {
    let value = member(of, name);
    if value.is_null() || value.is_undefined() {
        return Ok(None);
    }
    value
        .as_string()
        .map(Some)
        .ok_or_else(|| wrong(name, "a string"))
}

fn optional_number(of: &JsValue, name: &str) -> Result<Option<f64>, Trouble> {
    let value = member(of, name);
    if value.is_null() || value.is_undefined() {
        return Ok(None);
    }
    value
        .as_f64()
        .map(Some)
        .ok_or_else(|| wrong(name, "a number"))
}

fn check_list(of: &JsValue, name: &str) -> Result<(), Trouble> {
    let value = member(of, name);
    let is_list = Array::is_array(&value) && {
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "a length is a u32"
        )]
        let mut places = 0..number(&value, "length") as u32;
        places.all(|at| member(&value, &at.to_string()).is_string())
    };
    if is_list || value.is_undefined() || value.is_null() {
        Ok(())
    } else {
        Err(wrong(name, "a list of strings"))
    }
}

fn wrong(name: &str, expected: &str) -> Trouble {
    bad_options(&[name, " must be ", expected].concat())
}

#[cfg(test)]
mod tests {
    use super::*;

    const ORIGIN: &str = "https://app.example";

    #[test]
    fn the_backend_is_a_path_of_this_site() {
        assert_eq!(mount("/outlook", ORIGIN).unwrap(), "/outlook");
        assert_eq!(mount("/outlook/", ORIGIN).unwrap(), "/outlook");
        assert_eq!(mount("https://app.example/a/b", ORIGIN).unwrap(), "/a/b");
        assert_eq!(mount("https://app.example", ORIGIN).unwrap(), "");
        assert_eq!(mount("/", ORIGIN).unwrap(), "");
    }

    #[test]
    fn a_backend_elsewhere_is_refused() {
        for bad in [
            "",
            "outlook",
            "//evil.example/outlook",
            "https://evil.example/outlook",
            "https://app.example.evil.example",
            "https://app.example:444/outlook",
            "http://app.example/outlook",
            "/\\evil.example",
            "/out look",
            "/outlook?x",
            "/outlook#x",
            "https://app.example//evil.example",
        ] {
            assert!(mount(bad, ORIGIN).unwrap_err().is("bad_options"), "{bad}");
        }
    }

    #[test]
    fn whoever_holds_handles_may_name_a_backend_elsewhere() {
        let at = |backend| base(backend, ORIGIN, true);
        assert_eq!(
            at("https://mail.example/outlook/").unwrap(),
            "https://mail.example/outlook"
        );
        assert_eq!(
            at("http://localhost:8400").unwrap(),
            "http://localhost:8400"
        );
        assert_eq!(at("/outlook").unwrap(), "https://app.example/outlook");
        for bad in [
            "http://mail.example",
            "//mail.example",
            "https://mail.example?x",
            "https://app.example@evil.example",
            "https://a\\b",
            "data:x",
        ] {
            assert!(at(bad).unwrap_err().is("bad_options"), "{bad}");
        }
        let cookies = base("https://mail.example/outlook", ORIGIN, false);
        assert!(cookies.unwrap_err().is("bad_options"));
    }

    #[test]
    fn a_prompt_is_one_of_three_words() {
        assert_eq!(prompt("select_account").unwrap(), Prompt::SelectAccount);
        assert_eq!(prompt("consent").unwrap(), Prompt::Consent);
        for bad in ["none", "SelectAccount", ""] {
            assert!(prompt(bad).unwrap_err().is("bad_options"));
        }
    }

    #[test]
    fn a_wrong_type_is_named() {
        let named = wrong("limit", "a number");
        assert_eq!(named.message(), "limit must be a number");
    }
}
