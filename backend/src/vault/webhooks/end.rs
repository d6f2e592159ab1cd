//! Recording how a try ended.

use sqlx::{Any, Transaction};

use super::endpoints::disable;
use super::{Delivery, Disabled, FAILING_DAYS};
use crate::clock::UnixTime;
use crate::vault::conflicts::repeated;
use crate::vault::database::Record;
use crate::vault::id::WebhookId;
use crate::vault::{Vault, VaultError};

/// How a try ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TryEnd {
    /// The receiver has it.
    Delivered {
        /// Of HTTP.
        status: u16,
    },
    /// The receiver wants no more, ever (F61).
    Gone,
    /// It did not arrive, as far as anybody here knows.
    Failed {
        /// Stable name of why.
        result: &'static str,
        /// Of HTTP, if there was an answer.
        status: Option<u16>,
        /// When to try again; `None`: it was tried for days, and is given up.
        again_at: Option<UnixTime>,
        /// Until when the receiver asks for patience, with this and everything else.
        quiet_until: Option<UnixTime>,
    },
}

/// What came of recording it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ended {
    /// It is recorded.
    Recorded,
    /// It is, and the webhook gets nothing any more.
    Disabled(Disabled),
    /// The try was somebody else's by then, or was asked for again: nothing was recorded.
    Overtaken,
}

impl Vault {
    /// Records how a try ended.
    ///
    /// # Errors
    /// [`VaultError`]: its lease lapses, and it is tried again.
    pub async fn end_delivery(
        &self,
        delivery: &Delivery,
        end: TryEnd,
        now: UnixTime,
    ) -> Result<Ended, VaultError> {
        repeated(|| self.end_once(delivery, end, now)).await
    }

    async fn end_once(
        &self,
        delivery: &Delivery,
        end: TryEnd,
        now: UnixTime,
    ) -> Result<Ended, VaultError> {
        let mut transaction = self.database.write().await?;
        if !record(&mut transaction, delivery, end, now).await? {
            return Ok(Ended::Overtaken);
        }
        let id = delivery.webhook;
        let disabled = match end {
            TryEnd::Delivered { .. } => {
                recovered(&mut transaction, id).await?;
                None
            }
            TryEnd::Gone => Some(Disabled::Gone),
            TryEnd::Failed { quiet_until, .. } => {
                let since = failed(&mut transaction, id, quiet_until, now).await?;
                (now.since(since) >= FAILING_DAYS * DAY).then_some(Disabled::Failing)
            }
        };
        let mut ended = Ended::Recorded;
        if let Some(why) = disabled
            && disable(&mut transaction, id, why, now).await?
        {
            ended = Ended::Disabled(why);
        }
        transaction.commit().await?;
        Ok(ended)
    }
}

/// Whether the try was still the caller's.
async fn record(
    transaction: &mut Transaction<'static, Any>,
    delivery: &Delivery,
    end: TryEnd,
    now: UnixTime,
) -> Result<bool, VaultError> {
    let (state, result, status, due_at) = match end {
        TryEnd::Delivered { status } => ("delivered", "delivered", Some(status), now),
        // Whoever enables the webhook again wants this one too.
        TryEnd::Gone => ("waiting", "gone", Some(410), now),
        TryEnd::Failed {
            result,
            status,
            again_at,
            ..
        } => match again_at {
            Some(again_at) => ("waiting", result, status, again_at),
            None => ("given_up", result, status, now),
        },
    };
    let recorded = sqlx::query(RECORD)
        .bind(delivery.webhook.to_string())
        .bind(delivery.event.to_string())
        .bind(delivery.owner.to_string())
        .bind(delivery.fencing)
        .bind(state)
        .bind(due_at.0)
        .bind(now.0)
        .bind(result)
        .bind(status.map(i64::from))
        .execute(&mut **transaction)
        .await?;
    Ok(recorded.rows_affected() == 1)
}

async fn recovered(
    transaction: &mut Transaction<'static, Any>,
    webhook: WebhookId,
) -> Result<(), VaultError> {
    sqlx::query(
        "update webhooks
         set failures = 0, failing_since = null, quiet_until = 0
         where id = $1
           and failures > 0",
    )
    .bind(webhook.to_string())
    .execute(&mut **transaction)
    .await?;
    Ok(())
}

/// Counts a failure; after several in a row the webhook is left alone for a while (R154). Answers since when all fail.
async fn failed(
    transaction: &mut Transaction<'static, Any>,
    webhook: WebhookId,
    quiet_until: Option<UnixTime>,
    now: UnixTime,
) -> Result<UnixTime, VaultError> {
    let row = sqlx::query(
        "update webhooks
         set failures = failures + 1, failing_since = coalesce(failing_since, $2)
         where id = $1
         returning id, failures, failing_since, quiet_until",
    )
    .bind(webhook.to_string())
    .bind(now.0)
    .fetch_optional(&mut **transaction)
    .await?;
    let Some(row) = row else { return Ok(now) };
    let row = Record::new("webhooks", "id", row);
    let rest = now.plus(rest_after(row.number("failures")?));
    let until = quiet_until.map_or(rest, |asked| asked.max(rest));
    if until.0 > row.number("quiet_until")? {
        sqlx::query("update webhooks set quiet_until = $2 where id = $1")
            .bind(webhook.to_string())
            .bind(until.0)
            .execute(&mut **transaction)
            .await?;
    }
    Ok(UnixTime(row.number("failing_since")?))
}

/// Seconds for which a webhook is left alone after so many failures in a row: none after a few, then longer each time.
fn rest_after(failures: i64) -> i64 {
    match failures.saturating_sub(PATIENT) {
        ..=0 => 0,
        more => (SHORTEST_REST << (more.min(8) - 1)).min(LONGEST_REST),
    }
}

/// Failures in a row after which nobody rests.
const PATIENT: i64 = 4;
/// Seconds.
const SHORTEST_REST: i64 = 15;
const LONGEST_REST: i64 = 15 * 60;
const DAY: i64 = 86_400;

const RECORD: &str = "
    update webhook_deliveries
    set state = $5, tries = tries + 1, due_at = $6, leased_until = 0,
        last_at = $7, last_result = $8, last_status = $9
    where webhook_id = $1
      and event_id = $2
      and owner = $3
      and fencing = $4
      and leased_until > 0";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn after_a_few_failures_it_rests_longer_each_time_and_never_for_long() {
        let rests: Vec<_> = (0..=12).map(rest_after).collect();
        assert_eq!(rests[..=4], [0; 5]);
        assert_eq!(rests[5..], [15, 30, 60, 120, 240, 480, 900, 900]);
        assert_eq!(rest_after(i64::MAX), LONGEST_REST);
    }
}
