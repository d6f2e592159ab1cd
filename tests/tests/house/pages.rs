//! The pages promise commands and show examples: each is executed or read by what it is written for.

use std::path::PathBuf;

use connect_outlook_tests::house::{markdown_pages, read};

/// A command on a page that no suite runs is a promise nobody keeps.
#[test]
fn every_command_on_a_page_is_executed_somewhere() {
    for block in blocks()
        .iter()
        .filter(|block| SHELLS.contains(&block.language.as_str()))
    {
        for command in commands(&block.text) {
            assert!(
                EXECUTED.iter().any(|known| known.command == command),
                "{}: `{command}` is executed by no suite",
                block.page.display()
            );
        }
    }
}

#[test]
fn the_commands_are_executed_where_the_list_says() {
    for Executed { command, file, by } in EXECUTED {
        assert!(
            read(file).contains(by),
            "{file} does not run `{command}` by `{by}`"
        );
    }
}

#[test]
fn a_list_of_executed_commands_holds_no_forgotten_ones() {
    let blocks = blocks();
    let shown: Vec<_> = blocks
        .iter()
        .flat_map(|block| commands(&block.text))
        .collect();
    for Executed { command, .. } in EXECUTED {
        assert!(
            shown.iter().any(|shown| shown == command),
            "no page shows `{command}` any more"
        );
    }
}

/// Rust may be the inside of an asynchronous function.
#[test]
fn examples_in_rust_json_and_toml_can_be_read() {
    for block in blocks() {
        let fault = match block.language.as_str() {
            "json" => serde_json::from_str::<serde_json::Value>(&block.text)
                .err()
                .map(|error| error.to_string()),
            "rust" => syn::parse_str::<syn::Block>(&format!("{{{}}}", block.text))
                .err()
                .map(|error| error.to_string()),
            "toml" => block
                .text
                .parse::<toml::Table>()
                .err()
                .map(|error| error.to_string()),
            _ => None,
        };
        assert_eq!(fault, None, "{}:\n{}", block.page.display(), block.text);
    }
}

/// What people are told to write stands in a file that the stories of other people's clients use.
#[test]
fn recipes_for_clients_of_others_are_the_files_that_are_run() {
    let page = read("emulator/README.md");
    let mut shown = Vec::new();
    for part in page.split("<!-- recipe: ").skip(1) {
        let (name, rest) = part.split_once(" -->\n```js\n").expect("a recipe");
        let (text, _) = rest.split_once("```").expect("its end");
        assert_eq!(
            text,
            read(format!("{RECIPES}/{name}")),
            "{RECIPES}/{name} is not what the page shows"
        );
        shown.push(name.to_owned());
    }
    let folder = connect_outlook_tests::house::root().join(RECIPES);
    let files = std::fs::read_dir(folder).unwrap();
    let mut files: Vec<_> = files
        .map(|file| file.unwrap().file_name().into_string().unwrap())
        .collect();
    files.sort();
    shown.sort();
    assert_eq!(shown, files);
}

/// The receiver that integrators are shown is the one that receives.
#[test]
fn the_receiver_on_the_server_s_page_is_the_file_that_is_run() {
    let page = read("backend/README.md");
    let (_, rest) = page
        .split_once("<!-- receiver: node.js -->\n```js\n")
        .expect("a receiver");
    let (text, _) = rest.split_once("```").expect("its end");
    assert_eq!(text, read("tests/clients/receivers/node.js"));
}

/// Links between our pages lead to files that exist.
#[test]
fn links_between_pages_lead_somewhere() {
    for page in markdown_pages() {
        let folder = page.parent().unwrap().to_owned();
        for target in relative_links(&read(&page)) {
            let there = connect_outlook_tests::house::root()
                .join(&folder)
                .join(&target);
            assert!(there.exists(), "{}: {target} is not there", page.display());
        }
    }
}

