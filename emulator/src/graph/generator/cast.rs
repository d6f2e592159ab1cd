//! Who plays: the owner of a mailbox and the people around them.

use super::{
    dice::Dice,
    script::{Contact, Role},
};
use crate::{
    graph::store::Recipient,
    world::{Person, TenantKind, World},
};

/// The people of one mailbox.
#[derive(Debug)]
pub(super) struct Cast {
    owner: Player,
    others: [Player; 3],
}

/// Somebody with what stands below their letters.
#[derive(Clone, Debug)]
pub(super) struct Player {
    /// Name and address.
    pub(super) who: Recipient,
    /// Job and company, line by line.
    pub(super) signature: Vec<String>,
}

impl Cast {
    /// The people around `owner`: real colleagues from the world first, then invented ones.
    pub(super) fn around(world: &World, owner: &Person) -> Self {
        let tenant = world.tenant(&owner.tenant);
        let company = tenant.map_or("", |tenant| tenant.name.as_str());
        let personal = tenant.is_some_and(|tenant| tenant.kind == TenantKind::Personal);
        let colleagues = world
            .people
            .iter()
            .filter(|person| person.tenant == owner.tenant && person.id != owner.id);
        let real = colleagues
            .filter(|_| !personal)
            .map(|person| player(person, company));
        let domain = owner.address.split('@').nth(1).unwrap_or("mail.example");
        let invented = if personal {
            FRIENDS.map(friend)
        } else {
            COLLEAGUES.map(|name| colleague(name, domain, company))
        };
        let mut others = real.chain(invented.clone());
        // Three invented people follow, so none of these is ever short of somebody.
        let mut next = || others.next().unwrap_or_else(|| invented[0].clone());
        let others = [next(), next(), next()];
        let mut owner = player(owner, company);
        if personal {
            owner.signature.clear();
        }
        Self { owner, others }
    }

    /// The person in a role.
    pub(super) fn player(&self, role: Role) -> Player {
        match role {
            Role::Owner => self.owner.clone(),
            Role::A => self.others[0].clone(),
            Role::B => self.others[1].clone(),
            Role::C => self.others[2].clone(),
            Role::Outside(contact) => outside(contact),
        }
    }

    /// The person in a role, as a letter names them.
    pub(super) fn recipient(&self, role: Role) -> Recipient {
        self.player(role).who
    }

    /// `text` with the names of people, and with `number` and `amount`, put in.
    pub(super) fn filled(&self, text: &str, writer: Role, figures: &Figures) -> String {
        let first = |role| first_name(&self.recipient(role).name).to_owned();
        text.replace("{you}", &first(Role::Owner))
            .replace("{a}", &first(Role::A))
            .replace("{b}", &first(Role::B))
            .replace("{c}", &first(Role::C))
            .replace("{me}", &first(writer))
            .replace("{number}", &figures.number)
            .replace("{issue}", &figures.issue)
            .replace("{amount}", &figures.amount)
    }
}

/// The figures of one conversation.
#[derive(Debug)]
pub(super) struct Figures {
    number: String,
    issue: String,
    amount: String,
}

impl Figures {
    /// Rolled once for each conversation.
    pub(super) fn rolled(dice: &mut Dice) -> Self {
        let number = 10_000 + dice.below(89_000);
        let amount = format!("€ {}.{:02}", 40 + dice.below(900), dice.below(20) * 5);
        let issue = 90 + dice.below(300);
        Self {
            number: number.to_string(),
            issue: issue.to_string(),
            amount,
        }
    }
}

fn player(person: &Person, company: &str) -> Player {
    let lines = [person.job_title.as_str(), company];
    let signature = lines
        .iter()
        .filter(|line| !line.is_empty())
        .map(|line| (*line).to_owned());
    Player {
        who: Recipient::new(&person.name, &person.address),
        signature: signature.collect(),
    }
}

fn colleague(name: &str, domain: &str, company: &str) -> Player {
    let address = format!("{}@{domain}", name.to_lowercase().replace(' ', "."));
    Player {
        who: Recipient::new(name, address),
        signature: vec!["Workshop".to_owned(), company.to_owned()],
    }
}

fn friend(name: &str) -> Player {
    let address = format!("{}@mail.example", name.to_lowercase().replace(' ', "."));
    Player {
        who: Recipient::new(name, address),
        signature: Vec::new(),
    }
}

fn outside(contact: &Contact) -> Player {
    Player {
        who: Recipient::new(contact.name, contact.address),
        signature: Vec::new(),
    }
}

fn first_name(name: &str) -> &str {
    name.split(' ').next().unwrap_or(name)
}

const COLLEAGUES: [&str; 3] = ["Dorothy Vaughan", "Mary Jackson", "Radia Perlman"];
const FRIENDS: [&str; 3] = ["George Antheil", "Greta Olsson", "Mira Chandra"];
