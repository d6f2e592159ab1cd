//! Transactions that begin and end with their statements: all or nothing, whoever hangs up, and in nobody's way.

use super::world::{NOW, World, attempt, grant, polled_at_most};
use crate::vault::attempts::NewAttempt;
use crate::vault::database::{Step, Together};

on_every_engine![
    what_is_dropped_never_was_and_blocks_nobody,
    whoever_hangs_up_anywhere_leaves_all_or_nothing,
    all_kinds_of_writers_take_turns,
    steps_together_are_one_transaction,
];

fn count_up(name: &str) -> Step {
    let insert = "insert into counters (name, value) values ($1, $2) returning name";
    Step::new(insert).bind(name).bind(1)
}

async fn what_is_dropped_never_was_and_blocks_nobody(world: &World) {
    let database = &world.vault.database;
    for _ in 0..20 {
        let mut writing = database.writing().await.unwrap();
        assert_eq!(writing.fetch(count_up("dropped")).await.unwrap().len(), 1);
    }
    let mut writing = database.writing().await.unwrap();
    writing.fetch(count_up("kept")).await.unwrap();
    writing.commit(Together::default()).await.unwrap();
    assert_eq!(world.count("counters").await, 1);
    world.connect("ada", &grant("1")).await;
}

/// A visitor who goes away while a sign-in is stored.
async fn whoever_hangs_up_anywhere_leaves_all_or_nothing(world: &World) {
    let mut ended = false;
    for steps in 0..200 {
        let (person, grant) = (steps.to_string(), grant("1"));
        ended = polled_at_most(steps, world.try_to_connect(&person, &grant)).await;
        if ended {
            break;
        }
    }
    assert!(ended);
    world.connect("last", &grant("1")).await;
    for table in ["grants", "data_keys", "events"] {
        let half = format!(
            "accounts where id not in (select account_id from {table}) or sealed_address is null"
        );
        assert_eq!(world.count(&half).await, 0, "{table}");
    }
    assert!(world.vault.verify(|_| ()).await.unwrap().is_good());
}

async fn all_kinds_of_writers_take_turns(world: &World) {
    let begun = (0..40).map(|number| {
        let vault = world.vault.clone();
        let attempt = NewAttempt {
            first_of_browser: number % 2 == 0,
            ..attempt(&number.to_string(), &number.to_string())
        };
        tokio::spawn(async move {
            vault.begin_attempt(&attempt, NOW).await.unwrap();
            vault.purge_expired(NOW, 10).await.unwrap();
            vault.new_api_key("server", NOW).await.unwrap();
        })
    });
    for begun in begun.collect::<Vec<_>>() {
        begun.await.unwrap();
    }
    assert_eq!(world.count("attempts").await, 40);
    assert_eq!(world.count("api_keys").await, 40);
}

/// The second step fails, and takes the first along.
async fn steps_together_are_one_transaction(world: &World) {
    let database = &world.vault.database;
    let steps = |names: [&str; 2]| {
        let mut together = Together::default();
        for name in names {
            together.add(count_up(name));
        }
        together
    };
    let writing = database.writing().await.unwrap();
    assert!(writing.commit(steps(["a", "a"])).await.is_err());
    assert_eq!(world.count("counters").await, 0);
    let writing = database.writing().await.unwrap();
    writing.commit(steps(["a", "b"])).await.unwrap();
    assert_eq!(world.count("counters").await, 2);
}
