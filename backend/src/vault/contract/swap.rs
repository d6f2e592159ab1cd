//! Somebody who can write to the database gains nothing by moving sealed values about.

use super::world::{NOW, World, attempt, grant, verifier};
use super::{links, webhooks};
use crate::vault::attempts::{AttemptKind, NewAttempt, Proof, TakeAttemptError};
use crate::vault::id::{AccountId, BrowserDigest, LinkId, StateDigest, WebhookId};
use crate::vault::links::TakeCompletionError;
use crate::vault::seal::Field;
use crate::vault::{SealError, VaultError};

on_every_engine![
    a_sealed_field_opens_in_its_own_place_only,
    a_wrapped_key_serves_no_other_account,
    a_damaged_row_is_marked_and_kept_and_others_are_fine,
    a_new_sign_in_mends_a_damaged_row,
    plaintext_in_place_of_a_sealed_value_is_refused,
];

/// One sealed value of one row.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Spot {
    field: Field,
    row: String,
}

impl Spot {
    async fn read(&self, world: &World) -> String {
        let (table, column) = self.field.column();
        world.raw(table, column, &self.row).await.unwrap()
    }

    async fn write(&self, world: &World, value: &str) {
        let (table, column) = self.field.column();
        world.tamper(table, column, &self.row, value).await;
    }

    /// Opens the value the way the vault does when it is used.
    async fn open(&self, world: &World, ways: &Ways) -> Result<(), VaultError> {
        match self.field {
            Field::DisplayName | Field::Address => world
                .vault
                .account(AccountId::parse(&self.row).unwrap())
                .await
                .map(|_| ()),
            Field::AccessToken | Field::RefreshToken | Field::PreviousRefreshToken => world
                .vault
                .tokens(AccountId::parse(&self.row).unwrap(), NOW)
                .await
                .map(|_| ()),
            Field::CodeVerifier => {
                let mut states = ways.states.iter();
                let state = states.find(|(row, _)| *row == self.row).unwrap().1;
                let browser = BrowserDigest::of("browser");
                match world
                    .vault
                    .take_attempt(state, browser, AttemptKind::Connect, NOW)
                    .await
                {
                    Err(TakeAttemptError::Vault(error)) => Err(error),
                    other => panic!("an attempt with a foreign verifier was {other:?}"),
                }
            }
            Field::ParkedCode | Field::ParkedVerifier => {
                let mut parked = ways.parked.iter();
                let (_, link, name) = parked.find(|(row, ..)| *row == self.row).unwrap();
                match links::take(world, *link, name).await {
                    Err(TakeCompletionError::Vault(error)) => Err(error),
                    other => panic!("a foreign code was {other:?}"),
                }
            }
            Field::WebhookSecret | Field::PreviousWebhookSecret => {
                let id = WebhookId::parse(&self.row).unwrap();
                webhooks::take(world, id).await.map(|_| ())
            }
        }
    }
}

