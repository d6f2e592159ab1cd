//! Large attachments, in parts.

use reqwest::{Method, header::CONTENT_RANGE};
use serde_json::{Value, json};

use crate::{
    attaching::drafts_attachments,
    mailbox::{Answer, Mailbox, send, text},
};
use connect_outlook_emulator::graph::AnswerCase;

/// Just above the limit.
const SIZE: usize = 3_483_322;
const PART: usize = 2_097_152;

/// An upload session that has begun.
struct Upload {
    ada: Mailbox,
    attachments: String,
    url: String,
    session: Value,
}

impl Upload {
    async fn begin() -> Self {
        Self::within(Mailbox::of_ada().await).await
    }

    async fn within(ada: Mailbox) -> Self {
        let attachments = drafts_attachments(&ada).await;
        let begun = ask(&ada, &attachments, SIZE).await;
        assert_eq!(begun.status, 201, "{}", begun.text);
        let session = begun.json();
        let url = text(&session, "uploadUrl").to_owned();
        Self {
            ada,
            attachments,
            url,
            session,
        }
    }

    /// `PUT` of the bytes from `first` to `last`, said to be of `total`.
    async fn put(&self, first: usize, last: usize, total: usize) -> Answer {
        let range = format!("bytes {first}-{last}/{total}");
        let bytes = bytes()[first..=last].to_vec();
        let request = self.ada.plain(Method::PUT, &self.url);
        send(request.header(CONTENT_RANGE, range).body(bytes)).await
    }

    async fn ask(&self, method: Method) -> Answer {
        send(self.ada.plain(method, &self.url)).await
    }
}

async fn ask(ada: &Mailbox, attachments: &str, size: usize) -> Answer {
    let asked = json!({ "AttachmentItem": {
        "attachmentType": "file", "name": "flower.jpg", "size": size, "contentType": "image/jpeg",
    } });
    ada.send(
        Method::POST,
        &format!("{attachments}/createUploadSession"),
        &asked,
    )
    .await
}

fn bytes() -> Vec<u8> {
    (0..SIZE).map(|index| (index % 251) as u8).collect()
}

/// E43: too small and too large are refused by name; in between there is an absolute address on another origin.
#[tokio::test]
async fn a_session_begins_between_the_limits() {
    let ada = Mailbox::of_ada().await;
    let path = drafts_attachments(&ada).await;
    ask(&ada, &path, 2_999_999)
        .await
        .is_refused(400, "ErrorAttachmentSizeShouldNotBeLessThanMinimumSize");
    ask(&ada, &path, 150_000_001)
        .await
        .is_refused(400, "ErrorAttachmentSizeLimitExceeded");
    ask(&ada, &path, 40_000_000)
        .await
        .is_refused(413, "ErrorMessageSizeExceeded");
    ada.emulator
        .change_switches(|switches| switches.graph_limits.largest_message = 150_000_000);
    assert_eq!(ask(&ada, &path, 149_000_000).await.status, 201);
    let session = ask(&ada, &path, 3_000_000).await.json();
    let url = text(&session, "uploadUrl");
    let (api, uploads) = (ada.emulator.origin(), ada.emulator.upload_origin());
    assert!(url.starts_with(uploads) && !url.starts_with(api) && api != uploads);
    assert!(url.contains("?authtoken="));
    assert_eq!(session["nextExpectedRanges"], json!(["0-"]));
    assert!(text(&session, "expirationDateTime").ends_with('Z'));
}

/// E43: only a draft takes an upload, and only a file can be uploaded.
#[tokio::test]
async fn a_session_is_for_files_on_drafts() {
    let ada = Mailbox::of_ada().await;
    let received = ada.message(|message| message["isDraft"] == false).await;
    let path = format!("/me/messages/{}/attachments", text(&received, "id"));
    ask(&ada, &path, SIZE)
        .await
        .is_refused(400, "ErrorInvalidRequest");
    let create = format!("{}/createUploadSession", drafts_attachments(&ada).await);
    let item = json!({ "AttachmentItem": { "attachmentType": "item", "name": "x", "size": SIZE } });
    ada.send(Method::POST, &create, &item)
        .await
        .is_refused(400, "ErrorInvalidRequest");
    for nonsense in [
        json!({}),
        json!([]),
        json!({ "AttachmentItem": { "size": -1 } }),
    ] {
        ada.send(Method::POST, &create, &nonsense)
            .await
            .is_refused(400, "RequestBodyRead");
    }
}

