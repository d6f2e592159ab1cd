//! What every vault must do, written once and run on every engine.
//!
//! `in_memory` and `in_a_file` always run. `on_postgres` needs a server whose address stands in
//! `CONNECT_OUTLOOK_TEST_POSTGRES`; every test makes a database of its own there. Whoever has one runs
//! `cargo test -p connect-outlook-backend on_postgres -- --ignored`.

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
                #[ignore = "needs a PostgreSQL server in CONNECT_OUTLOOK_TEST_POSTGRES"]
                async fn $story() {
                    super::$story(&crate::vault::contract::world::World::on_postgres().await).await;
                }
            )*
        }
    };
}

mod accounts;
mod at_rest;
mod attempts;
mod grants;
mod opening;
mod purge;
mod sessions;
mod swap;
mod world;
