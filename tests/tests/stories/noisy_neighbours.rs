//! A tenant that asks for everything at once, and one that asks for little: the first one's crowd is not in the second
//! one's way (D5, D13). Nothing is timed: Microsoft holds what the noisy ones ask, for as long as the test wants, and
//! the quiet one is answered meanwhile.

use std::collections::HashSet;

use connect_outlook_emulator::scenario::{Fault, FaultKind, Target};
use connect_outlook_tests::{Connected, Settings, World, browser::Answer, story_with};
use tokio::task::JoinHandle;

/// Of all turns at once, eight, a tenant has two; of the two at the token endpoint, one.
const AT_ONCE: &str = "8";
const INBOX: &str = "/messages?folder=inbox&limit=5";
const CROWD: usize = 40;

/// Requests of two people of one company that Microsoft holds.
struct Held {
    faults: Vec<u64>,
    path: &'static str,
}

impl Held {
    fn at(world: &World, path: &'static str) -> Self {
        let people = ["ada@contoso.example", "alan@contoso.example"];
        let hold = |person| {
            let microsoft = world.microsoft();
            let mut fault = Fault::next(FaultKind::Hold, path);
            fault.times = Some(MANY);
            fault.target = Target::named(Some(person), None, &microsoft.world()).expect("a person");
            microsoft.add_fault(fault).id
        };
        Self {
            faults: people.map(hold).into(),
            path,
        }
    }

    /// How many are held.
    fn count(&self, world: &World) -> usize {
        let faults = world.microsoft().faults();
        let ours = faults.iter().filter(|set| self.faults.contains(&set.id));
        let held = ours.map(|set| MANY - set.fault.times.unwrap_or(MANY));
        held.sum::<u32>() as usize
    }

    async fn until(&self, world: &World, count: usize) {
        while self.count(world) < count {
            tokio::task::yield_now().await;
        }
    }

    fn let_go(self, world: &World) {
        for id in self.faults {
            world.microsoft().remove_scenario(id);
        }
    }
}

const MANY: u32 = 10_000;

fn crowd(people: &[&Connected]) -> Vec<JoinHandle<Answer>> {
    let callers = people
        .iter()
        .flat_map(|person| vec![(*person).clone(); CROWD]);
    callers
        .map(|person| tokio::spawn(async move { person.get(INBOX).await }))
        .collect()
}

/// Lets the noisy ones go: they are served, or, on a slow machine, were told to come back. How many of the people were served.
async fn end(held: Held, world: &World, noise: Vec<JoinHandle<Answer>>) -> usize {
    held.let_go(world);
    let mut served = HashSet::new();
    for (number, caller) in noise.into_iter().enumerate() {
        let status = caller.await.expect("an answer").status;
        assert!([200, 429, 503].contains(&status), "{status}");
        if status == 200 {
            served.insert(number / CROWD);
        }
    }
    served.len()
}

/// How many calls to `path` Microsoft has answered.
fn answered(world: &World, path: &str) -> usize {
    let exchanges = world.exchanges();
    exchanges
        .iter()
        .filter(|exchange| exchange.path.contains(path))
        .count()
}

/// D13: alone, thirty readings of one mailbox take thirty calls, one after the other. With eighty requests of a
/// neighbour in the queue they take as many, and none of the neighbour's has to end before.
#[tokio::test]
async fn a_tenant_that_reads_a_lot_makes_no_other_wait() {
    let settings = Settings::standard().with("outbound_at_once", AT_ONCE);
    story_with(settings, async |world| {
        let ada = world.visitor().connect("ada").await;
        let alan = world.visitor().connect("alan").await;
        let hedy = world.visitor().connect("hedy").await;
        let held = Held::at(world, "/messages");
        let noise = crowd(&[&ada, &alan]);
        held.until(world, 2).await;
        let before = answered(world, held.path);
        for reading in 1..=30 {
            assert_eq!(hedy.get(INBOX).await.status, 200);
            assert_eq!(
                answered(world, held.path),
                before + reading,
                "hers, and nobody else's"
            );
        }
        assert_eq!(held.count(world), 2, "a quarter of eight");
        end(held, world, noise).await;
    })
    .await;
}

/// D13: the same where tokens are refreshed.
#[tokio::test]
async fn a_tenant_whose_tokens_are_all_over_makes_no_other_wait() {
    let settings = Settings::standard().with("outbound_at_once", AT_ONCE);
    story_with(settings, async |world| {
        let ada = world.visitor().connect("ada").await;
        let alan = world.visitor().connect("alan").await;
        let hedy = world.visitor().connect("hedy").await;
        world.advance(2 * 3_600);
        let held = Held::at(world, "/token");
        let noise = crowd(&[&ada, &alan]);
        held.until(world, 1).await;
        assert_eq!(hedy.get(INBOX).await.status, 200);
        assert_eq!(world.refreshes().len(), 1, "hers");
        assert_eq!(held.count(world), 1, "half of two");
        let served = end(held, world, noise).await;
        // Whoever was served was refreshed; whoever was told to come back perhaps not yet. Nobody was twice.
        let asked = world.refreshes();
        let used: HashSet<_> = asked.iter().map(|one| one.field("refresh_token")).collect();
        assert_eq!(used.len(), asked.len(), "one for each, however many asked");
        let (least, most) = (1 + served, 3);
        assert!((least..=most).contains(&asked.len()), "{served} served");
    })
    .await;
}
