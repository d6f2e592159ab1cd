//! Events: what the integrator will be told, written in the transaction of the change it reports (R153).

use serde_json::json;
use sqlx::{Any, Transaction};

use super::accounts::AccountState;
use super::database::{Record, Step};
use super::id::{AccountId, EventId};
use super::{Vault, VaultError};
use crate::clock::UnixTime;

/// What happened to an account.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EventKind {
    /// Connected for the first time.
    Connected,
    /// Works again, by a new sign-in or because the obstacle went away.
    Reconnected,
    /// See [`AccountState::Expiring`].
    Expiring,
    /// See [`AccountState::NeedsUser`].
    NeedsUser,
    /// See [`AccountState::NeedsAdmin`].
    NeedsAdmin,
    /// See [`AccountState::BlockedByPolicy`].
    BlockedByPolicy,
    /// See [`AccountState::Disconnected`].
    Disconnected,
}

/// One event as it waits in the outbox.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Event {
    /// For receivers that want to see each once.
    pub id: EventId,
    /// Whose.
    pub account: AccountId,
    /// 1, 2, 3 … for each account, without gaps.
    pub sequence: i64,
    /// 1, 2, 3 … over all accounts, in the order of the commits.
    pub position: i64,
    /// What happened.
    pub kind: EventKind,
    /// JSON without token, address or mail (R155).
    pub payload: String,
    /// When it was committed.
    pub created_at: UnixTime,
}

impl EventKind {
    /// Its name on the wire.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Connected => "account.connected",
            Self::Reconnected => "account.reconnected",
            Self::Expiring => "account.expiring",
            Self::NeedsUser => "account.needs_user",
            Self::NeedsAdmin => "account.needs_admin",
            Self::BlockedByPolicy => "account.blocked_by_policy",
            Self::Disconnected => "account.disconnected",
        }
    }

    /// The event of arriving in `state`.
    pub(super) const fn entering(state: &AccountState) -> Self {
        match state {
            AccountState::Connected => Self::Reconnected,
            AccountState::Expiring { .. } => Self::Expiring,
            AccountState::NeedsUser { .. } => Self::NeedsUser,
            AccountState::NeedsAdmin { .. } => Self::NeedsAdmin,
            AccountState::BlockedByPolicy { .. } => Self::BlockedByPolicy,
            AccountState::Disconnected => Self::Disconnected,
        }
    }

    fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }

    const ALL: [Self; 7] = [
        Self::Connected,
        Self::Reconnected,
        Self::Expiring,
        Self::NeedsUser,
        Self::NeedsAdmin,
        Self::BlockedByPolicy,
        Self::Disconnected,
    ];
}

impl Vault {
    /// The events of an account after `sequence` (0 for all), oldest first, at most `limit`.
    ///
    /// # Errors
    /// [`VaultError`].
    pub async fn events_after(
        &self,
        account: AccountId,
        sequence: i64,
        limit: u32,
    ) -> Result<Vec<Event>, VaultError> {
        let rows = sqlx::query(
            "select id, account_id, sequence, position, kind, payload, created_at
             from events
             where account_id = $1
               and sequence > $2
             order by sequence
             limit $3",
        )
        .bind(account.to_string())
        .bind(sequence)
        .bind(i64::from(limit))
        .fetch_all(self.database.reader())
        .await?;
        rows.into_iter()
            .map(|row| read_event(&Record::new("events", "id", row)))
            .collect()
    }
}

/// An event of the outbox, whosever it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Told {
    /// For receivers that want to see each once.
    pub id: EventId,
    /// Whose, and which of theirs; `None` for one of the deployment.
    pub account: Option<(AccountId, i64)>,
    /// As in [`Event`]; events of the deployment are counted along.
    pub position: i64,
    /// What happened, by its name on the wire.
    pub kind: String,
    /// JSON without any secret.
    pub payload: String,
    /// When it was committed.
    pub created_at: UnixTime,
}

impl Vault {
    /// All events after `position` (0 for all), those of accounts and of the deployment, in the order of their commits, at
    /// most `limit`. Who goes on from the last one's position misses none.
    ///
    /// # Errors
    /// [`VaultError`].
    pub async fn told_after(&self, position: i64, limit: u32) -> Result<Vec<Told>, VaultError> {
        // One statement: between two, events could come in that stand before what the second one shows.
        let rows = sqlx::query(
            "select id, account_id, sequence, position, kind, payload, created_at
             from events
             where position > $1
             union all
             select id, '' as account_id, 0 as sequence, position, kind, payload, created_at
             from deployment_events
             where position > $1
             order by position
             limit $2",
        )
        .bind(position)
        .bind(i64::from(limit))
        .fetch_all(self.database.reader())
        .await?;
        rows.into_iter()
            .map(|row| read_told(&Record::new("events", "id", row)))
            .collect()
    }
}

impl Vault {
    /// The event with this id, whosever it is.
    pub(super) async fn told(
        transaction: &mut Transaction<'static, Any>,
        id: EventId,
    ) -> Result<Option<Told>, VaultError> {
        let row = sqlx::query(
            "select id, account_id, sequence, position, kind, payload, created_at
             from events
             where id = $1
             union all
             select id, '' as account_id, 0 as sequence, position, kind, payload, created_at
             from deployment_events
             where id = $1",
        )
        .bind(id.to_string())
        .fetch_optional(&mut **transaction)
        .await?;
        row.map(|row| read_told(&Record::new("events", "id", row)))
            .transpose()
    }
}

