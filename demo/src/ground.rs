//! What stays when the demo starts over: the addresses, the record of steps, and the place where the house stands.

use std::sync::Arc;

use tokio::sync::{RwLock, RwLockReadGuard};

use crate::data::Data;
use crate::house::{House, HouseError, Plan};
use crate::steps::Record;

/// The ground that one house after another stands on.
#[derive(Debug)]
pub struct Ground {
    plan: Plan,
    microsoft: String,
    content_security_policy: String,
    record: Arc<Record>,
    house: RwLock<Option<House>>,
}

impl Ground {
    /// Builds the first house by `plan`.
    ///
    /// # Errors
    /// [`HouseError`]: why there is none.
    pub async fn build(mut plan: Plan) -> Result<Self, HouseError> {
        let record = Arc::new(Record::default());
        let house = House::build(&plan, Arc::clone(&record)).await?;
        let microsoft = house.microsoft().to_owned();
        // The next emulator stands where this one stands: the page's policy names it.
        plan.microsoft_address = microsoft.trim_start_matches("http://").to_owned();
        Ok(Self {
            plan,
            microsoft,
            content_security_policy: house.content_security_policy(),
            record,
            house: RwLock::new(Some(house)),
        })
    }

    /// Where the page lives: `http://localhost:8400`.
    #[must_use]
    pub fn origin(&self) -> &str {
        &self.plan.origin
    }

    /// Where the emulated Microsoft lives: `http://127.0.0.1:41234`.
    #[must_use]
    pub fn microsoft(&self) -> &str {
        &self.microsoft
    }

    /// The policy for the page; the same for every house, since the emulator keeps its place.
    #[must_use]
    pub fn content_security_policy(&self) -> &str {
        &self.content_security_policy
    }

    /// The steps so far.
    #[must_use]
    pub fn record(&self) -> &Record {
        &self.record
    }

    /// The house as it stands, for as long as the guard is held; none when building the next one failed.
    pub async fn house(&self) -> RwLockReadGuard<'_, Option<House>> {
        self.house.read().await
    }

    /// Waits for what is under way, pulls the house down with all that is in it, and builds a new one.
    ///
    /// # Errors
    /// [`HouseError`]: there is no house then.
    pub async fn start_over(&self) -> Result<(), HouseError> {
        let mut place = self.house.write().await;
        if let Some(house) = place.take() {
            house.close().await;
        }
        if let Some(folder) = &self.plan.data {
            Data::empty(folder)?;
        }
        self.record.clear();
        *place = Some(House::build(&self.plan, Arc::clone(&self.record)).await?);
        Ok(())
    }

    /// Waits for what is under way and ends.
    pub async fn close(&self) {
        if let Some(house) = self.house.write().await.take() {
            house.close().await;
        }
    }
}
