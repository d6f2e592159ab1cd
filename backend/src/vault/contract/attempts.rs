//! Attempts: fresh, bound to a browser and a purpose, good once.

use super::world::{NOW, World, attempt, verifier};
use crate::clock::UnixTime;
use crate::vault::attempts::{
    Attempt, AttemptCaps, AttemptKind, BeginAttemptError, NewAttempt, OPEN_ATTEMPTS, Proof,
    TakeAttemptError,
};
use crate::vault::id::{AccountId, BrowserDigest, HandleDigest, NonceDigest, StateDigest};

on_every_engine![
    an_attempt_comes_back_as_it_began,
    a_server_driven_attempt_gives_its_verifier_back_once,
    of_fifty_takers_one_succeeds,
    an_attempt_cannot_be_taken_twice,
    another_browser_cannot_take_it_and_does_not_spoil_it,
    one_purpose_does_not_serve_another,
    after_ten_minutes_it_is_over,
    values_used_before_are_refused,
    the_oldest_of_more_than_five_is_dropped,
    twelve_tabs_at_once_leave_five,
    so_many_are_open_at_all,
    the_first_of_a_browser_goes_by_the_same_rules,
    the_cap_holds_where_not_everyone_is_counted,
];

async fn take(world: &World, name: &str, browser: &str) -> Result<Attempt, TakeAttemptError> {
    let (state, browser) = (
        StateDigest::of(&format!("state-{name}")),
        BrowserDigest::of(browser),
    );
    world
        .vault
        .take_attempt(state, browser, AttemptKind::Connect, NOW.plus(5))
        .await
}

async fn begin(world: &World, attempt: &NewAttempt) {
    world.vault.begin_attempt(attempt, NOW).await.unwrap();
}

/// R23: what was recorded at the start is what the callback is checked against.
async fn an_attempt_comes_back_as_it_began(world: &World) {
    let began = attempt("a", "browser");
    begin(world, &began).await;
    let taken = take(world, "a", "browser").await.unwrap();
    assert_eq!(taken.proof, began.proof);
    assert_eq!(taken.nonce, NonceDigest::of("nonce-a"));
    assert_eq!(taken.redirect_uri, began.redirect_uri);
    assert_eq!(taken.scopes, began.scopes);
    assert_eq!(taken.tenant, began.tenant);
    assert_eq!(taken.client_id, began.client_id);
    assert_eq!(taken.return_to, began.return_to);
    assert_eq!(taken.created_at, NOW);

    let nowhere = NewAttempt {
        return_to: None,
        ..attempt("b", "browser")
    };
    begin(world, &nowhere).await;
    assert_eq!(take(world, "b", "browser").await.unwrap().return_to, None);
}

/// R114, R122: the verifier rests sealed, and is gone once it has been handed out.
async fn a_server_driven_attempt_gives_its_verifier_back_once(world: &World) {
    let began = NewAttempt {
        proof: Proof::Server(verifier("secret")),
        session: Some(HandleDigest::of("handle")),
        account: AccountId::parse("11111111-aaaa-4bbb-8ccc-222222222222"),
        ..attempt("a", "browser")
    };
    begin(world, &began).await;
    assert_eq!(
        world
            .count("attempts where sealed_code_verifier is not null")
            .await,
        1
    );
    let taken = take(world, "a", "browser").await.unwrap();
    assert_eq!((taken.proof, taken.session), (began.proof, began.session));
    assert!(began.account.is_some() && taken.account == began.account);
    assert_eq!(
        world
            .count("attempts where sealed_code_verifier is not null")
            .await,
        0
    );
}

/// R21
async fn of_fifty_takers_one_succeeds(world: &World) {
    begin(world, &attempt("a", "browser")).await;
    let takers: Vec<_> = (0..50)
        .map(|_| {
            let vault = world.vault.clone();
            let (state, browser) = (StateDigest::of("state-a"), BrowserDigest::of("browser"));
            tokio::spawn(async move {
                vault
                    .take_attempt(state, browser, AttemptKind::Connect, NOW)
                    .await
            })
        })
        .collect();
    let (mut taken, mut refused) = (0, 0);
    for taker in takers {
        match taker.await.unwrap() {
            Ok(_) => taken += 1,
            Err(TakeAttemptError::Unknown) => refused += 1,
            Err(error) => panic!("{error:?}"),
        }
    }
    assert_eq!((taken, refused), (1, 49));
}

