//! What the server counts, every name in one place, and how Prometheus reads it. Nothing is counted while nobody asked
//! for it by `metrics_listen`. Labels carry no person, mailbox, tenant or address (L11).
//!
//! | name | kind | what |
//! | --- | --- | --- |
//! | `connect_outlook_token_requests_total` | counter | requests to the token endpoint by `grant` (`authorization_code`, `refresh_token`) and `result`: `ok`, or the stable code of the refusal |
//! | `connect_outlook_incident` | gauge | 1 while an incident of the deployment with this `code` is open, then 0 |
//! | `connect_outlook_incidents_total` | counter | incidents of the deployment that began, by `code` |
//! | `connect_outlook_credential_end_timestamp_seconds` | gauge | when the `credential` ends, unix seconds, if that is known; `+Inf` once it is not in use any more |
//! | `connect_outlook_answers_total` | counter | answers to requests by `route` (its template), `method` and `status` |
//! | `connect_outlook_refused_total` | counter | requests that a limit of ours held up, by `limit`: `start`, `callback`, `request`, `mail`, `wrong_handle` |
//! | `connect_outlook_copies_asked_total` | counter | look-ups in memory by `of` (`session`, `token`) and `result` (`hit`, `miss`) |
//! | `connect_outlook_copies` | gauge | what is kept in memory, by `of`; looked at every minute |
//! | `connect_outlook_queue_waits_total` | counter | who had to wait for a turn, by `queue`: `mailbox`, `download`, `microsoft`, `token_endpoint` |
//! | `connect_outlook_queue_wait_seconds` | histogram | how long until there was a turn, or none, by `queue`; whoever had it at once waited 0 |
//! | `connect_outlook_queue_overflows_total` | counter | who was turned away because too many waited, or for too long, by `queue`; also `wrong_handle`, `open_attempts` |
//! | `connect_outlook_attachments_total` | counter | attachments passed on, by `result`: `whole`, `cut` (Microsoft broke off), `left` (the client went), `stalled` (it took nothing any more) |
//! | `connect_outlook_letters_total` | counter | letters that Microsoft was asked to send, by `result`: `accepted`, `refused`, `unknown` (the answer was lost) |
//! | `connect_outlook_vault_errors_total` | counter | what the vault's database did not do, by `kind`: `unavailable` (it passes), `conflict` (done again at once), `refused` (disk full, not synced, damaged: the operator must look) |
//! | `connect_outlook_tls_failures_total` | counter | connections to Microsoft that are not secure and were refused, by `reason`: `expired`, `wrong_name`, `unknown_authority`, `old_version`, `other` |
//! | `connect_outlook_webhook_tries_total` | counter | tries to tell a webhook, by `result`: `delivered`, `gone`, `refused` (another status), `redirected`, `unsafe_address`, `not_connected`, `not_secure`, `timed_out`, `broken` |
//! | `connect_outlook_webhooks_given_up_total` | counter | deliveries that were tried for days and are given up |
//! | `connect_outlook_webhooks_disabled_total` | counter | webhooks that get nothing any more, by `code`: `gone`, `failing` |
//! | `connect_outlook_webhooks_full_total` | counter | looks at which a webhook had so many deliveries waiting that no more were made |
//! | `connect_outlook_webhooks_waiting` | gauge | deliveries that wait, those of disabled webhooks left out; looked at every minute |
//! | `connect_outlook_webhooks_oldest_seconds` | gauge | for how long the oldest of them has |
//! | `connect_outlook_start_timestamp_seconds` | gauge | when this process began to count |

mod durations;
mod prometheus;

use std::time::Duration;

use metrics::{counter, describe_counter, describe_gauge, describe_histogram, gauge, histogram};

pub use prometheus::Meters;

use crate::clock::UnixTime;

/// This process counts already, by this or by another way.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("this process counts already")]
pub struct CountsAlready;

/// Begins to count, for the whole process.
///
/// # Errors
/// [`CountsAlready`].
pub fn begin(now: UnixTime) -> Result<Meters, CountsAlready> {
    let meters = Meters::default();
    metrics::set_global_recorder(meters.clone()).map_err(|_| CountsAlready)?;
    describe();
    gauge!(START).set(seconds(now));
    Ok(meters)
}

