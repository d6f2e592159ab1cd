//! What a story stands on that has its database for itself: a disk that misbehaves when told to, and with PostgreSQL a
//! server on it.

use std::{
    path::PathBuf,
    sync::{Mutex, MutexGuard, PoisonError},
};

use connect_outlook_tests::disk::Disk;
use connect_outlook_throwaway_postgres::OwnServer;

use crate::story::Database;

/// The ground.
#[derive(Debug)]
pub(crate) struct Ground {
    pub(crate) disk: Disk,
    server: Option<Mutex<OwnServer>>,
}

impl Ground {
    /// The disk works and the server runs.
    pub(crate) fn new(database: Database) -> Self {
        let disk = Disk::new();
        let server = (database == Database::Postgres).then(|| {
            let server = OwnServer::on_disk(disk.folder());
            let mut server = server.unwrap_or_else(|reason| panic!("{reason}"));
            disk.take_for_safe(&server.data_folder());
            server.start_again().unwrap();
            Mutex::new(server)
        });
        Self { disk, server }
    }

    /// The address of the server's database.
    pub(crate) fn address(&self) -> String {
        self.server().expect("a server").address()
    }

    /// Where the server keeps its files.
    pub(crate) fn data_folder(&self) -> Option<PathBuf> {
        Some(self.server()?.data_folder())
    }

    /// Takes the server away as a crash would.
    pub(crate) fn stop(&self) {
        self.server().expect("a server").stop().unwrap();
    }

    /// Brings it back.
    pub(crate) fn start_again(&self) {
        self.server().expect("a server").start_again().unwrap();
    }

    /// Takes it away if it has not gone by itself, and brings it back: what an operator does who has made room.
    pub(crate) fn restart(&self) {
        self.stop();
        self.start_again();
    }

    fn server(&self) -> Option<MutexGuard<'_, OwnServer>> {
        let server = self.server.as_ref()?;
        Some(server.lock().unwrap_or_else(PoisonError::into_inner))
    }
}
