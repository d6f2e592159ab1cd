//! So much in so many seconds.

/// What was used since a moment. The window begins with the first use after the last one was over.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Window {
    /// Unix seconds.
    began: i64,
    used: u64,
}

impl Window {
    /// Uses `amount` at `now` of the `most` that `seconds` allow; 0 allows anything. What is refused counts
    /// too; what uses nothing is never refused.
    ///
    /// # Errors
    /// The seconds until the window is over, at least 1.
    pub(super) fn take(
        &mut self,
        amount: u64,
        most: u64,
        seconds: i64,
        now: i64,
    ) -> Result<(), i64> {
        let age = now.saturating_sub(self.began);
        // A clock that was put back begins a new window too.
        if !(0..seconds).contains(&age) {
            *self = Self {
                began: now,
                used: 0,
            };
        }
        self.used = self.used.saturating_add(amount);
        if most == 0 || amount == 0 || self.used <= most {
            return Ok(());
        }
        Err((self.began.saturating_add(seconds) - now).max(1))
    }
}

#[cfg(test)]
mod tests {
    use super::Window;
    use proptest::prelude::*;

    proptest! {
        /// However the clock moves: nobody waits longer than a window, and who waits as told is let in again.
        #[test]
        fn waiting_as_told_helps(
            steps in prop::collection::vec((-50_i64..200, 0_u64..7), 1..40),
            most in 1_u64..20,
            seconds in 1_i64..100,
        ) {
            let (mut window, mut now) = (Window::default(), 1_000_000);
            for (step, amount) in steps {
                now += step;
                if let Err(wait) = window.take(amount, most, seconds, now) {
                    prop_assert!((1..=seconds).contains(&wait));
                    let mut later = window;
                    prop_assert!(later.take(1, most, seconds, now + wait).is_ok());
                }
            }
        }

        /// Within one window no more is let through than allowed.
        #[test]
        fn a_window_lets_no_more_through(amounts in prop::collection::vec(0_u64..9, 0..50), most in 1_u64..40) {
            let mut window = Window::default();
            let through: u64 = amounts.iter().filter(|amount| window.take(**amount, most, 60, 1_000).is_ok()).sum();
            prop_assert!(through <= most);
        }
    }

    #[test]
    fn nothing_allowed_means_anything_is() {
        assert_eq!(Window::default().take(u64::MAX, 0, 60, 0), Ok(()));
    }
}
