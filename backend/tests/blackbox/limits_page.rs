//! The table of limits on the page: its figures are those of the settings and the sources, and no setting that limits is
//! missing (D14).

use std::fs;
use std::path::Path;

use connect_outlook_backend::config::SETTINGS;

/// A row: what, figure, where, what happens.
struct Row {
    figure: String,
    place: String,
    behaviour: String,
}

fn read(path: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(path);
    fs::read_to_string(path).unwrap()
}

fn rows() -> Vec<Row> {
    let page = read("README.md");
    let (_, section) = page.split_once("\n## Limits\n").unwrap();
    let section = section.split("\n## ").next().unwrap();
    let table = section
        .lines()
        .filter(|line| line.starts_with("| "))
        .skip(2);
    let rows = table.map(|line| {
        let cells: Vec<_> = line.trim_matches('|').split(" | ").map(str::trim).collect();
        assert_eq!(cells.len(), 4, "{line}");
        let [figure, place, behaviour] = [cells[1], cells[2], cells[3]];
        Row {
            figure: figure.to_owned(),
            place: place.to_owned(),
            behaviour: behaviour.to_owned(),
        }
    });
    rows.collect()
}

/// What the example file, which a test of the settings compares with them, names as the default.
fn default_of(setting: &str) -> String {
    let example = read("connect-outlook.example.toml");
    let prefix = format!("# {setting} = \"");
    let value = example.lines().find_map(|line| line.strip_prefix(&prefix));
    value.unwrap().trim_end_matches('"').to_owned()
}

/// A number, perhaps with a unit of bytes.
fn figure(text: &str) -> u64 {
    let mut words = text.split(' ');
    let number: u64 = words.next().unwrap().parse().unwrap();
    match words.next() {
        Some("KiB") => number * 1024,
        Some("MiB") => number * 1024 * 1024,
        _ => number,
    }
}

/// The value of a constant in a source, which is a number or a product of some.
fn constant(source: &str, name: &str) -> u64 {
    let start = format!("const {name}:");
    let declared = source.split(&start).nth(1).unwrap();
    let (_, value) = declared.split_once('=').unwrap();
    let value = value.split(';').next().unwrap();
    let numbers = value.split(|letter: char| !letter.is_ascii_digit() && letter != '_');
    let numbers = numbers.map(|number| number.replace('_', ""));
    numbers
        .filter(|number| !number.is_empty())
        .map(|number| number.parse::<u64>().unwrap())
        .product()
}

#[test]
fn each_figure_is_the_one_that_holds() {
    let rows = rows();
    assert!(rows.len() > 30);
    for row in rows {
        assert!(!row.behaviour.is_empty(), "{}", row.place);
        if let Some(setting) = row.place.strip_prefix('`') {
            let setting = setting.trim_end_matches('`');
            assert!(
                SETTINGS.iter().any(|known| known.name == setting),
                "{setting}"
            );
            let shown = row.figure.split(' ').next().unwrap();
            assert_eq!(shown, default_of(setting), "{setting}");
            continue;
        }
        let (name, path) = row.place.split_once("](").unwrap();
        let (name, path) = (name.trim_start_matches('['), path.trim_end_matches(')'));
        assert_eq!(
            figure(&row.figure),
            constant(&read(path), name),
            "{name} in {path}"
        );
    }
}

/// Whatever setting has a number or a time is a limit, but for those that are none.
#[test]
fn no_setting_that_limits_is_missing() {
    let rows = rows();
    let none = ["keep_fresh", "client_secret_expires"];
    for setting in SETTINGS
        .iter()
        .filter(|setting| !none.contains(&setting.name))
    {
        let example = read("connect-outlook.example.toml");
        let prefix = format!("# {} = \"", setting.name);
        let Some(value) = example.lines().find_map(|line| line.strip_prefix(&prefix)) else {
            continue;
        };
        let value = value.trim_end_matches('"');
        let number = value.trim_end_matches(['s', 'm', 'h', 'd']);
        let is_figure = !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit());
        let shown = rows
            .iter()
            .any(|row| row.place == format!("`{}`", setting.name));
        assert!(!is_figure || shown, "{} = {value}", setting.name);
    }
}
