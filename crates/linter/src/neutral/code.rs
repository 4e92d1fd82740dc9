//! Whether two versions of a source file say the same to those who follow code: the same imports, definitions, uses, exports and
//! calls, wherever they stand in the text, and the same code that runs when the file is loaded.

use std::ops::Range;

use lockstep_codegraph::{
    FileFacts, Import, Language, Opaque, RemoteCallSite, Symbol,
    parts::{Changed, Loading, Version},
};
use lockstep_model::RepoPath;

/// True if they do; false if one of them does not parse.
pub(super) fn says_the_same(language: &dyn Language, path: &RepoPath, before: &str, after: &str) -> bool {
    let [old, new] = [before, after].map(|text| language.facts(path, text));
    if old.error.is_some() || new.error.is_some() || around_calls(&old) != around_calls(&new) {
        return false;
    }
    without_places(old) == without_places(new) && loads_the_same(path, before, after)
}

/// What runs when a file is loaded, and what is there for naming only, is told by its lines, not by facts.
fn loads_the_same(path: &RepoPath, before: &str, after: &str) -> bool {
    let [before, after] = [before, after].map(|text| Version::read(path, text, None));
    match (before, after) {
        (Some(before), Some(after)) => Changed::between(path, Some(&before), Some(&after)).loading == Loading::Same,
        _ => false,
    }
}

/// Per call, the definitions around it: who reaches none of them does not make it.
fn around_calls(facts: &FileFacts) -> Vec<Vec<usize>> {
    let around = |call: &RemoteCallSite| {
        let holds = |symbol: &Symbol| symbol.span.start <= call.span.start && call.span.end <= symbol.span.end;
        (0..).zip(&facts.symbols).filter(|(_, symbol)| holds(symbol)).map(|(number, _)| number).collect()
    };
    facts.remote_calls.iter().map(around).collect()
}

/// The facts without where in the text it is that they are said. Each part is named, so that a new one is thought about.
fn without_places(facts: FileFacts) -> FileFacts {
    const NOWHERE: Range<usize> = 0..0;
    let FileFacts {
        package,
        imports,
        symbols,
        exports,
        roles,
        top_level_imports,
        top_level_symbols,
        type_uses,
        remote_calls,
        opaque,
        type_only,
        generated,
        left_out,
        error,
    } = facts;
    FileFacts {
        package,
        imports: imports.into_iter().map(|import| Import { span: NOWHERE, ..import }).collect(),
        symbols: symbols.into_iter().map(|symbol| Symbol { span: NOWHERE, ..symbol }).collect(),
        exports,
        roles,
        top_level_imports,
        top_level_symbols,
        type_uses,
        remote_calls: remote_calls.into_iter().map(|call| RemoteCallSite { span: NOWHERE, ..call }).collect(),
        opaque: opaque.map(|opaque| Opaque { span: NOWHERE, ..opaque }),
        type_only,
        generated,
        left_out,
        error: error.map(|(_, message)| (NOWHERE, message)),
    }
}

#[cfg(test)]
mod tests {
    use lockstep_codegraph::language_of;

    use super::*;

    const BASE: &str = "import { money } from './money';\nimport './setup';\n\nconst rate = 2;\n\nexport const pay = async (event) => {\n  await fetch('https://example.com/pay');\n  return money(event) * rate;\n};\n\nexport const list = () => [];\n";

    #[test]
    fn what_stands_inside_of_definitions_may_change() {
        let path = RepoPath::new("shop/pay.ts").unwrap();
        let cases = [
            ("* rate", "* rate + 1", true),
            ("const rate", "// What it costs.\nconst rate", true),
            ("() => []", "() => {\n  return ['nothing'];\n}", true),
            // Uses, imports, names, code that runs when the file is loaded.
            ("* rate", "* 2", false),
            ("() => []", "() => [rate]", false),
            ("import './setup';\n", "", false),
            ("{ money }", "{ money, more }", false),
            ("'./money'", "'./other'", false),
            ("list =", "all =", false),
            ("const rate = 2;", "const rate = 2;\nconsole.log(1);", false),
            ("import './setup';", "import './setup';\nsetUp();", false),
            ("=> [];", "=> [", false),
        ];
        for (old, new, same) in cases {
            let edited = BASE.replacen(old, new, 1);
            assert_ne!(edited, BASE, "{old}");
            let language = language_of(&path).unwrap();
            assert_eq!(says_the_same(language, &path, BASE, &edited), same, "{old} -> {new}");
            assert_eq!(says_the_same(language, &path, &edited, BASE), same, "{new} -> {old}");
        }
    }

    #[test]
    fn a_call_that_moves_to_another_definition_is_another_one() {
        let path = RepoPath::new("shop/pay.ts").unwrap();
        let call = "await lambda.send(new InvokeCommand({ FunctionName: 'mail' }));";
        let head = "import { LambdaClient, InvokeCommand } from '@aws-sdk/client-lambda';\nconst lambda = new LambdaClient({});\n";
        let text = |one: &str, two: &str| {
            format!("{head}export const a = async () => {{ {one} }};\nexport const b = async () => {{ {two} }};\n")
        };
        let language = language_of(&path).unwrap();
        let same = |before: &str, after: &str| says_the_same(language, &path, before, after);
        assert!(same(&text(call, call), &text(&format!("// words\n{call}"), call)));
        assert!(!same(&text(call, ""), &text("", call)));
    }
}
