//! Many processes at once, in whatever order the scheduler gives.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use super::world::{INTENTS, NOW, World, grant};
use crate::vault::Vault;
use crate::vault::grants::{Committed, GrantVersion};
use crate::vault::id::{AccountId, OwnerId};
use crate::vault::refreshes::BeginRefresh;

on_every_engine![
    of_two_processes_with_64_callers_each_one_asks,
    who_comes_when_all_is_done_does_not_ask_again,
];

/// R80, F36: exactly one request, and everybody has its answer.
async fn of_two_processes_with_64_callers_each_one_asks(world: &World) {
    let id = world.connect("ada", &grant("1")).await.id;
    let seen = (id, world.version(id).await);
    let requests = Arc::new(AtomicUsize::new(0));
    let mut callers = Vec::new();
    for _ in 0..2 {
        let (process, owner) = (world.another_process().await, OwnerId::new().unwrap());
        callers.extend((0..64).map(|_| {
            let call = fresh_token(process.clone(), owner, seen, 100, Arc::clone(&requests));
            tokio::spawn(call)
        }));
    }
    for caller in callers {
        assert_eq!(caller.await.unwrap(), "access-token-2");
    }
    assert_eq!(requests.load(Ordering::SeqCst), 1);
    assert_eq!(world.count(INTENTS).await, 0);
}

/// R83: the lease may be free because the work has been done since one looked.
async fn who_comes_when_all_is_done_does_not_ask_again(world: &World) {
    let mut processes = Vec::new();
    for _ in 0..6 {
        processes.push(world.another_process().await);
    }
    for round in 0..40 {
        let id = world.connect(&round.to_string(), &grant("1")).await.id;
        let seen = (id, world.version(id).await);
        let requests = Arc::new(AtomicUsize::new(0));
        let callers: Vec<_> = processes
            .iter()
            .map(|process| {
                let owner = OwnerId::new().unwrap();
                let call = fresh_token(process.clone(), owner, seen, 0, Arc::clone(&requests));
                tokio::spawn(call)
            })
            .collect();
        for caller in callers {
            assert_eq!(caller.await.unwrap(), "access-token-2");
        }
        assert_eq!(requests.load(Ordering::SeqCst), 1);
    }
}

/// What a process does for a caller whose token is over. Microsoft takes a while if there is to be `patience`.
async fn fresh_token(
    process: Vault,
    owner: OwnerId,
    (account, seen): (AccountId, GrantVersion),
    patience: usize,
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
                for _ in 0..patience {
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