/// A command of a page and where a suite runs it.
struct Executed {
    command: &'static str,
    file: &'static str,
    by: &'static str,
}

const EXECUTED: &[Executed] = &[
    Executed {
        command: "cargo demo",
        file: "tests/browser/src/demo.js",
        by: "connect-outlook-demo",
    },
    Executed {
        command: "cargo verify",
        file: ".ci/run",
        by: "cargo verify",
    },
    Executed {
        command: "cargo emulator",
        file: "tests/tests/stories/commands.rs",
        by: "package_of(\"emulator\")",
    },
    Executed {
        command: "cargo emulator --https authority.pem",
        file: "tests/clients/src/run.js",
        by: "\"--https\", join(folder, \"authority.pem\")",
    },
    Executed {
        command: "connect-outlook api-keys new crm",
        file: "tests/tests/stories/api_keys.rs",
        by: "\"api-keys\", \"new\", \"crm\"",
    },
    Executed {
        command: "connect-outlook api-keys list",
        file: "tests/tests/stories/api_keys.rs",
        by: "\"api-keys\", \"list\"",
    },
    Executed {
        command: "connect-outlook webhooks new https://crm.example/outlook/hooks",
        file: "tests/tests/stories/webhook_commands.rs",
        by: "\"webhooks\", \"new\", \"https://crm.example/outlook/hooks\"",
    },
    Executed {
        command: "connect-outlook webhooks list",
        file: "tests/tests/stories/webhook_commands.rs",
        by: "\"webhooks\", \"list\"",
    },
    Executed {
        command: "npm install",
        file: "tests/examples/src/prepare.js",
        by: "npm(folder, [\"ci\"])",
    },
    Executed {
        command: "npm install connect-outlook",
        file: "tests/examples/src/prepare.js",
        by: "npm(folder, [\"install\"",
    },
    Executed {
        command: "npm run build",
        file: "tests/examples/src/prepare.js",
        by: "npm(folder, [\"run\", \"build\"])",
    },
];

const RECIPES: &str = "tests/clients/recipes";

const SHELLS: &[&str] = &["sh", "bash", "shell", "console"];

struct Block {
    page: PathBuf,
    language: String,
    text: String,
}

fn blocks() -> Vec<Block> {
    markdown_pages()
        .into_iter()
        .flat_map(|page| blocks_of(&page))
        .collect()
}

fn blocks_of(page: &PathBuf) -> Vec<Block> {
    let mut blocks = Vec::new();
    let mut open: Option<Block> = None;
    for line in read(page).lines() {
        match (line.trim_start().strip_prefix("```"), open.as_mut()) {
            (Some(_), Some(_)) => blocks.extend(open.take()),
            (Some(language), None) => {
                let language = language.trim().to_owned();
                open = Some(Block {
                    page: page.clone(),
                    language,
                    text: String::new(),
                });
            }
            (None, Some(block)) => {
                block.text.push_str(line);
                block.text.push('\n');
            }
            (None, None) => {}
        }
    }
    assert!(open.is_none(), "{}: a block does not end", page.display());
    blocks
}

/// The commands of a block: its lines without prompts, comments and empty lines, continued ones joined.
fn commands(text: &str) -> Vec<String> {
    let joined = text.replace("\\\n", " ");
    let lines = joined
        .lines()
        .map(|line| line.trim().trim_start_matches("$ "));
    let bare = lines.map(|line| line.split(" #").next().unwrap_or_default().trim());
    bare.filter(|line| !line.is_empty() && !line.starts_with('#'))
        .map(str::to_owned)
        .collect()
}

fn relative_links(markdown: &str) -> Vec<String> {
    let targets = markdown
        .split("](")
        .skip(1)
        .filter_map(|rest| rest.split(')').next());
    let files = targets.map(|target| target.split(['#', ' ']).next().unwrap_or_default());
    files
        .filter(|target| !target.is_empty() && !target.contains(':'))
        .map(str::to_owned)
        .collect()
}
