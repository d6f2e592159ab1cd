use crate::mailbox::Mailbox;
#[tokio::test]
async fn dump() {
    let ada = Mailbox::of_ada().await;
    let names = ada
        .list("/me/mailFolders?$top=50&includeHiddenFolders=true")
        .await;
    for f in names {
        println!(
            "{} {}/{}",
            f["displayName"], f["unreadItemCount"], f["totalItemCount"]
        );
    }
    for m in ada.list("/me/mailFolders/inbox/messages?$top=100").await {
        println!(
            "{} {} {:<28} | {} | {}",
            m["receivedDateTime"],
            if m["isRead"] == true { " " } else { "*" },
            m["from"]["emailAddress"]["name"],
            m["subject"],
            &m["bodyPreview"]
                .as_str()
                .unwrap()
                .replace("\r\n", " / ")
                .chars()
                .take(90)
                .collect::<String>()
        );
    }
    let m = &ada.list("/me/messages?$top=1").await[0];
    println!("{}", serde_json::to_string_pretty(m).unwrap());
}
