//! `connect-outlook doctor`: what is wrong with this deployment, before the first visitor meets it. Changes nothing.

use clap::Args;
use connect_outlook_protocol::refusal::advice;
use serde_json::{Value, json};

use super::ending::say;
use super::explain::who;
use super::format::{Format, format_or_default};
use super::{Ending, Failure, Settings};
use crate::clock::Clock;
use crate::config::{Config, VaultConfig};
use crate::doctor::{Finding, Verdict, examine};
use crate::log::{self, LogFormat};

#[derive(Debug, Args)]
pub(super) struct Doctor {
    #[command(flatten)]
    settings: Settings,
    /// The registration's own tenant, where the app may read its registration (Application.Read.All).
    #[arg(long)]
    tenant: Option<String>,
    /// Sentences or JSON lines; by default sentences on a terminal and JSON elsewhere.
    #[arg(long)]
    format: Option<Format>,
}

pub(super) fn run(options: &Doctor) -> Result<Ending, Failure> {
    let format = format_or_default(options.format);
    // A wrong setting is one sentence that names it, and nothing else can be looked at then.
    let file = options.settings.config.as_deref();
    let config = Config::read(file, std::env::vars())?;
    let vault = VaultConfig::read(file, std::env::vars())?;
    log::start(LogFormat::Text, "off")?;
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    let findings = runtime.block_on(examine(
        config,
        vault,
        options.tenant.clone(),
        Clock::system(),
    ))?;
    for finding in &findings {
        say(&match format {
            Format::Table => sentence(finding),
            Format::Json => object(finding).to_string(),
        });
    }
    let bad = findings.iter().any(|found| found.verdict == Verdict::Bad);
    Ok(if bad { Ending::Findings } else { Ending::Good })
}

fn sentence(finding: &Finding) -> String {
    let mark = match finding.verdict {
        Verdict::Good => "ok  ",
        Verdict::Note => "note",
        Verdict::Bad => "BAD ",
    };
    let mut text = format!("{mark}  {:<19}  {}", finding.check, finding.says);
    if let Some(actor) = finding.actor {
        text.push_str(&format!(
            "\n      {:<19}  {} ({}). {}",
            "",
            who(actor),
            finding.code,
            advice(actor, finding.next)
        ));
    }
    text
}

fn object(finding: &Finding) -> Value {
    let mut object = json!({
        "check": finding.check,
        "verdict": finding.verdict.name(),
        "code": finding.code,
        "says": finding.says,
    });
    if let Some(actor) = finding.actor {
        object["actor"] = json!(actor.name());
        object["next"] = json!(finding.next.name());
    }
    if let Some(number) = finding.aadsts {
        object["aadsts"] = json!(number);
    }
    object
}
