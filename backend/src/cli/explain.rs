//! `connect-outlook explain`: what Microsoft's errors mean, who has to act, and what to do. Needs no settings and no network.

use std::io::{IsTerminal as _, Read as _};

use clap::Args;
use connect_outlook_protocol::refusal::{
    Actor, Basis, Class, Explained, Refusal, advice, explain, known,
};
use serde_json::{Value, json};

use super::ending::say;
use super::format::{Format, format_or_default};
use super::{Ending, Failure};

#[derive(Debug, Args)]
pub(super) struct Explain {
    /// A number such as AADSTS50011, a whole error as Microsoft shows it, a token answer, or the address of a callback.
    /// Read from standard input if absent. Nothing of it is repeated.
    text: Vec<String>,
    /// Name every number that is known.
    #[arg(long)]
    list: bool,
    /// Sentences or JSON; by default sentences on a terminal and JSON elsewhere.
    #[arg(long)]
    format: Option<Format>,
}

pub(super) fn run(options: &Explain) -> Result<Ending, Failure> {
    let format = format_or_default(options.format);
    if options.list {
        list(format);
        return Ok(Ending::Good);
    }
    match explain(&asked(options)?) {
        Explained::Refusal { refusal, basis } => {
            say(&match format {
                Format::Table => sentences(&refusal, basis),
                Format::Json => object(&refusal, basis).to_string(),
            });
            // A number that is not in the table should be looked up at Microsoft.
            Ok(if basis == Basis::Table {
                Ending::Good
            } else {
                Ending::Findings
            })
        }
        Explained::Success => Err(Failure::new(
            "this is no error but the callback of a sign-in that went well; it holds a code, so treat it as a secret",
        )),
        Explained::Nothing => Err(Failure::new(
            "there is neither a number such as AADSTS50011 nor an error of OAuth in this text",
        )),
    }
}

fn asked(options: &Explain) -> Result<String, Failure> {
    if !options.text.is_empty() {
        return Ok(options.text.join(" "));
    }
    let mut input = std::io::stdin();
    if input.is_terminal() {
        return Err(Failure::new(
            "name a number, for example `connect-outlook explain AADSTS50011`, or give a text on standard input",
        ));
    }
    let mut text = String::new();
    input.by_ref().take(MOST).read_to_string(&mut text)?;
    Ok(text)
}

fn list(format: Format) {
    for entry in known() {
        say(&match format {
            Format::Table => format!(
                "AADSTS{:<8} {:<32} {:<13} {}",
                entry.aadsts,
                entry.code,
                entry.actor.name(),
                entry.cause
            ),
            Format::Json => json!({
                "aadsts": entry.aadsts,
                "code": entry.code,
                "class": entry.class.name(),
                "actor": entry.actor.name(),
                "next": entry.next.name(),
                "cause": entry.cause,
                "visitor": entry.message,
            })
            .to_string(),
        });
    }
}

fn sentences(refusal: &Refusal, basis: Basis) -> String {
    let number = refusal
        .aadsts
        .map_or_else(String::new, |number| format!("AADSTS{number}  "));
    let standing = match basis {
        Basis::Table => "",
        Basis::Error => {
            "\nThe number is not in our table; this is what Microsoft's OAuth error says."
        }
        Basis::Family => {
            "\nThe number is not in our table; this is what the numbers beside it are about."
        }
    };
    let more = refusal
        .correlation_id
        .as_ref()
        .map_or_else(String::new, |id| {
            format!("\n  for Microsoft's support  correlation id {id}")
        });
    format!(
        "{number}{}\n  {}{standing}\n\n  what it means       {}\n  who has to act      {}\n  what to do          {}\n  visitors are told   {}{more}",
        refusal.code,
        refusal.cause,
        Class::meaning(refusal.class),
        who(refusal.actor),
        advice(refusal.actor, refusal.next),
        refusal.message,
    )
}

pub(super) const fn who(actor: Actor) -> &'static str {
    match actor {
        Actor::Visitor => "the visitor",
        Actor::TenantAdmin => "an administrator of the visitor's organisation",
        Actor::Developer => "whoever registered the app or wrote the page",
        Actor::Operator => "whoever runs this server",
        Actor::Microsoft => "Microsoft",
    }
}

fn object(refusal: &Refusal, basis: Basis) -> Value {
    let mut object = json!({
        "basis": basis.name(),
        "code": refusal.code,
        "class": refusal.class.name(),
        "meaning": refusal.class.meaning(),
        "cause": refusal.cause,
        "actor": refusal.actor.name(),
        "next": refusal.next.name(),
        "advice": advice(refusal.actor, refusal.next),
        "visitor": refusal.message,
    });
    if let Some(number) = refusal.aadsts {
        object["aadsts"] = json!(number);
    }
    if let Some(id) = &refusal.correlation_id {
        object["correlation_id"] = json!(id);
    }
    object
}

/// Bytes of a pasted text.
const MOST: u64 = 64 * 1024;
