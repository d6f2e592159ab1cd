//! One story, and telling it on either database.

use std::{fmt, future::Future, pin::Pin};

use connect_outlook_tests::{Settings, story_with};
use connect_outlook_throwaway_postgres::new_schema;

use crate::{ground::Ground, heard, invariants, place::Place, search};

/// A story of one or more faults.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Story {
    /// `F7 F9`.
    pub(crate) faults: &'static str,
    pub(crate) name: &'static str,
    tell: Tell,
    apart: bool,
    seeds: Option<u64>,
}

/// Tells it. Answers how many refreshes Microsoft was asked for meanwhile, which is as many as allowed (I4).
pub(crate) type Tell = for<'a> fn(&'a Place<'a>) -> Pin<Box<dyn Future<Output = usize> + 'a>>;

/// A [`Story`] of its faults and the async function that tells it.
macro_rules! story {
    ($faults:literal, $name:ident) => {
        $crate::story::Story::new($faults, stringify!($name), |place| Box::pin($name(place)))
    };
}
pub(crate) use story;

impl Story {
    pub(crate) const fn new(faults: &'static str, name: &'static str, tell: Tell) -> Self {
        Self {
            faults,
            name,
            tell,
            apart: false,
            seeds: None,
        }
    }

    /// Under so many seeds, each in a world of its own, unless `FAULT_SEEDS` says how many.
    pub(crate) const fn seeded(self, seeds: u64) -> Self {
        Self {
            seeds: Some(seeds),
            ..self
        }
    }

    /// On a disk of its own, and with a PostgreSQL server of its own on that.
    pub(crate) const fn apart(self) -> Self {
        Self {
            apart: true,
            ..self
        }
    }
}

/// Where the vault is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Database {
    Sqlite,
    Postgres,
}

impl Database {
    pub(crate) const BOTH: [Self; 2] = [Self::Sqlite, Self::Postgres];

    async fn settings(self, ground: Option<&Ground>) -> Settings {
        let settings = Settings::standard();
        match (self, ground) {
            (Self::Sqlite, _) => settings,
            (Self::Postgres, Some(ground)) => settings.database(&ground.address()),
            (Self::Postgres, None) => {
                let schema = new_schema().await;
                settings.database(&schema.unwrap_or_else(|reason| panic!("{reason}")))
            }
        }
    }
}

impl fmt::Display for Database {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Sqlite => "sqlite",
            Self::Postgres => "postgres",
        })
    }
}

/// Tells `story` in a world of its own and looks at what it left behind.
pub(crate) fn run(story: Story, database: Database) {
    let Some(usual) = story.seeds else {
        return tell(story, database, 0);
    };
    let first = number("FAULT_SEED").unwrap_or(0);
    for seed in first..first + number("FAULT_SEEDS").unwrap_or(usual) {
        let _named = Named(seed);
        tell(story, database, seed);
    }
}

/// The number in a variable of the environment.
fn number(name: &str) -> Option<u64> {
    let text = std::env::var(name).ok()?;
    Some(text.parse().unwrap_or_else(|_| panic!("{name}: {text}")))
}

/// Says with which seed a story failed.
struct Named(u64);

impl Drop for Named {
    fn drop(&mut self) {
        if std::thread::panicking() {
            let seed = self.0;
            heard::add(format!(
                "seed {seed}: FAULT_SEED={seed} FAULT_SEEDS=1 tells it again"
            ));
        }
    }
}

fn tell(story: Story, database: Database, seed: u64) {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .on_thread_start(heard::on_other_threads())
        .enable_all()
        .build()
        .unwrap();
    runtime.block_on(async {
        let ground = story.apart.then(|| Ground::new(database));
        let mut settings = database.settings(ground.as_ref()).await;
        for limit in LIMITS {
            settings = settings.with(limit, "1000000");
        }
        story_with(settings, async |world| {
            let place = Place::new(world, database, ground.as_ref(), seed);
            let allowed = (story.tell)(&place).await;
            invariants::check(&place, allowed).await;
            if database == Database::Postgres {
                let kept = place.ground.and_then(Ground::data_folder);
                let found = kept.map(|folder| search::of_folder(&folder, &world.secrets()));
                assert_eq!(found.unwrap_or_default(), Vec::<String>::new(), "I1");
                search::keep(world.secrets());
            }
        })
        .await;
    });
}

/// One machine plays everybody: not what these limits are for.
const LIMITS: [&str; 7] = [
    "limit_link_opens",
    "limit_confirms",
    "limit_api",
    "limit_starts",
    "limit_callbacks",
    "limit_requests",
    "limit_mail",
];
