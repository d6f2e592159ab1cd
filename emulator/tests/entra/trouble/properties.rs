//! Whatever sequence of sign-ins, redemptions, refreshes, revocations, withdrawals and clock moves: no token for a
//! withdrawn or revoked grant, no code twice, no wrong verifier, redirect URI, client or platform. And what is in order
//! is served, so that refusing everything would not pass.

use std::collections::HashSet;

use connect_outlook_emulator::scenario::{NewScenario, ScenarioName};
use proptest::prelude::*;

use crate::support::{ADA, ALAN, App, Stage, TokenAnswer};

const APPS: [App; 2] = [App::DEMO, App::INSTALLED];
const PEOPLE: [&str; 2] = [ADA, ALAN];
const DAY: i64 = 86_400;

#[derive(Clone, Debug)]
enum Command {
    SignIn {
        app: usize,
        person: usize,
    },
    Redeem {
        code: prop::sample::Index,
        flaw: Flaw,
    },
    Refresh {
        token: prop::sample::Index,
        flaw: Flaw,
    },
    Revoke {
        person: usize,
    },
    Withdraw {
        app: usize,
        person: usize,
    },
    Wait {
        seconds: i64,
    },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Flaw {
    None,
    Verifier,
    NoVerifier,
    RedirectUri,
    Client,
    Platform,
}

fn commands() -> impl Strategy<Value = Vec<Command>> {
    let flaw = prop_oneof![
        6 => Just(Flaw::None),
        1 => Just(Flaw::Verifier),
        1 => Just(Flaw::NoVerifier),
        1 => Just(Flaw::RedirectUri),
        1 => Just(Flaw::Client),
        1 => Just(Flaw::Platform),
    ];
    let (app, person, index) = (0..APPS.len(), 0..PEOPLE.len(), any::<prop::sample::Index>());
    let command = prop_oneof![
        4 => (app.clone(), person.clone()).prop_map(|(app, person)| Command::SignIn { app, person }),
        5 => (index, flaw.clone()).prop_map(|(code, flaw)| Command::Redeem { code, flaw }),
        6 => (any::<prop::sample::Index>(), flaw).prop_map(|(token, flaw)| Command::Refresh { token, flaw }),
        1 => person.clone().prop_map(|person| Command::Revoke { person }),
        1 => (app, person).prop_map(|(app, person)| Command::Withdraw { app, person }),
        1 => prop_oneof![Just(30), Just(700), Just(2 * DAY), Just(91 * DAY)]
            .prop_map(|seconds| Command::Wait { seconds }),
    ];
    prop::collection::vec(command, 5..40)
}

/// A code or refresh token as the model knows it.
#[derive(Clone)]
struct Known {
    text: String,
    app: usize,
    person: usize,
    issued_at: i64,
    /// How often the person had been revoked when they signed in.
    revocations: usize,
    spent: bool,
}

#[derive(Default)]
struct Model {
    codes: Vec<Known>,
    tokens: Vec<Known>,
    consented: HashSet<(usize, usize)>,
    revocations: [usize; 2],
}

impl Model {
    /// Whether the grant behind `known` may give tokens at `now`; none within seconds of its end.
    fn allows(&self, known: &Known, life: i64, now: i64) -> Option<bool> {
        let left = known.issued_at + life - now;
        let alive = (left.abs() > 20).then_some(left > 0)?;
        let consented = self.consented.contains(&(known.app, known.person));
        let revoked = self.revocations[known.person] > known.revocations;
        Some(alive && consented && !revoked && !known.spent)
    }
}

struct Run {
    stage: Stage,
    model: Model,
}

impl Run {
    async fn step(&mut self, command: &Command) {
        match command {
            Command::SignIn { app, person } => self.sign_in(*app, *person).await,
            Command::Redeem { code, flaw } if !self.model.codes.is_empty() => {
                self.redeem(code.index(self.model.codes.len()), *flaw).await;
            }
            Command::Refresh { token, flaw } if !self.model.tokens.is_empty() => {
                self.refresh(token.index(self.model.tokens.len()), *flaw)
                    .await;
            }
            Command::Redeem { .. } | Command::Refresh { .. } => {}
            Command::Revoke { person } => {
                let new = NewScenario::new(ScenarioName::SessionsRevoked).person(PEOPLE[*person]);
                self.stage.emulator.set_scenario(&new).expect("suits");
                self.model.revocations[*person] += 1;
            }
            Command::Withdraw { app, person } => {
                let new = NewScenario::new(ScenarioName::ConsentWithdrawn)
                    .person(PEOPLE[*person])
                    .app(APPS[*app].client_id);
                self.stage.emulator.set_scenario(&new).expect("suits");
                self.model.consented.remove(&(*app, *person));
            }
            Command::Wait { seconds } => self.stage.wait(*seconds),
        }
    }

