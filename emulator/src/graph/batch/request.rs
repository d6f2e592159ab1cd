//! The body of a batch, and what makes it malformed: then none of it runs.

use std::collections::{BTreeMap, HashMap, HashSet};

use serde::Deserialize;
use serde_json::Value;

use crate::graph::error::GraphError;

/// Requests whose ids differ and whose dependencies can be followed.
#[derive(Debug)]
pub(super) struct Batch {
    /// In the order of the body.
    pub(super) requests: Vec<Single>,
}

/// One request of a batch.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Single {
    /// Names it within the batch.
    pub(super) id: String,
    /// Verb.
    pub(super) method: String,
    /// Path and query below the version, with or without a slash in front.
    pub(super) url: String,
    /// Headers, if any.
    #[serde(default)]
    pub(super) headers: BTreeMap<String, String>,
    /// JSON, or bytes as base64url text.
    #[serde(default)]
    pub(super) body: Option<Value>,
    /// Requests that must have succeeded before.
    #[serde(default)]
    pub(super) depends_on: Vec<String>,
}

#[derive(Deserialize)]
struct Payload {
    requests: Vec<Single>,
}

impl Batch {
    /// Reads a body.
    ///
    /// # Errors
    /// 400 `BadRequest` for what is no batch, more than twenty requests or none, ids that are equal but for capitals,
    /// writes without `Content-Type` or body, and dependencies that name nothing or go in circles. The sentences for ids
    /// and writes have been seen in the wild; the others are chosen.
    pub(super) fn read(body: &[u8]) -> Result<Self, GraphError> {
        let Payload { requests } = serde_json::from_slice(body)
            .map_err(|error| refused(format!("Invalid batch payload format: {error}.")))?;
        if requests.is_empty() {
            return Err(refused("A batch holds at least one request.".to_owned()));
        }
        if requests.len() > MOST_REQUESTS {
            return Err(refused(format!(
                "Number of batch request steps exceeds the maximum value of {MOST_REQUESTS}."
            )));
        }
        let mut ids = HashSet::new();
        for request in &requests {
            request.check()?;
            if !ids.insert(request.id.to_lowercase()) {
                let id = &request.id;
                return Err(refused(format!(
                    "Request Id {id} has to be unique in a batch."
                )));
            }
        }
        let batch = Self { requests };
        batch.check_dependencies().map(|()| batch)
    }

    /// Whether all can run one after the other: each round takes those that wait for nobody any more.
    fn check_dependencies(&self) -> Result<(), GraphError> {
        let mut waiting: HashMap<String, Vec<String>> = self
            .requests
            .iter()
            .map(|request| (request.id.to_lowercase(), request.parents()))
            .collect();
        let known = |id: &String| waiting.contains_key(id);
        if let Some(unknown) = waiting.values().flatten().find(|id| !known(id)) {
            return Err(refused(format!(
                "A request depends on {unknown}, which is not in the batch."
            )));
        }
        while !waiting.is_empty() {
            let before = waiting.len();
            let left: HashSet<String> = waiting.keys().cloned().collect();
            waiting.retain(|_, parents| parents.iter().any(|parent| left.contains(parent)));
            if waiting.len() == before {
                let text = "The requests of the batch depend on each other in a circle.";
                return Err(refused(text.to_owned()));
            }
        }
        Ok(())
    }
}

impl Single {
    /// The ids it depends on, in small letters.
    pub(super) fn parents(&self) -> Vec<String> {
        self.depends_on.iter().map(|id| id.to_lowercase()).collect()
    }

    /// The header of this name, in any case.
    pub(super) fn header(&self, name: &str) -> Option<&str> {
        let mut headers = self.headers.iter();
        headers
            .find(|(candidate, _)| candidate.eq_ignore_ascii_case(name))
            .map(|(_, value)| value.as_str())
    }

    fn check(&self) -> Result<(), GraphError> {
        let id = &self.id;
        if id.is_empty() {
            return Err(refused("A request of the batch has no id.".to_owned()));
        }
        let writes = ["POST", "PUT", "PATCH"]
            .iter()
            .any(|verb| verb.eq_ignore_ascii_case(&self.method));
        let has_body = self.body.is_some();
        let has_type = self.header("content-type").is_some();
        if (writes || has_body) && !(has_type && has_body) {
            return Err(refused(format!(
                "Write request id : {id} does not contain Content-Type header or body."
            )));
        }
        Ok(())
    }
}

fn refused(message: String) -> GraphError {
    GraphError::bad_request(message)
}

/// As documented.
const MOST_REQUESTS: usize = 20;

#[cfg(test)]
mod tests {
    use super::Batch;
    use proptest::prelude::*;
    use serde_json::json;

    fn refused(requests: &serde_json::Value) -> String {
        let body = json!({ "requests": requests }).to_string();
        Batch::read(body.as_bytes()).expect_err("refused").message
    }

    #[test]
    fn dependencies_can_be_followed() {
        let get = |id: &str, on: &[&str]| json!({ "id": id, "method": "GET", "url": "/me", "dependsOn": on });
        let body = json!({ "requests": [get("c", &["B"]), get("b", &["a"]), get("a", &[])] });
        Batch::read(body.to_string().as_bytes()).expect("a batch");
        assert!(refused(&json!([get("a", &["b"]), get("b", &["a"])])).contains("circle"));
        assert!(refused(&json!([get("a", &["a"])])).contains("circle"));
        assert!(refused(&json!([get("a", &["z"])])).contains("depends on z"));
    }

    proptest! {
        /// Whatever the dependencies are: a batch that is taken can be run to its end.
        #[test]
        fn what_is_taken_can_be_run(edges in prop::collection::vec((0_u8..6, 0_u8..6), 0..12)) {
            let requests: Vec<_> = (0_u8..6)
                .map(|id| {
                    let on = edges.iter().filter(|(from, _)| *from == id).map(|(_, to)| to.to_string());
                    json!({ "id": id.to_string(), "method": "GET", "url": "/me", "dependsOn": on.collect::<Vec<_>>() })
                })
                .collect();
            let body = json!({ "requests": requests }).to_string();
            if let Ok(batch) = Batch::read(body.as_bytes()) {
                let mut done: Vec<String> = Vec::new();
                for _ in 0..batch.requests.len() {
                    for request in &batch.requests {
                        if request.parents().iter().all(|parent| done.contains(parent)) && !done.contains(&request.id) {
                            done.push(request.id.clone());
                        }
                    }
                }
                prop_assert_eq!(done.len(), 6);
            }
        }

        #[test]
        fn no_body_makes_it_panic(body in prop::collection::vec(any::<u8>(), 0..200)) {
            let _ = Batch::read(&body);
        }
    }
}
