//! How many transactions SQLite has written.

use std::path::Path;

pub(crate) fn commits_since(log: &Path, before: usize) -> usize {
    commits(log) - before
}

/// How many transactions stand in SQLite's write-ahead log, by its format: a frame is a page behind 24 bytes, of which the
/// second four are not zero where a commit ends. Frames of an earlier round have other salts than the log's head.
pub(crate) fn commits(log: &Path) -> usize {
    let log = std::fs::read(log).unwrap();
    let (head, frames) = log.split_at(32);
    let page = u32::from_be_bytes(head[8..12].try_into().unwrap()) as usize;
    let commits = frames.chunks_exact(24 + page);
    let commits = commits.filter(|frame| frame[8..16] == head[16..24] && frame[4..8] != [0; 4]);
    commits.count()
}
