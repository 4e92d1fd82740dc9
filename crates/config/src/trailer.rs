//! The trailer of a commit that accepts a finding about the change it belongs to:
//! `Lockstep-Allow: [RULE] FUNCTION FUNCTION -- reason`.

use lockstep_diagnostics::RuleMeta;

use crate::{IdPatterns, Target, nearest};

/// What the trailer is called.
pub const TRAILER: &str = "Lockstep-Allow";

/// True for the key of a trailer that is ours, in any case: also of one that was meant to be, and is misspelt.
pub fn is_ours(key: &str) -> bool {
    let key = key.to_ascii_lowercase();
    let is_near = || nearest(&key, [TRAILER.to_ascii_lowercase().as_str()]).is_some();
    key.starts_with("lockstep-") || (key.contains('-') && is_near())
}

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

/// Reads a trailer that [`is_ours`]; `rules` are the rules there are.
///
/// # Errors
/// What is wrong with it, in words.
pub fn allow_trailer(key: &str, value: &str, rules: &[&'static RuleMeta]) -> Result<AllowTrailer, String> {
    if !key.eq_ignore_ascii_case(TRAILER) {
        return Err(format!("the trailer is called `{TRAILER}`"));
    }
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
        let read = |value| allow_trailer("lockstep-ALLOW", value, &[&LOCKSTEP]);
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

    #[test]
    fn a_misspelt_key_is_ours_and_wrong() {
        for key in ["Lockstep-Alow", "Lokstep-Allow", "lockstep-ignore"] {
            assert!(is_ours(key), "{key}");
            assert_eq!(allow_trailer(key, "a b -- x", &[]).unwrap_err(), "the trailer is called `Lockstep-Allow`");
        }
        assert!(is_ours("LOCKSTEP-ALLOW") && !is_ours("Signed-off-by") && !is_ours("Reviewed-by") && !is_ours("Lock"));
    }

    proptest! {
        #[test]
        fn no_text_is_a_panic(value in any::<String>()) {
            let _ = allow_trailer(TRAILER, &value, &[&LOCKSTEP]);
        }
    }
}
