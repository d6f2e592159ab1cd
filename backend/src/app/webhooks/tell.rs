//! One try: sign, post, record.

use connect_outlook_protocol::webhook::Message;

use super::again;
use crate::app::App;
use crate::app::refresh::dice;
use crate::meters;
use crate::vault::webhooks::{Delivery, Ended, TryEnd};
use crate::webhooks::Letter;

impl App {
    /// Records how it ended. What cannot be recorded is tried again when its lease is over, under the same id.
    pub(super) async fn tell(&self, delivery: &Delivery) {
        let letter = letter(delivery, self.clock.now().0);
        let answer = self.telling.poster.post(&delivery.url, letter).await;
        let now = self.clock.now();
        let end = again::judge(answer, delivery.tries, now, dice());
        let (webhook, event, result) = (delivery.webhook, delivery.event, result_of(&end));
        meters::webhook_try(result);
        tracing::info!(%webhook, %event, kind = delivery.kind, result, tries = delivery.tries + 1, "webhook tried");
        if result == "unsafe_address" {
            // L8: somebody's name leads where it must not.
            tracing::warn!(%webhook, "the webhook's name stands for an address that is not reachable from everywhere");
        }
        match self.vault.end_delivery(delivery, end, now).await {
            Ok(Ended::Recorded) => {}
            Ok(Ended::Overtaken) => tracing::info!(%webhook, %event, "somebody else has it by now"),
            Ok(Ended::Disabled(why)) => {
                meters::webhook_disabled(why.code());
                tracing::error!(%webhook, why = why.code(), "the webhook gets nothing any more");
                self.telling.wake.notify_one();
            }
            Err(error) => {
                tracing::warn!(%webhook, %event, %error, "how a webhook was taken could not be recorded: it is told again");
            }
        }
        if let TryEnd::Failed { again_at: None, .. } = end {
            meters::webhook_given_up();
            tracing::error!(%webhook, %event, "the webhook was tried for days and is given up");
        }
    }
}

/// The bytes that are signed are the bytes that are sent (R150), and the same each time but for the time of the try.
fn letter(delivery: &Delivery, timestamp: i64) -> Letter {
    let (id, body) = (delivery.event.to_string(), body(delivery));
    let message = Message {
        id: &id,
        timestamp,
        body: body.as_bytes(),
    };
    let signatures = delivery.secrets.iter().map(|secret| secret.sign(&message));
    let signature = signatures.collect::<Vec<_>>().join(" ");
    Letter {
        timestamp,
        signature,
        body: body.into_bytes(),
        id,
    }
}

/// `data` is JSON already; the other two are plain.
fn body(delivery: &Delivery) -> String {
    format!(
        r#"{{"type":"{}","timestamp":"{}","data":{}}}"#,
        delivery.kind,
        delivery.happened_at.to_rfc3339(),
        delivery.data
    )
}

const fn result_of(end: &TryEnd) -> &'static str {
    match end {
        TryEnd::Delivered { .. } => "delivered",
        TryEnd::Gone => "gone",
        TryEnd::Failed { result, .. } => result,
    }
}
