//! Microsoft says no.

use connect_outlook_emulator::scenario::{NewScenario, ScenarioName};

use crate::{
    place::{HOUR, INBOX, Place, reading},
    story::{Story, story},
};

pub(crate) const STORIES: &[Story] = &[
    story!("F15", a_dead_grant_needs_its_user_once_however_many_hear_it),
    story!(
        "F16",
        a_secret_that_ran_out_is_one_incident_and_nobody_s_account
    ),
    story!("F17", each_refusal_names_who_must_act),
];

async fn a_dead_grant_needs_its_user_once_however_many_hear_it(place: &Place<'_>) -> usize {
    let ada = place.ada_later().await;
    place.trouble_ada(ScenarioName::SessionsRevoked);
    let callers: Vec<_> = (0..16).map(|_| reading(&ada)).collect();
    for caller in callers {
        assert_eq!(caller.await.unwrap().code(), "account_needs_user");
    }
    assert_eq!(ada.get(INBOX).await.code(), "account_needs_user");
    let told = ["account.connected", "account.needs_user"];
    assert_eq!(place.world.events().await, told);
    let session = ada.visitor.page().get("/v1/session").await.json();
    assert_eq!(session["accounts"][0]["state"], "needs_user", "{session}");
    1
}

async fn a_secret_that_ran_out_is_one_incident_and_nobody_s_account(place: &Place<'_>) -> usize {
    let ada = place.world.visitor().connect("ada").await;
    let alan = place.world.visitor().connect("alan").await;
    let hedy = place.world.visitor().connect("hedy").await;
    place.world.expire_client_secrets();
    place.world.advance(2 * HOUR);
    for somebody in [&ada, &alan, &hedy, &ada] {
        let answer = somebody.get(INBOX).await;
        assert_eq!(answer.code(), "deployment_misconfigured", "{}", answer.body);
    }
    assert_eq!(place.world.refreshes().len(), 1, "one for all");
    assert_eq!(place.world.states().await, ["connected"; 3]);
    assert_eq!(place.world.events().await, ["account.connected"; 3]);
    let ready = place.world.ready().await.json();
    assert_eq!(ready["incident"]["code"], "secret_expired", "{ready}");
    place.world.renew_client_secrets();
    place.world.advance(601);
    for somebody in [&ada, &alan, &hedy] {
        assert!(!somebody.inbox().await.is_empty());
    }
    4
}

async fn each_refusal_names_who_must_act(place: &Place<'_>) -> usize {
    let mut ada = place.world.visitor().connect("ada").await;
    let refusals = [
        (ScenarioName::MfaRequired, "needs_user"),
        (ScenarioName::BlockedByPolicy, "blocked_by_policy"),
        (ScenarioName::ConsentWithdrawn, "needs_user"),
    ];
    for (name, state) in refusals {
        place.world.advance(2 * HOUR);
        place
            .world
            .set(&NewScenario::new(name).person("ada@contoso.example"));
        assert_eq!(ada.get(INBOX).await.status, 409, "{name:?}");
        assert_eq!(place.world.states().await, [state], "{name:?}");
        let events = place.world.events().await;
        assert_eq!(events.last(), Some(&format!("account.{state}")));
        place.world.microsoft().remove_all_scenarios();
        ada = ada.visitor.connect("ada").await;
        assert!(!ada.inbox().await.is_empty());
    }
    3
}
