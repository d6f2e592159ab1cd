//! The two cookies: `__Host-` names, so that no other host and no plain connection can set them (R53, R54).

use axum::http::{HeaderMap, HeaderValue, header};
use connect_outlook_protocol::secret::SessionHandle;

use crate::app::{FlowHandle, session_handle};

/// The session of this browser, if it shows exactly one handle of our making.
pub(super) fn session(headers: &HeaderMap) -> Option<SessionHandle> {
    session_handle(one(headers, SESSION)?)
}

/// Whether the browser shows anything at all under the session's name, usable or not.
pub(super) fn shows_session(headers: &HeaderMap) -> bool {
    values(headers, SESSION).next().is_some()
}

/// The binding of this browser's attempts, if it shows exactly one of our making.
pub(super) fn flow(headers: &HeaderMap) -> Option<FlowHandle> {
    FlowHandle::parse(one(headers, FLOW)?)
}

/// `Set-Cookie` for a session that lasts `seconds` at most. `Strict`: it comes along from our own pages only.
pub(super) fn set_session(handle: &SessionHandle, seconds: i64) -> Option<HeaderValue> {
    value(SESSION, handle.expose(), "Strict", seconds)
}

/// `Set-Cookie` that takes the session's cookie away.
pub(super) fn clear_session() -> Option<HeaderValue> {
    value(SESSION, "", "Strict", 0)
}

/// `Set-Cookie` for attempts of this browser. `Lax`: the visitor comes back from Microsoft by a link.
pub(super) fn set_flow(handle: &FlowHandle, seconds: i64) -> Option<HeaderValue> {
    value(FLOW, handle.expose(), "Lax", seconds)
}

fn value(name: &str, value: &str, same_site: &str, seconds: i64) -> Option<HeaderValue> {
    let text = format!(
        "{name}={value}; Path=/; Secure; HttpOnly; SameSite={same_site}; Max-Age={seconds}"
    );
    let mut value = HeaderValue::from_str(&text).ok()?;
    value.set_sensitive(true);
    Some(value)
}

/// The value of the cookie `name`. Two of one name mean that somebody else has set one: neither counts.
fn one<'a>(headers: &'a HeaderMap, name: &'a str) -> Option<&'a str> {
    let mut values = values(headers, name);
    let value = values.next()?;
    values.next().is_none().then_some(value)
}

fn values<'a>(headers: &'a HeaderMap, name: &'a str) -> impl Iterator<Item = &'a str> {
    let lines = headers.get_all(header::COOKIE).iter();
    let pairs = lines
        .filter_map(|line| line.to_str().ok())
        .flat_map(|line| line.split(';'));
    pairs.filter_map(move |pair| {
        let (key, value) = pair.trim_matches(' ').split_once('=')?;
        (key == name).then_some(value)
    })
}

pub(super) const SESSION: &str = "__Host-connect-outlook-session";
pub(super) const FLOW: &str = "__Host-connect-outlook-flow";

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn good() -> String {
        "Ab-_".repeat(10) + "xyz"
    }

    fn found(lines: &[&str]) -> bool {
        let headers = lines.iter().filter_map(|line| {
            Some((
                header::COOKIE,
                HeaderValue::from_bytes(line.as_bytes()).ok()?,
            ))
        });
        let mut map = HeaderMap::new();
        for (name, value) in headers {
            map.append(name, value);
        }
        session(&map).is_some_and(|handle| handle.expose() == good())
    }

    #[test]
    fn the_cookie_is_found_among_others() {
        let ours = format!("{SESSION}={}", good());
        assert!(found(&[&ours]));
        assert!(found(&[&format!("a=b; {ours}; c")]));
        assert!(found(&["a=b", &format!("{ours};x=y")]));
    }

    /// R53, R71: other names, other shapes, two of one name.
    #[test]
    fn what_is_not_exactly_our_cookie_does_not_count() {
        let value = good();
        let ours = format!("{SESSION}={value}");
        for bad in [
            String::new(),
            value.clone(),
            format!("{ours}; {ours}"),
            format!("{ours}; {SESSION}=other"),
            format!("{SESSION}=other; {ours}"),
            format!("connect-outlook-session={value}"),
            format!("__Secure-connect-outlook-session={value}"),
            format!("__host-connect-outlook-session={value}"),
            format!("{SESSION}=\"{value}\""),
            format!("{SESSION}={}", &value[1..]),
            format!("{SESSION}={value}="),
            format!("{SESSION}={value}A"),
            format!("{SESSION} ={value}"),
            format!("{SESSION}= {value}"),
            format!("{SESSION}=%41{}", &value[3..]),
            SESSION.to_owned(),
            format!("x={SESSION}={value}"),
            format!("{SESSION}={}", "a".repeat(8_192)),
            format!("{FLOW}={value}"),
        ] {
            assert!(!found(&[&bad]), "{bad}");
        }
        assert!(!found(&[&ours, &ours]));
    }

    /// R28: the value of the one cookie is not read as the other.
    #[test]
    fn a_flow_cookie_is_no_session() {
        let headers = HeaderMap::from_iter([(
            header::COOKIE,
            HeaderValue::from_str(&format!("{FLOW}={}", good())).unwrap(),
        )]);
        assert!(session(&headers).is_none() && flow(&headers).is_some());
    }

    /// R53, R54, R55
    #[test]
    fn cookies_are_host_only_secure_and_out_of_reach_of_scripts() {
        let handle = SessionHandle::new(good());
        let text = set_session(&handle, 3_600).unwrap();
        assert_eq!(
            text.to_str().unwrap(),
            format!(
                "__Host-connect-outlook-session={}; Path=/; Secure; HttpOnly; SameSite=Strict; Max-Age=3600",
                good()
            )
        );
        assert!(text.len() < 4_096 && text.is_sensitive());
        let flow = set_flow(&FlowHandle::parse(&good()).unwrap(), 600).unwrap();
        assert!(
            flow.to_str()
                .unwrap()
                .ends_with("; Path=/; Secure; HttpOnly; SameSite=Lax; Max-Age=600")
        );
        assert!(
            clear_session()
                .unwrap()
                .to_str()
                .unwrap()
                .contains("session=; ")
        );
    }

    proptest! {
        #[test]
        fn no_header_makes_it_panic(line in "[ -~]{0,100}") {
            let _ = found(&[&line]);
        }
    }
}
