//! How things in a mailbox look from outside.

mod attachment;
mod folder;
mod letter;
mod message;
mod user;

pub(crate) use attachment::{ATTACHMENT, AttachmentView};
pub(crate) use folder::{FOLDER, FolderView};
pub(crate) use letter::attached;
pub(crate) use message::{MESSAGE, MessageView};
pub(crate) use user::{USER, UserView};
