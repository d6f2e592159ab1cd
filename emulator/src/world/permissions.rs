//! The delegated permissions of the APIs one can ask for, with what the consent page says about them and who may agree
//! (entra.md §9.1).

use serde::{Deserialize, Serialize};

use super::{ApiId, ConsentPolicy};
use UserConsent::{AdministratorsOnly, KeptFromManaged, LowImpact, Ordinary};

/// An API that tokens can be asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Resource {
    /// Microsoft Graph: what a bare scope name means.
    Graph,
    /// Office 365 Exchange Online, the API behind IMAP, POP and SMTP sign-in.
    ExchangeOnline,
    /// An app of the world in its part as an API (entra 79).
    Application(ApiId),
}

impl Resource {
    /// Microsoft's resource that a scope's prefix names, without the slash at its end.
    pub fn named(identifier: &str) -> Option<Self> {
        match identifier.to_ascii_lowercase().as_str() {
            "https://graph.microsoft.com" | "00000003-0000-0000-c000-000000000000" => {
                Some(Self::Graph)
            }
            "https://outlook.office.com"
            | "https://outlook.office365.com"
            | "00000002-0000-0ff1-ce00-000000000000" => Some(Self::ExchangeOnline),
            _ => None,
        }
    }

    /// The prefix of its scopes, with the slash.
    pub fn prefix(self) -> String {
        match self {
            Self::Graph => "https://graph.microsoft.com/".into(),
            Self::ExchangeOnline => "https://outlook.office.com/".into(),
            Self::Application(id) => format!("api://{id}/"),
        }
    }

    /// Its delegated permissions, as far as they are Microsoft's.
    pub fn permissions(self) -> &'static [Permission] {
        match self {
            Self::Graph => GRAPH,
            Self::ExchangeOnline => EXCHANGE_ONLINE,
            Self::Application(_) => &[],
        }
    }

    /// The permission with this name, in any case.
    pub fn permission(self, name: &str) -> Option<&'static Permission> {
        self.permissions()
            .iter()
            .find(|permission| permission.name.eq_ignore_ascii_case(name))
    }
}

/// A delegated permission.
#[derive(Debug)]
pub struct Permission {
    /// Its name without the resource, in Microsoft's spelling.
    pub name: &'static str,
    /// The heading on the consent page.
    pub title: &'static str,
    /// The sentence below it.
    pub explanation: &'static str,
    /// Who may agree to it.
    pub consent: UserConsent,
}

/// How far up a permission's consent lies, lowest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UserConsent {
    /// Anybody, wherever users may consent at all; counted as low impact.
    LowImpact,
    /// Users of legacy and of Microsoft-managed tenants.
    Ordinary,
    /// Users of legacy tenants; the Microsoft-managed policy leaves it to administrators.
    KeptFromManaged,
    /// Administrators, under every policy.
    AdministratorsOnly,
}

impl UserConsent {
    /// Whether a user who is no administrator may agree under `policy`. `trusted` says that the app has a verified
    /// publisher or belongs to the user's own tenant, which the low policy demands.
    pub fn allows_user(self, policy: ConsentPolicy, trusted: bool) -> bool {
        match policy {
            ConsentPolicy::Legacy => self != Self::AdministratorsOnly,
            ConsentPolicy::Low => self == Self::LowImpact && trusted,
            ConsentPolicy::MicrosoftManaged => matches!(self, Self::LowImpact | Self::Ordinary),
            ConsentPolicy::Off => false,
        }
    }
}

const fn permission(
    consent: UserConsent,
    name: &'static str,
    title: &'static str,
    explanation: &'static str,
) -> Permission {
    Permission {
        name,
        title,
        explanation,
        consent,
    }
}