/// R21, R39
async fn an_attempt_cannot_be_taken_twice(world: &World) {
    begin(world, &attempt("a", "browser")).await;
    take(world, "a", "browser").await.unwrap();
    assert!(matches!(
        take(world, "a", "browser").await,
        Err(TakeAttemptError::Unknown)
    ));
    assert!(matches!(
        take(world, "never begun", "browser").await,
        Err(TakeAttemptError::Unknown)
    ));
}

/// R22
async fn another_browser_cannot_take_it_and_does_not_spoil_it(world: &World) {
    begin(world, &attempt("a", "browser")).await;
    assert!(matches!(
        take(world, "a", "another").await,
        Err(TakeAttemptError::NotYours)
    ));
    take(world, "a", "browser").await.unwrap();
}

/// R28, R52
async fn one_purpose_does_not_serve_another(world: &World) {
    for (name, kind) in [
        ("a", AttemptKind::AdminConsent),
        ("b", AttemptKind::ServerConnect),
    ] {
        begin(
            world,
            &NewAttempt {
                kind,
                ..attempt(name, "browser")
            },
        )
        .await;
        assert!(matches!(
            take(world, name, "browser").await,
            Err(TakeAttemptError::Unknown)
        ));
        let (state, browser) = (
            StateDigest::of(&format!("state-{name}")),
            BrowserDigest::of("browser"),
        );
        world
            .vault
            .take_attempt(state, browser, kind, NOW)
            .await
            .unwrap();
    }
}

/// R24: the end itself is too late.
async fn after_ten_minutes_it_is_over(world: &World) {
    begin(world, &attempt("a", "browser")).await;
    let (state, browser) = (StateDigest::of("state-a"), BrowserDigest::of("browser"));
    let late = world
        .vault
        .take_attempt(state, browser, AttemptKind::Connect, NOW.plus(600))
        .await;
    assert!(matches!(late, Err(TakeAttemptError::Expired)));
    world
        .vault
        .take_attempt(state, browser, AttemptKind::Connect, NOW.plus(599))
        .await
        .unwrap();
}

/// R19: state, nonce and challenge are unique for ever, taken or not.
async fn values_used_before_are_refused(world: &World) {
    begin(world, &attempt("a", "browser")).await;
    take(world, "a", "browser").await.unwrap();
    let (used, fresh) = (attempt("a", "browser"), || attempt("b", "another"));
    for repeated in [
        NewAttempt {
            state: used.state,
            ..fresh()
        },
        NewAttempt {
            nonce: used.nonce,
            ..fresh()
        },
        NewAttempt {
            proof: used.proof,
            ..fresh()
        },
        NewAttempt {
            proof: Proof::Server(verifier("a")),
            ..fresh()
        },
    ] {
        let refused = world.vault.begin_attempt(&repeated, NOW).await;
        assert!(matches!(refused, Err(BeginAttemptError::Repeated)));
    }
    begin(world, &fresh()).await;
    assert_eq!(world.count("attempts").await, 2);
}

/// R25
async fn the_oldest_of_more_than_five_is_dropped(world: &World) {
    begin(world, &attempt("other", "another")).await;
    begin(world, &attempt("taken", "browser")).await;
    take(world, "taken", "browser").await.unwrap();
    for name in ["1", "2", "3", "4", "5", "6", "7"] {
        begin(world, &attempt(name, "browser")).await;
    }
    for name in ["1", "2"] {
        assert!(
            matches!(
                take(world, name, "browser").await,
                Err(TakeAttemptError::Unknown)
            ),
            "{name}"
        );
    }
    for name in ["3", "4", "5", "6", "7"] {
        take(world, name, "browser").await.unwrap();
    }
    take(world, "other", "another").await.unwrap();
}

