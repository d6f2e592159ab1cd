//! Paths: from `/v1.0/me/mailFolders('inbox')/messages` to the thing they name.
//!
//! Words match without regard to capitals, ids exactly; `x('y')` means `x/y` (E8).

use percent_encoding::percent_decode_str;

/// Whose data a path is about, and which.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Route {
    /// Whose.
    pub(crate) owner: Owner,
    /// Which.
    pub(crate) target: Target,
}

/// The first part of a path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Owner {
    /// `/me`
    Me,
    /// `/users/{id or user principal name}`
    Named(String),
}

/// The rest of a path. Folders and messages are still texts: an id, or a folder's well-known name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Target {
    /// The person.
    User,
    /// `mailFolders`
    Folders,
    /// `sendMail`
    SendMail,
    /// `translateExchangeIds`
    TranslateIds,
    /// `mailFolders/{folder}` and what can be done to it.
    Folder(String, FolderPart),
    /// `mailFolders/{folder}/childFolders`
    ChildFolders(String),
    /// `messages` of the mailbox or of one folder.
    Messages(Option<String>),
    /// `mailFolders/{folder}/messages/delta`
    MessageDelta(String),
    /// `mailFolders/delta`
    FolderDelta,
    /// `messages/$count`
    MessageCount(Option<String>),
    /// `messages/{message}` and what is below it.
    Message(MessagePlace, MessagePart),
}

/// What a path means of a folder.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum FolderPart {
    /// The folder itself.
    Itself,
    /// `move`
    Move,
    /// `copy`
    Copy,
    /// `permanentDelete`
    PermanentDelete,
}

/// A message as a path names it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct MessagePlace {
    /// The folder it is looked for in, if the path names one.
    pub(crate) folder: Option<String>,
    /// Its id.
    pub(crate) id: String,
}

/// What a path means of a message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum MessagePart {
    /// The message itself.
    Itself,
    /// `$value`: its MIME text.
    Mime,
    /// `move`
    Move,
    /// `copy`
    Copy,
    /// `send`
    Send,
    /// `permanentDelete`
    PermanentDelete,
    /// `createReply` and its like.
    CreateAnswer(AnswerKind),
    /// `reply` and its like.
    Answer(AnswerKind),
    /// `attachments`
    Attachments,
    /// `attachments/createUploadSession`
    UploadSession,
    /// `attachments/{attachment}`
    Attachment(String),
    /// `attachments/{attachment}/$value`
    AttachmentValue(String),
}

/// How a message is answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum AnswerKind {
    /// To its writer.
    Reply,
    /// To its writer and everybody else who got it.
    ReplyAll,
    /// To others.
    Forward,
}

/// The path names nothing the emulator has (E66).
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("no resource for the segment '{segment}'")]
pub(crate) struct NoSuchRoute {
    /// The first part that means nothing.
    pub(crate) segment: String,
}

impl Route {
    /// What `path` names; it begins with the version, as in `/v1.0/me`.
    ///
    /// # Errors
    /// [`NoSuchRoute`] names the part that leads nowhere.
    pub(crate) fn parse(path: &str) -> Result<Self, NoSuchRoute> {
        let parts = split(path);
        let words = lowered(&parts);
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        let (owner, used) = match words.as_slice() {
            ["v1.0", "me", ..] => (Owner::Me, 2),
            ["v1.0", "users", _, ..] => (Owner::Named(parts[2].clone()), 3),
            ["v1.0", unknown, ..] | [unknown, ..] => return Err(no_route(unknown)),
            [] => return Err(no_route("")),
        };
        let target = target(&parts[used..], &words[used..])?;
        Ok(Self { owner, target })
    }
}

fn target(parts: &[String], words: &[&str]) -> Result<Target, NoSuchRoute> {
    match words {
        [] => Ok(Target::User),
        ["sendmail"] => Ok(Target::SendMail),
        ["translateexchangeids"] => Ok(Target::TranslateIds),
        ["mailfolders", rest @ ..] => match rest {
            [] => Ok(Target::Folders),
            ["delta" | "delta()"] => Ok(Target::FolderDelta),
            _ => below_folder(&parts[1..], rest),
        },
        ["messages", rest @ ..] => below_messages(None, &parts[1..], rest),
        _ => Err(no_route(&parts[0])),
    }
}

/// `words` begins with a folder's name or id.
fn below_folder(parts: &[String], words: &[&str]) -> Result<Target, NoSuchRoute> {
    let folder = || parts[0].clone();
    match words {
        [_] => Ok(Target::Folder(folder(), FolderPart::Itself)),
        [_, "move"] => Ok(Target::Folder(folder(), FolderPart::Move)),
        [_, "copy"] => Ok(Target::Folder(folder(), FolderPart::Copy)),
        [_, "permanentdelete"] => Ok(Target::Folder(folder(), FolderPart::PermanentDelete)),
        [_, "childfolders"] => Ok(Target::ChildFolders(folder())),
        [_, "childfolders", rest @ ..] => below_folder(&parts[2..], rest),
        [_, "messages", rest @ ..] => below_messages(Some(folder()), &parts[2..], rest),
        _ => Err(no_route(parts.get(1).map_or("", String::as_str))),
    }
}