/// E44: part by part; the answer names the next byte without a dash, the last one where the attachment is.
#[tokio::test]
async fn a_file_is_uploaded_part_by_part() {
    let upload = Upload::begin().await;
    let first = upload.put(0, PART - 1, SIZE).await.json();
    assert_eq!(first["nextExpectedRanges"], json!([PART.to_string()]));
    assert_eq!(
        first["ExpirationDateTime"],
        upload.session["expirationDateTime"]
    );
    let last = upload.put(PART, SIZE - 1, SIZE).await;
    assert_eq!((last.status.as_u16(), last.text.as_str()), (201, ""));
    let location = last.header("location");
    assert!(location.starts_with(upload.ada.emulator.upload_origin()));
    let id = location
        .rsplit_once("/Attachments('")
        .and_then(|(_, rest)| rest.strip_suffix("')"))
        .expect("the attachment's id");
    let path = format!("{}/{id}", upload.attachments);
    let attachment = upload.ada.json(&path).await;
    assert_eq!(
        (&attachment["name"], &attachment["contentType"]),
        (&json!("flower.jpg"), &json!("image/jpeg"))
    );
    assert!(attachment["size"].as_u64().expect("a size") > SIZE as u64);
    let request = upload.ada.request(Method::GET, &format!("{path}/$value"));
    let value = request.send().await.expect("an answer");
    assert!(value.bytes().await.expect("bytes") == bytes());
    upload
        .ask(Method::GET)
        .await
        .is_refused(404, "itemNotFound");
}

/// E44: an option switches how the two members are spelled.
#[tokio::test]
async fn the_members_of_an_answer_are_spelled_in_several_ways() {
    let upload = Upload::begin().await;
    for (case, expires, ranges) in [
        (
            AnswerCase::Camel,
            "expirationDateTime",
            "nextExpectedRanges",
        ),
        (
            AnswerCase::Pascal,
            "ExpirationDateTime",
            "NextExpectedRanges",
        ),
        (
            AnswerCase::Mixed,
            "ExpirationDateTime",
            "nextExpectedRanges",
        ),
    ] {
        upload
            .ada
            .emulator
            .change_switches(|switches| switches.graph_limits.upload_answer_case = case);
        let state = upload.ask(Method::GET).await.json();
        assert!(state[expires].is_string() && state[ranges].is_array());
        assert_eq!(state.as_object().expect("an object").len(), 2);
    }
}

/// E44: what is not the next part is refused, says how it misses, and changes nothing.
#[tokio::test]
async fn only_the_next_part_is_taken() {
    let upload = Upload::begin().await;
    upload.put(0, 99, SIZE).await.json();
    for (first, last, total, status, inner) in [
        (0, 99, SIZE, 416, "fragmentOverlap"),
        (50, 149, SIZE, 416, "fragmentOverlap"),
        (101, 200, SIZE, 416, "fragmentOutOfOrder"),
        (100, 200, SIZE + 1, 400, "fragmentLengthMismatch"),
    ] {
        let answer = upload.put(first, last, total).await;
        answer.is_refused(status, "invalidRange");
        assert_eq!(answer.error()["innerError"]["code"], inner);
    }
    let put = || upload.ada.plain(Method::PUT, &upload.url);
    let short = put().header(CONTENT_RANGE, format!("bytes 100-199/{SIZE}"));
    let short = send(short.body(vec![0; 99])).await;
    short.is_refused(400, "invalidRange");
    for header in [
        "bytes 100-/9",
        "100-199",
        "bytes 199-100/3483322",
        "octets 1-2/3",
    ] {
        send(put().header(CONTENT_RANGE, header).body("x"))
            .await
            .is_refused(400, "invalidRange");
    }
    send(put().body("x")).await.is_refused(400, "invalidRange");
    let state = upload.ask(Method::GET).await.json();
    assert_eq!(state["nextExpectedRanges"], json!(["100"]));
}

/// §9.3: at most 4 MB in one part.
#[tokio::test]
async fn a_part_has_at_most_four_megabytes() {
    let upload = Upload::begin().await;
    upload
        .ada
        .emulator
        .change_switches(|switches| switches.graph_limits.largest_part = 1_000);
    assert_eq!(upload.put(0, 1_000, SIZE).await.status, 413);
    assert_eq!(upload.put(0, 999, SIZE).await.status, 200);
}

/// E45: the bearer has no business on another host; a client that sends it there is caught. The switch lets it pass.
#[tokio::test]
async fn a_token_on_the_upload_host_is_refused() {
    let upload = Upload::begin().await;
    let leak = || upload.ada.request(Method::GET, &upload.url);
    send(leak())
        .await
        .is_refused(401, "InvalidAuthenticationToken");
    let put = upload.ada.request(Method::PUT, &upload.url);
    let put = put.header(CONTENT_RANGE, format!("bytes 0-0/{SIZE}"));
    send(put.body("x"))
        .await
        .is_refused(401, "InvalidAuthenticationToken");
    let state = upload.ask(Method::GET).await.json();
    assert_eq!(state["nextExpectedRanges"], json!(["0"]));
    upload
        .ada
        .emulator
        .change_switches(|switches| switches.graph_limits.refuse_upload_authorization = false);
    assert_eq!(send(leak()).await.status, 200);
}