/// R25: ten browsers, each with twelve tabs that start at the same moment.
async fn twelve_tabs_at_once_leave_five(world: &World) {
    let starts: Vec<_> = (0..120)
        .map(|number| {
            let vault = world.vault.clone();
            let began = attempt(&number.to_string(), &format!("browser-{}", number / 12));
            tokio::spawn(async move { vault.begin_attempt(&began, NOW).await })
        })
        .collect();
    for start in starts {
        start.await.unwrap().unwrap();
    }
    for number in 0..10 {
        let browser = BrowserDigest::of(&format!("browser-{number}")).to_column();
        let left = world
            .count(&format!("attempts where browser_hash = '{browser}'"))
            .await;
        assert_eq!(left, i64::from(OPEN_ATTEMPTS));
    }
}

/// D4: beyond the cap none begins; one that was taken, dropped or is over makes room.
async fn so_many_are_open_at_all(world: &World) {
    let caps = AttemptCaps {
        of_a_browser: 2,
        of_all: 3,
    };
    let begin = async |name: &str, browser: &str, now: UnixTime| {
        let begun = attempt(name, browser);
        let begun = world.vault.begin_attempt_within(caps, &begun, now).await;
        match begun {
            Ok(()) => true,
            Err(BeginAttemptError::TooManyOpen) => false,
            Err(error) => panic!("{error}"),
        }
    };
    for (name, browser) in [("a", "one"), ("b", "one"), ("c", "two")] {
        assert!(begin(name, browser, NOW).await);
    }
    assert!(!begin("d", "three", NOW).await);
    assert!(begin("e", "one", NOW).await, "in the place of its oldest");
    assert_eq!(
        world.count("attempts").await,
        3,
        "what was refused left nothing"
    );
    take(world, "c", "two").await.unwrap();
    assert!(begin("d", "three", NOW).await);
    assert!(!begin("f", "four", NOW).await);
    assert!(
        begin("f", "four", NOW.plus(600)).await,
        "the others are over"
    );
}

/// D4: where there is plenty of room the open ones are not counted each time, and the cap holds nevertheless; also for another
/// process, which knows nothing of the counts of this one.
async fn the_cap_holds_where_not_everyone_is_counted(world: &World) {
    let caps = AttemptCaps {
        of_a_browser: 2,
        of_all: 40,
    };
    let there = world.another_vault();
    for number in 0..40 {
        let vault = if number % 2 == 0 {
            &world.vault
        } else {
            &there
        };
        let begun = attempt(&format!("a{number}"), &format!("b{number}"));
        let begun = vault.begin_attempt_within(caps, &begun, NOW).await;
        begun.unwrap();
    }
    for vault in [&world.vault, &there] {
        let refused = vault
            .begin_attempt_within(caps, &attempt("one-more", "another"), NOW)
            .await;
        assert!(matches!(refused, Err(BeginAttemptError::TooManyOpen)));
    }
}

/// R19, D4: whose cookie was made just now races with nobody, and is judged like everybody.
async fn the_first_of_a_browser_goes_by_the_same_rules(world: &World) {
    let caps = AttemptCaps {
        of_a_browser: 2,
        of_all: 2,
    };
    let first = |name: &str, browser: &str| NewAttempt {
        first_of_browser: true,
        ..attempt(name, browser)
    };
    let begin = async |begun: &NewAttempt| {
        let vault = &world.vault;
        vault.begin_attempt_within(caps, begun, NOW).await
    };
    begin(&first("a", "one")).await.unwrap();
    let again = NewAttempt {
        state: StateDigest::of("state-a"),
        ..first("b", "two")
    };
    let refused = begin(&again).await;
    assert!(matches!(refused, Err(BeginAttemptError::Repeated)));
    begin(&first("c", "three")).await.unwrap();
    let refused = begin(&first("d", "four")).await;
    assert!(matches!(refused, Err(BeginAttemptError::TooManyOpen)));
    assert_eq!(world.count("attempts").await, 2);
    take(world, "a", "one").await.unwrap();
    begin(&attempt("d", "three")).await.unwrap();
    begin(&attempt("e", "three")).await.unwrap();
    let dropped = take(world, "c", "three").await;
    assert!(matches!(dropped, Err(TakeAttemptError::Unknown)), "R25");
}
