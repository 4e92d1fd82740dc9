//! The trailer of a commit that accepts a finding about the change it belongs to:
//! `Lockstep-Allow: [RULE] FUNCTION FUNCTION -- reason`.

use lockstep_diagnostics::RuleMeta;

use crate::{IdPatterns, Target};

/// What the trailer is called.
pub const TRAILER: &str = "Lockstep-Allow";

/// A trailer that accepts findings.
#[derive(Clone, Debug, PartialEq)]
pub struct AllowTrailer {
    /// The rules it is about, if it names any.
    pub target: Option<Target>,
    /// The functions it is about.
    pub functions: IdPatterns,
    /// Why the findings are accepted. Never empty.
    pub reason: String,
}

/// Reads the value of a trailer; `rules` are the rules there are.
///
/// # Errors
/// What is wrong with it, in words.
pub fn allow_trailer(value: &str, rules: &[&'static RuleMeta]) -> Result<AllowTrailer, String> {
    let (about, reason) = value.split_once(" -- ").or_else(|| value.split_once(" \u{2014} ")).unwrap_or((value, ""));
    let reason = reason.trim();
    if reason.is_empty() {
        return Err("the reason is missing".to_owned());
    }
    let mut words = about.split_whitespace().peekable();
    // Ids of functions hold a slash, names of rules do not.
    let target = words.peek().and_then(|word| Target::named(word, rules).ok());
    if target.is_some() {
        words.next();
    }
    let functions: Vec<String> = words.map(str::to_owned).collect();
    if functions.is_empty() {
        return Err("it names no function".to_owned());
    }
    Ok(AllowTrailer { target, functions: IdPatterns::of_names(functions)?, reason: reason.to_owned() })
}

#[cfg(test)]
mod tests {
    use lockstep_diagnostics::{Group, Level};
    use lockstep_model::FunctionId;
    use proptest::prelude::*;

    use super::*;

    static LOCKSTEP: RuleMeta = RuleMeta {
        name: "lockstep",
        group: Group::Coupling,
        default_level: Level::Warn,
        summary: "",
        since: "0.1.0",
        page: "",
    };

    #[test]
    fn the_rule_may_be_left_out() {
        let read = |value| allow_trailer(value, &[&LOCKSTEP]);
        let plain = read("shop/orders  billing -- only a log line").unwrap();
        assert_eq!((plain.target, plain.reason.as_str()), (None, "only a log line"));
        assert_eq!(plain.functions.texts(), ["shop/orders", "billing"]);
        assert!(plain.functions.contains(&FunctionId::new("shop/billing")));
        let named = read("lockstep shop/* -- a -- b").unwrap();
        assert_eq!((named.target, named.reason.as_str()), (Some(Target::Rule(&LOCKSTEP)), "a -- b"));
        assert_eq!(read("a b").unwrap_err(), "the reason is missing");
        assert_eq!(read("a b -- ").unwrap_err(), "the reason is missing");
        assert_eq!(read("lockstep -- x").unwrap_err(), "it names no function");
        assert!(read("a[ b -- x").is_err());
    }

    proptest! {
        #[test]
        fn no_text_is_a_panic(value in any::<String>()) {
            let _ = allow_trailer(&value, &[&LOCKSTEP]);
        }
    }
}