/// Microsoft Graph's permissions around sign-in, mail and what mail apps ask beside it.
const GRAPH: &[Permission] = &[
    permission(
        LowImpact,
        "openid",
        "Sign you in",
        "Lets the app know who you are when you sign in.",
    ),
    permission(
        LowImpact,
        "profile",
        "View your basic profile",
        "Your name, your user name and your picture.",
    ),
    permission(
        LowImpact,
        "email",
        "View your email address",
        "The address of your account.",
    ),
    permission(
        LowImpact,
        "offline_access",
        "Maintain access to data you have given it access to",
        "The app can see and update the data you gave it access to, even when you are not using it.",
    ),
    permission(
        LowImpact,
        "User.Read",
        "Sign you in and read your profile",
        "Your profile and your company's basic information.",
    ),
    permission(
        Ordinary,
        "User.ReadBasic.All",
        "Read all users' basic profiles",
        "Names and addresses of people in your organisation.",
    ),
    permission(
        AdministratorsOnly,
        "User.Read.All",
        "Read all users' full profiles",
        "Everything your organisation's directory says about people.",
    ),
    permission(
        AdministratorsOnly,
        "Directory.Read.All",
        "Read directory data",
        "Users, groups and apps of your organisation.",
    ),
    permission(
        AdministratorsOnly,
        "Application.Read.All",
        "Read applications",
        "App registrations of your organisation, not their secrets.",
    ),
    permission(
        AdministratorsOnly,
        "Application.ReadWrite.All",
        "Read and write all applications",
        "Change app registrations and their credentials.",
    ),
    permission(
        KeptFromManaged,
        "Mail.ReadBasic",
        "Read your basic mail",
        "Sender, subject and dates of your mail, not its text.",
    ),
    permission(
        KeptFromManaged,
        "Mail.Read",
        "Read your mail",
        "The app can read every message in your mailbox.",
    ),
    permission(
        KeptFromManaged,
        "Mail.ReadWrite",
        "Read and write access to your mail",
        "The app can create, read, change and delete mail. It cannot send.",
    ),
    permission(
        KeptFromManaged,
        "Mail.ReadBasic.Shared",
        "Read basic mail you can access",
        "Sender, subject and dates of mail shared with you.",
    ),
    permission(
        KeptFromManaged,
        "Mail.Read.Shared",
        "Read mail you can access",
        "Your mail and mail that others share with you.",
    ),
    permission(
        KeptFromManaged,
        "Mail.ReadWrite.Shared",
        "Read and write mail you can access",
        "Change your mail and mail that others share with you.",
    ),
    permission(
        Ordinary,
        "Mail.Send",
        "Send mail as you",
        "The app can send mail in your name.",
    ),
    permission(
        Ordinary,
        "Mail.Send.Shared",
        "Send mail on behalf of others",
        "Send as you and as people who allow you to.",
    ),
    permission(
        KeptFromManaged,
        "MailboxSettings.Read",
        "Read your mailbox settings",
        "Time zone, language and automatic replies.",
    ),
    permission(
        KeptFromManaged,
        "MailboxSettings.ReadWrite",
        "Read and write your mailbox settings",
        "Change time zone, language and automatic replies.",
    ),
    permission(
        KeptFromManaged,
        "MailboxFolder.Read",
        "Read your mail folders",
        "The folders of your mailbox.",
    ),
    permission(
        KeptFromManaged,
        "MailboxFolder.ReadWrite",
        "Read and write your mail folders",
        "Create, rename and delete folders of your mailbox.",
    ),
    permission(
        KeptFromManaged,
        "MailboxItem.Read",
        "Read your mailbox items",
        "Items of every kind in your mailbox.",
    ),
    permission(
        KeptFromManaged,
        "Calendars.Read",
        "Read your calendars",
        "The events of your calendars.",
    ),
    permission(
        KeptFromManaged,
        "Calendars.ReadWrite",
        "Have full access to your calendars",
        "Create, change and delete events.",
    ),
    permission(
        Ordinary,
        "Contacts.Read",
        "Read your contacts",
        "The people in your address book.",
    ),
    permission(
        KeptFromManaged,
        "Contacts.ReadWrite",
        "Have full access to your contacts",
        "Create, change and delete contacts.",
    ),
    permission(
        KeptFromManaged,
        "People.Read",
        "Read the list of people relevant to you",
        "Whom you work with most.",
    ),
    permission(
        KeptFromManaged,
        "Tasks.ReadWrite",
        "Create, read, update and delete your tasks",
        "Your tasks and task lists.",
    ),
    permission(
        Ordinary,
        "Files.Read",
        "Read your files",
        "The files of your own drive.",
    ),
    permission(
        KeptFromManaged,
        "Files.Read.All",
        "Read all files you can access",
        "Every file that you may open.",
    ),
];

/// Exchange Online's own sign-in permissions.
const EXCHANGE_ONLINE: &[Permission] = &[
    permission(
        KeptFromManaged,
        "IMAP.AccessAsUser.All",
        "Read and write access to your mail",
        "By IMAP, as an ordinary mail program.",
    ),
    permission(
        KeptFromManaged,
        "POP.AccessAsUser.All",
        "Read and write access to your mail",
        "By POP, as an ordinary mail program.",
    ),
    permission(
        KeptFromManaged,
        "EWS.AccessAsUser.All",
        "Access your mailboxes",
        "By Exchange Web Services.",
    ),
    permission(
        KeptFromManaged,
        "EAS.AccessAsUser.All",
        "Access your mailboxes",
        "By Exchange ActiveSync.",
    ),
    permission(
        Ordinary,
        "SMTP.Send",
        "Send emails from your mailbox",
        "By SMTP, in your name.",
    ),
];

#[cfg(test)]
mod tests {
    use super::*;

    /// entra 31: the Microsoft-managed policy keeps reading mail for administrators, not sending it.
    #[test]
    fn managed_tenants_keep_mail_reading_for_administrators() {
        let allowed = |name: &str| {
            Resource::Graph
                .permission(name)
                .expect("listed")
                .consent
                .allows_user(ConsentPolicy::MicrosoftManaged, false)
        };
        assert!(!allowed("Mail.Read") && !allowed("Mail.ReadWrite") && !allowed("mail.readbasic"));
        assert!(allowed("Mail.Send") && allowed("User.Read") && allowed("Contacts.Read"));
        assert!(!allowed("User.Read.All"));
    }

    #[test]
    fn low_tenants_trust_only_known_publishers() {
        assert!(LowImpact.allows_user(ConsentPolicy::Low, true));
        assert!(!LowImpact.allows_user(ConsentPolicy::Low, false));
        assert!(!Ordinary.allows_user(ConsentPolicy::Low, true));
    }
}