fn describe() {
    describe_counter!(
        TOKEN_REQUESTS,
        "Requests to Microsoft's token endpoint, by grant and result"
    );
    describe_gauge!(
        INCIDENT,
        "1 while an incident of the deployment with this code is open"
    );
    describe_counter!(INCIDENTS, "Incidents of the deployment that began, by code");
    describe_gauge!(
        CREDENTIAL_END,
        "When the client credential ends, unix seconds"
    );
    describe_counter!(ANSWERS, "Answers to requests, by route, method and status");
    describe_counter!(REFUSED, "Requests that a limit held up, by limit");
    describe_counter!(COPIES_ASKED, "Look-ups in memory, by what and result");
    describe_gauge!(COPIES, "What is kept in memory");
    describe_counter!(WAITS, "Who had to wait for a turn, by queue");
    describe_histogram!(
        WAIT_SECONDS,
        "How long until there was a turn, or none, by queue"
    );
    describe_counter!(OVERFLOWS, "Who was turned away from a queue, by queue");
    describe_counter!(ATTACHMENTS, "Attachments passed on, by how that ended");
    describe_counter!(
        LETTERS,
        "Letters that Microsoft was asked to send, by result"
    );
    describe_counter!(VAULT_ERRORS, "What the database did not do, by kind");
    describe_counter!(TLS_FAILURES, "Connections that are not secure, by reason");
    describe_counter!(WEBHOOK_TRIES, "Tries to tell a webhook, by result");
    describe_counter!(WEBHOOKS_GIVEN_UP, "Deliveries that are given up");
    describe_counter!(WEBHOOKS_DISABLED, "Webhooks that get nothing any more");
    describe_counter!(
        WEBHOOKS_FULL,
        "Looks at which too much waited for a webhook"
    );
    describe_gauge!(WEBHOOKS_WAITING, "Deliveries that wait");
    describe_gauge!(
        WEBHOOKS_OLDEST,
        "For how long the oldest of them has, seconds"
    );
    describe_gauge!(START, "When this process began to count, unix seconds");
}

/// A request to the token endpoint is over.
pub(crate) fn token_request(grant: &'static str, result: &'static str) {
    counter!(TOKEN_REQUESTS, "grant" => grant, "result" => result).increment(1);
}

/// An incident of the deployment began.
pub(crate) fn incident_begins(code: &'static str) {
    counter!(INCIDENTS, "code" => code).increment(1);
    gauge!(INCIDENT, "code" => code).set(1.0);
}

/// It is over.
pub(crate) fn incident_ends(code: &'static str) {
    gauge!(INCIDENT, "code" => code).set(0.0);
}

/// A credential has this end.
pub(crate) fn credential_end(credential: &str, end: UnixTime) {
    gauge!(CREDENTIAL_END, "credential" => credential.to_owned()).set(seconds(end));
}

/// A credential is not in use any more: nobody has to care about its end.
pub(crate) fn credential_gone(credential: &str) {
    gauge!(CREDENTIAL_END, "credential" => credential.to_owned()).set(f64::INFINITY);
}

/// A request was answered. The route is its template.
pub(crate) fn answer(route: &str, method: &'static str, status: u16) {
    let (route, status) = (route.to_owned(), status.to_string());
    counter!(ANSWERS, "route" => route, "method" => method, "status" => status).increment(1);
}

/// A request was held up by a limit of ours.
pub(crate) fn refused(limit: &'static str) {
    counter!(REFUSED, "limit" => limit).increment(1);
}

/// Something was looked for in memory, and was there or not.
pub(crate) fn copy_asked(of: &'static str, hit: bool) {
    let result = if hit { "hit" } else { "miss" };
    counter!(COPIES_ASKED, "of" => of, "result" => result).increment(1);
}

/// So many are kept in memory.
#[expect(
    clippy::cast_precision_loss,
    reason = "memory holds far fewer than 2^53 of them"
)]
pub(crate) fn copies(of: &'static str, kept: u64) {
    gauge!(COPIES, "of" => of).set(kept as f64);
}

/// Somebody had a turn at once.
pub(crate) fn waited_not(queue: &'static str) {
    histogram!(WAIT_SECONDS, "queue" => queue).record(0.0);
}