/// `words` begins behind `messages`.
fn below_messages(
    folder: Option<String>,
    parts: &[String],
    words: &[&str],
) -> Result<Target, NoSuchRoute> {
    let part = match words {
        [] => return Ok(Target::Messages(folder)),
        ["$count"] => return Ok(Target::MessageCount(folder)),
        ["delta" | "delta()"] => {
            return folder
                .map(Target::MessageDelta)
                .ok_or_else(|| no_route(&parts[0]));
        }
        ["delta" | "delta()", ..] => return Err(no_route(&parts[1])),
        [_] => MessagePart::Itself,
        [_, "$value"] => MessagePart::Mime,
        [_, "move"] => MessagePart::Move,
        [_, "copy"] => MessagePart::Copy,
        [_, "send"] => MessagePart::Send,
        [_, "permanentdelete"] => MessagePart::PermanentDelete,
        [_, "createreply"] => MessagePart::CreateAnswer(AnswerKind::Reply),
        [_, "createreplyall"] => MessagePart::CreateAnswer(AnswerKind::ReplyAll),
        [_, "createforward"] => MessagePart::CreateAnswer(AnswerKind::Forward),
        [_, "reply"] => MessagePart::Answer(AnswerKind::Reply),
        [_, "replyall"] => MessagePart::Answer(AnswerKind::ReplyAll),
        [_, "forward"] => MessagePart::Answer(AnswerKind::Forward),
        [_, "attachments"] => MessagePart::Attachments,
        [_, "attachments", "createuploadsession"] => MessagePart::UploadSession,
        [_, "attachments", _] => MessagePart::Attachment(parts[2].clone()),
        [_, "attachments", _, "$value"] => MessagePart::AttachmentValue(parts[2].clone()),
        [_, "attachments", _, _, ..] => return Err(no_route(&parts[3])),
        _ => return Err(no_route(&parts[1])),
    };
    Ok(Target::Message(
        MessagePlace {
            folder,
            id: parts[0].clone(),
        },
        part,
    ))
}

fn no_route(segment: &str) -> NoSuchRoute {
    NoSuchRoute {
        segment: segment.to_owned(),
    }
}

/// The parts of a path, decoded, with keys in brackets as parts of their own.
pub(super) fn split(path: &str) -> Vec<String> {
    let mut parts = Vec::new();
    for segment in path.split('/').filter(|segment| !segment.is_empty()) {
        let segment = percent_decode_str(segment).decode_utf8_lossy();
        let keyed = segment
            .strip_suffix("')")
            .and_then(|segment| segment.split_once("('"));
        match keyed {
            // A doubled quote stands for one (OData URL conventions §5.1.1.6.1).
            Some((word, key)) => parts.extend([word.to_owned(), key.replace("''", "'")]),
            None => parts.push(segment.into_owned()),
        }
    }
    parts
}

/// The parts in small letters and without the namespace that actions may carry.
pub(super) fn lowered(parts: &[String]) -> Vec<String> {
    let bare = |part: &String| part.to_ascii_lowercase();
    let words = parts.iter().map(bare);
    words
        .map(|word| {
            word.strip_prefix("microsoft.graph.")
                .map_or(word.clone(), str::to_owned)
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::{MessagePart, MessagePlace, Owner, Route, Target};
    use proptest::prelude::*;

    fn target(path: &str) -> Target {
        Route::parse(path).expect(path).target
    }

    /// E8: capitals of words do not matter, brackets are another way to write a key, ids stay as they are.
    #[test]
    fn spellings_of_one_path_lead_to_one_route() {
        let expected = Target::Messages(Some("AAMkAbC=".to_owned()));
        for path in [
            "/v1.0/me/mailFolders/AAMkAbC=/messages",
            "/v1.0/ME/mailfolders('AAMkAbC=')/Messages/",
            "/v1.0/me/MAILFOLDERS/AAMkAbC%3D/messages",
            "/v1.0/me/mailFolders/inbox/childFolders/AAMkAbC%3D/messages",
        ] {
            assert_eq!(target(path), expected, "{path}");
        }
    }

    #[test]
    fn people_are_named_by_id_or_address() {
        let route =
            Route::parse("/v1.0/users/ada%40contoso.example/messages/x/$value").expect("a route");
        assert_eq!(route.owner, Owner::Named("ada@contoso.example".to_owned()));
        let place = MessagePlace {
            folder: None,
            id: "x".to_owned(),
        };
        assert_eq!(route.target, Target::Message(place, MessagePart::Mime));
        assert_eq!(
            Route::parse("/v1.0/users('ada')").expect("a route").target,
            Target::User
        );
    }

    /// E66: what is not there is named.
    #[test]
    fn an_unknown_part_is_named() {
        for (path, segment) in [
            ("/v1.0/me/calendar", "calendar"),
            ("/v1.0/me/messages/x/fold", "fold"),
            ("/v1.0/me/messages/x/attachments/y/z", "z"),
            ("/v1.0/me/mailFolders/inbox/rules", "rules"),
            ("/v1.0/groups", "groups"),
            ("/v1.0/users", "users"),
            ("/v1.0", "v1.0"),
        ] {
            assert_eq!(
                Route::parse(path).expect_err(path).segment,
                segment,
                "{path}"
            );
        }
    }

    proptest! {
        #[test]
        fn no_path_makes_the_parser_panic(path in "(/v1.0/me)?(/[a-zA-Z$%'()]{0,12}){0,8}") {
            let _ = Route::parse(&path);
        }
    }
}
