//! The vault against a model of it: whatever happens to accounts in whatever order, both say the same.

use proptest::prelude::*;
use proptest::test_runner::{Config, TestCaseError, TestRunner};

use super::world::{NOW, World, grant, identity, profile};
use crate::vault::accounts::{AccountState, Change, Finding, Marked, Transition};
use crate::vault::events::EventKind;
use crate::vault::grants::{Committed, GrantVersion};
use crate::vault::id::{AccountId, OwnerId};
use crate::vault::refreshes::BeginRefresh;

on_every_engine![the_vault_does_what_the_state_machine_says];

/// Something that happens to one of two accounts. What a refresh or a finding is about was seen a while ago: so many
/// changes of tokens lie between.
#[derive(Clone, Debug)]
enum Act {
    SignIn,
    Refresh { behind: i64 },
    Find { finding: Finding, behind: i64 },
    Disconnect,
}

fn any_finding() -> impl Strategy<Value = Finding> {
    let code = || prop_oneof![Just("one".to_owned()), Just("other".to_owned())];
    prop_oneof![
        (1..9_i64).prop_map(|days| Finding::Expiring {
            reconnect_by: NOW.plus(days * 86_400)
        }),
        (code(), proptest::option::of(Just("{}".to_owned())))
            .prop_map(|(code, claims)| Finding::NeedsUser { code, claims }),
        code().prop_map(|code| Finding::NeedsAdmin { code }),
        code().prop_map(|code| Finding::BlockedByPolicy { code }),
    ]
}

fn any_act() -> impl Strategy<Value = Act> {
    let behind = || prop_oneof![4 => Just(0_i64), 1 => Just(1_i64)];
    prop_oneof![
        3 => Just(Act::SignIn),
        3 => behind().prop_map(|behind| Act::Refresh { behind }),
        5 => (any_finding(), behind()).prop_map(|(finding, behind)| Act::Find { finding, behind }),
        1 => Just(Act::Disconnect),
    ]
}

/// R84, R92: states, versions and events.
async fn the_vault_does_what_the_state_machine_says(world: &World) {
    let config = Config {
        cases: 24,
        failure_persistence: None,
        ..Config::default()
    };
    let acts = proptest::collection::vec((0..2_usize, any_act()), 1..16);
    let mut case = 0;
    let runtime = tokio::runtime::Handle::current();
    tokio::task::block_in_place(|| {
        let story = |acts: Vec<(usize, Act)>| {
            case += 1;
            runtime.block_on(play(world, case, acts))
        };
        let story = std::cell::RefCell::new(story);
        TestRunner::new(config)
            .run(&acts, |acts| (story.borrow_mut())(acts))
            .unwrap_or_else(|failure| panic!("{failure}"));
    });
}

async fn play(world: &World, case: usize, acts: Vec<(usize, Act)>) -> Result<(), TestCaseError> {
    let names = [format!("{case}a"), format!("{case}b")];
    let mut models = names.map(Model::unknown);
    for (index, act) in acts {
        let model = &mut models[index];
        model.act(world, act).await?;
    }
    for model in &models {
        model.compare(world).await?;
    }
    Ok(())
}

/// One person, as the vault should know him.
struct Model {
    person: String,
    id: Option<AccountId>,
    state: Option<AccountState>,
    version: i64,
    events: Vec<EventKind>,
}

impl Model {
    fn unknown(person: String) -> Self {
        Self {
            person,
            id: None,
            state: None,
            version: 0,
            events: Vec::new(),
        }
    }

    /// Tokens change, and so does the state as the machine says. Answers whether it did.
    fn undergo(&mut self, change: Change) -> bool {
        let Some(state) = self.state.take() else {
            return false;
        };
        let (state, event) = match state.after(change) {
            Transition::Stays(state) => (state, None),
            Transition::Becomes(state, event) => (state, Some(event)),
        };
        self.state = Some(state);
        self.events.extend(event);
        event.is_some()
    }

    async fn act(&mut self, world: &World, act: Act) -> Result<(), TestCaseError> {
        match (act, self.id) {
            (Act::SignIn, _) => self.sign_in(world).await,
            (_, None) => {}
            (Act::Refresh { behind }, Some(id)) => self.refresh(world, id, behind).await?,
            (Act::Find { finding, behind }, Some(id)) => {
                self.find(world, id, finding, behind).await?;
            }
            (Act::Disconnect, Some(id)) => {
                let ended = world.vault.disconnect(id, NOW).await.unwrap();
                prop_assert_eq!(self.undergo(Change::Disconnected), ended);
                self.version += i64::from(ended);
            }
        }
        Ok(())
    }

    async fn sign_in(&mut self, world: &World) {
        let (who, shown) = (identity(&self.person), profile(&self.person));
        let connected = world
            .vault
            .connect_account(&who, &shown, &grant("1"), NOW)
            .await
            .unwrap();
        self.version += 1;
        if self.id.replace(connected.id).is_some() {
            self.undergo(Change::SignedIn);
        } else {
            let (state, event) = AccountState::signed_in(false);
            self.state = Some(state);
            self.events.push(event);
        }
    }

    async fn refresh(
        &mut self,
        world: &World,
        id: AccountId,
        behind: i64,
    ) -> Result<(), TestCaseError> {
        let (seen, owner) = (GrantVersion(self.version - behind), OwnerId::new().unwrap());
        let begun = world.vault.begin_refresh(id, seen, owner, 0).await.unwrap();
        let works = self.state.as_ref().is_some_and(AccountState::works);
        let lease = match begun {
            BeginRefresh::NotWorking => {
                prop_assert!(!works);
                return Ok(());
            }
            BeginRefresh::AlreadyFresh => {
                prop_assert!(works && behind > 0);
                return Ok(());
            }
            BeginRefresh::Wait { .. } => return Err(TestCaseError::fail("nobody leads")),
            BeginRefresh::Lead(lease) => lease,
        };
        prop_assert!(works && behind == 0);
        let grant = grant("2");
        let completed = world.vault.complete_refresh(&lease, &grant, NOW).await;
        self.version += 1;
        self.undergo(Change::Refreshed);
        let expected = Committed::Written(GrantVersion(self.version));
        prop_assert_eq!(completed.unwrap(), expected);
        Ok(())
    }

    async fn find(
        &mut self,
        world: &World,
        id: AccountId,
        finding: Finding,
        behind: i64,
    ) -> Result<(), TestCaseError> {
        let judged = GrantVersion(self.version - behind);
        let marked = world.mark(id, judged, finding.clone()).await;
        let expected = if behind > 0 {
            Marked::Superseded
        } else if self.undergo(Change::Found(finding)) {
            Marked::Changed
        } else {
            Marked::Unchanged
        };
        prop_assert_eq!(marked, expected);
        Ok(())
    }

    async fn compare(&self, world: &World) -> Result<(), TestCaseError> {
        let Some(id) = self.id else { return Ok(()) };
        let account = world.vault.account(id).await.unwrap();
        let state = account.map(|account| account.state);
        prop_assert_eq!(&state, &self.state);
        prop_assert_eq!(&world.events(id).await, &self.events);
        let tokens = world.vault.tokens(id, NOW).await.unwrap();
        let over = self.state == Some(AccountState::Disconnected);
        prop_assert_eq!(tokens.is_none(), over);
        if let Some(tokens) = tokens {
            prop_assert_eq!(tokens.version, GrantVersion(self.version));
        }
        Ok(())
    }
}