/// Somebody waited so long for a turn.
pub(crate) fn waited(queue: &'static str, time: Duration) {
    counter!(WAITS, "queue" => queue).increment(1);
    histogram!(WAIT_SECONDS, "queue" => queue).record(time);
}

/// Somebody was turned away from a queue.
pub(crate) fn overflow(queue: &'static str) {
    counter!(OVERFLOWS, "queue" => queue).increment(1);
}

/// An attachment has been passed on, or not to its end.
pub(crate) fn attachment(result: &'static str) {
    counter!(ATTACHMENTS, "result" => result).increment(1);
}

/// The sending of a letter has ended.
pub(crate) fn letter(result: &'static str) {
    counter!(LETTERS, "result" => result).increment(1);
}

/// The vault's database did not do what it was told.
pub(crate) fn vault_error(kind: &'static str) {
    counter!(VAULT_ERRORS, "kind" => kind).increment(1);
}

/// A connection to Microsoft was refused because it is not secure.
pub(crate) fn tls_failure(reason: &'static str) {
    counter!(TLS_FAILURES, "reason" => reason).increment(1);
}

/// A try to tell a webhook is over.
pub(crate) fn webhook_try(result: &'static str) {
    counter!(WEBHOOK_TRIES, "result" => result).increment(1);
}

/// A delivery was tried for days.
pub(crate) fn webhook_given_up() {
    counter!(WEBHOOKS_GIVEN_UP).increment(1);
}

/// A webhook gets nothing any more.
pub(crate) fn webhook_disabled(code: &'static str) {
    counter!(WEBHOOKS_DISABLED, "code" => code).increment(1);
}

/// So many webhooks have so much waiting that no more is made.
pub(crate) fn webhooks_full(webhooks: u64) {
    counter!(WEBHOOKS_FULL).increment(webhooks);
}

/// So many deliveries wait, the oldest for so many seconds.
#[expect(
    clippy::cast_precision_loss,
    reason = "both are whole numbers far below 2^53"
)]
pub(crate) fn webhooks_behind(waiting: u64, age: i64) {
    gauge!(WEBHOOKS_WAITING).set(waiting as f64);
    gauge!(WEBHOOKS_OLDEST).set(age as f64);
}

/// Exact until far beyond the year 9999.
#[expect(
    clippy::cast_precision_loss,
    reason = "seconds are whole numbers far below 2^53"
)]
const fn seconds(time: UnixTime) -> f64 {
    time.0 as f64
}

