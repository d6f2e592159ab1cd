//! What every vault must do, written once and run on every engine.
//!
//! PostgreSQL's server is started by the first test that asks and goes with this process.

/// Instantiates async functions over a [`World`](world::World) for each engine.
macro_rules! on_every_engine {
    ($($story:ident),* $(,)?) => {
        mod in_memory {
            $(
                #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
                async fn $story() {
                    super::$story(&crate::vault::contract::world::World::in_memory().await).await;
                }
            )*
        }
        mod in_a_file {
            $(
                #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
                async fn $story() {
                    super::$story(&crate::vault::contract::world::World::in_a_file().await).await;
                }
            )*
        }
        mod on_postgres {
            $(
                #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
                async fn $story() {
                    super::$story(&crate::vault::contract::world::World::on_postgres().await).await;
                }
            )*
        }
    };
}

mod accounts;
mod api_keys;
mod at_rest;
mod attempts;
mod changes;
mod claims;
mod completions;
mod conflicts;
mod consent_requests;
mod deployment;
mod durable;
mod exported_file;
mod full;
mod grants;
mod intents;
mod interleavings;
mod links;
mod model;
mod news;
mod opening;
mod purge;
mod refreshes;
mod rotate;
mod schedule;
mod seeds;
mod sendings;
mod sessions;
mod storm;
mod swap;
mod transfer;
mod verify;
mod webhook_latecomers;
mod webhook_tries;
mod webhooks;
mod world;
mod writing;
