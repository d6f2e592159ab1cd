//! What Microsoft and the database say of a storm, whatever the callers were told.

use sqlx::{AssertSqlSafe, Connection as _, PgConnection, Row as _, SqliteConnection};

use super::deployment::Deployment;
use crate::evidence::token_requests;

/// The refreshes that reached Microsoft.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Asked {
    pub(super) token_requests: usize,
    pub(super) invalid_grant: usize,
}

/// What of it the emulator has recorded since `after`, and the number of the latest exchange.
pub(super) fn asked_since(deployment: &Deployment, after: u64) -> (Asked, u64) {
    let exchanges = deployment.microsoft.state().exchanges.after(after);
    let latest = exchanges.last().map_or(after, |last| last.sequence);
    let refreshes: Vec<_> = token_requests(&exchanges)
        .into_iter()
        .filter(|request| request.is("refresh_token"))
        .collect();
    let refused = refreshes
        .iter()
        .filter(|request| request.answer["error"] == "invalid_grant");
    let asked = Asked {
        token_requests: refreshes.len(),
        invalid_grant: refused.count(),
    };
    (asked, latest)
}

/// The outbox, beyond the news that each account was connected.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Outbox {
    /// All rows.
    pub(super) events: usize,
    /// Rows that repeat what the row before said of the same account, or that leave a gap.
    pub(super) wrong: Vec<String>,
    /// Accounts whose state is `needs_user`.
    pub(super) needs_user: usize,
    /// Accounts in any other state that does not work.
    pub(super) lost: usize,
}

/// Reads the database from outside.
pub(super) async fn outbox(deployment: &Deployment) -> Outbox {
    let events = rows(
        deployment,
        "select account_id, kind, cast(sequence as text) from events order by account_id, sequence",
    )
    .await;
    let states = rows(deployment, "select id, state, '' from accounts").await;
    let mut outbox = Outbox {
        wrong: out_of_order(&events),
        ..Outbox::default()
    };
    outbox.events = events
        .iter()
        .filter(|[_, kind, _]| kind != "account.connected")
        .count();
    for [_, state, _] in &states {
        match state.as_str() {
            "connected" => {}
            "needs_user" => outbox.needs_user += 1,
            _ => outbox.lost += 1,
        }
    }
    outbox
}

/// Each account's events count 1, 2, 3 …, and none says again what the one before said.
fn out_of_order(events: &[[String; 3]]) -> Vec<String> {
    let mut wrong = Vec::new();
    let mut before: Option<&[String; 3]> = None;
    for event in events {
        let [account, kind, sequence] = event;
        let same = before.filter(|[owner, _, _]| owner == account);
        let expected = same.map_or(1, |[_, _, last]| last.parse::<i64>().unwrap_or(0) + 1);
        let again = same.is_some_and(|[_, last, _]| last == kind);
        if again || *sequence != expected.to_string() {
            wrong.push(format!("{account} {sequence} {kind}"));
        }
        before = Some(event);
    }
    wrong
}

async fn rows(deployment: &Deployment, query: &'static str) -> Vec<[String; 3]> {
    let query = AssertSqlSafe(query);
    let address = &deployment.database;
    if address.starts_with("sqlite:") {
        let mut connection = SqliteConnection::connect(address).await.expect("the file");
        let rows = sqlx::query(query).fetch_all(&mut connection).await;
        let rows = rows.expect("an answer of the database");
        rows.iter()
            .map(|row| [0, 1, 2].map(|at| row.get(at)))
            .collect()
    } else {
        let mut connection = PgConnection::connect(address).await.expect("the server");
        let rows = sqlx::query(query).fetch_all(&mut connection).await;
        let rows = rows.expect("an answer of the database");
        rows.iter()
            .map(|row| [0, 1, 2].map(|at| row.get(at)))
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::out_of_order;

    fn event(account: &str, kind: &str, sequence: i64) -> [String; 3] {
        [account.to_owned(), kind.to_owned(), sequence.to_string()]
    }

    /// A check that finds nothing proves nothing unless it can find.
    #[test]
    fn doubles_and_gaps_are_found() {
        let good = [
            event("a", "account.connected", 1),
            event("a", "account.needs_user", 2),
            event("b", "account.connected", 1),
        ];
        assert_eq!(out_of_order(&good), Vec::<String>::new());
        let double = [
            event("a", "account.needs_user", 1),
            event("a", "account.needs_user", 2),
        ];
        assert_eq!(out_of_order(&double), ["a 2 account.needs_user"]);
        assert_eq!(out_of_order(&[event("a", "account.connected", 2)]).len(), 1);
    }
}
