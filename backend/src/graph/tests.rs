//! What leaves for Graph, against a server that writes down all it gets.

use std::collections::HashMap;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use axum::Router;
use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use connect_outlook_protocol::wire::FolderRole;
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

use super::*;
use crate::clock::awaited::is_about;
use crate::clock::{Clock, UnixTime};
use crate::outbound::Trust;
use crate::outbound::silence::Silent;
use crate::outbound::turns::{Caps, MAILBOX};

#[derive(Clone, Default)]
struct Server(Arc<Inside>);

#[derive(Default)]
struct Inside {
    origin: Mutex<String>,
    seen: Mutex<Vec<(String, HashMap<String, String>)>>,
    running: AtomicUsize,
    most: AtomicUsize,
}

impl Server {
    async fn start() -> (Self, Graph, Steps) {
        let server = Self::default();
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let origin = format!("http://{}", listener.local_addr().unwrap());
        origin.clone_into(&mut server.0.origin.lock().unwrap());
        let router = Router::new().fallback(answer).with_state(server.clone());
        tokio::spawn(async move { axum::serve(listener, router).await });
        let steps = Steps::new(Clock::still(UnixTime(0)));
        let graph = graph(origin, steps.clone());
        (server, graph, steps)
    }

    fn paths(&self) -> Vec<String> {
        self.0
            .seen
            .lock()
            .unwrap()
            .iter()
            .map(|(path, _)| path.clone())
            .collect()
    }
}

fn graph(origin: String, steps: Steps) -> Graph {
    let (wire, turns) = (
        Wire::new(&Trust::InsecureLoopback).unwrap(),
        Turns::new(Caps::microsoft(256)),
    );
    Graph::new(origin, &wire, &[7; 32], turns, steps)
}

async fn answer(State(server): State<Server>, request: Request) -> Response {
    let running = server.0.running.fetch_add(1, Ordering::SeqCst) + 1;
    server.0.most.fetch_max(running, Ordering::SeqCst);
    tokio::task::yield_now().await;
    let headers = request
        .headers()
        .iter()
        .map(|(name, value)| (name.to_string(), value.to_str().unwrap().to_owned()));
    server
        .0
        .seen
        .lock()
        .unwrap()
        .push((request.uri().to_string(), headers.collect()));
    let answer = body(
        request.uri().path(),
        request.uri().query().unwrap_or_default(),
        &server.0.origin.lock().unwrap(),
    );
    server.0.running.fetch_sub(1, Ordering::SeqCst);
    match answer {
        Some(body) => axum::Json(body).into_response(),
        None => (
            StatusCode::NOT_FOUND,
            axum::Json(json!({"error": {"code": "ErrorItemNotFound"}})),
        )
            .into_response(),
    }
}

fn body(path: &str, query: &str, origin: &str) -> Option<Value> {
    let next = format!("{origin}/v1.0/me/mailFolders/inbox/messages?$skip=2&$top=2");
    Some(match path {
        "/v1.0/me" => {
            json!({"displayName": "Ada Lovelace", "mail": null, "userPrincipalName": "ada@contoso.example"})
        }
        "/v1.0/me/mailFolders" => {
            json!({"value": [{"id": "I", "displayName": "Inbox"}, {"id": "X", "displayName": "Other"}]})
        }
        "/v1.0/me/mailFolders/archive" => return None,
        "/v1.0/me/mailFolders/inbox" => json!({"id": "I"}),
        "/v1.0/me/mailFolders/inbox/messages" if query.contains("skip") => {
            json!({"value": [{"id": "m3"}]})
        }
        "/v1.0/me/mailFolders/inbox/messages" => {
            json!({"value": [{"id": "m1"}, {"id": "m2"}], "@odata.nextLink": next})
        }
        folder if folder.starts_with("/v1.0/me/mailFolders/") => json!({"id": folder}),
        _ => return None,
    })
}

fn token() -> AccessToken {
    AccessToken::new("EwB-opaque".to_owned())
}

fn newest(limit: u8) -> PageStart {
    PageStart::Newest {
        folder: FolderName::inbox(),
        limit,
    }
}

/// R97, R135: the token stands in one header, and nothing of the visitor's request is there.
#[tokio::test]
async fn a_call_carries_token_and_wishes_and_nothing_else() {
    let (server, graph, steps) = Server::start().await;
    let mut watcher = steps.watch();
    let token = token();
    let me = graph
        .me(Caller {
            mailbox: "ada",
            tenant: "contoso",
            token: &token,
        })
        .await
        .unwrap();
    assert_eq!(
        me,
        Me {
            display_name: "Ada Lovelace".to_owned(),
            address: "ada@contoso.example".to_owned()
        }
    );
    let (path, headers) = server.0.seen.lock().unwrap()[0].clone();
    assert_eq!(path, "/v1.0/me?$select=displayName,mail,userPrincipalName");
    let mut names: Vec<_> = headers.keys().map(String::as_str).collect();
    names.sort_unstable();
    assert_eq!(
        names,
        [
            "accept",
            "accept-encoding",
            "authorization",
            "host",
            "prefer",
            "user-agent"
        ]
    );
    assert_eq!(headers["authorization"], "Bearer EwB-opaque");
    assert_eq!(
        watcher.try_recv().unwrap().step,
        Step::GraphCalled {
            route: "/me",
            status: 200
        }
    );
}

