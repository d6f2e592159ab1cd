//! What the workflows of continuous integration may do: little, with actions that cannot change under them.

use connect_outlook_tests::house::{read, root};
use serde_json::Value;

const RELEASE: &str = ".github/workflows/release.yml";

/// S12: a name of a version can be moved to other code, a commit cannot.
#[test]
fn actions_are_pinned_by_commit_and_say_which_version_that_is() {
    for (name, text, _) in workflows() {
        for line in text.lines().filter(|line| line.contains("uses:")) {
            let (_, action) = line.split_once("uses:").unwrap();
            let (pinned, version) = action.split_once(" # v").unwrap_or((action, ""));
            let (_, commit) = pinned.trim().split_once('@').unwrap_or_default();
            let is_commit = commit.len() == 40 && commit.bytes().all(|b| b.is_ascii_hexdigit());
            assert!(is_commit && !version.is_empty(), "{name}: {line}");
        }
    }
}

#[test]
fn workflows_read_the_source_and_only_the_last_step_of_a_release_may_sign() {
    for (name, _, workflow) in workflows() {
        let whole = permissions(&workflow).expect("said for the whole workflow");
        assert!(whole.iter().all(|one| one == "contents: read"), "{name}");
        for (job, steps) in jobs(&workflow) {
            let signs = name == RELEASE && job == "publish";
            let allowed: &[&str] = if signs {
                &["contents: read", "id-token: write"]
            } else {
                &["contents: read"]
            };
            let granted = permissions(&steps).unwrap_or_else(|| whole.clone());
            assert_eq!(granted, allowed, "{name}: {job}");
        }
    }
}

/// What a workflow keeps on disk or pastes into a command, the code of a dependency could take or a name could become.
#[test]
fn no_step_keeps_a_credential_reads_a_secret_or_runs_what_somebody_named() {
    for (name, text, workflow) in workflows() {
        assert!(!text.contains("secrets."), "{name}");
        assert!(!text.contains("pull_request_target"), "{name}");
        for (_, job) in jobs(&workflow) {
            for step in job["steps"].as_array().unwrap() {
                let action = step["uses"].as_str().unwrap_or_default();
                if action.starts_with("actions/checkout@") {
                    assert_eq!(step["with"]["persist-credentials"], false, "{name}");
                }
                let command = step["run"].as_str().unwrap_or_default();
                assert!(!command.contains("${{"), "{name}: {command}");
            }
            assert!(job["timeout-minutes"].is_u64(), "{name}: a job may hang");
        }
    }
}

#[test]
fn a_tag_is_published_after_every_check_with_provenance_and_the_same_bytes() {
    let workflow = parsed(RELEASE);
    assert_eq!(
        workflow["on"],
        serde_json::json!({"push": {"tags": ["v*"]}})
    );
    let [verify, publish] = ["verify", "publish"].map(|job| commands(&workflow["jobs"][job]));
    assert_eq!(workflow["jobs"]["publish"]["needs"], "verify");
    assert_eq!(verify.first().map(String::as_str), Some(".ci/run"));
    for steps in [&verify, &publish] {
        let named = "cargo xtask release \"$GITHUB_REF_NAME\"";
        assert!(steps.iter().any(|step| step == named), "{steps:?}");
    }
    let digest = &workflow["jobs"]["publish"]["env"]["DIGEST"];
    assert_eq!(digest, "${{ needs.verify.outputs.digest }}");
    let [.., compare, last] = publish.as_slice() else {
        panic!("{publish:?}");
    };
    assert!(compare.starts_with("echo \"$DIGEST ") && compare.ends_with("sha256sum --check"));
    assert!(last.starts_with("npm publish --provenance --access public "));
}

/// A version stands in one place: the workspace's.
#[test]
fn every_crate_has_the_workspaces_version_and_the_npm_package_none_of_its_own() {
    let workspace: toml::Table = read("Cargo.toml").parse().unwrap();
    assert!(workspace["workspace"]["package"]["version"].is_str());
    for member in workspace["workspace"]["members"].as_array().unwrap() {
        let manifest = format!("{}/Cargo.toml", member.as_str().unwrap());
        let version = read(&manifest).parse::<toml::Table>().unwrap()["package"]["version"].clone();
        assert_eq!(version["workspace"].as_bool(), Some(true), "{manifest}");
    }
    let manifest: Value = serde_json::from_str(&read("sdk-wasm/js/package.json")).unwrap();
    assert_eq!(manifest["version"], "0.0.0", "the workspace's is put there");
    // npm refuses a provenance whose repository is another than the package names.
    let repository = workspace["workspace"]["package"]["repository"].as_str();
    let named = manifest["repository"]["url"].as_str().unwrap();
    assert_eq!(
        named.strip_prefix("git+"),
        repository.map(|url| format!("{url}.git")).as_deref()
    );
}

fn workflows() -> Vec<(String, String, Value)> {
    let files = root().join(".github/workflows").read_dir().unwrap();
    let names = files.map(|file| file.unwrap().file_name().into_string().unwrap());
    let mut names: Vec<_> = names
        .map(|name| format!(".github/workflows/{name}"))
        .collect();
    names.sort();
    assert!(names.iter().any(|name| name == RELEASE));
    let whole = |name: String| (name.clone(), read(&name), parsed(&name));
    names.into_iter().map(whole).collect()
}

fn parsed(name: &str) -> Value {
    serde_saphyr::from_str(&read(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
}

fn jobs(workflow: &Value) -> Vec<(String, Value)> {
    let jobs = workflow["jobs"].as_object().unwrap();
    jobs.iter()
        .map(|(name, job)| (name.clone(), job.clone()))
        .collect()
}

fn permissions(of: &Value) -> Option<Vec<String>> {
    let granted = of["permissions"].as_object()?;
    let line = |(name, right): (&String, &Value)| format!("{name}: {}", right.as_str().unwrap());
    Some(granted.iter().map(line).collect())
}

fn commands(job: &Value) -> Vec<String> {
    let steps = job["steps"].as_array().unwrap().iter();
    let commands = steps.filter_map(|step| step["run"].as_str());
    commands.map(|command| command.trim().to_owned()).collect()
}
