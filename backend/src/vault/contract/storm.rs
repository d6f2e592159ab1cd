//! Many processes at once, in whatever order the scheduler gives.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use super::world::{NOW, World, grant};
use crate::vault::Vault;
use crate::vault::grants::{Committed, GrantVersion};
use crate::vault::id::{AccountId, OwnerId};
use crate::vault::refreshes::BeginRefresh;

on_every_engine![of_two_processes_with_64_callers_each_one_asks];

/// R80, F36: exactly one request, and everybody has its answer.
async fn of_two_processes_with_64_callers_each_one_asks(world: &World) {
    let id = world.connect("ada", &grant("1")).await.id;
    let seen = (id, world.version(id).await);
    let requests = Arc::new(AtomicUsize::new(0));
    let mut callers = Vec::new();
    for _ in 0..2 {
        let (process, owner) = (world.another_process().await, OwnerId::new().unwrap());
        callers.extend((0..64).map(|_| {
            let call = fresh_token(process.clone(), owner, seen, Arc::clone(&requests));
            tokio::spawn(call)
        }));
    }
    for caller in callers {
        assert_eq!(caller.await.unwrap(), "access-token-2");
    }
    assert_eq!(requests.load(Ordering::SeqCst), 1);
    assert_eq!(world.count("refresh_intents").await, 0);
}

/// What a process does for a caller whose token is over.
async fn fresh_token(
    process: Vault,
    owner: OwnerId,
    (account, seen): (AccountId, GrantVersion),
    requests: Arc<AtomicUsize>,
) -> String {
    loop {
        match process
            .begin_refresh(account, seen, owner, 0)
            .await
            .unwrap()
        {
            BeginRefresh::Lead(lease) => {
                let answer = grant(&format!("{}", 2 + requests.fetch_add(1, Ordering::SeqCst)));
                for _ in 0..100 {
                    tokio::task::yield_now().await;
                }
                let completed = process.complete_refresh(&lease, &answer, NOW).await;
                assert!(matches!(completed, Ok(Committed::Written(_))));
            }
            BeginRefresh::Wait { .. } => tokio::task::yield_now().await,
            BeginRefresh::AlreadyFresh => {
                let tokens = process.tokens(account, NOW).await.unwrap().unwrap();
                return tokens.access_token.expose().to_owned();
            }
            BeginRefresh::NotWorking => panic!("nobody said so"),
        }
    }
}
