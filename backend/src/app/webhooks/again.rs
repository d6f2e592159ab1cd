//! When to try again. Pure.

use crate::clock::UnixTime;
use crate::vault::webhooks::TryEnd;
use crate::webhooks::Answer;

/// What an answer to the try after `tries` others means for the delivery.
pub(super) fn judge(answer: Answer, tries: i64, now: UnixTime, dice: u32) -> TryEnd {
    let again_at = again_at(tries, now, dice);
    match answer {
        Answer::Taken { status } => TryEnd::Delivered { status },
        Answer::Gone => TryEnd::Gone,
        Answer::Refused {
            status,
            retry_after,
        } => {
            let wish = retry_after.map(|seconds| now.plus(seconds));
            TryEnd::Failed {
                result: if (300..400).contains(&status) {
                    "redirected"
                } else {
                    "refused"
                },
                status: Some(status),
                again_at: again_at.map(|at| wish.map_or(at, |wish| wish.max(at))),
                // Who is busy is busy for everything (RFC 9110 sections 10.2.3 and 15.6.4, RFC 6585 section 4).
                quiet_until: wish.filter(|_| [429, 503].contains(&status)),
            }
        }
        Answer::None(result) => TryEnd::Failed {
            result,
            status: None,
            again_at,
            quiet_until: None,
        },
    }
}

/// A fifth later at the most, so that what failed together does not come back together.
fn again_at(tries: i64, now: UnixTime, dice: u32) -> Option<UnixTime> {
    let wait = *usize::try_from(tries).ok().and_then(|at| WAITS.get(at))?;
    let jitter = i64::from(dice) * (wait / 5) / i64::from(u32::MAX);
    Some(now.plus(wait + jitter))
}

/// Seconds between one try and the next: more than three days in all (R154).
const WAITS: [i64; 11] = [
    5,
    30,
    2 * MINUTE,
    10 * MINUTE,
    30 * MINUTE,
    2 * HOUR,
    5 * HOUR,
    10 * HOUR,
    14 * HOUR,
    20 * HOUR,
    24 * HOUR,
];
const MINUTE: i64 = 60;
const HOUR: i64 = 60 * MINUTE;

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: UnixTime = UnixTime(1_800_000_000);

    fn failed(answer: Answer, tries: i64, dice: u32) -> (Option<i64>, Option<i64>) {
        match judge(answer, tries, NOW, dice) {
            TryEnd::Failed {
                again_at,
                quiet_until,
                ..
            } => (
                again_at.map(|at| at.since(NOW)),
                quiet_until.map(|at| at.since(NOW)),
            ),
            other => panic!("{other:?}"),
        }
    }

    /// R154: over three days and more, each wait longer than the last, and not beyond a week.
    #[test]
    fn it_is_tried_for_more_than_three_days() {
        let (mut soonest, mut latest) = (0, 0);
        for tries in 0..11 {
            let least = failed(Answer::None("broken"), tries, 0).0.unwrap();
            let most = failed(Answer::None("broken"), tries, u32::MAX).0.unwrap();
            assert_eq!(
                most,
                least + least / 5,
                "what failed together comes back apart"
            );
            soonest += least;
            latest += most;
        }
        assert!((3 * 86_400..4 * 86_400).contains(&soonest), "{soonest}");
        assert!(latest < 4 * 86_400);
        assert!(WAITS.is_sorted_by(|one, next| one < next));
        assert_eq!(failed(Answer::None("broken"), 11, 0), (None, None));
    }

    /// R154: never sooner than asked; and who is busy is left alone with everything.
    #[test]
    fn who_asks_for_patience_has_it() {
        let refused = |status, retry_after| Answer::Refused {
            status,
            retry_after,
        };
        assert_eq!(
            failed(refused(503, Some(900)), 0, 0),
            (Some(900), Some(900))
        );
        assert_eq!(failed(refused(429, Some(1)), 0, 0), (Some(5), Some(1)));
        assert_eq!(failed(refused(400, Some(900)), 0, 0), (Some(900), None));
        assert_eq!(failed(refused(500, None), 0, 0), (Some(5), None));
    }

    #[test]
    fn a_redirect_is_told_by_its_name() {
        let redirected = Answer::Refused {
            status: 302,
            retry_after: None,
        };
        let end = judge(redirected, 0, NOW, 0);
        assert!(matches!(
            end,
            TryEnd::Failed {
                result: "redirected",
                status: Some(302),
                ..
            }
        ));
    }
}
