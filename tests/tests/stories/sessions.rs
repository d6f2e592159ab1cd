//! The session handle: made fresh, kept from script, and worth nothing when tampered with.

use connect_outlook_tests::{
    FLOW_COOKIE, SESSION_COOKIE, Visitor,
    browser::{Cookie, SameSite},
    story,
};

/// R37: a handle that somebody planted before the sign-in is not the one that is opened by it.
#[tokio::test]
async fn a_planted_session_cookie_is_replaced_and_opens_nothing() {
    story(async |world| {
        let victim = world.visitor();
        let planted = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
        victim.browser().jar().insert(session_cookie(planted));
        victim.connect("ada").await;
        assert_ne!(victim.session_handle().as_deref(), Some(planted));
        let attacker = world.visitor();
        attacker.browser().jar().insert(session_cookie(planted));
        assert_eq!(attacker.page().get("/v1/session").await.status, 401);
    })
    .await;
}

/// R37: the attacker's own live session, planted in the victim's browser, does not gain the victim's mailbox.
#[tokio::test]
async fn a_live_session_of_an_attacker_gains_nothing_from_the_victims_sign_in() {
    story(async |world| {
        let attacker = world.visitor().connect("alan").await;
        let victim = world.visitor();
        victim
            .browser()
            .jar()
            .insert(session_cookie(&attacker.visitor.session_handle().unwrap()));
        victim.connect("ada").await;
        let session = attacker.visitor.page().get("/v1/session").await;
        assert!(
            !session.body.contains("ada@contoso.example"),
            "{}",
            session.body
        );
    })
    .await;
}

/// R37: each sign-in gives a new handle and ends the one before.
#[tokio::test]
async fn connecting_again_changes_the_handle_and_ends_the_old_one() {
    story(async |world| {
        let visitor = world.visitor();
        visitor.connect("ada").await;
        let old = visitor.session_handle().unwrap();
        visitor.connect("ada").await;
        assert_ne!(visitor.session_handle().as_ref(), Some(&old));
        let replaying = world.visitor();
        replaying.browser().jar().insert(session_cookie(&old));
        assert_eq!(replaying.page().get("/v1/session").await.status, 401);
    })
    .await;
}

/// R53, R54, R55: the browser of these stories refuses what a real one would; the rest is read here.
#[tokio::test]
async fn cookies_keep_their_promises() {
    story(async |world| {
        let visitor = world.visitor();
        visitor.connect("ada").await;
        let jar = visitor.browser().jar().clone();
        for line in jar
            .seen
            .iter()
            .filter(|line| line.starts_with("__Host-connect-outlook"))
        {
            for promise in ["Secure", "HttpOnly", "Path=/"] {
                assert!(
                    line.split("; ").any(|part| part == promise),
                    "{promise}: {line}"
                );
            }
            assert!(line.len() < 4096);
        }
        assert_eq!(
            jar.find("localhost", SESSION_COOKIE).unwrap().same_site,
            SameSite::Strict
        );
        assert_eq!(
            jar.find("localhost", FLOW_COOKIE).unwrap().same_site,
            SameSite::Lax
        );
        assert!(visitor.session_handle().unwrap().len() >= 43, "256 bits");
    })
    .await;
}

/// R28, section 4.2 of the bad input: whatever is not the handle opens nothing and breaks nothing.
#[tokio::test]
async fn a_handle_that_was_tampered_with_opens_nothing() {
    story(async |world| {
        let ada = world.visitor().connect("ada").await;
        let handle = ada.visitor.session_handle().unwrap();
        let flow = ada.visitor.cookie(FLOW_COOKIE).unwrap();
        let swapped = handle.chars().map(swap_case).collect::<String>();
        let bad = [
            String::new(),
            handle[..handle.len() - 1].to_owned(),
            format!("{handle}A"),
            format!("\"{handle}\""),
            format!("{handle}="),
            swapped,
            flow,
            "%".to_owned(),
            "%00".to_owned(),
            "\u{80}".to_owned(),
            "A".repeat(8 * 1024),
            "'; drop table sessions; --".to_owned(),
        ];
        for value in bad {
            let stranger = world.visitor();
            stranger.browser().jar().insert(session_cookie(&value));
            assert_opens_nothing(&stranger, &value).await;
        }
        for name in [
            "__Secure-connect-outlook-session",
            "connect-outlook-session",
            "__host-connect-outlook-session",
        ] {
            let stranger = world.visitor();
            let cookie = Cookie {
                name: name.to_owned(),
                ..session_cookie(&handle)
            };
            stranger.browser().jar().insert(cookie);
            assert_opens_nothing(&stranger, name).await;
        }
        assert_eq!(ada.visitor.page().get("/v1/session").await.status, 200);
    })
    .await;
}

async fn assert_opens_nothing(stranger: &Visitor, why: &str) {
    let answer = stranger.page().get("/v1/session").await;
    assert!(
        [204, 400, 401, 431].contains(&answer.status),
        "{why:?}: {}",
        answer.status
    );
    assert!(
        !answer.body.contains("accounts"),
        "{why:?}: {}",
        answer.body
    );
}

fn session_cookie(value: &str) -> Cookie {
    Cookie {
        host: "localhost".to_owned(),
        name: SESSION_COOKIE.to_owned(),
        value: value.to_owned(),
        path: "/".to_owned(),
        secure: true,
        http_only: true,
        same_site: SameSite::Strict,
    }
}

fn swap_case(letter: char) -> char {
    if letter.is_ascii_lowercase() {
        letter.to_ascii_uppercase()
    } else {
        letter.to_ascii_lowercase()
    }
}
