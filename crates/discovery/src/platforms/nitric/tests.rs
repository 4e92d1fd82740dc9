//! Small made-up projects, one for each trap of reading them.

use lockstep_model::FileSet;

use super::*;
use crate::testing;

#[test]
fn a_pattern_stands_for_every_file_that_it_matches() {
    let files = FileSet::from_texts([
        (
            "a/nitric.yaml",
            "name: shop\nservices:\n  - match: ./services/*.ts\n    runtime: node\n  - match: services/pay.ts\nbatch-services:\n  - match: jobs/*.py\n",
        ),
        ("a/services/pay.ts", ""),
        ("a/services/list.ts", ""),
        ("a/services/list.test.ts", ""),
        ("a/services/lib/db.ts", ""),
        ("b/nitric.yaml", "name: go\nservices:\n  - basedir: backend\n    match: services/*\n"),
        ("b/backend/services/mail/main.go", ""),
        ("b/backend/services/mail/helper.go", ""),
        ("c/nitric.yaml", "name: old\nhandlers:\n  - functions/*.js\n"),
        ("c/functions/x.js", ""),
    ]);
    let found = Nitric.declared(&files);
    let tell = |one: &Declared| {
        let said = &one.declaration;
        format!(
            "{}/{} {}{} {}",
            one.service,
            one.name,
            testing::code(one),
            said.handler.as_deref().unwrap(),
            said.location.line
        )
    };
    let told: Vec<String> = found.value.iter().map(tell).collect();
    assert_eq!(
        told,
        [
            "shop/list a:services/list.ts 3",
            "shop/pay a:services/pay.ts 3",
            "go/mail b:backend/services/mail/main.go 4",
            "old/x c:functions/x.js 3",
        ]
    );
    assert_eq!(found.problems[0].message, "no program matches `jobs/*.py`");
}
