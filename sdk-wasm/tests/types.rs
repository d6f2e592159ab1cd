//! The hand-finished TypeScript types say what the Rust types of the contract say.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test may fail")]

use std::collections::BTreeSet;

use connect_outlook_protocol::outcome::{Outcome, Reason};
use connect_outlook_protocol::refusal::{Actor, Next};
use connect_outlook_protocol::wire::{
    AccountState, AccountView, Answering, Attachment, AttachmentKind, Correspondent, Folder,
    FolderRole, Letter, LetterBody, LetterFormat, Message, MessageBody, MessageList,
    MessageSummary, Recipient, Sending, SessionView, Way,
};
use serde::Serialize;

const TYPES: &str = include_str!("../js/index.d.ts");

#[test]
fn actors_and_next_steps_are_those_of_the_contract() {
    assert_eq!(union("Actor"), words(&Actor::ALL));
    assert_eq!(union("Next"), words(&Next::ALL));
}

#[test]
fn every_outcome_is_a_member_of_the_union() {
    let union = declaration("type Outcome =", ";");
    let members: Vec<_> = union.split('|').map(str::trim).collect();
    let statuses: Vec<_> = members
        .iter()
        .map(|name| literals(&interface(name)))
        .collect();
    let expected: Vec<_> = Outcome::STATUSES
        .iter()
        .map(|status| texts(&[status]))
        .collect();
    assert_eq!(statuses, expected);
}

#[test]
fn every_outcome_but_one_has_a_reason() {
    for name in [
        "Cancelled",
        "NeedsAdmin",
        "BlockedByPolicy",
        "Misconfigured",
        "Unavailable",
    ] {
        assert!(
            TYPES.contains(&format!("interface {name} extends Reason {{")),
            "{name}"
        );
    }
    assert_members("Reason", &reason());
    let connected = Outcome::Connected {
        account: account(),
        return_to: Some("/".to_owned()),
    };
    assert_members("Connected", &connected);
}

#[test]
fn states_of_accounts_and_roles_of_folders_are_those_of_the_contract() {
    use AccountState::{BlockedByPolicy, Connected, Disconnected, Expiring, NeedsAdmin, NeedsUser};
    let states = [
        Connected,
        Expiring,
        NeedsUser,
        NeedsAdmin,
        BlockedByPolicy,
        Disconnected,
    ];
    assert_eq!(union("AccountState"), words(&states));
    use FolderRole::{Archive, Drafts, Inbox, Junk, Outbox, Sent, Trash};
    let roles = [Inbox, Sent, Drafts, Trash, Archive, Junk, Outbox];
    let declared = interface("Folder");
    let role = declared
        .lines()
        .find(|line| line.contains("role?:"))
        .unwrap();
    assert_eq!(literals(role), words(&roles));
}

#[test]
fn what_the_backend_answers_has_the_members_that_the_types_promise() {
    let session = SessionView {
        accounts: vec![account()],
        idle_expires_at: 1,
        expires_at: 2,
    };
    assert_members("Session", &session);
    assert_members("Account", &account());
    let folder = Folder {
        id: String::new(),
        name: String::new(),
        role: Some(FolderRole::Inbox),
        unread: 0,
        total: 0,
    };
    assert_members("Folder", &folder);
    assert_members("Correspondent", &somebody());
    assert_members("MessageSummary", &summary());
    let list = MessageList {
        messages: vec![summary()],
        next_cursor: Some(String::new()),
    };
    assert_members("MessageList", &list);
    let body = MessageBody {
        content_type: "text".to_owned(),
        content: String::new(),
    };
    let message = Message {
        summary: summary(),
        cc: vec![],
        body,
    };
    let promised: BTreeSet<_> = members("MessageSummary")
        .union(&members("Message"))
        .cloned()
        .collect();
    assert_eq!(promised, keys(&message));
}

#[test]
fn attachments_have_the_members_and_kinds_that_the_types_promise() {
    let attachment = Attachment {
        id: String::new(),
        kind: AttachmentKind::File,
        name: String::new(),
        content_type: String::new(),
        size: 0,
        is_inline: false,
    };
    assert_members("Attachment", &attachment);
    let kinds = [
        AttachmentKind::File,
        AttachmentKind::Item,
        AttachmentKind::Link,
    ];
    assert_eq!(literals(line("Attachment", "kind")), words(&kinds));
}

