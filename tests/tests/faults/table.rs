//! Faults and how each ended.

use std::{
    collections::BTreeMap,
    fmt,
    sync::{Mutex, PoisonError},
};

use crate::story::{Database, Story};

/// What was told so far, by fault and story; for each database whether it ended well.
#[derive(Debug, Default)]
pub(crate) struct Table(Mutex<BTreeMap<Row, [Option<bool>; 2]>>);

/// Number of the fault, name of the story.
type Row = (u32, &'static str);

impl Table {
    pub(crate) fn note(&self, story: Story, database: Database, good: bool) {
        let mut rows = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        for fault in story.faults.split(' ') {
            let number = fault[1..].parse().expect("a fault has a number");
            let row = rows.entry((number, story.name)).or_default();
            row[usize::from(database == Database::Postgres)] = Some(good);
        }
    }
}

impl fmt::Display for Table {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let rows = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let word = |ended: &Option<bool>| match ended {
            None => "not told",
            Some(true) => "ok",
            Some(false) => "FAILED",
        };
        writeln!(f, "| fault | story | sqlite | postgres |")?;
        writeln!(f, "| --- | --- | --- | --- |")?;
        for ((number, name), [sqlite, postgres]) in rows.iter() {
            let (sqlite, postgres) = (word(sqlite), word(postgres));
            writeln!(f, "| F{number} | {name} | {sqlite} | {postgres} |")?;
        }
        Ok(())
    }
}
