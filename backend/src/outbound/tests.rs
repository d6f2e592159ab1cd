//! What is asked, of whom, how long and how much of an answer is taken.

use proptest::prelude::*;

use super::*;

/// F5: absurd waits are cut, and what is not a number of seconds is no wait.
#[test]
fn a_wait_is_a_number_of_seconds_within_reason() {
    assert_eq!(seconds("30"), Some(30));
    assert_eq!(seconds("999999999999999999999"), Some(LONGEST_WAIT));
    for none in [
        "",
        "-1",
        "soon",
        "1.5",
        "Wed, 21 Oct 2015 07:28:00 GMT",
        "+5",
    ] {
        assert_eq!(seconds(none), None, "{none}");
    }
}

#[test]
fn json_is_recognised_with_its_parameters_and_nothing_like_it() {
    let with = |kind: &str| {
        is_json(&HeaderMap::from_iter([(
            CONTENT_TYPE,
            kind.parse().unwrap(),
        )]))
    };
    assert!(with("application/json; charset=utf-8"));
    assert!(with("Application/JSON"));
    assert!(!with("text/html"));
    assert!(!with("application/json-seq"));
    assert!(!is_json(&HeaderMap::new()));
}

/// R78: a client for Microsoft speaks to nobody without TLS.
#[tokio::test]
async fn the_systems_trust_refuses_plain_http() {
    let limits = Limits {
        total: Duration::from_secs(5),
        body: 1024,
    };
    let outbound = Wire::new(&Trust::System).unwrap().within(limits);
    let refused = outbound
        .get("http://127.0.0.1:9/")
        .send()
        .await
        .unwrap_err();
    assert!(refused.is_builder(), "{refused:?}");
}

/// A server that says this to whoever asks, and no more.
async fn saying(text: &'static str) -> String {
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/", listener.local_addr().unwrap());
    tokio::spawn(async move {
        let mut kept = Vec::new();
        while let Ok((mut stream, _)) = listener.accept().await {
            // Whoever hangs up is heard no further, and hears no more.
            let _ = stream.read(&mut [0; 4096]).await;
            let _ = stream.write_all(text.as_bytes()).await;
            kept.push(stream);
        }
    });
    url
}

fn outbound() -> Outbound {
    Wire::new(&Trust::InsecureLoopback).unwrap().within(Limits {
        total: Duration::from_millis(300),
        body: 8,
    })
}

/// R78, F2: whatever is asked, and however much of the answer has come.
#[tokio::test]
async fn an_answer_that_does_not_end_is_waited_for_so_long() {
    let outbound = outbound();
    for says in ["", "HTTP/1.1 200 OK\r\ncontent-length: 8\r\n\r\nhalf"] {
        let url = saying(says).await;
        for request in [
            outbound.get(&url),
            outbound.post(&url),
            outbound.delete(&url),
        ] {
            let patience = Duration::from_secs(20);
            let sent = tokio::time::timeout(patience, outbound.send(request)).await;
            let sent = sent
                .expect("an end of the patience")
                .map(|reply| reply.status);
            assert_eq!(sent, Err(NoReply::TimedOut), "{says}");
        }
    }
}

/// R78: who lets nobody in has a time of its own for that, and nothing was sent.
#[tokio::test]
async fn a_connection_is_waited_for_less_long_than_an_answer() {
    let socket = tokio::net::TcpSocket::new_v4().unwrap();
    socket.bind("127.0.0.1:0".parse().unwrap()).unwrap();
    // Of those who wait to be let in, there is room for two.
    let listener = socket.listen(1).unwrap();
    let address = listener.local_addr().unwrap();
    let mut waiting = Vec::new();
    for _ in 0..2 {
        waiting.push(tokio::net::TcpStream::connect(address).await.unwrap());
    }
    let soon = Duration::from_millis(50);
    let wire = Wire::connecting_within(soon, &Trust::InsecureLoopback).unwrap();
    let outbound = wire.within(Limits {
        total: Duration::from_secs(2),
        body: 8,
    });
    let sent = outbound
        .send(outbound.get(&format!("http://{address}/")))
        .await;
    assert_eq!(sent.map(|reply| reply.status), Err(NoReply::NotConnected));
}

/// R78, F11: to the byte.
#[tokio::test]
async fn an_answer_is_read_up_to_its_limit() {
    let outbound = outbound();
    for (says, read) in [
        (
            "HTTP/1.1 200 OK\r\ncontent-length: 8\r\n\r\n12345678",
            Ok(8),
        ),
        (
            "HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\n123456789",
            Err(NoReply::TooLong),
        ),
    ] {
        let request = outbound.get(&saying(says).await);
        let sent = outbound.send(request).await;
        assert_eq!(sent.map(|reply| reply.body.len()), read);
    }
}

proptest! {
    #[test]
    fn no_header_makes_it_panic(text in ".*") {
        prop_assert!(seconds(&text).is_none_or(|wait| wait <= LONGEST_WAIT));
    }
}