#[test]
fn a_letter_may_say_what_the_types_promise() {
    let somebody = Recipient {
        name: String::new(),
        address: String::new(),
    };
    assert_members("Recipient", &somebody);
    let letter = Letter {
        to: vec![somebody],
        cc: vec![],
        bcc: vec![],
        subject: Some(String::new()),
        body: LetterBody {
            content_type: LetterFormat::Text,
            content: String::new(),
        },
        answering: Some(Answering {
            message: String::new(),
            way: Way::Reply,
        }),
    };
    assert_members("Letter", &letter);
    let formats = words(&[LetterFormat::Text, LetterFormat::Html]);
    assert_eq!(literals(line("Letter", "body")), formats);
    let ways = words(&[Way::Reply, Way::ReplyAll, Way::Forward]);
    assert_eq!(literals(line("Letter", "answering")), ways);
}

#[test]
fn every_state_of_a_sending_is_a_member_of_the_union() {
    let union = declaration("type Sending =", ";");
    let members = union.split('|').map(str::trim);
    let statuses: Vec<_> = members.map(|name| literals(&interface(name))).collect();
    let expected = Sending::STATUSES.map(|status| texts(&[status]));
    assert_eq!(statuses, expected);
    let accepted = Sending::Accepted {
        message_id: String::new(),
        thread_id: String::new(),
    };
    assert_members("Accepted", &accepted);
}

/// The line of an interface that declares this member.
fn line(name: &str, member: &str) -> &'static str {
    let from = TYPES.find(&format!("export interface {name} ")).unwrap();
    let mut lines = TYPES[from..].lines().map(str::trim);
    let declares = |line: &&str| {
        let (declared, _) = line.split_once(':').unwrap_or_default();
        declared.trim_end_matches('?') == member
    };
    lines.find(declares).unwrap()
}

fn assert_members(name: &str, value: &impl Serialize) {
    assert_eq!(members(name), keys(value), "{name}");
}

/// The names of an interface's members, its own only.
fn members(name: &str) -> BTreeSet<String> {
    let body = interface(name);
    let lines = body
        .lines()
        .map(str::trim)
        .filter(|line| !line.starts_with(['/', '*']));
    lines
        .filter_map(|line| line.split_once(':'))
        .map(|(member, _)| member.trim_end_matches('?').to_owned())
        .collect()
}

fn interface(name: &str) -> String {
    let from = TYPES
        .find(&format!("export interface {name} "))
        .unwrap_or_else(|| panic!("no interface {name}"));
    let rest = &TYPES[from..];
    let body = rest.find('{').unwrap() + 1;
    rest[body..rest.find("\n}").unwrap()].to_owned()
}

fn union(name: &str) -> BTreeSet<String> {
    literals(&declaration(&format!("type {name} ="), ";"))
}

fn declaration(start: &str, end: &str) -> String {
    let from = TYPES.find(start).unwrap_or_else(|| panic!("no {start}")) + start.len();
    TYPES[from..]
        .split(end)
        .next()
        .unwrap()
        .trim_start_matches(['\n', ' ', '|'])
        .to_owned()
}

/// Everything between single quotes.
fn literals(text: &str) -> BTreeSet<String> {
    text.split('\'')
        .skip(1)
        .step_by(2)
        .map(str::to_owned)
        .collect()
}

fn words(all: &[impl Serialize]) -> BTreeSet<String> {
    let word = |value| {
        serde_json::to_value(value)
            .unwrap()
            .as_str()
            .unwrap()
            .to_owned()
    };
    all.iter().map(word).collect()
}

fn texts(all: &[&str]) -> BTreeSet<String> {
    all.iter().map(|text| (*text).to_owned()).collect()
}

fn keys(value: &impl Serialize) -> BTreeSet<String> {
    serde_json::to_value(value)
        .unwrap()
        .as_object()
        .unwrap()
        .keys()
        .cloned()
        .collect()
}

fn reason() -> Reason {
    Reason {
        code: String::new(),
        actor: Actor::Visitor,
        next: Next::None,
        message: String::new(),
        aadsts: Some(65_004),
        correlation_id: Some(String::new()),
        link: Some(String::new()),
    }
}

fn account() -> AccountView {
    AccountView {
        id: String::new(),
        display_name: String::new(),
        address: String::new(),
        state: AccountState::Connected,
        reconnect_by: Some(0),
    }
}

fn somebody() -> Correspondent {
    Correspondent {
        name: String::new(),
        address: String::new(),
    }
}

fn summary() -> MessageSummary {
    MessageSummary {
        id: String::new(),
        thread_id: String::new(),
        subject: String::new(),
        from: Some(somebody()),
        to: vec![somebody()],
        received_at: 0,
        preview: String::new(),
        is_read: false,
        has_attachments: false,
        importance: "normal".to_owned(),
        is_flagged: false,
    }
}
