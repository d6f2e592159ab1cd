//! The opaque `login_hint` claim: names an account to `login_hint` and `logout_hint` without showing an address
//! (entra.md §10.1). Its inside is ours; nobody may read it.

use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};

use crate::world::{Person, PersonId, World};

/// The claim's value for a person.
pub(crate) fn of(person: &Person) -> String {
    let encoded = BASE64_URL_SAFE_NO_PAD.encode(person.id.as_str());
    format!("{MARK}{encoded}")
}

/// The person a value stands for; `None` for anything else, addresses included.
pub(crate) fn read<'world>(text: &str, world: &'world World) -> Option<&'world Person> {
    let bytes = BASE64_URL_SAFE_NO_PAD
        .decode(text.strip_prefix(MARK)?)
        .ok()?;
    world.person(&PersonId::new(String::from_utf8(bytes).ok()?))
}

const MARK: &str = "O.Ci";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hint_leads_back_to_its_person() {
        let world = World::standard(0);
        let ada = &world.people[0];
        let hint = of(ada);
        assert!(!hint.contains("ada"));
        assert_eq!(read(&hint, &world).map(|person| &person.id), Some(&ada.id));
        assert!(read("ada@contoso.example", &world).is_none());
        assert!(read("O.Ci?", &world).is_none());
    }
}