fn read_told(row: &Record) -> Result<Told, VaultError> {
    let account = match row.text("account_id")?.as_str() {
        "" => None,
        text => {
            let account = AccountId::parse(text).ok_or_else(|| row.contradiction("account_id"))?;
            Some((account, row.number("sequence")?))
        }
    };
    Ok(Told {
        id: EventId::parse(&row.text("id")?).ok_or_else(|| row.contradiction("id"))?,
        account,
        position: row.number("position")?,
        kind: row.text("kind")?,
        payload: row.text("payload")?,
        created_at: UnixTime(row.number("created_at")?),
    })
}

/// Counts the account's events up and writes this one. The account's row is changed first, which keeps others out.
pub(super) async fn write_event(
    transaction: &mut Transaction<'static, Any>,
    account: AccountId,
    kind: EventKind,
    state: &AccountState,
    now: UnixTime,
) -> Result<(), VaultError> {
    let row = sqlx::query(
        "update accounts set event_count = event_count + 1 where id = $1 returning id, event_count",
    )
    .bind(account.to_string())
    .fetch_one(&mut **transaction)
    .await?;
    let sequence = Record::new("accounts", "id", row).number("event_count")?;
    write_counted_event(transaction, (account, sequence), kind, state, now).await
}

/// Writes the event that `sequence` was counted for, in the statement that changed the account's row.
pub(super) async fn write_counted_event(
    transaction: &mut Transaction<'static, Any>,
    (account, sequence): (AccountId, i64),
    kind: EventKind,
    state: &AccountState,
    now: UnixTime,
) -> Result<(), VaultError> {
    for step in event_steps((account, sequence), kind, state, now)? {
        step.alone().execute(&mut **transaction).await?;
    }
    Ok(())
}

/// [`write_counted_event`] as steps beside others, in this order.
pub(super) fn event_steps(
    (account, sequence): (AccountId, i64),
    kind: EventKind,
    state: &AccountState,
    now: UnixTime,
) -> Result<[Step; 2], VaultError> {
    let write = Step::new(
        "insert into events (id, account_id, sequence, kind, payload, created_at, position)
         values ($1, $2, $3, $4, $5, $6, (select value from counters where name = 'events'))",
    );
    let write = write
        .bind(EventId::random()?.to_string())
        .bind(account.to_string())
        .bind(sequence)
        .bind(kind.name())
        .bind(payload(account, state))
        .bind(now.0);
    Ok([Step::naming("counters", COUNT), write])
}

/// Whoever counts holds the counter until its transaction ends: positions are in the order of the commits.
pub(super) async fn next_position(
    transaction: &mut Transaction<'static, Any>,
) -> Result<i64, VaultError> {
    let row = sqlx::query(COUNT).fetch_one(&mut **transaction).await?;
    Record::new("counters", "name", row).number("value")
}

const COUNT: &str = "
    insert into counters (name, value)
    values ('events', 1)
    on conflict (name) do update set value = counters.value + 1
    returning name, value";

fn payload(account: AccountId, state: &AccountState) -> String {
    let mut payload = json!({ "account": account.to_string(), "state": state.name() });
    match state {
        AccountState::NeedsUser { code, .. }
        | AccountState::NeedsAdmin { code }
        | AccountState::BlockedByPolicy { code } => payload["code"] = json!(code),
        AccountState::Expiring { reconnect_by } => payload["reconnect_by"] = json!(reconnect_by.0),
        AccountState::Connected | AccountState::Disconnected => {}
    }
    payload.to_string()
}

fn read_event(row: &Record) -> Result<Event, VaultError> {
    let account = AccountId::parse(&row.text("account_id")?);
    Ok(Event {
        id: EventId::parse(&row.text("id")?).ok_or_else(|| row.contradiction("id"))?,
        account: account.ok_or_else(|| row.contradiction("account_id"))?,
        sequence: row.number("sequence")?,
        position: row.number("position")?,
        kind: EventKind::parse(&row.text("kind")?).ok_or_else(|| row.contradiction("kind"))?,
        payload: row.text("payload")?,
        created_at: UnixTime(row.number("created_at")?),
    })
}

#[cfg(test)]
mod tests {
    use connect_outlook_protocol::webhook::{EVENT_TYPES, WebhookEvent};

    use super::*;

    /// R155: what is written here is what receivers are promised, member by member.
    #[test]
    fn every_event_of_an_account_is_one_of_the_contract_and_thin() {
        let code = || "a_code".to_owned();
        let states = [
            AccountState::Connected,
            AccountState::Expiring {
                reconnect_by: UnixTime(1),
            },
            AccountState::NeedsUser {
                code: code(),
                claims: Some("claims-canary".to_owned()),
            },
            AccountState::NeedsAdmin { code: code() },
            AccountState::BlockedByPolicy { code: code() },
            AccountState::Disconnected,
        ];
        let account = AccountId::random().unwrap();
        let mut kinds = vec![(EventKind::Connected, &states[0])];
        kinds.extend(
            states
                .iter()
                .map(|state| (EventKind::entering(state), state)),
        );
        assert_eq!(kinds.len(), EventKind::ALL.len());
        for (kind, state) in kinds {
            assert!(EVENT_TYPES.contains(&kind.name()));
            let mut data: serde_json::Value =
                serde_json::from_str(&payload(account, state)).unwrap();
            data["sequence"] = json!(1);
            let text = json!({ "type": kind.name(), "timestamp": "now", "data": data }).to_string();
            assert!(!text.contains("claims-canary"), "{text}");
            let event: WebhookEvent = serde_json::from_str(&text).unwrap();
            let again = serde_json::to_value(&event).unwrap();
            let written: serde_json::Value = serde_json::from_str(&text).unwrap();
            assert_eq!(again, written, "no member beside those of the contract");
        }
    }
}
