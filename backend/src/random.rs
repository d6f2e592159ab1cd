//! Dice as an argument: the one place in this crate that asks the operating system for randomness (R129).

/// The operating system gave no randomness; nothing secret can be made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the operating system gives no randomness")]
pub struct NoRandomness;

/// `N` bytes nobody can guess, from the operating system's generator.
///
/// # Errors
/// [`NoRandomness`] when the generator fails; callers give up the operation, they never go on with less.
pub fn bytes<const N: usize>() -> Result<[u8; N], NoRandomness> {
    let mut drawn = [0; N];
    getrandom::fill(&mut drawn).map_err(|_| NoRandomness)?;
    Ok(drawn)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// R19, R56: nothing repeats.
    #[test]
    fn two_draws_differ() {
        assert_ne!(bytes::<32>().unwrap(), bytes::<32>().unwrap());
    }
}
