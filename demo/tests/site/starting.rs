//! Starting and stopping.

use connect_outlook_demo::{Demo, Options};

use crate::site::Site;

#[tokio::test]
async fn a_busy_port_is_one_sentence_and_the_demo_stops_when_asked() {
    let site = Site::open().await;
    let options = |port| Options {
        port,
        data: None,
        keys: None,
        package: Some(site.package.path().to_owned()),
    };
    let demo = Demo::start(options(0)).await.unwrap();
    let port = demo
        .address()
        .trim_end_matches('/')
        .rsplit_once(':')
        .unwrap()
        .1
        .parse()
        .unwrap();
    let error = Demo::start(options(port)).await.unwrap_err().to_string();
    assert!(
        error.starts_with(&format!("port {port} is in use")) && !error.contains('\n'),
        "{error}"
    );
    demo.stop().await;
    Demo::start(options(port)).await.unwrap().stop().await;
}