/// E46: what has arrived can be asked for, and given up.
#[tokio::test]
async fn an_upload_is_given_up() {
    let upload = Upload::begin().await;
    upload.put(0, 9, SIZE).await.json();
    let state = upload.ask(Method::GET).await.json();
    assert_eq!(state["nextExpectedRanges"], json!(["10"]));
    let before = upload.ada.list(&upload.attachments).await.len();
    let gone = upload.ask(Method::DELETE).await;
    assert_eq!((gone.status.as_u16(), gone.text.as_str()), (204, ""));
    for answer in [
        upload.put(10, 19, SIZE).await,
        upload.ask(Method::GET).await,
        upload.ask(Method::DELETE).await,
    ] {
        answer.is_refused(404, "itemNotFound");
        assert_eq!(
            answer.error()["innerError"]["code"],
            "uploadSessionNotFound"
        );
    }
    assert_eq!(upload.ada.list(&upload.attachments).await.len(), before);
    assert_eq!(upload.ask(Method::POST).await.status, 405);
}

/// E46: the URL dies at its time, whatever has arrived until then.
#[tokio::test]
async fn an_upload_ends_at_its_time() {
    let upload = Upload::begin().await;
    upload.ada.emulator.clock().advance(3_500);
    upload.put(0, 9, SIZE).await.json();
    upload.ada.emulator.clock().advance(100);
    upload
        .put(10, 19, SIZE)
        .await
        .is_refused(404, "itemNotFound");
}

/// The URL is opaque: with another path or token it leads nowhere.
#[tokio::test]
async fn an_altered_address_leads_nowhere() {
    let upload = Upload::begin().await;
    let (path, token) = upload.url.split_once("?authtoken=").expect("a token");
    for url in [
        path.to_owned(),
        format!("{path}?authtoken="),
        format!("{path}?authtoken={token}x"),
        format!("{path}/?authtoken={token}"),
        format!("{}/?authtoken={token}", upload.ada.emulator.upload_origin()),
    ] {
        send(upload.ada.plain(Method::GET, &url))
            .await
            .is_refused(404, "itemNotFound");
    }
}

/// The upload host takes uploads and nothing else: neither Graph, nor sign-in, nor control is there.
#[tokio::test]
async fn the_upload_host_has_nothing_else() {
    let ada = Mailbox::of_ada().await;
    for path in ["/v1.0/me", "/_emulator/world", "/common/oauth2/v2.0/token"] {
        let url = format!("{}{path}", ada.emulator.upload_origin());
        assert_eq!(send(ada.plain(Method::GET, &url)).await.status, 404);
    }
}

/// Stopping the emulator stops its upload host too; until then its exchanges are recorded like all others.
#[tokio::test]
async fn the_upload_host_ends_with_the_emulator() {
    let upload = Upload::begin().await;
    upload.ask(Method::GET).await.json();
    let recorded = upload.ada.emulator.exchanges();
    assert!(
        recorded
            .iter()
            .any(|exchange| exchange.path.contains("/AttachmentSessions("))
    );
    let Upload { ada, url, .. } = upload;
    let request = ada.plain(Method::GET, &url);
    ada.into_emulator().stop().await;
    assert!(request.send().await.is_err());
}

/// Where everything is, and where Graph says no, by control request.
#[tokio::test]
async fn origins_and_limits_are_told_and_changed_by_request() {
    let ada = Mailbox::of_ada().await;
    let at = |path: &str| format!("{}/_emulator/{path}", ada.emulator.origin());
    let origins = send(ada.plain(Method::GET, &at("origins"))).await.json();
    assert_eq!(origins["graph"], ada.emulator.origin());
    assert_eq!(origins["uploads"], ada.emulator.upload_origin());
    let change = |body: Value| ada.plain(Method::POST, &at("limits")).json(&body);
    let changed = send(change(json!({ "attachment_boundary": 10 })))
        .await
        .json();
    assert_eq!(
        (&changed["attachment_boundary"], &changed["requests"]),
        (&json!(10), &json!(10_000))
    );
    assert_eq!(
        send(ada.plain(Method::GET, &at("limits"))).await.json(),
        changed
    );
    let path = drafts_attachments(&ada).await;
    assert_eq!(ask(&ada, &path, 10).await.status, 201);
    assert_eq!(send(change(json!({ "nonsense": 1 }))).await.status, 422);
}

/// What is no draft any more when the last byte comes takes no attachment.
#[tokio::test]
async fn a_draft_that_was_sent_meanwhile_takes_no_upload() {
    let ada = Mailbox::of("ada@contoso.example", &["Mail.ReadWrite", "Mail.Send"]).await;
    ada.emulator
        .change_switches(|switches| switches.graph_limits.attachment_boundary = 3);
    let grace = json!([{ "emailAddress": { "address": "grace@contoso.example" } }]);
    let draft = json!({ "subject": "Sooner", "toRecipients": grace });
    let draft = ada.send(Method::POST, "/me/messages", &draft).await.json();
    let path = format!("/me/messages/{}", text(&draft, "id"));
    let session = ask(&ada, &format!("{path}/attachments"), 3).await.json();
    let sent = ada.request(Method::POST, &format!("{path}/send"));
    assert_eq!(send(sent.body("")).await.status, 202);
    let put = ada.plain(Method::PUT, text(&session, "uploadUrl"));
    let put = put.header(CONTENT_RANGE, "bytes 0-2/3").body("abc");
    send(put).await.is_refused(404, "ErrorItemNotFound");
}