    async fn sign_in(&mut self, app: usize, person: usize) {
        let text = APPS[app].code(&self.stage, PEOPLE[person]).await;
        self.model.consented.insert((app, person));
        self.model.codes.push(Known {
            text,
            app,
            person,
            issued_at: self.stage.emulator.clock().now(),
            revocations: self.model.revocations[person],
            spent: false,
        });
    }

    async fn redeem(&mut self, at: usize, flaw: Flaw) {
        let known = self.model.codes[at].clone();
        let sender = &APPS[if flaw == Flaw::Client {
            1 - known.app
        } else {
            known.app
        }];
        let mut form = sender.redemption(&known.text);
        match flaw {
            Flaw::Verifier => replace(
                &mut form,
                "code_verifier",
                "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXl",
            ),
            Flaw::NoVerifier => form.retain(|(name, _)| *name != "code_verifier"),
            Flaw::RedirectUri => replace(
                &mut form,
                "redirect_uri",
                "http://localhost:3001/outlook-callback",
            ),
            Flaw::None | Flaw::Client | Flaw::Platform => {}
        }
        let allowed = self
            .model
            .allows(&known, 600, self.stage.emulator.clock().now());
        let answer = self.send(&form, flaw).await;
        if self.judge(&answer, flaw, allowed) {
            self.model.codes[at].spent = true;
            self.keep(&answer, &known);
        }
    }

    async fn refresh(&mut self, at: usize, flaw: Flaw) {
        let flaw = match flaw {
            Flaw::Verifier | Flaw::NoVerifier | Flaw::RedirectUri => Flaw::None,
            flaw => flaw,
        };
        let known = self.model.tokens[at].clone();
        let sender = &APPS[if flaw == Flaw::Client {
            1 - known.app
        } else {
            known.app
        }];
        let form = sender.refresh(&known.text);
        let allowed = self
            .model
            .allows(&known, 90 * DAY, self.stage.emulator.clock().now());
        let answer = self.send(&form, flaw).await;
        if self.judge(&answer, flaw, allowed) {
            self.keep(&answer, &known);
        }
    }

    async fn send(&self, form: &[(&str, &str)], flaw: Flaw) -> TokenAnswer {
        let origin = [("origin", "http://localhost:3000")];
        let headers = if flaw == Flaw::Platform {
            &origin[..]
        } else {
            &[]
        };
        self.stage.token_with("common", form, headers).await
    }

    /// Whether tokens were issued, after demanding that they should have been.
    fn judge(&self, answer: &TokenAnswer, flaw: Flaw, allowed: Option<bool>) -> bool {
        let issued = answer.status == 200;
        if flaw != Flaw::None {
            assert!(!issued, "{flaw:?} was accepted");
        } else if let Some(allowed) = allowed {
            assert_eq!(issued, allowed, "{}", answer.json);
        }
        assert_eq!(issued, answer.json.get("access_token").is_some());
        issued
    }

    fn keep(&mut self, answer: &TokenAnswer, parent: &Known) {
        self.model.tokens.push(Known {
            text: answer.text("refresh_token").to_owned(),
            issued_at: self.stage.emulator.clock().now(),
            spent: false,
            ..parent.clone()
        });
    }
}

fn replace<'form>(form: &mut Vec<(&'form str, &'form str)>, name: &'form str, value: &'form str) {
    form.retain(|(field, _)| *field != name);
    form.push((name, value));
}

async fn run(commands: Vec<Command>) {
    let stage = Stage::start().await;
    stage
        .emulator
        .change_switches(|switches| switches.loop_threshold = None);
    // Years may pass: the secret must not end before its grants do.
    stage.change(&App::DEMO, |demo| demo.secrets[0].expires_at = i64::MAX);
    let mut run = Run {
        stage,
        model: Model::default(),
    };
    for command in &commands {
        run.step(command).await;
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn nothing_is_issued_that_should_not_be(commands in commands()) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
        runtime.block_on(run(commands));
    }
}