const TOKEN_REQUESTS: &str = "connect_outlook_token_requests_total";
const INCIDENT: &str = "connect_outlook_incident";
const INCIDENTS: &str = "connect_outlook_incidents_total";
const CREDENTIAL_END: &str = "connect_outlook_credential_end_timestamp_seconds";
const ANSWERS: &str = "connect_outlook_answers_total";
const REFUSED: &str = "connect_outlook_refused_total";
const COPIES_ASKED: &str = "connect_outlook_copies_asked_total";
const COPIES: &str = "connect_outlook_copies";
const WAITS: &str = "connect_outlook_queue_waits_total";
const WAIT_SECONDS: &str = "connect_outlook_queue_wait_seconds";
const OVERFLOWS: &str = "connect_outlook_queue_overflows_total";
const ATTACHMENTS: &str = "connect_outlook_attachments_total";
const LETTERS: &str = "connect_outlook_letters_total";
const VAULT_ERRORS: &str = "connect_outlook_vault_errors_total";
const TLS_FAILURES: &str = "connect_outlook_tls_failures_total";
const WEBHOOK_TRIES: &str = "connect_outlook_webhook_tries_total";
const WEBHOOKS_GIVEN_UP: &str = "connect_outlook_webhooks_given_up_total";
const WEBHOOKS_DISABLED: &str = "connect_outlook_webhooks_disabled_total";
const WEBHOOKS_FULL: &str = "connect_outlook_webhooks_full_total";
const WEBHOOKS_WAITING: &str = "connect_outlook_webhooks_waiting";
const WEBHOOKS_OLDEST: &str = "connect_outlook_webhooks_oldest_seconds";
const START: &str = "connect_outlook_start_timestamp_seconds";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_happens_is_counted_under_the_names_of_this_page() {
        let meters = Meters::default();
        metrics::with_local_recorder(&meters, || {
            describe();
            token_request("refresh_token", "ok");
            token_request("refresh_token", "ok");
            token_request("refresh_token", "secret_expired");
            incident_begins("secret_expired");
            credential_end("certificate 787a", UnixTime(1_858_754_059));
            answer("/v1/session", "GET", 204);
            refused("start");
            copy_asked("session", true);
            copy_asked("token", false);
            copies("session", 3);
            waited("mailbox", Duration::from_millis(250));
            waited("mailbox", Duration::from_millis(50));
            waited_not("mailbox");
            overflow("token_endpoint");
            attachment("cut");
            letter("unknown");
        });
        let text = meters.render();
        for line in [
            "# TYPE connect_outlook_token_requests_total counter",
            "connect_outlook_token_requests_total{grant=\"refresh_token\",result=\"ok\"} 2",
            "connect_outlook_token_requests_total{grant=\"refresh_token\",result=\"secret_expired\"} 1",
            "# TYPE connect_outlook_incident gauge",
            "connect_outlook_incident{code=\"secret_expired\"} 1",
            "connect_outlook_incidents_total{code=\"secret_expired\"} 1",
            "connect_outlook_credential_end_timestamp_seconds{credential=\"certificate 787a\"} 1858754059",
            "connect_outlook_attachments_total{result=\"cut\"} 1",
            "connect_outlook_letters_total{result=\"unknown\"} 1",
            "connect_outlook_answers_total{route=\"/v1/session\",method=\"GET\",status=\"204\"} 1",
            "connect_outlook_refused_total{limit=\"start\"} 1",
            "connect_outlook_copies_asked_total{of=\"session\",result=\"hit\"} 1",
            "connect_outlook_copies_asked_total{of=\"token\",result=\"miss\"} 1",
            "connect_outlook_copies{of=\"session\"} 3",
            "connect_outlook_queue_waits_total{queue=\"mailbox\"} 2",
            "# TYPE connect_outlook_queue_wait_seconds histogram",
            "connect_outlook_queue_wait_seconds_bucket{queue=\"mailbox\",le=\"0\"} 1",
            "connect_outlook_queue_wait_seconds_bucket{queue=\"mailbox\",le=\"0.05\"} 2",
            "connect_outlook_queue_wait_seconds_bucket{queue=\"mailbox\",le=\"0.25\"} 3",
            "connect_outlook_queue_wait_seconds_sum{queue=\"mailbox\"} 0.300000",
            "connect_outlook_queue_wait_seconds_count{queue=\"mailbox\"} 3",
            "connect_outlook_queue_overflows_total{queue=\"token_endpoint\"} 1",
        ] {
            assert!(
                text.lines().any(|written| written == line),
                "{line}\n{text}"
            );
        }
        metrics::with_local_recorder(&meters, || {
            incident_ends("secret_expired");
            credential_gone("certificate 787a");
        });
        let text = meters.render();
        assert!(text.contains("connect_outlook_incident{code=\"secret_expired\"} 0\n"));
        assert!(text.contains("{credential=\"certificate 787a\"} +Inf\n"));
    }

    /// A name that nobody can read about is a riddle to whoever watches it.
    #[test]
    fn every_name_stands_in_the_table_of_this_page() {
        let page = include_str!("meters.rs");
        for name in [
            TOKEN_REQUESTS,
            INCIDENT,
            INCIDENTS,
            CREDENTIAL_END,
            ANSWERS,
            REFUSED,
            COPIES_ASKED,
            COPIES,
            WAITS,
            WAIT_SECONDS,
            OVERFLOWS,
            ATTACHMENTS,
            LETTERS,
            VAULT_ERRORS,
            TLS_FAILURES,
            WEBHOOK_TRIES,
            WEBHOOKS_GIVEN_UP,
            WEBHOOKS_DISABLED,
            WEBHOOKS_FULL,
            WEBHOOKS_WAITING,
            WEBHOOKS_OLDEST,
            START,
        ] {
            assert!(page.contains(&format!("//! | `{name}` |")), "{name}");
        }
    }
}
