//! Mailboxes, looked at from above.

use super::mailbox;
use crate::{
    graph::{
        html,
        ids::{IdForm, message_id},
        settings::MailSettings,
        store::{
            Attachment, BodyKind, Content, FlagStatus, Importance, Kind, Mailbox, Message,
            WellKnown,
        },
    },
    world::{Person, World},
};

const NOW: i64 = 1_772_356_502;

fn everybody() -> Vec<Person> {
    World::standard(NOW)
        .people
        .into_iter()
        .filter(|person| person.mailbox)
        .collect()
}

fn of(person: &Person, settings: &MailSettings) -> Mailbox {
    mailbox(settings, &World::standard(NOW), person, NOW)
}

fn count(mailbox: &Mailbox, folder: WellKnown) -> usize {
    mailbox.messages(Some(mailbox.well_known(folder))).len()
}

#[test]
fn everybody_has_mail_in_every_folder_that_people_use() {
    for person in everybody() {
        let mailbox = of(&person, &MailSettings::default());
        let total = mailbox.messages(None).len();
        assert!((38..=60).contains(&total), "{}: {total}", person.name);
        assert!(count(&mailbox, WellKnown::Inbox) >= 25, "{}", person.name);
        for folder in [
            WellKnown::SentItems,
            WellKnown::Archive,
            WellKnown::Drafts,
            WellKnown::DeletedItems,
            WellKnown::JunkEmail,
        ] {
            assert!(count(&mailbox, folder) >= 1, "{}: {folder:?}", person.name);
        }
    }
}

#[test]
fn every_mailbox_holds_one_of_each_kind_of_thing() {
    for person in everybody() {
        let mailbox = of(&person, &MailSettings::default());
        let has = |kind: &str, test: &dyn Fn(&Message) -> bool| {
            let found = mailbox.messages(None).into_iter().any(test);
            assert!(found, "{} has nothing {kind}", person.name);
        };
        has("unread", &|message| !message.is_read);
        has("flagged", &|message| {
            message.flag.status == FlagStatus::Flagged
        });
        has("ticked off", &|message| {
            message.flag.status == FlagStatus::Complete
        });
        has("categorised", &|message| !message.categories.is_empty());
        has("important", &|message| {
            message.letter.importance == Importance::High
        });
        has("plain", &|message| {
            message.letter.body.kind == BodyKind::Text
        });
        has("quoting", &|message| message.letter.body.unique.is_some());
        has("scripted", &|message| {
            message.letter.body.content.contains("<script")
        });
        has("inviting", &|message| {
            message.letter.kind == Kind::MeetingRequest
        });
        has("to be answered elsewhere", &|message| {
            !message.letter.reply_to.is_empty()
        });
    }
}

#[test]
fn every_mailbox_holds_one_of_each_kind_of_attachment() {
    for person in everybody() {
        let mailbox = of(&person, &MailSettings::default());
        let attachments = |message: &Message| message.letter.attachments.clone();
        let all: Vec<_> = mailbox
            .messages(None)
            .into_iter()
            .map(attachments)
            .collect();
        let some = |test: &dyn Fn(&Attachment) -> bool| all.iter().flatten().any(test);
        assert!(some(
            &|one| matches!(one.content, Content::File(_)) && !one.is_inline
        ));
        assert!(some(&|one| matches!(one.content, Content::Item(_))));
        assert!(some(&|one| matches!(
            one.content,
            Content::Reference { .. }
        )));
        let inline_only =
            |one: &Vec<Attachment>| !one.is_empty() && one.iter().all(|one| one.is_inline);
        assert!(all.iter().any(inline_only), "{}", person.name);
    }
}

#[test]
fn the_inbox_looks_recent_and_nothing_comes_from_the_future() {
    for person in everybody() {
        let mailbox = of(&person, &MailSettings::default());
        let messages = mailbox.messages(None);
        assert!(
            messages
                .iter()
                .all(|message| message.received <= NOW && message.letter.sent <= message.received)
        );
        assert!(messages[0].received > NOW - 3600, "{}", person.name);
    }
}

#[test]
fn no_placeholder_is_left_and_every_letter_says_something() {
    for person in everybody() {
        for message in of(&person, &MailSettings::default()).messages(None) {
            let letter = &message.letter;
            let text = match letter.body.kind {
                BodyKind::Html => html::to_text(&letter.body.content),
                BodyKind::Text => letter.body.content.clone(),
            };
            assert!(!text.trim().is_empty() && !letter.subject.is_empty());
            for placeholder in [
                "{you}", "{a}", "{b}", "{c}", "{me}", "{number}", "{issue}", "{amount}",
            ] {
                assert!(
                    !text.contains(placeholder) && !letter.subject.contains(placeholder),
                    "{}",
                    letter.subject
                );
            }
            let people = letter
                .from
                .iter()
                .chain(&letter.to)
                .chain(&letter.cc)
                .chain(&letter.reply_to);
            assert!(
                people
                    .into_iter()
                    .all(|who| who.address.ends_with(".example")),
                "{}",
                letter.subject
            );
        }
    }
}

/// E65: the same seed gives the same ids in the same order, whenever it starts; another seed gives others.
#[test]
fn the_seed_decides() {
    let people = everybody();
    let ids = |settings: &MailSettings, now: i64| {
        let mailbox = mailbox(settings, &World::standard(now), &people[0], now);
        let messages = mailbox.messages(None).into_iter();
        let row = |message: &Message| {
            (
                message_id(mailbox.uid(), message, IdForm::Mutable),
                message.letter.subject.clone(),
            )
        };
        messages.map(row).collect::<Vec<_>>()
    };
    assert_eq!(
        ids(&MailSettings::new(7), NOW),
        ids(&MailSettings::new(7), NOW + 1_000_003)
    );
    assert_ne!(
        ids(&MailSettings::new(7), NOW),
        ids(&MailSettings::new(8), NOW)
    );
}

#[test]
fn one_mailbox_can_hold_thousands() {
    let people = everybody();
    let settings = MailSettings::default().with_messages("ADA@contoso.example", 3000);
    let ada = of(&people[0], &settings);
    assert_eq!(ada.messages(None).len(), 3000);
    assert!(of(&people[1], &settings).messages(None).len() < 100);
}

#[test]
fn a_conversation_hangs_together() {
    let people = everybody();
    let mailbox = of(&people[0], &MailSettings::default());
    let messages = mailbox.messages(None);
    let answers: Vec<_> = messages
        .iter()
        .filter(|message| message.letter.subject.starts_with("RE: "))
        .collect();
    assert!(answers.len() >= 5);
    for answer in answers {
        let original = messages.iter().find(|message| {
            let refers = |(name, value): &(String, String)| {
                name == "In-Reply-To" && *value == message.letter.internet_message_id
            };
            answer.letter.headers.iter().any(refers)
        });
        let original = original.expect("the answered letter is in the mailbox");
        assert_eq!(original.letter.thread.topic, answer.letter.thread.topic);
        assert!(original.letter.sent < answer.letter.sent);
    }
}
