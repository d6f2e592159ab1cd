//! Pages of a list, and the link from one to the next.

use super::options::Query;

/// Which part of a list an answer shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Page {
    /// Entries before it.
    pub(super) start: usize,
    /// Most entries in it.
    pub(super) length: usize,
}

impl Page {
    /// The page that `query` asks for; `usual` entries long unless it says otherwise.
    pub(super) fn of(query: &Query, usual: usize) -> Self {
        Self {
            start: query.skip,
            length: query.top.unwrap_or(usual),
        }
    }

    /// Where the next page starts in a list of `total` entries; `None` on the last page.
    pub(super) fn next(self, total: usize) -> Option<usize> {
        let end = self.start.saturating_add(self.length);
        (end < total).then_some(end)
    }
}

#[cfg(test)]
mod tests {
    use super::Page;
    use proptest::prelude::*;

    proptest! {
        /// E10: following the pages to the end yields each entry exactly once, and the last page has no next one.
        #[test]
        fn the_pages_are_the_list(total in 0_usize..300, length in 1_usize..50) {
            let (mut seen, mut pages) = (Vec::new(), 0);
            let mut start = Some(0);
            while let Some(at) = start {
                let page = Page { start: at, length };
                seen.extend((0..total).skip(page.start).take(page.length));
                start = page.next(total);
                pages += 1;
            }
            prop_assert_eq!(seen, (0..total).collect::<Vec<_>>());
            prop_assert_eq!(pages, total.div_ceil(length).max(1));
        }
    }
}