#[tokio::test]
async fn pages_follow_each_other_by_our_own_cursor() {
    let (server, graph, _) = Server::start().await;
    let token = token();
    let ada = Caller {
        mailbox: "ada",
        tenant: "contoso",
        token: &token,
    };
    let first = graph.messages(ada, &newest(2)).await.unwrap();
    let text = first.next_cursor.unwrap();
    let cursor = graph.open_cursor(&text, "ada").unwrap();
    let second = graph
        .messages(ada, &PageStart::Cursor(cursor))
        .await
        .unwrap();
    assert_eq!(
        (second.messages[0].id.as_str(), second.next_cursor),
        ("m3", None)
    );
    assert_eq!(
        server.paths()[1],
        "/v1.0/me/mailFolders/inbox/messages?$skip=2&$top=2"
    );
    assert_eq!(graph.open_cursor(&text, "grace"), Err(CursorError));
}

#[tokio::test]
async fn roles_are_asked_once_and_a_missing_folder_has_none() {
    let (server, graph, _) = Server::start().await;
    let token = token();
    let ada = Caller {
        mailbox: "ada",
        tenant: "contoso",
        token: &token,
    };
    let folders = graph.folders(ada).await.unwrap();
    assert_eq!(
        (folders[0].role, folders[1].role),
        (Some(FolderRole::Inbox), None)
    );
    let asked = server.paths().len();
    graph.folders(ada).await.unwrap();
    assert_eq!(server.paths().len(), asked + 1);
}

/// R141: seven names and a list, and never more than four at once.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn one_mailbox_never_has_more_than_four_calls_out() {
    let (server, graph, _) = Server::start().await;
    let token = token();
    let ada = Caller {
        mailbox: "ada",
        tenant: "contoso",
        token: &token,
    };
    let start = newest(2);
    let all = (0..20).map(|_| graph.messages(ada, &start));
    futures_util::future::join_all(all).await;
    let most = server.0.most.load(Ordering::SeqCst);
    assert!((1..=MAILBOX).contains(&most), "{most}");
}

/// F2: a visitor waits for it.
#[tokio::test]
async fn graph_has_half_a_minute() {
    let server = Silent::after("").await;
    let origin = server.url.trim_end_matches('/').to_owned();
    let graph = graph(origin, Steps::new(Clock::still(UnixTime(0))));
    let token = token();
    let ada = Caller {
        mailbox: "ada",
        tenant: "contoso",
        token: &token,
    };
    let (me, took) = server.heard(graph.me(ada)).await;
    assert_eq!(me, Err(GraphError::Unavailable { retry_after: None }));
    let expected = Duration::from_secs(30);
    assert!(is_about(took, expected), "{took:?}");
}

/// F55: where neither a length nor chunks say where a content ends, one that breaks off would look whole.
#[tokio::test]
async fn a_content_that_does_not_tell_its_end_is_not_begun() {
    let ids = (
        &MessageId::parse("m1").unwrap(),
        &AttachmentId::parse("a1").unwrap(),
    );
    for (says, begun) in [
        ("content-length: 4", true),
        ("transfer-encoding: chunked", true),
        ("x-length: 4", false),
    ] {
        let graph = graph(
            one_attachment(says).await,
            Steps::new(Clock::still(UnixTime(0))),
        );
        let token = token();
        let ada = Caller {
            mailbox: "ada",
            tenant: "contoso",
            token: &token,
        };
        let download = graph.download(ada, ids).await;
        assert_eq!(download.is_ok(), begun, "{says}: {download:?}");
    }
}

/// A mailbox with one attachment, whose content has this header.
async fn one_attachment(header: &'static str) -> String {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let origin = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let mut asked = [0; 4096];
            let read = stream.read(&mut asked).await.unwrap();
            let content = String::from_utf8_lossy(&asked[..read]).contains("/$value");
            let answer = if content {
                format!("{header}\r\n\r\n4\r\n")
            } else {
                "content-type: application/json\r\ncontent-length: 11\r\n\r\n{\"id\":\"a1\"}"
                    .to_owned()
            };
            let head = "HTTP/1.1 200 OK\r\nconnection: close\r\n";
            let _ = stream.write_all(format!("{head}{answer}").as_bytes()).await;
        }
    });
    origin
}