/// How to come to what has no account: by the row that holds it.
#[derive(Default)]
struct Ways {
    states: Vec<(String, StateDigest)>,
    parked: Vec<(String, LinkId, &'static str)>,
}

/// Two accounts, two attempts, two parked codes and two webhooks with every sealed field filled.
async fn furnish(world: &World) -> (Vec<Spot>, Ways) {
    let (mut spots, mut ways) = (Vec::new(), Ways::default());
    for person in ["ada", "grace"] {
        world.connect(person, &grant("1")).await;
        let row = world.connect(person, &grant("2")).await.id.to_string();
        let fields = Field::ALL
            .into_iter()
            .filter(|field| !Field::OF_NO_ACCOUNT.contains(field));
        spots.extend(fields.map(|field| Spot {
            field,
            row: row.clone(),
        }));
    }
    for name in ["a", "b"] {
        let began = NewAttempt {
            proof: Proof::Server(verifier(name)),
            ..attempt(name, "browser")
        };
        world.vault.begin_attempt(&began, NOW).await.unwrap();
        let row = row_of(world, began.state).await;
        spots.push(Spot {
            field: Field::CodeVerifier,
            row: row.clone(),
        });
        ways.states.push((row, began.state));
    }
    for name in ["c", "d"] {
        let link = links::link(world, name).await;
        links::park(world, link, name).await;
        let row = links::row_of(world, link).await;
        for field in [Field::ParkedCode, Field::ParkedVerifier] {
            let row = row.clone();
            spots.push(Spot { field, row });
        }
        ways.parked.push((row, link, name));
    }
    for name in ["e", "f"] {
        let row = webhooks::rotated(world, name).await.to_string();
        for field in Field::LASTING {
            let row = row.clone();
            spots.push(Spot { field, row });
        }
    }
    (spots, ways)
}

async fn row_of(world: &World, state: StateDigest) -> String {
    use sqlx::Row as _;
    let query =
        sqlx::query("select id from attempts where state_hash = $1").bind(state.to_column());
    query
        .fetch_one(world.vault.database.reader())
        .await
        .unwrap()
        .get(0)
}

/// R117: the full swap matrix, 20 values × 19 other places.
async fn a_sealed_field_opens_in_its_own_place_only(world: &World) {
    let (spots, ways) = furnish(world).await;
    let mut moves = 0;
    for target in &spots {
        let own = target.read(world).await;
        for source in spots.iter().filter(|source| *source != target) {
            target.write(world, &source.read(world).await).await;
            let opened = target.open(world, &ways).await;
            assert!(
                matches!(opened, Err(VaultError::Sealed(_))),
                "{source:?} in {target:?}: {opened:?}"
            );
            moves += 1;
        }
        target.write(world, &own).await;
    }
    assert_eq!(moves, 380);
    for (row, state) in &ways.states {
        let browser = BrowserDigest::of("browser");
        let taken = world
            .vault
            .take_attempt(*state, browser, AttemptKind::Connect, NOW)
            .await;
        assert!(taken.is_ok(), "put back, {row} opens again");
    }
    for (row, link, name) in &ways.parked {
        let taken = links::take(world, *link, name).await;
        assert!(taken.is_ok(), "put back, {row} opens again");
    }
    for spot in spots
        .iter()
        .filter(|spot| spot.field == Field::WebhookSecret)
    {
        spot.open(world, &ways).await.unwrap();
    }
    let of_accounts = |spot: &&Spot| !Field::OF_NO_ACCOUNT.contains(&spot.field);
    for spot in spots.iter().filter(of_accounts) {
        spot.open(world, &ways).await.unwrap();
    }
}

/// R117: the key itself may be moved; what it then opens is sealed for somebody else.
async fn a_wrapped_key_serves_no_other_account(world: &World) {
    let ada = world.connect("ada", &grant("1")).await.id;
    let grace = world.connect("grace", &grant("2")).await.id.to_string();
    let wrapped = world.raw("data_keys", "wrapped", &grace).await.unwrap();
    world
        .tamper("data_keys", "wrapped", &ada.to_string(), &wrapped)
        .await;
    assert!(matches!(
        world.vault.tokens(ada, NOW).await,
        Err(VaultError::Sealed(SealError::Damaged { .. }))
    ));

    // With the whole row's worth of sealed tokens moved as well, the row's id still says whose they are.
    for field in [Field::AccessToken, Field::RefreshToken] {
        let (table, column) = field.column();
        let sealed = world.raw(table, column, &grace).await.unwrap();
        world.tamper(table, column, &ada.to_string(), &sealed).await;
    }
    assert!(matches!(
        world.vault.tokens(ada, NOW).await,
        Err(VaultError::Sealed(SealError::Damaged { .. }))
    ));
}

/// R119, F51
async fn a_damaged_row_is_marked_and_kept_and_others_are_fine(world: &World) {
    let ada = world.connect("ada", &grant("1")).await.id;
    let grace = world.connect("grace", &grant("2")).await.id;
    let row = ada.to_string();
    let sealed = world
        .raw("grants", "sealed_refresh_token", &row)
        .await
        .unwrap();
    let flipped = with_another_character(&sealed);
    world
        .tamper("grants", "sealed_refresh_token", &row, &flipped)
        .await;

    for _ in 0..2 {
        let opened = world.vault.tokens(ada, NOW.plus(7)).await;
        assert!(matches!(
            opened,
            Err(VaultError::Sealed(SealError::Damaged { .. }))
        ));
    }
    assert_eq!(
        world
            .count("grants where unreadable_since = 1790000007")
            .await,
        1
    );
    assert_eq!(
        world.raw("grants", "sealed_refresh_token", &row).await,
        Some(flipped)
    );
    assert!(world.vault.tokens(grace, NOW).await.unwrap().is_some());
}

/// The person who signs in again to mend it is not turned away for what cannot be read.
async fn a_new_sign_in_mends_a_damaged_row(world: &World) {
    let ada = world.connect("ada", &grant("1")).await.id;
    let row = ada.to_string();
    world
        .tamper("grants", "sealed_refresh_token", &row, "damaged")
        .await;
    assert!(world.vault.tokens(ada, NOW).await.is_err());
    assert_eq!(
        world
            .count("grants where unreadable_since is not null")
            .await,
        1
    );
    world.connect("ada", &grant("2")).await;
    assert!(world.vault.tokens(ada, NOW).await.unwrap().is_some());
    assert_eq!(
        world
            .count("grants where unreadable_since is not null")
            .await,
        0
    );
}

fn with_another_character(sealed: &str) -> String {
    let middle = sealed.len() / 2;
    let other = if &sealed[middle..=middle] == "A" {
        "B"
    } else {
        "A"
    };
    format!("{}{other}{}", &sealed[..middle], &sealed[middle + 1..])
}

/// R118
async fn plaintext_in_place_of_a_sealed_value_is_refused(world: &World) {
    let ada = world.connect("ada", &grant("1")).await.id;
    world
        .tamper(
            "grants",
            "sealed_access_token",
            &ada.to_string(),
            "access-token-of-the-attacker",
        )
        .await;
    let opened = world.vault.tokens(ada, NOW).await;
    assert!(matches!(
        opened,
        Err(VaultError::Sealed(SealError::UnknownFormat { .. }))
    ));
}
