//! Instance discovery and other names of the emulator, entra 9; what discovery advertises.

use connect_outlook_emulator::world::{Cloud, HostAlias};
use serde_json::{Value, json};

use crate::support::Stage;

const INSTANCE: &str = "/common/discovery/instance?api-version=1.1&authorization_endpoint=";

/// entra 9
#[tokio::test]
async fn the_alias_sets_of_three_clouds_are_told() {
    let stage = Stage::start().await;
    let path = format!("{INSTANCE}https://login.microsoftonline.com/common/oauth2/v2.0/authorize");
    let document = stage.json(&path).await;
    assert_eq!(
        document["tenant_discovery_endpoint"],
        "https://login.microsoftonline.com/common/v2.0/.well-known/openid-configuration"
    );
    assert_eq!(document["api-version"], "1.1");
    let sets = document["metadata"].as_array().expect("sets");
    let aliases = |host: &str| {
        let set = sets.iter().find(|set| set["preferred_network"] == host);
        set.expect("a set")["aliases"].clone()
    };
    let global = json!([
        "login.microsoftonline.com",
        "login.windows.net",
        "login.microsoft.com",
        "sts.windows.net"
    ]);
    assert_eq!(aliases("login.microsoftonline.com"), global);
    let government = json!(["login.microsoftonline.us", "login.usgovcloudapi.net"]);
    assert_eq!(aliases("login.microsoftonline.us"), government);
    let china = json!(["login.partner.microsoftonline.cn", "login.chinacloudapi.cn"]);
    assert_eq!(aliases("login.partner.microsoftonline.cn"), china);
    assert_eq!(sets[0]["preferred_cache"], "login.windows.net");
}

/// entra 9: the emulator's own host is a set of its own, so that nobody is led from it to Microsoft.
#[tokio::test]
async fn the_emulators_own_host_stands_alone() {
    let stage = Stage::start().await;
    let origin = stage.emulator.origin();
    let document = stage
        .json(&format!("{INSTANCE}{origin}/common/oauth2/v2.0/authorize"))
        .await;
    let (_, own) = origin.split_once("://").expect("a host");
    let sets = document["metadata"].as_array().expect("sets");
    assert_eq!(sets.last().expect("a set")["aliases"], json!([own]));
    let endpoint = stage.url("/common/v2.0/.well-known/openid-configuration");
    assert_eq!(document["tenant_discovery_endpoint"], endpoint);
    assert_eq!(
        stage
            .get("/common/v2.0/.well-known/openid-configuration")
            .await
            .status(),
        200
    );
}

/// entra 9
#[tokio::test]
async fn unknown_hosts_are_no_instances() {
    let stage = Stage::start().await;
    for asked in ["https://login.elsewhere.example/common", "nonsense"] {
        let answer = stage.get(&format!("{INSTANCE}{asked}")).await;
        assert_eq!(answer.status(), 400);
        let body: Value = answer.json().await.expect("JSON");
        assert_eq!(body["error"], "invalid_instance", "{asked}");
    }
    let incomplete = stage.get("/common/discovery/instance").await;
    assert_eq!(incomplete.status(), 400);
}

/// entra 9: another name for the emulator stands for the host of a cloud; the issuer stays.
#[tokio::test]
async fn another_name_stands_for_another_cloud() {
    let stage = Stage::start().await;
    let host = "usgov.localhost:8401";
    stage.emulator.state().change_world(|world| {
        world.host_aliases.push(HostAlias {
            host: host.into(),
            cloud: Cloud::UsGovernment,
        });
    });
    let path = "/common/v2.0/.well-known/openid-configuration";
    let request = stage.http.get(stage.url(path)).header("host", host);
    let there: Value = request
        .send()
        .await
        .expect("an answer")
        .json()
        .await
        .expect("JSON");
    let here = stage.json(path).await;
    assert_eq!(
        there["token_endpoint"],
        format!("http://{host}/common/oauth2/v2.0/token")
    );
    assert_eq!(there["msgraph_host"], "graph.microsoft.us");
    assert_eq!(there["cloud_instance_name"], "microsoftonline.us");
    assert_eq!(here["msgraph_host"], "graph.microsoft.com");
    assert_eq!(there["issuer"], here["issuer"]);
    let instances = stage.json(&format!("{INSTANCE}http://{host}/common")).await;
    let sets = instances["metadata"].as_array().expect("sets");
    assert!(sets.iter().any(|set| set["aliases"] == json!([host])));
}

/// entra 3: discovery advertises only what answers.
#[tokio::test]
async fn every_advertised_endpoint_of_ours_answers() {
    let stage = Stage::start().await;
    let document = stage
        .json("/common/v2.0/.well-known/openid-configuration")
        .await;
    let fields = document.as_object().expect("an object");
    let own = fields.values().filter_map(Value::as_str);
    let own = own.filter(|text| text.starts_with(stage.emulator.origin()) && !text.contains('{'));
    let mut seen = 0;
    for endpoint in own {
        let answer = stage.http.get(endpoint).send().await.expect("an answer");
        assert_ne!(answer.status(), 404, "{endpoint}");
        assert_ne!(answer.status(), 405, "{endpoint}");
        seen += 1;
    }
    assert!(seen >= 6, "{seen}");
}
